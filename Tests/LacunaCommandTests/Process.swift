import Foundation

/// The built command, run as a person runs it.
struct Lacuna {
    /// What a command left behind.
    struct Outcome {
        var output: String
        var error: String
        var code: Int32
    }

    /// The product lies beside the test bundle.
    static let executable: URL = {
        #if os(macOS)
        let bundle = Bundle.allBundles.first { $0.bundlePath.hasSuffix(".xctest") }?.bundleURL
        return (bundle ?? Bundle.main.bundleURL).deletingLastPathComponent().appending(path: "lacuna")
        #else
        return URL(filePath: CommandLine.arguments[0]).deletingLastPathComponent().appending(path: "lacuna")
        #endif
    }()

    /// Runs the command in a folder.
    static func run(_ arguments: [String], in folder: String) throws -> Outcome {
        let process = try start(arguments, in: folder)
        return process.wait()
    }

    /// Starts the command in a folder. What it writes goes to files, so that no full pipe holds it up.
    static func start(_ arguments: [String], in folder: String) throws -> Running {
        let process = Process()
        process.executableURL = executable
        process.arguments = arguments
        process.currentDirectoryURL = URL(filePath: folder)
        let log = FileManager.default.temporaryDirectory.appending(path: "lacuna-log-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: log, withIntermediateDirectories: true)
        let output = log.appending(path: "output"), error = log.appending(path: "error")
        for file in [output, error] { try Data().write(to: file) }
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = try FileHandle(forWritingTo: output)
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        return Running(process: process, log: log)
    }

    /// A command that may still be at work.
    struct Running {
        let process: Process
        let log: URL

        func wait() -> Outcome {
            process.waitUntilExit()
            defer { try? FileManager.default.removeItem(at: log) }
            func text(_ name: String) -> String {
                (try? String(contentsOf: log.appending(path: name), encoding: .utf8)) ?? ""
            }
            return Outcome(output: text("output"), error: text("error"), code: process.terminationStatus)
        }
    }
}

/// A small table on which every kind of objective can be trained.
enum Sample {
    /// `rows` rows: two numeric features, a text feature, and labels of every kind with gaps.
    static func csv(rows: Int = 120) -> String {
        var lines = ["patient,age,dose,ward,tumor,tissue,finding_a,finding_b,size,grade"]
        for row in 0..<rows {
            let age = Double(row % 13) - 6, dose = Double(row * 7 % 11) - 5
            let ward = ["north", "south", "east"][row % 3]
            let tumor = row % 3 == 0 ? "" : age + dose > 0 ? "1" : "0"
            let tissue = row % 4 == 0 ? "" : age > 2 ? "malignant" : age < -2 ? "benign" : "border"
            let first = row % 5 == 0 ? "NA" : dose > 0 ? "1" : "0"
            let second = row % 2 == 0 ? "" : age > 0 ? "1" : "0"
            let size = row % 6 == 0 ? "" : "\(2 * age + dose)"
            let grade = row % 7 == 0 ? "" : age > 2 ? "3" : age < -2 ? "1" : "2"
            lines.append("p\(row),\(age),\(dose),\(ward),\(tumor),\(tissue),\(first),\(second),\(size),\(grade)")
        }
        return lines.joined(separator: "\n") + "\n"
    }

    static let objectives = [
        "--objective", "tumor:binary", "--objective", "tissue:categorical", "--objective",
        "findings=finding_*:multilabel", "--objective", "size:regression:unit=mm", "--objective", "grade:ordinal",
    ]

    static let train = ["train", "--data", "data.csv", "--id", "patient", "--epochs", "2", "--encoder", "8", "--threads", "1"]
}

extension String {
    func write(to folder: String, as name: String) throws {
        try Data(utf8).write(to: URL(filePath: folder + "/" + name))
    }
}
