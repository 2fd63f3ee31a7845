import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct DecisionTests {
    /// A CSV's cells by column name.
    private func columns(_ text: String) -> [String: [String]] {
        let lines = text.split(separator: "\n").map { $0.split(separator: ",", omittingEmptySubsequences: false).map(String.init) }
        var columns: [String: [String]] = [:]
        for (place, name) in lines[0].enumerated() { columns[name] = lines.dropFirst().map { $0[place] } }
        return columns
    }

    @Test func `train fits decisions, predict says them and evaluate measures them`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 360).write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(
                Sample.train + Sample.objectives
                    + ["--calibration", "temperature", "--threshold", "youden", "--coverage", "0.8", "--split", "0.5,0.3,0.2", "--json", "--quiet", "--out", "run"],
                in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let report = try ResultReport(reading: Array(trained.output.utf8))
            #expect(report.json.pretty() + "\n" == trained.output, "what is read back is what was written")
            let facts = try #require(report.decisions)
            #expect(facts.tuningRows + facts.conformalRows == report.rows["valid"] && facts.coverage == 0.8)
            let tumor = try #require(report.objectives[0].decision)
            #expect(tumor.calibration == "temperature" && tumor.temperature != nil && tumor.rule == "youden")
            #expect(tumor.calibrated["test"]?[.logLoss] != nil && tumor.decided["test"]?[.recall] != nil)
            #expect(tumor.conformal?.required == 0.8 && tumor.conformal?.measured["test"] != nil)
            #expect(report.objectives[2].labels.allSatisfy { $0.decision?.threshold != nil && $0.decision?.conformal != nil })
            #expect(report.objectives[3].decision?.conformal?.averageWidth["test"] != nil)
            #expect(report.objectives[1].confusion["test"]?.count == 3 && report.objectives[1].classes.count == 3)

            let predicted = try Lacuna.run(["predict", "--model", "run", "--data", "data.csv", "--out", "p.csv"], in: folder)
            #expect(predicted.code == 0, "\(predicted.error)")
            let cells = columns(try #require(try FilePaths.text(of: folder + "/p.csv")))
            #expect(Set(cells.keys).isSuperset(of: [
                "tumor", "tumor.decision", "tumor.set", "tissue.decision", "tissue.set", "finding_a.decision",
                "finding_b.set", "size.lower", "size.upper", "grade.set",
            ]))
            let threshold = try #require(tumor.threshold)
            for (p, decision) in zip(try #require(cells["tumor"]), try #require(cells["tumor.decision"])) {
                let isPositive = try #require(Double(p)) >= threshold - 1e-7
                #expect(decision == (isPositive ? "1" : "0"))
            }
            for (set, decision) in zip(try #require(cells["tissue.set"]), try #require(cells["tissue.decision"])) {
                #expect(set.split(separator: "|").contains { $0 == decision })
            }
            for row in 0..<360 {
                let size = try #require(Double(cells["size"]?[row] ?? ""))
                let (low, high) = (Double(cells["size.lower"]?[row] ?? "") ?? .nan, Double(cells["size.upper"]?[row] ?? "") ?? .nan)
                #expect(low <= size && size <= high)
            }

            let scored = try Lacuna.run(
                ["evaluate", "--model", "run", "--split", "test", "--json", "--bootstrap", "50", "--inverse-propensity"], in: folder)
            #expect(scored.code == 0, "\(scored.error)")
            let test = try ResultReport(reading: Array(scored.output.utf8))
            #expect(test.json.pretty() + "\n" == scored.output)
            #expect(test.objectives[0].decision?.decided["test"] == tumor.decided["test"])
            #expect(test.objectives[0].decision?.conformal?.measured["test"] == tumor.conformal?.measured["test"])
            #expect(test.objectives[0].scores["test"] == report.objectives[0].scores["test"], "plain metrics stay what they were")
            let interval = try #require(test.objectives[0].intervals["test"]?[.accuracy])
            let accuracy = try #require(test.objectives[0].scores["test"]?[.accuracy]?.number)
            #expect(interval.lower <= accuracy && accuracy <= interval.upper)
            #expect(!scored.error.contains("warning"))
            #expect(test.bootstrap == BootstrapFacts(resamples: 50, confidence: 0.95, seed: 0, grouped: false))
            #expect(test.macroIntervals["test"]?[.auroc] != nil)
            #expect(test.objectives[0].inversePropensity["test"]?.scores[.accuracy] != nil)
            #expect(test.inversePropensity?.largestWeight == 10)
            let moved = try Lacuna.run(
                ["evaluate", "--model", "run", "--split", "test", "--json", "--bootstrap", "0", "--threshold", "0.9"], in: folder)
            let at = try #require(try ResultReport(reading: Array(moved.output.utf8)).objectives[0].decision)
            #expect(at.threshold == 0.9 && at.rule == "0.9")
            let recalls = (at.decided["test"]?[.recall]?.number ?? 2, tumor.decided["test"]?[.recall]?.number ?? -1)
            #expect(recalls.0 <= recalls.1)
            let shown = try Lacuna.run(
                ["evaluate", "--model", "run", "--split", "test", "--confusion", "--all-metrics", "--bootstrap", "20"], in: folder)
            for word in [
                "intervals", "calibrated", "temperature", "decided", "youden", "conformal", "80.0 %", "tissue: label \\ predicted",
                "eceEqualMass", "fitted on",
            ] { #expect(shown.output.contains(word), "\(word)") }
        }
    }

    @Test func `rows of a group are resampled together, and kept apart together`() throws {
        try withTemporaryFolder { folder in
            let text = Sample.csv(rows: 180).split(separator: "\n").enumerated().map { row, line in
                row == 0 ? "clinic," + line : "c\((row - 1) / 6),\(line)"
            }
            try (text.joined(separator: "\n") + "\n").write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(
                Sample.train + Sample.objectives
                    + ["--group", "clinic", "--coverage", "0.5", "--split", "0.5,0.3,0.2", "--quiet", "--json", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let facts = try #require(try ResultReport(reading: Array(trained.output.utf8)).decisions)
            #expect(facts.tuningRows % 6 == 0 && facts.conformalRows % 6 == 0 && facts.conformalRows > 0)
            let scored = try Lacuna.run(["evaluate", "--model", "run", "--split", "test", "--json", "--bootstrap", "30"], in: folder)
            #expect(scored.code == 0, "\(scored.error)")
            #expect(try ResultReport(reading: Array(scored.output.utf8)).bootstrap?.grouped == true)
        }
    }

    @Test func `a decision speaks the file's words, and an array its numbers`() throws {
        try withTemporaryFolder { folder in
            let text = Sample.csv(rows: 200).split(separator: "\n").map { line -> String in
                var cells = line.split(separator: ",", omittingEmptySubsequences: false).map(String.init)
                if cells[4] == "1" { cells[4] = "sick" } else if cells[4] == "0" { cells[4] = "well" }
                return cells.joined(separator: ",")
            }
            try (text.joined(separator: "\n") + "\n").write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(
                Sample.train + [
                    "--objective", "tumor:binary:positive=sick,threshold=sensitivity=0.9,calibration=isotonic", "--objective",
                    "size:regression", "--ignore", "tissue", "--ignore", "finding_*", "--ignore", "grade", "--quiet", "--out", "run",
                ], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            for (out, code) in [("p.csv", Int32(0)), ("p.npy", 0)] {
                #expect(try Lacuna.run(["predict", "--model", "run", "--data", "data.csv", "--out", out], in: folder).code == code)
            }
            let cells = columns(try #require(try FilePaths.text(of: folder + "/p.csv")))
            let words = Set(try #require(cells["tumor.decision"]))
            #expect(words.contains("sick") && words.isSubset(of: ["sick", "well"]))
            #expect(cells["tumor.set"] == nil && cells["size.lower"] == nil, "no coverage was asked for")
            // patient is no number; tumor, tumor.decision and size are.
            let array = try Data(contentsOf: URL(filePath: folder + "/p.npy"))
            #expect(String(decoding: array.prefix(128), as: UTF8.self).contains("(200, 3)"))
            let config = try #require(try FilePaths.text(of: folder + "/run/config.yaml"))
            #expect(config.contains("threshold: sensitivity=0.9") && config.contains("calibration: isotonic"))
            #expect(try Lacuna.run(["train", "--config", "run/config.yaml", "--quiet", "--out", "again"], in: folder).code == 0)
            let (first, second) = (try Decisions.load(from: folder + "/run"), try Decisions.load(from: folder + "/again"))
            #expect(first == second && first != nil)
        }
    }

    @Test(arguments: [
        (["--threshold", "f3"], "'f3' is no rule for a threshold"),
        (["--coverage", "1"], "the coverage is 1; it lies between 0 and 1"),
        (["--calibration", "platt"], "'platt' is not known here"),
        (["--split", "0.8,0,0.2", "--calibration", "isotonic"], "calibration and thresholds need validation rows, and there are none"),
        (["--split", "0.8,0,0.2", "--coverage", "0.9"], "a coverage of 0.9 needs validation rows, and there are none"),
    ])
    func `what cannot be fitted is refused before training`(flags: [String], problem: String) throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let run = try Lacuna.run(Sample.train + Sample.objectives + flags + ["--out", "run"], in: folder)
            #expect(run.code != 0 && run.error.contains("error: \(problem)"), "\(run.error)")
            #expect(!FileSystem.exists(folder + "/run"))
        }
    }
}
