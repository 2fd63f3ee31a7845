import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

/// What a full disk, a closed pipe and a folder without permissions do to a run: it says so, and its last good checkpoint loads.
/// `make disk-test` and `make kill-test` do the same for long, on a real full disk.
@Suite struct BrokenDiskTests {
    private static let train =
        "train --data data.csv --id patient --epochs 30 --encoder 8 --threads 1 --seed 4 --json "
        + Sample.objectives.map { "'\($0)'" }.joined(separator: " ")

    /// Runs a line of bash in which `lacuna` is the built command.
    private func bash(_ line: String, in folder: String) throws -> (code: Int32, error: String) {
        let process = Process()
        process.executableURL = URL(filePath: "/bin/bash")
        process.arguments = ["-c", "lacuna() { '\(Lacuna.executable.path)' \"$@\"; }; \(line)"]
        process.currentDirectoryURL = URL(filePath: folder)
        let error = URL(filePath: folder + "/.error")
        try Data().write(to: error)
        process.standardInput = FileHandle.nullDevice
        process.standardOutput = FileHandle.nullDevice
        process.standardError = try FileHandle(forWritingTo: error)
        try process.run()
        process.waitUntilExit()
        let text = try String(contentsOf: error, encoding: .utf8)
        try FileManager.default.removeItem(at: error)
        return (process.terminationStatus, text)
    }

    /// Trains without trouble, then with it, goes on, and compares the weights.
    private func recovers(from trouble: String, _ check: ((code: Int32, error: String)) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            #expect(try bash("lacuna \(Self.train) --out whole", in: folder).code == 0)
            try check(try bash(trouble, in: folder))
            let resumed = try bash("lacuna \(Self.train) --out run --resume", in: folder)
            #expect(resumed.code == 0, "\(resumed.error)")
            for file in ["model.safetensors", "optimizer.safetensors"] {
                #expect(try FileSystem.read(folder + "/whole/" + file) == FileSystem.read(folder + "/run/" + file), "\(file)")
            }
        }
    }

    @Test func `a disk too full for a checkpoint stops the run with the file's name, and it goes on from the one before`() throws {
        // The state grows with every epoch, so a limit on file sizes strikes a checkpoint that is due late, such as that of the
        // run's end; as a full disk does, it fails the write.
        try recovers(from: "trap '' XFSZ; ulimit -f 40; lacuna \(Self.train) --out run --quiet") { outcome in
            #expect(outcome.code == 1)
            #expect(outcome.error.contains("cannot be written"), "\(outcome.error)")
            #expect(outcome.error.contains("run/checkpoints"))
        }
    }

    @Test func `a run whose output nobody reads any more goes on from its last checkpoint`() throws {
        try recovers(from: "lacuna \(Self.train) --out run 2>&1 | head -c 1") { _ in }
    }

    @Test func `a result that cannot be written is no success`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            #expect(try bash("lacuna \(Self.train) --out run", in: folder).code == 0)
            guard FileSystem.exists("/dev/full") else { return }
            for line in [
                "lacuna evaluate --model run --data data.csv > /dev/full",
                "lacuna split --data data.csv --objective tumor:binary --out o.csv > /dev/full",
                "lacuna verify --data data.csv --objective tumor:binary --encoder 4 --epochs 1 --ignore patient > /dev/full",
            ] {
                let outcome = try bash(line, in: folder)
                #expect(outcome.code == 1, "\(line)")
                #expect(outcome.error.contains("error: the result cannot be written to standard output"), "\(outcome.error)")
            }
            let full = try bash("trap '' XFSZ; ulimit -f 1; lacuna split --data data.csv --objective tumor:binary --out big.csv", in: folder)
            #expect(full.code == 1)
            #expect(full.error.contains("cannot write the file"), "\(full.error)")
            #expect(!FileSystem.names(in: folder).contains { $0.hasPrefix("big.csv") })
        }
    }

    @Test(.enabled(if: getuid() != 0, "root may write everywhere"))
    func `a folder without permission to write is an error that names it, and stays as it is`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let outcome = try bash("mkdir closed && chmod 555 closed && lacuna \(Self.train) --out closed/run", in: folder)
            #expect(outcome.code == 1)
            #expect(outcome.error.contains("closed/run"), "\(outcome.error)")
            #expect(FileSystem.names(in: folder + "/closed").isEmpty)
        }
    }
}
