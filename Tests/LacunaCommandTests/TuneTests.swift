import Foundation
import Lacuna
import TestSupport
import Testing

@testable import LacunaCommand

@Suite struct TuneTests {
    private func space(_ texts: [String], fixed: Set<String> = [], objectives: Int = 2) throws -> SearchSpace {
        try SearchSpace(texts, fixed: fixed).of(objectives: objectives)
    }

    @Test func `what is given is not searched, and what is searched replaces the usual range`() throws {
        let keys = try space([], fixed: ["training.learningRate", "encoder.dropout"]).dimensions.map(\.key)
        #expect(keys == ["dense", "reduction", "weights"] || keys == ["encoder", "reduction", "weights"])
        #expect(try !space([], objectives: 1).dimensions.contains { $0.key == "weights" })
        let own = try space(["dropout=0.1|0.2"]).dimensions.first { $0.key == "dropout" }
        #expect(own?.values == .choices(["0.1", "0.2"]))
        // A person who names it wants it searched, whatever the file says.
        #expect(try space(["learning-rate=0.1..0.2"], fixed: ["training.learningRate"]).dimensions.contains { $0.path == "training.learningRate" })
    }

    @Test func `draws lie in their ranges, fill them, and depend on seed and trial alone`() throws {
        let space = try space(["dropout=0.1..0.5", "learningRate=0.0001..0.01"])
        var dropouts: [Double] = [], rates: [Double] = []
        for trial in 1...400 {
            let draw = space.draw(trial: trial, seed: 3)
            #expect(draw == space.draw(trial: trial, seed: 3))
            dropouts.append(try #require(Double(draw.settings.first { $0.key == "dropout" }?.value ?? "")))
            rates.append(try #require(Double(draw.settings.first { $0.key == "learningRate" }?.value ?? "")))
        }
        #expect(dropouts.allSatisfy { (0.1...0.5).contains($0) } && rates.allSatisfy { (0.0001...0.01).contains($0) })
        // Uniform in the first, uniform over the logarithms in the second: each half has about half.
        #expect((160...240).contains(dropouts.count { $0 < 0.3 }))
        #expect((160...240).contains(rates.count { $0 < 0.001 }))
        #expect(space.draw(trial: 1, seed: 3) != space.draw(trial: 1, seed: 4))
    }

    @Test(arguments: [(27, 27, [1, 3, 9, 27]), (9, 20, [2, 6, 20]), (1, 20, [20]), (100, 4, [1, 4]), (5, 1, [1])])
    func `rungs of halving end with the whole training`(trials: Int, epochs: Int, expected: [Int]) {
        #expect(TuningRun.rungs(trials: trials, epochs: epochs) == expected)
    }

    private static let base = ["tune"] + ["--data", "data.csv", "--id", "patient", "--threads", "1"] + Sample.objectives + ["--quiet", "--search", "encoder=4|8", "--epochs", "4"]

    private func log(_ folder: String) throws -> [TrialLog.Entry] {
        try FileSystem.read(folder + "/trials.jsonl").split(separator: 0x0A).dropFirst().map {
            var entry = try JSONDecoder().decode(TrialLog.Entry.self, from: Data($0))
            entry.seconds = 0
            return entry
        }
    }

    @Test(arguments: ["random", "halving"])
    func `a search that was cut off goes on and ends as one that was not`(method: String) throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let arguments = Self.base + ["--method", method, "--trials", "6"]
            let whole = try Lacuna.run(arguments + ["--out", "whole"], in: folder)
            #expect(whole.code == 0, "\(whole.error)")
            // As a kill leaves it: some trials in the log, the next line half written.
            let lines = String(decoding: try FileSystem.read(folder + "/whole/trials.jsonl"), as: UTF8.self)
                .split(separator: "\n", omittingEmptySubsequences: false)
            try FileSystem.makeFolder(folder + "/cut")
            let rest = lines.prefix(4).joined(separator: "\n") + "\n" + lines[4].prefix(20)
            try FileSystem.write(Array(rest.utf8), to: folder + "/cut/trials.jsonl")
            let cut = try Lacuna.run(arguments + ["--out", "cut"], in: folder)
            #expect(cut.code == 0, "\(cut.error)")
            #expect(try log(folder + "/cut") == log(folder + "/whole"))
            #expect(try bytes(of: folder + "/cut/best.yaml") == bytes(of: folder + "/whole/best.yaml"))
            #expect(FileSystem.names(in: folder + "/cut") == ["best.yaml", "trials.jsonl"])
        }
    }

    /// What `--json` prints.
    private struct Printed: Decodable {
        struct Trial: Decodable {
            var trial: Int
            var score: Double?
        }

        var trials: [Trial]
        var best: Trial
        var config: String
    }

