import Foundation
@testable import Lacuna

/// A folder for the files that readers are fed with, in memory where the system has a place for that.
final class Workspace {
    let folder: String

    init() throws {
        let root = FileSystem.isDirectory("/dev/shm") ? "/dev/shm" : FileManager.default.temporaryDirectory.path
        folder = "\(root)/lacuna-fuzz-\(UUID().uuidString)"
        try FileSystem.makeFolder(folder)
    }

    deinit { try? FileManager.default.removeItem(atPath: folder) }

    /// Writes a file and returns its path.
    @discardableResult func put(_ bytes: [UInt8], _ name: String) throws -> String {
        let path = "\(folder)/\(name)"
        try FileSystem.write(bytes, to: path, atomically: false, sync: false)
        return path
    }

    /// A folder of its own in it.
    func path(_ name: String) -> String { "\(folder)/\(name)" }
}
