import Foundation

/// A program of this package, run as a process.
enum BuiltProgram {
    /// What a program did.
    struct Result {
        let status: Int32
        let output: String
        let errors: String
        var lines: [String] { output.split(separator: "\n").map(String.init) }
    }

    /// The folder that holds the package's programs: the one that holds this test program.
    static var folder: URL {
        #if os(macOS)
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") } ?? Bundle.main
        return bundle.bundleURL.deletingLastPathComponent()
        #else
        return Bundle.main.bundleURL
        #endif
    }

    /// The repository's root.
    static var root: URL {
        URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
    }

    /// Runs a program in a folder, without a terminal.
    static func run(_ name: String, _ arguments: [String] = [], in directory: String? = nil) throws -> Result {
        let process = Process()
        process.executableURL = folder.appending(path: name)
        process.arguments = arguments
        if let directory { process.currentDirectoryURL = URL(filePath: directory) }
        // Files and not pipes: a full pipe would block the program, and both are read at the end.
        let base = FileManager.default.temporaryDirectory.appending(path: "lacuna-\(UUID().uuidString)")
        let paths = [base.appendingPathExtension("out"), base.appendingPathExtension("err")]
        defer { for path in paths { try? FileManager.default.removeItem(at: path) } }
        for path in paths { try Data().write(to: path) }
        process.standardOutput = try FileHandle(forWritingTo: paths[0])
        process.standardError = try FileHandle(forWritingTo: paths[1])
        process.standardInput = FileHandle.nullDevice
        try process.run()
        process.waitUntilExit()
        return Result(
            status: process.terminationStatus, output: try String(contentsOf: paths[0], encoding: .utf8),
            errors: try String(contentsOf: paths[1], encoding: .utf8))
    }

    /// The text of a file of the repository.
    static func text(_ path: String) throws -> String {
        try String(contentsOf: root.appending(path: path), encoding: .utf8)
    }
}