    @Test func `the best configuration trains to the score that the search found`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let search = try Lacuna.run(Self.base + ["--trials", "3", "--json", "--out", "s"], in: folder)
            #expect(search.code == 0, "\(search.error)")
            let result = try JSONDecoder().decode(Printed.self, from: Data(search.output.utf8))
            let entries = try log(folder + "/s")
            #expect(result.trials.map(\.trial) == [1, 2, 3])
            #expect(result.best.score == entries.compactMap(\.score).max())
            let trained = try Lacuna.run(["train", "--config", "s/best.yaml", "--quiet", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let last = try #require(
                String(decoding: try FileSystem.read(folder + "/run/history.jsonl"), as: UTF8.self).split(separator: "\n").last)
            let epoch = try JSONDecoder().decode(History.Epoch.self, from: Data(last.utf8))
            #expect(epoch.monitored == result.best.score)
        }
    }

    @Test func `whole numbers are drawn whole, and what a search holds still cannot be searched`() throws {
        let space = try space(["batchSize=16..256", "learningRate=0.001..0.1"])
        #expect(space.dimensions[0].values == .range(16, 256, isLog: true, isWhole: true) && space.dimensions[0].text == "batchSize=16..256")
        for trial in 1...50 {
            let drawn = try #require(Int(space.draw(trial: trial, seed: 1).settings[0].value))
            #expect((16...256).contains(drawn))
        }
        for key in ["folds", "ensemble", "compare", "seed", "unlabelled"] {
            #expect(throws: CommandError.self) { try self.space(["\(key)=2|3"]) }
        }
    }

    @Test func `a search with a coverage compares trials on the rows that the winner's training will see`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 240).write(to: folder, as: "data.csv")
            let flags = [
                "--balance", "uncertainty", "--coverage", "0.7", "--calibration", "temperature", "--ensemble", "2", "--split", "0.5,0.3,0.2",
            ]
            let search = try Lacuna.run(Self.base + flags + ["--trials", "2", "--json", "--out", "s"], in: folder)
            #expect(search.code == 0, "\(search.error)")
            let best = try JSONDecoder().decode(Printed.self, from: Data(search.output.utf8)).best
            let trained = try Lacuna.run(["train", "--config", "s/best.yaml", "--quiet", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let history = String(decoding: try FileSystem.read(folder + "/run/members/1/history.jsonl"), as: UTF8.self)
            let last = try JSONDecoder().decode(History.Epoch.self, from: Data(try #require(history.split(separator: "\n").last).utf8))
            #expect(last.monitored == best.score)
            #expect(last.objectives.allSatisfy { $0.weight != nil })
        }
    }

    @Test func `each objective of a pattern has a weight of its own, in the winner's settings too`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let search = try Lacuna.run(
                [
                    "tune", "--data", "data.csv", "--id", "patient", "--objective", "finding_*:binary", "--objective", "size:regression", "--ignore",
                    "t*", "--ignore", "grade", "--search", "encoder=4", "--epochs", "2", "--threads", "1", "--trials", "1", "--json", "--quiet", "--out", "s",
                ], in: folder)
            #expect(search.code == 0, "\(search.error)")
            #expect(try #require(log(folder + "/s").first?.settings["weights"]).split(separator: "|").count == 3)
            let best = try RunConfiguration.read(file: folder + "/s/best.yaml")
            #expect(best.objectives.map(\.columns) == [.exact("finding_a"), .exact("finding_b"), .exact("size")])
            #expect(Set(best.objectives.map(\.weight)).count == 3)
            let trained = try Lacuna.run(["train", "--config", "s/best.yaml", "--quiet", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let history = String(decoding: try FileSystem.read(folder + "/run/history.jsonl"), as: UTF8.self)
            let last = try JSONDecoder().decode(History.Epoch.self, from: Data(try #require(history.split(separator: "\n").last).utf8))
            #expect(last.monitored == (try JSONDecoder().decode(Printed.self, from: Data(search.output.utf8)).best.score))
        }
    }

    @Test func `a larger budget goes on with the same search, other settings do not`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            #expect(try Lacuna.run(Self.base + ["--trials", "2", "--out", "s"], in: folder).code == 0)
            #expect(try Lacuna.run(Self.base + ["--trials", "3", "--out", "s"], in: folder).code == 0)
            #expect(try log(folder + "/s").map(\.trial) == [1, 2, 3])
            let other = try Lacuna.run(Self.base + ["--trials", "3", "--seed", "9", "--out", "s"], in: folder)
            #expect(other.code == 1)
            #expect(other.error.contains("why:   the seed was 0, it is 9"))
            // Time spent counts over all parts of a search.
            let late = try Lacuna.run(Self.base + ["--minutes", "0.000001", "--out", "s"], in: folder)
            #expect(late.code == 0)
            #expect(try log(folder + "/s").count == 3)
        }
    }

    @Test(arguments: [
        (["--search", "dropuot=0..1"], "did you mean 'dropout'?"),
        (["--search", "dropout=0.5..0.1"], "such as 'dropout=0.1..0.5'"),
        (["--search", "dropout=0|1.5"], "dropout is 1.5; it lies in 0 ..< 1"),
        (["--search", "epochs=1|2"], "no setting that can be searched is called 'epochs'"),
        (["--method", "grid"], "'grid' is no method"), (["--trials", "none"], "'none' is no number of trials"),
        (["--split", "0.8,0,0.2"], "there is no validation part"), (["--folds", "3"], "a search makes no folds, and 3 are wanted"),
        (["--search", "batchSize=1.5..3"], "'batchSize' is a whole number"), (["--search", "clip=-1..0.5"], "clip is -1.0; it is above 0"),
    ])
    func `a search that cannot be says why and writes nothing`(arguments: [String], message: String) throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let run = try Lacuna.run(["tune"] + ["--data", "data.csv", "--id", "patient", "--threads", "1"] + Sample.objectives + arguments + ["--out", "s"], in: folder)
            #expect(run.code == 1)
            #expect(run.error.contains(message), "\(run.error)")
            #expect(!FileSystem.exists(folder + "/s"))
        }
    }
}
