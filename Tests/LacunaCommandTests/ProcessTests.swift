import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct ProcessTests {
    @Test func `train, evaluate and predict work on one file from end to end`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(Sample.train + Sample.objectives + ["--json", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let report = try ResultReport(reading: Array(trained.output.utf8))
            #expect(report.splits == ["train", "valid", "test"])
            #expect(report.objectives.map(\.name) == ["tumor", "tissue", "findings", "size", "grade"])
            #expect(report.rows.values.reduce(0, +) == 120)
            #expect(report.training?.epochs == 2)
            #expect(trained.error.contains("epoch 2/2: loss "))
            let files = FileSystem.names(in: folder + "/run")
            for name in ["config.yaml", "history.jsonl", "metrics.json", "model.json", "model.safetensors", "optimizer.safetensors", "split.csv"] {
                #expect(files.contains(name), "\(name)")
            }
            #expect(!files.contains("checkpoints"))
            #expect(try FilePaths.text(of: folder + "/run/metrics.json") == trained.output)

            let scored = try Lacuna.run(["evaluate", "--model", "run", "--data", "data.csv", "--split", "test", "--json"], in: folder)
            #expect(scored.code == 0, "\(scored.error)")
            let test = try ResultReport(reading: Array(scored.output.utf8))
            #expect(test.splits == ["test"])
            #expect(test.objectives.map { $0.scores["test"] } == report.objectives.map { $0.scores["test"] })

            let predicted = try Lacuna.run(["predict", "--model", "run", "--data", "data.csv", "--out", "p.csv"], in: folder)
            #expect(predicted.code == 0, "\(predicted.error)")
            let lines = try #require(try FilePaths.text(of: folder + "/p.csv")).split(separator: "\n")
            #expect(
                lines[0] == "patient,tumor,tissue=benign,tissue=border,tissue=malignant,finding_a,finding_b,size,grade,grade=1,grade=2,grade=3")
            #expect(lines.count == 121)
            #expect(lines[1].hasPrefix("p0,"))
        }
    }

    @Test func `the table goes to standard output and progress to standard error`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let run = try Lacuna.run(Sample.train + Sample.objectives + ["--out", "run"], in: folder)
            #expect(run.code == 0, "\(run.error)")
            #expect(run.output.hasPrefix("train: "))
            #expect(run.output.contains("mean of objectives"))
            #expect(!run.output.contains("epoch 1/2"))
            #expect(!run.error.contains("\r"))
        }
    }

    @Test func `the resolved copy repeats the run, weight for weight, from another folder`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            #expect(try Lacuna.run(Sample.train + Sample.objectives + ["--out", "a"], in: folder).code == 0)
            let again = try Lacuna.run(["train", "--config", folder + "/a/config.yaml", "--out", folder + "/b"], in: "/")
            #expect(again.code == 0, "\(again.error)")
            for name in ["model.safetensors", "config.yaml", "split.csv"] {
                #expect(try FileSystem.read(folder + "/a/" + name) == FileSystem.read(folder + "/b/" + name), "\(name)")
            }
        }
    }

    @Test func `a finished run is resumed without a change, and refuses another setting by name`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let command = Sample.train + Sample.objectives + ["--json", "--out", "run"]
            let first = try Lacuna.run(command, in: folder)
            #expect(first.code == 0)
            let before = try FileSystem.read(folder + "/run/model.json")
            let resumed = try Lacuna.run(command + ["--resume"], in: folder)
            #expect(resumed.code == 0)
            #expect(resumed.output == first.output)
            #expect(resumed.error == "The run in 'run' is finished; nothing was changed.\n")
            #expect(try FileSystem.read(folder + "/run/model.json") == before)
            let other = try Lacuna.run(command + ["--resume", "--batch-size", "16"], in: folder)
            #expect(other.code == 1)
            #expect(other.error.hasPrefix("error: the run to resume has training.batchSize 32, this one 16\n"))
            let refused = try Lacuna.run(command, in: folder)
            #expect(refused.code == 1)
            #expect(refused.error.hasPrefix("error: the output folder 'run' is not empty\n"))
            try Sample.csv(rows: 90).write(to: folder, as: "data.csv")
            let changed = try Lacuna.run(command + ["--resume"], in: folder)
            #expect(changed.code == 1)
            #expect(changed.error.hasPrefix("error: the run to resume has the content of data.file "))
        }
    }

    @Test func `overwriting with data that is wrong leaves the old run as it was`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let command = Sample.train + Sample.objectives + ["--quiet", "--out", "run"]
            #expect(try Lacuna.run(command, in: folder).code == 0)
            let before = try FileSystem.read(folder + "/run/model.json")
            let failed = try Lacuna.run(command + ["--overwrite", "--objective", "nothing:binary"], in: folder)
            #expect(failed.code == 1)
            #expect(try FileSystem.read(folder + "/run/model.json") == before)
            let replaced = try Lacuna.run(command + ["--overwrite", "--seed", "5"], in: folder)
            #expect(replaced.code == 0, "\(replaced.error)")
            #expect(try FileSystem.read(folder + "/run/model.json") != before)
        }
    }

    @Test func `Ctrl-C finishes the step, saves, and says how to go on; the run then equals one never stopped`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 2000).write(to: folder, as: "data.csv")
            let command =
                ["train", "--data", "data.csv", "--id", "patient", "--encoder", "64,64", "--threads", "1", "--epochs", "40"]
                + Sample.objectives
            let whole = try Lacuna.run(command + ["--out", "whole"], in: folder)
            #expect(whole.code == 0, "\(whole.error)")
            let running = try Lacuna.start(command + ["--out", "stopped"], in: folder)
            while running.process.isRunning, !FileSystem.exists(folder + "/stopped/checkpoints") { usleep(2000) }
            running.process.interrupt()
            let stopped = running.wait()
            try #require(stopped.code == 130, "\(stopped.error)")
            #expect(stopped.output.isEmpty)
            #expect(stopped.error.contains("saved. To go on:\n  lacuna train --config 'stopped/config.yaml' --out 'stopped' --resume\n"))
            #expect(!FileSystem.exists(folder + "/stopped/model.json"))
            let resumed = try Lacuna.run(
                ["train", "--config", "stopped/config.yaml", "--out", "stopped", "--resume"], in: folder)
            #expect(resumed.code == 0, "\(resumed.error)")
            for name in ["model.safetensors", "optimizer.safetensors"] {
                #expect(
                    try FileSystem.read(folder + "/whole/" + name) == FileSystem.read(folder + "/stopped/" + name), "\(name)")
            }
        }
    }

    @Test func `a run killed with SIGKILL again and again ends in the weights of one never stopped`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 600).write(to: folder, as: "data.csv")
            let command =
                ["train", "--data", "data.csv", "--id", "patient", "--encoder", "32", "--threads", "1", "--epochs", "25"]
                + Sample.objectives
            let whole = try Lacuna.run(command + ["--out", "whole"], in: folder)
            #expect(whole.code == 0, "\(whole.error)")
            var random = SystemRandomNumberGenerator()
            var kills = 0
            while kills < 5, !FileSystem.exists(folder + "/killed/model.json") {
                let running = try Lacuna.start(command + ["--out", "killed", "--resume"], in: folder)
                usleep(UInt32.random(in: 1_000...250_000, using: &random))
                kill(running.process.processIdentifier, SIGKILL)
                _ = running.wait()
                kills += 1
            }
            let last = try Lacuna.run(command + ["--out", "killed", "--resume"], in: folder)
            #expect(last.code == 0, "\(last.error)")
            for name in ["model.safetensors", "optimizer.safetensors", "model.json", "split.csv"] {
                #expect(
                    try FileSystem.read(folder + "/whole/" + name) == FileSystem.read(folder + "/killed/" + name), "\(name)")
            }
        }
    }

    @Test func `usage errors exit with 64, help and version with 0`() throws {
        #expect(try Lacuna.run(["train", "--no-such-flag"], in: "/tmp").code == 64)
        #expect(try Lacuna.run(["train"], in: "/tmp").code == 64)
        #expect(try Lacuna.run(["--help"], in: "/tmp").code == 0)
        let version = try Lacuna.run(["--version"], in: "/tmp")
        #expect(version.code == 0 && version.output.hasPrefix("lacuna "))
    }
}
