#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Lacuna

/// A folder of this process's own, gone when its use is over.
enum TemporaryFolder {
    /// Makes the folder, hands it to `body` and removes it.
    static func with<Result>(_ body: (String) throws -> Result) throws -> Result {
        let folder = FileManager.default.temporaryDirectory.path + "/lacuna-\(UUID().uuidString)"
        try FileSystem.makeFolder(folder)
        defer { try? FileSystem.remove(folder) }
        return try body(folder)
    }
}
