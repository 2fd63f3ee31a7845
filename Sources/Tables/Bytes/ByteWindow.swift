/// A view of a text file's next bytes that always ends with a line feed, so that a scan for the end of an unquoted
/// field needs no other stop.
///
/// A plain file is one window over its mapping (its last line is copied if it lacks a line feed); a gzip file is
/// inflated into a buffer that grows only when one record is longer than it.
@safe final class ByteWindow {
    let file: FileBytes
    private(set) var start: UnsafePointer<UInt8>
    /// One past the window's last byte, which is a line feed; equal to `start` when the window is empty.
    private(set) var end: UnsafePointer<UInt8>
    /// Whether nothing follows this window.
    private(set) var isLast = false
    /// Where `start` lies in the text, or in the part of it that is read.
    private(set) var offset = 0
    private let inflater: ReadAhead?
    private let size: Int
    private var buffer: UnsafeMutablePointer<UInt8>?
    private var capacity = 0
    private var filled = 0
    private let firstCapacity: Int
    private let mostCapacity: Int

    /// - Parameters:
    ///   - bufferSize: the inflated bytes held at once; tests make it tiny to put a boundary everywhere.
    ///   - mostBytes: what one record of a gzip file may have: a few kilobytes of zeros inflate to gigabytes.
    init(_ file: FileBytes, bufferSize: Int = 1 << 20, mostBytes: Int = 1 << 30) throws(TableError) {
        self.file = file
        firstCapacity = max(bufferSize, 2)
        mostCapacity = max(mostBytes, firstCapacity)
        size = file.count
        unsafe start = file.base
        unsafe end = file.base
        inflater = file.isGzip
            ? ReadAhead(try Inflater(file), pieceSize: max(bufferSize, 2), isAlone: file.count < bufferSize / 2) : nil
        if inflater == nil { endAtLastLine() }
    }

    /// A part of a plain file, as if there were no more: it begins where a line begins and ends where one ends.
    init(_ file: FileBytes, part: Range<Int>) {
        self.file = file
        (firstCapacity, mostCapacity) = (2, 2)
        size = part.count
        unsafe start = file.base + part.lowerBound
        unsafe end = file.base + part.upperBound
        inflater = nil
        isLast = true
        if part.upperBound == file.count { endAtLastLine() }
    }

    private func endAtLastLine() {
        unsafe end = lastLineEnd(start, file.base + file.count) ?? start
        isLast = unsafe end == file.base + file.count
    }

    deinit { unsafe buffer?.deallocate() }

    /// Makes the first window of a gzip file; a plain file has it from the start.
    func begin() throws(TableError) {
        if inflater != nil { try unsafe advance(from: start) }
    }

    /// Moves on: the new window begins with the bytes from `position`, a place in this window.
    func advance(from position: UnsafePointer<UInt8>) throws(TableError) {
        precondition(!isLast, "nothing follows the last window")
        if let inflater {
            try advance(inflater, dropping: unsafe filled == 0 ? 0 : position - start)
        } else {
            unsafe copyTail(position)
        }
    }

    /// The text's whole size: known for a plain file, extrapolated for a gzip file.
    var estimatedSize: Int { inflater?.estimatedSize ?? size }

    /// A copy of at most the window's first `length` bytes.
    func prefix(_ length: Int) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: start, count: min(length, end - start)))
    }

    private func copyTail(_ position: UnsafePointer<UInt8>) {
        let count = unsafe file.base + file.count - position
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: count + 1)
        unsafe copy.update(from: position, count: count)
        unsafe copy[count] = Ascii.lineFeed
        unsafe offset += position - start
        unsafe buffer = copy
        unsafe start = UnsafePointer(copy)
        unsafe end = start + count + 1
        isLast = true
    }

    private func advance(_ inflater: ReadAhead, dropping used: Int) throws(TableError) {
        if let buffer = unsafe buffer {
            filled -= used
            offset += used
            unsafe buffer.update(from: buffer + used, count: filled)
        }
        // What stays is the beginning of a record, which is scanned anew. A window twice as long bounds the work by the
        // text's length; one that grew by a piece would make it quadratic.
        let tail = filled
        while true {
            if filled + 1 >= capacity { try grow() }
            let buffer = unsafe buffer!
            let count = try unsafe inflater.read(into: buffer + filled, count: capacity - 1 - filled)
            filled += count
            unsafe start = UnsafePointer(buffer)
            if count == 0 {
                isLast = true
                if unsafe filled > 0 && buffer[filled - 1] != Ascii.lineFeed {
                    unsafe buffer[filled] = Ascii.lineFeed
                    filled += 1
                }
                unsafe end = start + filled
                return
            }
            if filled >= 2 * tail, let lineEnd = unsafe lastLineEnd(start + tail, start + filled) {
                unsafe end = lineEnd
                return
            }
        }
    }

    private func grow() throws(TableError) {
        let larger = capacity == 0 ? firstCapacity : capacity * 2
        guard larger <= mostCapacity else {
            throw TableError(
                "a record has more than \(capacity) bytes", file: file.path,
                why: "a gzip file is inflated piece by piece, and a record is held whole", fix: "check it for a quote that is never closed")
        }
        let copy = UnsafeMutablePointer<UInt8>.allocate(capacity: larger)
        if let buffer = unsafe buffer {
            unsafe copy.update(from: buffer, count: filled)
            unsafe buffer.deallocate()
        }
        unsafe buffer = copy
        capacity = larger
    }
}

/// One past the last line feed in `start ..< end`.
func lastLineEnd(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    var p = unsafe end
    while unsafe p > start {
        if unsafe p[-1] == Ascii.lineFeed { return unsafe p }
        unsafe p -= 1
    }
    return nil
}

enum Ascii {
    static let tab: UInt8 = 0x09
    static let lineFeed: UInt8 = 0x0A
    static let carriageReturn: UInt8 = 0x0D
    static let space: UInt8 = 0x20
    static let quote: UInt8 = 0x22
    static let plus: UInt8 = 0x2B
    static let comma: UInt8 = 0x2C
    static let minus: UInt8 = 0x2D
    static let dot: UInt8 = 0x2E
    static let zero: UInt8 = 0x30
    static let semicolon: UInt8 = 0x3B
}
