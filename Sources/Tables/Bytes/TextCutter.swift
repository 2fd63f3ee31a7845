#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// Cuts a table's text, plain or gzip, into pieces that begin and end with whole records, as far as that can be told
/// without reading the records.
///
/// A cut stands after a line feed that has an even number of quotes before it in its piece. That is a guess, for a quote
/// inside an unquoted field means nothing; who reads the pieces finds out (see ``Pass``).
@safe final class TextCutter {
    /// A part of a file, or of inflated bytes.
    struct Piece: Sendable {
        let bytes: FileBytes
        let range: Range<Int>
    }

    /// A record is held whole; one longer than this is left to the reader that says so.
    private static let mostBytes = 1 << 28

    private let file: FileBytes
    private let inflater: Inflater?
    private let pieceSize: Int
    /// In a plain file, where the next piece begins.
    private var position: Int
    /// In a gzip file, the bytes of the text that come before the first piece.
    private var skipped: Int
    private var isFinished = false
    /// The beginning of a record, which the next piece begins with.
    private var tail: [UInt8] = []

    /// - Parameters:
    ///   - start: where the first piece begins in the text; past its end where a header lacks its line feed.
    ///   - pieceSize: about how many bytes a piece has.
    init(_ file: FileBytes, from start: Int, pieceSize: Int) throws(TableError) {
        self.file = file
        self.pieceSize = max(pieceSize, 2)
        position = start
        skipped = start
        inflater = file.isGzip ? try Inflater(file) : nil
    }

    /// The size of the whole text: known for a plain file, extrapolated for a gzip file.
    var estimatedSize: Int { inflater?.estimatedSize ?? file.count }

    /// Nil at the end. The last piece may lack its line feed.
    func next() throws(TableError) -> Piece? {
        guard let inflater else { return nextOfPlain() }
        if isFinished { return nil }
        if skipped > 0 { try skip(inflater) }
        return try nextInflated(inflater)
    }

    private func nextOfPlain() -> Piece? {
        let start = position
        if start >= file.count { return nil }
        var size = pieceSize
        while file.count - start > size {
            if let length = unsafe lastRecordEnd(file.base + start, size) {
                position = start + length
                return Piece(bytes: file, range: start ..< position)
            }
            size *= 2
        }
        position = file.count
        return Piece(bytes: file, range: start ..< file.count)
    }

    private func nextInflated(_ inflater: Inflater) throws(TableError) -> Piece? {
        var buffer = MallocBuffer(capacity: tail.count + pieceSize)
        var filled = tail.count
        unsafe buffer.start.update(from: tail, count: filled)
        while true {
            let wanted = buffer.capacity - filled
            let count = try unsafe inflater.read(into: buffer.start + filled, count: wanted)
            filled += count
            isFinished = count < wanted
            let end = unsafe isFinished ? filled : lastRecordEnd(buffer.start, filled)
            if let end {
                tail = unsafe Array(UnsafeBufferPointer(start: buffer.start + end, count: filled - end))
                return end == 0 ? nil : Piece(bytes: buffer.taken(count: end, path: file.path), range: 0 ..< end)
            }
            guard buffer.capacity < TextCutter.mostBytes else {
                throw TableError("a record has more than \(buffer.capacity) bytes", file: file.path)
            }
            buffer.grow(to: 2 * buffer.capacity)
        }
    }

    private func skip(_ inflater: Inflater) throws(TableError) {
        let buffer = MallocBuffer(capacity: min(skipped, pieceSize))
        while skipped > 0 {
            let count = try unsafe inflater.read(into: buffer.start, count: min(skipped, buffer.capacity))
            if count == 0 { break }
            skipped -= count
        }
    }
}

/// Memory that belongs to one owner until a ``FileBytes`` takes it over.
@safe private struct MallocBuffer: ~Copyable {
    private(set) var start: UnsafeMutablePointer<UInt8>
    private(set) var capacity: Int

    init(capacity: Int) {
        self.capacity = capacity
        unsafe start = MallocBuffer.checked(malloc(capacity))
    }

    deinit { unsafe free(start) }

    mutating func grow(to capacity: Int) {
        unsafe start = MallocBuffer.checked(realloc(start, capacity))
        self.capacity = capacity
    }

    consuming func taken(count: Int, path: String) -> FileBytes {
        let bytes = unsafe FileBytes(adopting: start, count: count, path: path)
        discard self
        return bytes
    }

    private static func checked(_ memory: UnsafeMutableRawPointer?) -> UnsafeMutablePointer<UInt8> {
        guard let memory = unsafe memory else { fatalError("out of memory") }
        return unsafe memory.assumingMemoryBound(to: UInt8.self)
    }
}

/// One past the last line feed outside quotes; past the last of all where every one stands inside; nil without any.
private func lastRecordEnd(_ start: UnsafePointer<UInt8>, _ count: Int) -> Int? {
    let end = unsafe start + count
    var found: UnsafePointer<UInt8>?
    var outside = unsafe start
    while let opening = unsafe quote(outside, end) {
        if let line = unsafe lastLineEnd(outside, opening) { unsafe found = line }
        guard let closing = unsafe quote(opening + 1, end) else {
            return unsafe (found ?? lastLineEnd(start, end)).map { unsafe $0 - start }
        }
        unsafe outside = closing + 1
    }
    let last = unsafe lastLineEnd(outside, end) ?? found ?? lastLineEnd(start, end)
    return unsafe last.map { unsafe $0 - start }
}

private func quote(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> UnsafePointer<UInt8>? {
    guard let found = unsafe memchr(start, Int32(Ascii.quote), end - start) else { return nil }
    return unsafe UnsafePointer(found.assumingMemoryBound(to: UInt8.self))
}
