import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

/// Runs of several models: ensembles, folds, and each objective alone.
@Suite struct ModelCountTests {
    private func report(_ outcome: Lacuna.Outcome) throws -> ResultReport {
        try #require(outcome.code == 0, "\(outcome.error)")
        return try ResultReport(reading: Array(outcome.output.utf8))
    }

    private func text(_ path: String) throws -> [Substring] {
        try #require(try FilePaths.text(of: path)).split(separator: "\n")
    }

    @Test func `an ensemble is trained, evaluated and predicts with a spread, and its members are runs of their own`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let command = Sample.train + Sample.objectives + ["--seed", "7"]
            let trained = try Lacuna.run(command + ["--ensemble", "3", "--json", "--out", "five"], in: folder)
            let report = try report(trained)
            #expect(report.members.map(\.seed) == [7, 8, 9] && report.members.map(\.folder) == ["members/1", "members/2", "members/3"])
            #expect(report.members.allSatisfy { $0.main("test") != nil && $0.report.training?.epochs == 2 })
            #expect(report.training?.epochs == 6)
            #expect(trained.error.contains("member 2/3, epoch 1/2: loss "))
            // The members are plain runs with their seeds, weight for weight.
            for (number, seed) in [(1, "7"), (3, "9")] {
                let name = "seed\(seed)"
                let alone = try Lacuna.run(command + ["--seed", seed, "--json", "--out", name], in: folder)
                #expect(alone.code == 0, "\(alone.error)")
                #expect(
                    try FileSystem.read("\(folder)/\(name)/model.safetensors")
                        == FileSystem.read("\(folder)/five/members/\(number)/model.safetensors"))
                #expect(
                    try FileSystem.read("\(folder)/\(name)/config.yaml") == FileSystem.read("\(folder)/five/members/\(number)/config.yaml"))
                let own = try ResultReport(reading: Array(alone.output.utf8))
                #expect(own.objectives == report.members[number - 1].report.objectives)
            }
            let scored = try Lacuna.run(["evaluate", "--model", "five", "--split", "test", "--json"], in: folder)
            let test = try self.report(scored)
            #expect(test.objectives.map { $0.scores["test"] } == report.objectives.map { $0.scores["test"] })
            #expect(test.members.map { $0.main("test") } == report.members.map { $0.main("test") })

            for (model, out) in [("five", "mean.csv"), ("five/members/1", "1.csv"), ("five/members/2", "2.csv"), ("five/members/3", "3.csv")] {
                let predicted = try Lacuna.run(["predict", "--model", model, "--data", "data.csv", "--out", out], in: folder)
                #expect(predicted.code == 0, "\(predicted.error)")
            }
            let mean = try text(folder + "/mean.csv").map { $0.split(separator: ",") }
            #expect(
                mean[0].joined(separator: ",")
                    == "patient,tumor,tumor.spread,tissue=benign,tissue=border,tissue=malignant,tissue=benign.spread,tissue=border.spread,tissue=malignant.spread,finding_a,finding_b,finding_a.spread,finding_b.spread,size,size.spread,grade,grade=1,grade=2,grade=3,grade=1.spread,grade=2.spread,grade=3.spread"
            )
            let each = try ["1", "2", "3"].map { try text("\(folder)/\($0).csv").map { $0.split(separator: ",") } }
            #expect(mean.count == 121)
            for column in mean[0].indices where mean[0][column].hasSuffix(".spread") {
                let source = String(mean[0][column].dropLast(7))
                let (ours, theirs) = (try #require(mean[0].firstIndex { $0 == source }), try #require(each[0][0].firstIndex { $0 == source }))
                for row in 1..<mean.count {
                    let values = try each.map { try #require(Double($0[row][theirs])) }
                    let average = values.reduce(0, +) / 3
                    #expect(abs(try #require(Double(mean[row][ours])) - average) < 1e-5 * max(1, abs(average)))
                    let deviation = (values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 3).squareRoot()
                    #expect(abs(try #require(Double(mean[row][column])) - deviation) < 1e-5 * max(1, deviation))
                }
            }
            let array = try Lacuna.run(["predict", "--model", "five", "--data", "data.csv", "--out", "p.npy"], in: folder)
            #expect(array.code == 0, "\(array.error)")
        }
    }

    @Test func `a finished ensemble is resumed without a change, and one that lost a member is refused`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let command = Sample.train + Sample.objectives + ["--ensemble", "2", "--json", "--out", "run"]
            let first = try Lacuna.run(command, in: folder)
            let again = try Lacuna.run(command + ["--resume"], in: folder)
            #expect(again.code == 0 && again.output == first.output)
            #expect(again.error == "The run in 'run' is finished; nothing was changed.\n")
            let other = try Lacuna.run(command + ["--resume", "--ensemble", "3"], in: folder)
            #expect(other.error.hasPrefix("error: the run to resume has training.ensemble 2, this one 3\n"))
            try FileSystem.remove(folder + "/run/members/2")
            let broken = try Lacuna.run(["evaluate", "--model", "run"], in: folder)
            #expect(broken.code == 1 && broken.error.contains("the model in it is missing\n"), "\(broken.error)")
            // What a member has is known to be of a run; what a stranger put there is not removed.
            try "mine".write(to: folder + "/run/members/1", as: "notes.txt")
            let refused = try Lacuna.run(command + ["--overwrite"], in: folder)
            #expect(refused.code == 1 && refused.error.contains("holds 'members/1/notes.txt', which is not of a run"), "\(refused.error)")
            try FileSystem.remove(folder + "/run/members/1/notes.txt")
            let replaced = try Lacuna.run(Sample.train + Sample.objectives + ["--out", "run", "--overwrite"], in: folder)
            #expect(replaced.code == 0 && !FileSystem.exists(folder + "/run/members"), "\(replaced.error)")
        }
    }

    @Test(arguments: [["--ensemble", "3"], ["--folds", "3"], ["--compare"]])
    func `a run of several models that is stopped in the second goes on with it, and equals one never stopped`(
        models: [String]
    ) throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 900).write(to: folder, as: "data.csv")
            let command =
                ["train", "--data", "data.csv", "--id", "patient", "--encoder", "48", "--threads", "1", "--epochs", "12"]
                + Sample.objectives + models
            let whole = try Lacuna.run(command + ["--out", "whole", "--json"], in: folder)
            #expect(whole.code == 0, "\(whole.error)")
            let running = try Lacuna.start(command + ["--out", "stopped"], in: folder)
            let second = ["members/2", "folds/2", "compare/2"].map { folder + "/stopped/" + $0 + "/checkpoints" }
            while running.process.isRunning, !second.contains(where: FileSystem.exists) { usleep(1000) }
            running.process.interrupt()
            let stopped = running.wait()
            try #require(stopped.code == 130, "\(stopped.error)")
            #expect(stopped.error.contains("To go on:\n  lacuna train --config 'stopped/config.yaml' --out 'stopped' --resume\n"))
            #expect(!FileSystem.exists(folder + "/stopped/model.json"))
            let resumed = try Lacuna.run(
                ["train", "--config", "stopped/config.yaml", "--out", "stopped", "--resume", "--json"], in: folder)
            #expect(resumed.code == 0, "\(resumed.error)")
            #expect(!resumed.error.contains("1/3, epoch") && !resumed.error.contains("alone, 1/5, epoch"), "\(resumed.error)")
            var compared = 0
            for name in ["model.safetensors", "optimizer.safetensors", "outOfFold.csv", "split.csv"] {
                for part in ["", "members/1/", "members/2/", "members/3/", "folds/1/", "folds/2/", "folds/3/"] {
                    guard FileSystem.exists("\(folder)/whole/\(part)\(name)") else { continue }
                    compared += 1
                    #expect(
                        try FileSystem.read("\(folder)/whole/\(part)\(name)") == FileSystem.read("\(folder)/stopped/\(part)\(name)"),
                        "\(part)\(name)")
                }
            }
            #expect(compared >= 3)
            let (a, b) = (try report(whole), try report(resumed))
            #expect(a.objectives == b.objectives && a.compare == b.compare)
            #expect(a.members.map(\.report.objectives) == b.members.map(\.report.objectives))
            #expect(a.folds.map(\.report.objectives) == b.folds.map(\.report.objectives))
            #expect(FileSystem.names(in: folder + "/whole").sorted() == FileSystem.names(in: folder + "/stopped").sorted())
        }
    }

    @Test func `folds test every row once, pool what they say, and predict together`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let command = Sample.train + Sample.objectives + ["--folds", "4", "--early-stopping", "2", "--out", "run"]
            let trained = try Lacuna.run(command + ["--json"], in: folder)
            let report = try report(trained)
            #expect(report.splits == ["outOfFold"] && report.rows == ["outOfFold": 120])
            #expect(report.folds.count == 4 && report.folds.reduce(0) { $0 + ($1.report.rows["test"] ?? 0) } == 120)
            for (index, objective) in report.objectives.enumerated() {
                let observed = report.folds.reduce(0) { $0 + ($1.report.objectives[index].scores["test"]?.observed ?? 0) }
                #expect(objective.scores["outOfFold"]?.observed == observed)
                // Errors of all rows together are the folds', weighted by their labels.
                if objective.kind == .regression {
                    let sum = report.folds.reduce(0.0) { sum, fold in
                        let scores = fold.report.objectives[index].scores["test"]
                        return sum + (scores?[.mae]?.number ?? .nan) * Double(scores?.observed ?? 0)
                    }
                    let pooled = try #require(objective.scores["outOfFold"]?[.mae]?.number)
                    #expect(abs(pooled - sum / Double(observed)) < 1e-5)
                }
                let metric = Metric.main(for: objective.kind)
                let spread = try #require(report.foldSpread(objective.name, metric))
                let values = report.folds.compactMap { $0.report.objectives[index].scores["test"]?[metric]?.number }
                #expect(spread.folds == values.count && abs(spread.mean - values.reduce(0, +) / Double(values.count)) < 1e-12)
            }
            let lines = try text(folder + "/run/outOfFold.csv")
            #expect(lines[0].hasPrefix("row,fold,patient,tumor,tissue=benign,") && lines.count == 121)
            let rows = lines.dropFirst().map { $0.split(separator: ",") }
            #expect(Set(rows.map { $0[0] }).count == 120)
            // What stands there for a fold's row is what that fold's model predicts.
            let predicted = try Lacuna.run(["predict", "--model", "run/folds/3", "--data", "data.csv", "--out", "3.csv"], in: folder)
            #expect(predicted.code == 0, "\(predicted.error)")
            let third = try text(folder + "/3.csv").map { $0.split(separator: ",").dropFirst().joined(separator: ",") }
            for row in rows where row[1] == "3" {
                #expect(third[try #require(Int(row[0]))] == row.dropFirst(3).joined(separator: ","))
            }
            // Each fold's model knows its own parts; all together have seen every row.
            let own = try self.report(Lacuna.run(["evaluate", "--model", "run/folds/3", "--split", "test", "--json"], in: folder))
            #expect(own.objectives.map { $0.scores["test"] } == report.folds[2].report.objectives.map { $0.scores["test"] })
            let all = try Lacuna.run(["evaluate", "--model", "run", "--json"], in: folder)
            #expect(all.error.hasPrefix("warning: these are the rows of training: 3 of the 4 models have seen each of them"))
            let none = try Lacuna.run(["evaluate", "--model", "run", "--split", "test"], in: folder)
            #expect(none.code == 1 && none.error.contains("the model is of 4 folds"))
            let together = try Lacuna.run(["predict", "--model", "run", "--data", "data.csv", "--out", "all.csv"], in: folder)
            #expect(together.code == 0, "\(together.error)")
            #expect(try text(folder + "/all.csv")[0].hasPrefix("patient,tumor,tumor.spread,"))
            let again = try Lacuna.run(command + ["--json", "--resume"], in: folder)
            #expect(again.output == trained.output)
        }
    }

    @Test func `each objective alone is set beside the shared model on the same rows`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 300).write(to: folder, as: "data.csv")
            let command = Sample.train + Sample.objectives + ["--learning-rate", "0.02", "--early-stopping", "3", "--monitor", "size.r2"]
            let plain = try Lacuna.run(command + ["--out", "plain", "--json"], in: folder)
            let compared = try Lacuna.run(command + ["--compare", "--out", "run", "--json"], in: folder)
            let report = try report(compared)
            #expect(report.objectives == (try self.report(plain)).objectives)
            #expect(try FileSystem.read(folder + "/plain/model.safetensors") == FileSystem.read(folder + "/run/model.safetensors"))
            #expect(!FileSystem.exists(folder + "/run/compare"))
            #expect(report.compare.map(\.objective) == ["tumor", "tissue", "findings", "size", "grade"])
            for (result, objective) in zip(report.compare, report.objectives) {
                #expect(result.split == "test" && result.epochs > 0)
                #expect(result.shared == objective.scores["test"]?[result.metric]?.number)
                #expect(result.observed == objective.scores["test"]?.observed)
                let (shared, alone) = (try #require(result.shared), try #require(result.alone))
                #expect(result.difference == shared - alone)
                let (lower, upper) = (try #require(result.lower), try #require(result.upper))
                #expect(lower <= upper)
                let wanted: SharingResult.Verdict = lower > 0 ? .gains : upper < 0 ? .loses : .unclear
                #expect(result.verdict == wanted)
            }
            let table = try Lacuna.run(command + ["--compare", "--out", "run", "--resume"], in: folder)
            #expect(table.output.contains("One shared model against one model for each objective, with the same settings:"))
            #expect(table.output.contains("Of 5 objectives, "))
        }
    }

    @Test func `an objective alone is the model that a run of it alone trains`() throws {
        try withTemporaryFolder { folder in
            let rows = Sample.csv(rows: 200).split(separator: "\n")
            let lines = rows.enumerated().map { $0 == 0 ? $1 + ",part" : $1 + ($0 % 4 == 0 ? ",test" : $0 % 4 == 1 ? ",valid" : ",train") }
            try (lines.joined(separator: "\n") + "\n").write(to: folder, as: "data.csv")
            let command = Sample.train + ["--split-column", "part", "--ignore", "finding_*", "--ignore", "tissue", "--ignore", "grade", "--json", "--unlabelled", "keep"]
            let both = try report(
                Lacuna.run(command + ["--objective", "size:regression", "--objective", "tumor:binary:weight=3", "--compare", "--out", "both"], in: folder))
            let alone = try report(
                Lacuna.run(command + ["--ignore", "size", "--objective", "tumor:binary", "--out", "alone"], in: folder))
            #expect(both.compare[1].alone == alone.objectives[0].scores["test"]?[.auroc]?.number)
        }
    }

    @Test(arguments: [
        (["--ensemble", "1"], "error: ensemble is 1; it lies in 2 ... 1000\n"),
        (["--folds", "1"], "error: folds is 1; it lies in 2 ... 1000\n"),
        (["--folds", "121"], "error: 121 folds are asked for, and there are 120 rows\n"),
        (["--folds", "3", "--split", "0.8,0.1,0.1"], "error: --folds and --split exclude each other\n"),
        (["--folds", "3", "--split-column", "ward"], "error: --folds and --split-column exclude each other\n"),
        (["--folds", "3", "--ensemble", "2"], "error: --ensemble and --folds exclude each other\n"),
        (["--compare", "--ensemble", "2"], "error: --ensemble and --compare exclude each other\n"),
        (["--ensemble", "many"], "error: 'many' is not a whole number\n"),
    ])
    func `what makes no sense is refused before anything is written`(flags: [String], message: String) throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let refused = try Lacuna.run(Sample.train + Sample.objectives + flags + ["--out", "run"], in: folder)
            #expect(refused.code == 1 && refused.error.hasPrefix(message), "\(refused.error)")
            #expect(!FileSystem.exists(folder + "/run"))
        }
    }

    @Test func `an objective that a fold's training cannot teach is told before anything is trained`() throws {
        try withTemporaryFolder { folder in
            var lines = ["x,y,rare"]
            for row in 0..<30 { lines.append("\(row % 7),\(row % 2),\(row == 3 ? "1" : "")") }
            try (lines.joined(separator: "\n") + "\n").write(to: folder, as: "data.csv")
            let refused = try Lacuna.run(
                ["train", "--data", "data.csv", "--objective", "y:binary", "--objective", "rare:binary", "--folds", "3", "--out", "run"],
                in: folder)
            #expect(refused.code == 1 && refused.error.contains("objective 'rare' has no observed label in training"), "\(refused.error)")
            #expect(refused.error.hasPrefix("error: fold ") && !FileSystem.exists(folder + "/run"))
        }
    }
}
