#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The few things that checkpoints and saved models ask of the file system, with errors that name the file.
package enum FileSystem {
    package static func exists(_ path: String) -> Bool { unsafe access(path, F_OK) == 0 }

    package static func isDirectory(_ path: String) -> Bool {
        var status = stat()
        return unsafe stat(path, &status) == 0 && status.st_mode & S_IFMT == S_IFDIR
    }

    /// Whether two paths lead to one file, by whatever name or link.
    package static func isSame(_ a: String, _ b: String) -> Bool {
        var first = stat(), second = stat()
        guard unsafe stat(a, &first) == 0, unsafe stat(b, &second) == 0 else { return a == b }
        return first.st_dev == second.st_dev && first.st_ino == second.st_ino
    }

    /// The names in a folder, sorted; empty where there is no folder.
    package static func names(in folder: String) -> [String] {
        ((try? FileManager.default.contentsOfDirectory(atPath: folder)) ?? []).sorted()
    }

    package static func makeFolder(_ path: String) throws(ModelFileError) {
        do {
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: true)
        } catch {
            throw ModelFileError("the folder cannot be made", file: path, fix: "give a folder that can be written")
        }
    }

    /// Removes a file or a folder with all in it; nothing there is fine.
    package static func remove(_ path: String) throws(ModelFileError) {
        guard exists(path) else { return }
        do { try FileManager.default.removeItem(atPath: path) } catch {
            throw ModelFileError("it cannot be removed", file: path, fix: "check its permissions")
        }
    }

    package static func read(_ path: String) throws(ModelFileError) -> [UInt8] {
        guard exists(path) else { throw ModelFileError("it does not exist", file: path) }
        do { return [UInt8](try Data(contentsOf: URL(fileURLWithPath: path))) } catch {
            throw unreadable(path)
        }
    }

    /// Writes a whole file.
    ///
    /// - Parameters:
    ///   - atomically: through a sibling that is renamed into place, so that no reader sees half of it.
    ///   - sync: waits until the bytes are on the disk.
    package static func write(
        _ bytes: [UInt8], to path: String, atomically: Bool = true, sync: Bool = true
    ) throws(ModelFileError) {
        let target = atomically ? path + ".partial" : path
        let descriptor = unsafe open(target, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("it cannot be written", path) }
        guard writeAll(bytes, to: descriptor) else {
            let error = failure("it cannot be written", path)
            close(descriptor)
            unsafe unlink(target)
            throw error
        }
        let synced = !sync || fsync(descriptor) == 0
        let closed = close(descriptor) == 0
        guard synced, closed else {
            let error = failure("it cannot be written", path)
            unsafe unlink(target)
            throw error
        }
        if atomically { try rename(target, to: path) }
    }

    /// Adds to the end of a file, which is made where there is none. A file that takes no more is as it was before.
    package static func append(_ bytes: [UInt8], to path: String) throws(ModelFileError) {
        let descriptor = unsafe open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0o666)
        guard descriptor >= 0 else { throw failure("it cannot be written", path) }
        let end = lseek(descriptor, 0, SEEK_END)
        let written = writeAll(bytes, to: descriptor)
        let error = written ? nil : failure("it cannot be written", path)
        if !written { _ = ftruncate(descriptor, end) }
        let closed = close(descriptor) == 0
        if let error { throw error }
        guard closed else { throw failure("it cannot be written", path) }
    }

    private static func writeAll(_ bytes: [UInt8], to descriptor: Int32) -> Bool {
        writeAll(unsafe bytes.span.bytes, to: descriptor)
    }

    static func writeAll(_ bytes: RawSpan, to descriptor: Int32) -> Bool {
        var done = 0
        while done < bytes.byteCount {
            let count = unsafe bytes.withUnsafeBytes { buffer in unsafe Self.write(descriptor, buffer, from: done) }
            if count < 0, errno == EINTR { continue }
            guard count > 0 else { return false }
            done += count
        }
        return true
    }

    private static func write(_ descriptor: Int32, _ buffer: UnsafeRawBufferPointer, from start: Int) -> Int {
        let rest = unsafe UnsafeRawBufferPointer(rebasing: buffer[start...])
        #if canImport(Darwin)
        return unsafe Darwin.write(descriptor, rest.baseAddress, rest.count)
        #else
        return unsafe Glibc.write(descriptor, rest.baseAddress, rest.count)
        #endif
    }

    package static func rename(_ path: String, to target: String) throws(ModelFileError) {
        #if canImport(Darwin)
        let result = unsafe Darwin.rename(path, target)
        #else
        let result = unsafe Glibc.rename(path, target)
        #endif
        guard result == 0 else { throw failure("it cannot be put into place", target) }
    }

    /// Waits until the names in a folder are on the disk.
    package static func sync(folder: String) {
        let descriptor = unsafe open(folder, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { return }
        fsync(descriptor)
        close(descriptor)
    }

    /// What is there, and does not let itself be read.
    static func unreadable(_ path: String) -> ModelFileError {
        ModelFileError("it cannot be read", file: path, fix: "check its permissions")
    }

    static func failure(_ what: String, _ path: String) -> ModelFileError {
        let reason = unsafe String(cString: strerror(errno))
        return ModelFileError("\(what): \(reason)", file: path, fix: "check the disk's space and the folder's permissions")
    }
}
