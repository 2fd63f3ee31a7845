#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// The bytes of a file, mapped read-only: they cost address space, not memory, and the system reads them as they are used.
///
/// A member of an archive has the same face: a part of the archive's mapping, or, once inflated, memory of its own.
///
/// The mapping is private. A file that another program truncates while it is mapped ends the process (SIGBUS), as with
/// every reader that maps files; writers that rename a finished file into place, as those of this module, are safe.
@safe public final class FileBytes: @unchecked Sendable {
    // @unchecked because the pages are read-only and neither pointer nor count changes after `init`.

    /// The path as the caller gave it.
    public let path: String
    /// How many bytes the file has.
    public let count: Int
    let base: UnsafePointer<UInt8>
    private let storage: Storage

    private enum Storage {
        case mapping, heap
        /// A part of another file's bytes, which it keeps alive.
        case part(FileBytes)
    }

    /// A part of another file's bytes, under a name of its own.
    init(part range: Range<Int>, of file: FileBytes, path: String) {
        precondition(range.lowerBound >= 0 && range.upperBound <= file.count, "a part leaves its file")
        self.path = path
        count = range.count
        unsafe base = file.base + range.lowerBound
        storage = .part(file)
    }

    /// Takes over memory that `malloc` gave.
    init(adopting memory: UnsafeMutablePointer<UInt8>, count: Int, path: String) {
        self.path = path
        self.count = count
        unsafe base = UnsafePointer(memory)
        storage = .heap
    }

    /// Opens a file.
    ///
    /// - Throws: ``TableError`` for a file that is not there or cannot be read.
    public init(path: String) throws(TableError) {
        let descriptor = openFile(path)
        guard descriptor >= 0 else {
            throw TableError(systemProblem("cannot open the file"), file: path, fix: "check the path and the permissions")
        }
        defer { close(descriptor) }
        var status = stat()
        guard unsafe fstat(descriptor, &status) == 0 else {
            throw TableError(systemProblem("cannot look at the file"), file: path)
        }
        guard status.st_mode & S_IFMT == S_IFREG else {
            throw TableError(
                status.st_mode & S_IFMT == S_IFDIR ? "this is a directory" : "this is not a plain file",
                file: path, why: "files are mapped and may be read twice", fix: "give the path of a plain file")
        }
        let size = Int(status.st_size)
        guard size > 0 else {
            throw TableError("the file is empty", file: path, fix: "make it anew, or give another")
        }
        let address = unsafe mmap(nil, size, PROT_READ, MAP_PRIVATE, descriptor, 0)
        guard let address = unsafe address, unsafe address != MAP_FAILED else {
            throw TableError(systemProblem("cannot map the file"), file: path)
        }
        self.path = path
        count = size
        unsafe base = UnsafePointer(address.assumingMemoryBound(to: UInt8.self))
        storage = .mapping
    }

    deinit {
        switch storage {
        case .mapping: unsafe munmap(UnsafeMutableRawPointer(mutating: base), count)
        case .heap: unsafe free(UnsafeMutableRawPointer(mutating: base))
        case .part: break
        }
    }

    /// The byte at `index`, which lies in `0 ..< count`.
    public subscript(index: Int) -> UInt8 {
        precondition(index >= 0 && index < count, "byte \(index) of a file of \(count)")
        return unsafe base[index]
    }

    /// A copy of at most the first `length` bytes.
    public func prefix(_ length: Int) -> [UInt8] {
        unsafe Array(UnsafeBufferPointer(start: base, count: min(length, count)))
    }
}

/// `open`, read-only; the descriptor is not inherited by child processes.
func openFile(_ path: String) -> Int32 {
    unsafe open(path, O_RDONLY | O_CLOEXEC)
}

/// "cannot open the file: No such file or directory", from the system's last error.
func systemProblem(_ what: String) -> String {
    let code = errno
    guard let text = unsafe strerror(code) else { return "\(what): error \(code)" }
    return unsafe "\(what): \(String(cString: text))"
}

/// The processors that the system has online.
public func processorCount() -> Int {
    max(1, sysconf(Int32(_SC_NPROCESSORS_ONLN)))
}
