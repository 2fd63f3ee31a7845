#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Lacuna

/// Paths as text, and what small text files hold.
enum FilePaths {
    /// A path that stands in a file, as seen from the working directory: relative ones are meant from the file's
    /// folder.
    static func resolve(_ path: String, besideFile file: String) -> String {
        guard !path.hasPrefix("/"), let slash = file.lastIndex(of: "/") else { return path }
        return String(file[...slash]) + path
    }

    /// The path from the root.
    static func absolute(_ path: String) -> String {
        if path.hasPrefix("/") { return path }
        return join(FileManager.default.currentDirectoryPath, path)
    }

    /// The path from the root without `.`, `..` and doubled slashes; links are not followed.
    static func normalised(_ path: String) -> String {
        var parts: [Substring] = []
        for part in absolute(path).split(separator: "/") where part != "." {
            if part == ".." { _ = parts.popLast() } else { parts.append(part) }
        }
        return "/" + parts.joined(separator: "/")
    }

    /// The path of a name in a folder.
    static func join(_ folder: String, _ name: String) -> String {
        folder.hasSuffix("/") ? folder + name : folder + "/" + name
    }

    /// The text of a small file, or nil where it is not UTF-8.
    ///
    /// - Throws: ``ModelFileError`` where it cannot be read.
    static func text(of path: String) throws(ModelFileError) -> String? {
        String(validating: try FileSystem.read(path), as: UTF8.self)
    }
}
