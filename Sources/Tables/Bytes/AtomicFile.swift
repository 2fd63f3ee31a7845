#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// A file that appears under its name only when it is complete.
///
/// Bytes go to a temporary sibling that `finish` renames into place; what is abandoned leaves nothing behind. A path that
/// is a pipe or a device (`/dev/stdout`) is written directly, since nothing can be renamed onto it.
@safe final class AtomicFile {
    /// The path as the caller gave it.
    let path: String
    private let target: String
    private let temporary: String?
    private var descriptor: Int32
    private var buffer: [UInt8] = []
    private let deflater: Deflater?
    private static let bufferSize = 1 << 16

    /// - Parameter isGzip: whether what is written is compressed on its way.
    init(path: String, isGzip: Bool = false) throws(TableError) {
        deflater = isGzip ? try Deflater(path: path) : nil
        self.path = path
        target = resolved(path)
        let direct = isSpecialFile(target)
        let sibling = "\(target).\(String(UInt32.random(in: 0 ... .max), radix: 36)).partial"
        temporary = direct ? nil : sibling
        // POSIX: the mode is narrowed by the process's umask.
        descriptor = unsafe direct
            ? open(target, O_WRONLY | O_CLOEXEC) : open(sibling, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else {
            throw TableError(systemProblem("cannot create the file"), file: path, fix: "give a path that can be written")
        }
        buffer.reserveCapacity(AtomicFile.bufferSize)
    }

    deinit { abandon() }

    func write(_ bytes: some Sequence<UInt8>) throws(TableError) {
        buffer.append(contentsOf: bytes)
        if buffer.count >= AtomicFile.bufferSize { try flush() }
    }

    func write(_ byte: UInt8) throws(TableError) {
        buffer.append(byte)
        if buffer.count >= AtomicFile.bufferSize { try flush() }
    }

    /// Writes what is left, makes it durable and gives the file its name.
    func finish() throws(TableError) {
        try flush(isLast: true)
        // A pipe or a terminal has nothing to sync.
        if temporary != nil && fsync(descriptor) != 0 { throw failure("cannot write the file") }
        let closed = close(descriptor)
        descriptor = -1
        if closed != 0 { throw failure("cannot write the file") }
        if let temporary, unsafe rename(temporary, target) != 0 {
            let error = TableError(systemProblem("cannot put the file into place"), file: path)
            unsafe unlink(temporary)
            throw error
        }
    }

    private func flush(isLast: Bool = false) throws(TableError) {
        precondition(descriptor >= 0, "a finished file is not written to")
        if let deflater { buffer = deflater.deflate(buffer, isLast: isLast) }
        var done = 0
        while done < buffer.count {
            let count = unsafe buffer.withUnsafeBytes { bytes in
                unsafe systemWrite(descriptor, bytes.baseAddress! + done, bytes.count - done)
            }
            if count < 0 {
                if errno == EINTR { continue }
                throw failure("cannot write the file")
            }
            done += count
        }
        buffer.removeAll(keepingCapacity: true)
    }

    private func failure(_ what: String) -> TableError {
        let error = TableError(systemProblem(what), file: path, why: "no half-written file is left behind")
        abandon()
        return error
    }

    private func abandon() {
        if descriptor >= 0 { close(descriptor) }
        if descriptor >= 0, let temporary { unsafe unlink(temporary) }
        descriptor = -1
    }
}

private func systemWrite(_ descriptor: Int32, _ bytes: UnsafeRawPointer, _ count: Int) -> Int {
    unsafe write(descriptor, bytes, count)
}

/// The path behind symbolic links, so that a link stays a link; the path itself where nothing is there yet.
private func resolved(_ path: String) -> String {
    guard let real = unsafe realpath(path, nil) else { return path }
    defer { unsafe free(real) }
    return unsafe String(cString: real)
}

private func isSpecialFile(_ path: String) -> Bool {
    var status = stat()
    guard unsafe stat(path, &status) == 0 else { return false }
    return status.st_mode & S_IFMT != S_IFREG && status.st_mode & S_IFMT != S_IFDIR
}
