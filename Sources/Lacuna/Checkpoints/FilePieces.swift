#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif
import Tables

/// What takes bytes piece by piece.
protocol ByteSink {
    /// Takes the bytes of some numbers as they lie in memory.
    mutating func write<Number: BitwiseCopyable>(_ numbers: [Number]) throws(ModelFileError)
}

/// A file that is written piece by piece: what was written does not stay in memory, but for its digest.
final class FileWriter: ByteSink {
    let path: String
    private var descriptor: Int32
    private var hash = SHA256()
    /// Small pieces, which go to the system together.
    private var pending: [UInt8] = []
    private static let pieceSize = 1 << 20, small = 1 << 16

    /// Makes the file, or empties it.
    init(_ path: String) throws(ModelFileError) {
        self.path = path
        descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure() }
    }

    deinit { if descriptor >= 0 { closeFile(descriptor) } }

    func write<Number: BitwiseCopyable>(_ numbers: [Number]) throws(ModelFileError) {
        try write(unsafe numbers.span.bytes)
    }

    private func write(_ bytes: RawSpan) throws(ModelFileError) {
        if bytes.byteCount < Self.small {
            pending.append(copying: bytes)
            if pending.count >= Self.small { try writePending() }
            return
        }
        try writePending()
        // A piece is still in the processor's cache when it is written after its digest.
        for start in stride(from: 0, to: bytes.byteCount, by: Self.pieceSize) {
            try writeNow(bytes.extracting(start..<min(start + Self.pieceSize, bytes.byteCount)))
        }
    }

    /// Writes what is left.
    ///
    /// - Returns: the SHA-256 of the whole file.
    func end() throws(ModelFileError) -> String {
        try writePending()
        return hash.hexDigest()
    }

    /// Closes the file.
    ///
    /// - Parameter sync: waits until the bytes are on the disk.
    func close(sync: Bool) throws(ModelFileError) {
        let synced = !sync || fsync(descriptor) == 0
        let closed = closeFile(descriptor) == 0
        descriptor = -1
        guard synced, closed else { throw failure() }
    }

    private func writePending() throws(ModelFileError) {
        let bytes = pending
        pending.removeAll()
        if !bytes.isEmpty { try writeNow(unsafe bytes.span.bytes) }
    }

    private func writeNow(_ bytes: RawSpan) throws(ModelFileError) {
        hash.update(Span<UInt8>(_bytes: bytes))
        guard FileSystem.writeAll(bytes, to: descriptor) else { throw failure() }
    }

    private func failure() -> ModelFileError { FileSystem.failure("it cannot be written", path) }
}

/// What is read at any place, as a file or the bytes of one.
protocol ByteSource {
    var count: Int { get }
    /// Fills `bytes` with those from `start` on, all of which are there.
    func read(from start: Int, into bytes: inout MutableRawSpan) throws(ModelFileError)
}

extension ByteSource {
    /// The numbers from byte `start` on, which all are there, as they would lie in memory.
    func numbers<Number: BitwiseCopyable>(
        _ count: Int, from start: Int, zero: Number
    ) throws(ModelFileError) -> [Number] {
        var numbers = [Number](repeating: zero, count: count)
        var span = numbers.mutableSpan
        var bytes = unsafe span.mutableBytes
        try read(from: start, into: &bytes)
        return numbers
    }
}

extension [UInt8]: ByteSource, ByteSink {
    func read(from start: Int, into bytes: inout MutableRawSpan) {
        precondition(start >= 0 && start + bytes.byteCount <= count, "bytes beyond the end")
        unsafe bytes.withUnsafeMutableBytes { target in
            unsafe withUnsafeBytes { source in
                unsafe target.copyMemory(from: UnsafeRawBufferPointer(rebasing: source[start..<start + target.count]))
            }
        }
    }

    mutating func write<Number: BitwiseCopyable>(_ numbers: [Number]) { append(copying: unsafe numbers.span.bytes) }

    fileprivate mutating func append(copying bytes: RawSpan) {
        unsafe bytes.withUnsafeBytes { unsafe append(contentsOf: $0) }
    }
}

/// A file that is read piece by piece.
final class FileReader: ByteSource {
    let path: String
    let count: Int
    private let descriptor: Int32
    /// Bytes that are asked for at once: macOS refuses more than an `Int32` counts.
    private static let largestRead = 1 << 30

    init(_ path: String) throws(ModelFileError) {
        self.path = path
        var status = stat()
        // A pipe that nobody writes to would otherwise make the opening wait for ever.
        let opened = unsafe open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        let isMissing = opened < 0 && errno == ENOENT
        descriptor = opened
        // A file without a size, such as a pipe, is none of ours.
        let isFile = unsafe opened >= 0 && fstat(opened, &status) == 0 && status.st_mode & S_IFMT == S_IFREG
        count = isFile ? Int(status.st_size) : 0
        guard isFile else {
            throw isMissing ? ModelFileError("it does not exist", file: path) : FileSystem.unreadable(path)
        }
    }

    deinit { if descriptor >= 0 { closeFile(descriptor) } }

    func read(from start: Int, into bytes: inout MutableRawSpan) throws(ModelFileError) {
        var done = 0
        while done < bytes.byteCount {
            let got = unsafe bytes.withUnsafeMutableBytes { buffer in
                let rest = unsafe UnsafeMutableRawBufferPointer(rebasing: buffer[done...])
                return unsafe pread(descriptor, rest.baseAddress, min(rest.count, Self.largestRead), off_t(start + done))
            }
            if got < 0, errno == EINTR { continue }
            guard got > 0 else { throw FileSystem.unreadable(path) }
            done += got
        }
    }

    /// The whole file.
    func bytes() throws(ModelFileError) -> [UInt8] { try numbers(count, from: 0, zero: 0) }

    /// The SHA-256 of the whole file.
    func digest() throws(ModelFileError) -> String {
        var hash = SHA256()
        let size = 1 << 18
        for start in stride(from: 0, to: count, by: size) {
            let piece: [UInt8] = try numbers(min(size, count - start), from: start, zero: 0)
            hash.update(piece.span)
        }
        return hash.hexDigest()
    }
}

/// The system's `close`, under a name that no method has.
@discardableResult
private func closeFile(_ descriptor: Int32) -> Int32 { close(descriptor) }
