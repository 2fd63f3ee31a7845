import Foundation

/// A Python with the packages that Lacuna's files are read back with: the one that LACUNA_PYTHON names, or that of
/// `.venv-test`, which `make readers` makes.
public enum Python {
    /// Whether there is one that has the package. Asked once per package and test; takes a fraction of a second.
    public static func has(_ package: String) -> Bool {
        guard let executable else { return false }
        return (try? run(executable, ["-c", "import importlib.util, sys; sys.exit(importlib.util.find_spec('\(package)') is None)"]))?.code == 0
    }

    /// What a script of `Tests/Peers` prints.
    ///
    /// - Throws: where there is no Python, or the script fails, with what it said.
    public static func output(of script: String, _ arguments: String...) throws -> Data {
        guard let executable else { throw Failure(description: "there is no Python: set LACUNA_PYTHON, or run make readers") }
        let file = Golden.folder.deletingLastPathComponent().appending(path: "Peers/\(script)").path
        let result = try run(executable, [file] + arguments)
        guard result.code == 0 else { throw Failure(description: "\(script): \(String(decoding: result.error, as: UTF8.self))") }
        return result.output
    }

    /// What a program, given as text, prints when it is run in a folder.
    public static func output(of code: String, in folder: String) throws -> Data {
        guard let executable else { throw Failure(description: "there is no Python: set LACUNA_PYTHON, or run make readers") }
        let program = "import os; os.chdir('\(folder)')\n\(code)"
        let result = try run(executable, ["-c", program])
        guard result.code == 0 else { throw Failure(description: String(decoding: result.error, as: UTF8.self)) }
        return result.output
    }

    /// Why a script gave nothing.
    public struct Failure: Error, CustomStringConvertible {
        public var description: String
    }

    private static var executable: String? {
        if let named = ProcessInfo.processInfo.environment["LACUNA_PYTHON"], !named.isEmpty { return named }
        let own = Golden.folder.deletingLastPathComponent().deletingLastPathComponent().appending(path: ".venv-test/bin/python").path
        return FileManager.default.isExecutableFile(atPath: own) ? own : nil
    }

    private static func run(_ executable: String, _ arguments: [String]) throws -> (code: Int32, output: Data, error: Data) {
        try withTemporaryFolder { folder in
            // Files, so that no full pipe holds the script up.
            let output = "\(folder)/output", error = "\(folder)/error"
            for file in [output, error] { try write([], to: file) }
            let process = Process()
            process.executableURL = URL(filePath: executable)
            process.arguments = arguments
            process.standardInput = FileHandle.nullDevice
            process.standardOutput = try FileHandle(forWritingTo: URL(filePath: output))
            process.standardError = try FileHandle(forWritingTo: URL(filePath: error))
            try process.run()
            process.waitUntilExit()
            return try (process.terminationStatus, Data(bytes(of: output)), Data(bytes(of: error)))
        }
    }
}
