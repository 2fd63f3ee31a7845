import Foundation

/// A Python with the peers that tests read our files with: `make readers` makes one, and LACUNA_PYTHON names another.
public enum Python {
    /// The repository's folder.
    private static let root = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent()

    /// The interpreter, or nil where there is none.
    public static let interpreter: URL? = {
        if let given = ProcessInfo.processInfo.environment["LACUNA_PYTHON"] { return URL(filePath: given) }
        let made = root.appending(path: ".venv-test/bin/python")
        return FileManager.default.isExecutableFile(atPath: made.path) ? made : nil
    }()

    public static let isThere = interpreter != nil

    /// A test that needs it is disabled with these words.
    public static let absence: String = "needs Python with the readers; make readers installs them"

    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    /// Runs a script of Tests/Peers, or code given as text.
    ///
    /// - Returns: what it printed.
    /// - Throws: ``Failure`` with what it wrote to standard error.
    public static func run(script: String, _ arguments: [String], in folder: String? = nil) throws -> String {
        try run([root.appending(path: "Tests/Peers/\(script)").path] + arguments, in: folder)
    }

    public static func run(code: String, in folder: String) throws -> String { try run(["-c", code], in: folder) }

    private static func run(_ arguments: [String], in folder: String?) throws -> String {
        guard let interpreter else { throw Failure(description: absence) }
        let process = Process()
        process.executableURL = interpreter
        process.arguments = arguments
        if let folder { process.currentDirectoryURL = URL(filePath: folder) }
        let log = FileManager.default.temporaryDirectory.appending(path: "lacuna-python-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: log, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: log) }
        let output = log.appending(path: "output"), error = log.appending(path: "error")
        for file in [output, error] { try Data().write(to: file) }
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        process.waitUntilExit()
        guard process.terminationStatus == 0 else {
            throw Failure(description: (try? String(contentsOf: error, encoding: .utf8)) ?? "no output")
        }
        return try String(contentsOf: output, encoding: .utf8)
    }
}
