import Foundation
import Lacuna
import TestSupport
import Testing

@testable import LacunaCommand

@Suite struct ReportTests {
    /// Facts of an untrained model on random labels: enough to lay out.
    private func facts(
        _ objectives: [Objective], rows: Int = 60, coverage: Double = 0.6, epochs: Int = 3
    ) throws -> ReportFacts {
        var random = SeededGenerator(seed: 11)
        let data = try Problem.random(rows: rows, objectives: objectives, coverage: coverage, using: &random).dataset()
        let model = try Model(features: data.features.columns, encoder: .dense(4), objectives: objectives, threads: 1)
        let outputs = try model.outputs(of: data)
        let evaluation = outputs.evaluation()
        let result = ResultReport(
            objectives: objectives, evaluations: [("test", evaluation)], rows: ["test": rows])
        let trained = ResultReport(
            objectives: objectives, evaluations: [("train", evaluation), ("valid", evaluation), ("test", evaluation)],
            rows: ["train": rows, "valid": rows, "test": rows],
            training: TrainingFacts(
                epochs: epochs, bestEpoch: epochs - 1, seconds: 1, stepMicroseconds: 1, rowsPerSecond: 1, parameters: 1,
                peakMemoryMegabytes: 1))
        let history = try model.fit(data, validation: data, { var s = TrainingSettings(); s.epochs = epochs; s.batchSize = rows; return s }())
        var facts = ReportFacts(
            name: "run", objectives: objectives, results: trained, epochs: history.epochs,
            settings: ReportSettings(encoder: "4, relu", program: "lacuna"), features: 4, parameters: 10)
        facts.scored = .init(split: "test", outputs: outputs, result: result)
        return facts
    }

    private func ids(_ source: String) -> [String] { source.matches(of: /\ id="([^"]*)"/).map { String($0.1) } }

    private let every: [Objective] = [
        .binary("tumor"), .categorical("tissue", classes: ["a", "b", "c"]), .multilabel("findings", labels: ["p", "q"]),
        .regression("size", unit: "mm"), .ordinal("grade", levels: ["1", "2", "3"]),
    ]

    @Test func `every kind has its drawings and tables`() throws {
        let source = ReportPage(facts: try facts(every)).page.source
        for id in [
            "o0-roc", "o0-pr", "o0-reliability", "o0-confusion", "o1-confusion", "o1-roc", "o1-reliability", "o2l0-roc",
            "o2l1-pr", "o3-scatter", "o3-residuals", "o3-spread", "o4-confusion", "coverage-map", "loss", "monitored", "curve0",
            "curve4", "macro", "results-binary", "results-ordinal", "versions",
        ] {
            #expect(ids(source).contains { $0 == id || $0 == id + "-t" || $0 == id + "-c" }, "\(id)")
        }
        #expect(source.contains("threshold 0.500"))
        #expect(source.contains("weights kept: epoch 2"))
        for metric in [Metric.auroc, .r2, .kappa, .macroF1] { #expect(source.contains("<dt>\(metric.title)</dt>")) }
    }

    @Test func `ids are unique, links lead somewhere, and every drawing has a name`() throws {
        let source = ReportPage(facts: try facts(every)).page.source
        let ids = ids(source)
        #expect(Set(ids).count == ids.count)
        for link in source.matches(of: /href="#([^"]*)"/) { #expect(ids.contains(String(link.1)), "\(link.1)") }
        for named in source.matches(of: /aria-labelledby="([^"]*)"/) {
            for id in named.1.split(separator: " ") { #expect(ids.contains(String(id)), "\(id)") }
        }
        let drawings = source.matches(of: /<svg ([^>]*)>/).map(\.1)
        #expect(drawings.count > 20)
        #expect(drawings.allSatisfy { $0.contains("aria-hidden=\"true\"") || $0.contains("role=\"img\" aria-labelledby=") })
        for drawing in source.matches(of: /<svg class="plot[^>]*>(<title id="[^"]*">[^<]+<\/title><desc id="[^"]*">[^<]+<\/desc>)?/) {
            #expect(drawing.1 != nil)
        }
    }

    @Test func `a name that is markup is text on the page`() throws {
        let name = "<script>alert('x')</script>", label = "\"><img src=x onerror=alert(1)>"
        var facts = try facts([
            .binary(name), .categorical("k", classes: [name, label]), .multilabel("m", labels: [name + "1", label]),
        ])
        facts.warnings = ["<b>warning</b>"]
        facts.settings.configuration = "data: </pre><script>"
        let source = ReportPage(facts: facts).page.source
        #expect(source.matches(of: /<script/).count == 1)
        #expect(!source.contains("<img") && !source.contains("<b>"))
        #expect(source.contains("<bdi>&lt;script&gt;alert(&#39;x&#39;)&lt;/script&gt;</bdi>"))
        #expect(source.contains("data: &lt;/pre&gt;&lt;script&gt;"))
    }

    @Test func `the same facts make the same bytes`() throws {
        #expect(ReportPage(facts: try facts(every)).page.bytes == ReportPage(facts: try facts(every)).page.bytes)
    }

    @Test func `a thousand objectives are summarised, all in the table, in far less than five megabytes`() throws {
        let objectives: [Objective] = (0..<1000).map { .binary("objective number \($0) of a screen") }
        let page = ReportPage(facts: try facts(objectives, rows: 80, coverage: 0.5, epochs: 1)).page
        let source = page.source
        #expect(page.bytes.count < 2_000_000)
        let named = source.components(separatedBy: "<tr><th scope=\"row\"><bdi>").dropFirst().map { $0.prefix { $0 != "<" } }
        #expect(Set(named.map(String.init)).isSuperset(of: objectives.map(\.name)))
        for id in ["results-spread", "results-extremes", "results-all", "coverage-strip-t", "band-binary-train-t", "results-binary-q"] {
            #expect(source.contains("id=\"\(id)\""), "\(id)")
        }
        // Ten best and ten worst, each with its ROC curve.
        #expect(source.matches(of: /id="o\d+-roc-t"/).count == 20)
        #expect(source.contains("href=\"#o"))
    }

    @Test func `many labels do not make a larger page`() throws {
        let few = ReportPage(facts: try facts([.binary("a"), .regression("b")], rows: 500)).page.bytes.count
        let many = ReportPage(facts: try facts([.binary("a"), .regression("b")], rows: 20_000)).page.bytes.count
        #expect(many < few + 60_000)
    }

    @Test func `without results, history and data the page says what is missing`() {
        var facts = ReportFacts(
            name: "run", objectives: [.binary("a")], settings: ReportSettings(encoder: "4", program: "lacuna"), features: 1,
            parameters: 1)
        facts.gaps = ["There are no curves."]
        let source = ReportPage(facts: facts).page.source
        #expect(source.contains("<li class=\"info\">There are no curves.</li>"))
        #expect(!source.contains("<svg"))
    }

    @Test(arguments: [2, 7])
    func `weights of balancing are drawn where they move`(objectives: Int) throws {
        var facts = try facts((0..<objectives).map { .binary("t\($0)") })
        facts.extras.weights = (1...3).map { .init(epoch: $0, values: Array(repeating: 1, count: objectives)) }
        #expect(!ReportPage(facts: facts).page.source.contains("id=\"weights-t\""))
        facts.extras.weights[1].values[0] = nil
        #expect(!ReportPage(facts: facts).page.source.contains("id=\"weights-t\""))
        facts.extras.weights[2].values[1] = 1.5
        facts.extras.balance = "dwa"
        let source = ReportPage(facts: facts).page.source
        #expect(source.contains("id=\"weights-t\"") && source.contains("<small>by dwa</small>"))
        #expect(source.contains("from 1.000 to 1.500."))
    }

    @Test func `what the labels cannot decide is a warning`() throws {
        var random = SeededGenerator(seed: 3)
        let objectives: [Objective] = [.binary("seen"), .binary("never")]
        let features = (0..<40).map { _ in [Float.random(in: -1...1, using: &random)] }
        let data = try Dataset(
            features: FeatureMatrix(features), objectives: objectives, labels: ["seen": .yesNo((0..<40).map { _ in true })])
        let model = try Model(features: 1, encoder: .dense(2), objectives: objectives, threads: 1)
        let outputs = try model.outputs(of: data)
        var facts = ReportFacts(
            name: "run", objectives: objectives, settings: ReportSettings(encoder: "2", program: "lacuna"), features: 1,
            parameters: 1)
        facts.scored = .init(
            split: "all", outputs: outputs,
            result: ResultReport(objectives: objectives, evaluations: [("all", outputs.evaluation())], rows: ["all": 40]))
        let source = ReportPage(facts: facts).page.source
        #expect(source.contains("never without any label in all rows: nothing can be said of it there."))
        #expect(source.contains("seen: AUROC is undefined in all rows, only one class among the observed labels."))
    }
}

@Suite struct ReportCommandTests {
    /// A trained run in a folder.
    private func withRun(_ body: (String) throws -> Void) throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 300).write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(Sample.train + Sample.objectives + ["--quiet", "--out", "run"], in: folder)
            try #require(trained.code == 0, "\(trained.error)")
            try body(folder)
        }
    }

    @Test func `report writes one page about a run, twice the same, and tells nothing of this machine`() throws {
        try withRun { folder in
            let made = try Lacuna.run(["report", "--model", "run", "--bootstrap", "20", "--out", "a.html"], in: folder)
            #expect(made.code == 0, "\(made.error)")
            #expect(made.output.isEmpty && made.error.contains("wrote 'a.html': "))
            #expect(try Lacuna.run(["report", "--model", "run", "--bootstrap", "20", "--quiet", "--out", "b.html"], in: folder).error.isEmpty)
            let page = try FileSystem.read(folder + "/a.html")
            #expect(page == (try FileSystem.read(folder + "/b.html")))
            let source = String(decoding: page, as: UTF8.self)
            for text in [
                "id=\"o0-roc-t\"", "id=\"o1-confusion\"", "id=\"o3-residuals-t\"", "id=\"coverage-map\"", "id=\"loss-t\"",
                "file: data.csv", "Measured on the test part", "Model trained by", "lacuna \(Version.text) on ", "from 20 bootstrap resamples",
            ] {
                #expect(source.contains(text), "\(text)")
            }
            let digest = try #require(try FilePaths.text(of: folder + "/run/model.json")?.firstMatch(of: /"file" : "([0-9a-f]{64})"/)).1
            #expect(source.contains(digest))
            #expect(!source.contains(folder) && !source.contains(NSHomeDirectory() + "/"))

            let valid = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--split", "valid", "--out", "c.html"], in: folder)
            #expect(valid.code == 0)
            #expect(try FilePaths.text(of: folder + "/c.html")?.contains("Measured on the valid part") == true)

            // The same numbers as evaluate's.
            let scored = try Lacuna.run(["evaluate", "--model", "run", "--split", "test", "--json"], in: folder)
            let result = try ResultReport(reading: Array(scored.output.utf8))
            let auroc = try #require(result.objectives[0].scores["test"]?[.auroc]?.number)
            #expect(source.contains("the area is \(NumberText.metric(auroc))"))
        }
    }

    @Test func `what inspect warns of stands in the report`() throws {
        try withTemporaryFolder { folder in
            // The second half repeats the first: rows of one part equal rows of another.
            let half = Sample.csv(rows: 60).split(separator: "\n")
            try (half + half.dropFirst()).joined(separator: "\n").write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(
                Sample.train + ["--objective", "tumor:binary", "--objective", "size:regression", "--ignore", "finding_*", "--ignore", "tissue", "--ignore", "grade", "--quiet", "--out", "run"],
                in: folder)
            try #require(trained.code == 0, "\(trained.error)")
            let made = try Lacuna.run(["report", "--model", "run", "--bootstrap", "0", "--out", "a.html"], in: folder)
            #expect(made.code == 0, "\(made.error)")
            let source = try #require(try FilePaths.text(of: folder + "/a.html"))
            #expect(source.contains("in all features, such as row "))
            let without = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--out", "b.html"], in: folder)
            #expect(without.code == 0)
            #expect(try FilePaths.text(of: folder + "/b.html")?.contains("in all features, such as row ") == false)
        }
    }

    @Test func `calibration, the chosen threshold and sets are shown before and after`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 300).write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(
                Sample.train + Sample.objectives
                    + ["--calibration", "temperature", "--threshold", "f1", "--coverage", "0.8", "--split", "0.5,0.3,0.2", "--quiet", "--out", "run"],
                in: folder)
            try #require(trained.code == 0, "\(trained.error)")
            let made = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--out", "a.html"], in: folder)
            #expect(made.code == 0, "\(made.error)")
            let source = try #require(try FilePaths.text(of: folder + "/a.html"))
            for text in [
                "id=\"decisions-calibration\"", "id=\"decisions-thresholds\"", "id=\"decisions-conformal\"", "before calibration",
                "<td>80.0 %</td>",
            ] { #expect(source.contains(text), "\(text)") }
            let threshold = try #require(try Decisions.load(from: folder + "/run")?["tumor"]?.slots[0].threshold?.value)
            #expect(source.contains("threshold \(NumberText.fixed(threshold, decimals: 3)) (f1)"))
        }
    }

    @Test func `members, folds, comparisons and weights are told where the folder tells them`() throws {
        try withTemporaryFolder { folder in
            try """
                {"members": [{"folder": "members/1", "seed": 0, "main": {"train": 0.9, "test": 0.75}, "objectives": []}],
                 "compare": [{"objective": "a<b", "metric": "auroc", "split": "test", "observed": 120, "shared": 0.8, "alone": 0.7,
                              "difference": 0.1, "interval": [0.02, 0.18], "verdict": "gains", "epochs": 3, "note": null}],
                 "training": {"balance": "dwa"}}
                """.write(to: folder, as: "metrics.json")
            try "{\"epoch\": 1, \"objectives\": [{\"weight\": 1.25}, {}]}\n".write(to: folder, as: "history.jsonl")
            let extras = try ReportExtras.read(RunDirectory(folder))
            #expect(extras.members.map(\.folder) == ["members/1"])
            #expect(extras.weights == [.init(epoch: 1, values: [1.25, nil])] && extras.balance == "dwa")
            var facts = ReportFacts(
                name: "run", objectives: [.binary("a<b")], settings: ReportSettings(encoder: "2", program: "lacuna"), features: 1,
                parameters: 1)
            facts.extras = extras
            let source = ReportPage(facts: facts).page.source
            #expect(source.contains("<td>0.100 <small>0.020 to 0.180</small></td><td class=\"t\">gains</td>"))
            #expect(source.contains("<bdi>members/1</bdi>") && source.contains("<td>0.750</td>"))
        }
    }

    @Test func `without its data a run still has a report that says so, and data that are named have to be there`() throws {
        try withRun { folder in
            try FileManager.default.moveItem(atPath: folder + "/data.csv", toPath: folder + "/moved.csv")
            let made = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--out", "a.html"], in: folder)
            #expect(made.code == 0, "\(made.error)")
            #expect(made.error.hasPrefix("warning: There are no curves, for the data of training cannot be read again"))
            let source = try #require(try FilePaths.text(of: folder + "/a.html"))
            #expect(source.contains("cannot be read again") && !source.contains(folder))
            #expect(source.contains("id=\"loss-t\"") && !source.contains("-roc"))
            #expect(source.contains("Measured on the test part"))

            let absent = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--data", "data.csv", "--out", "b.html"], in: folder)
            #expect(absent.code == 1 && absent.error.hasPrefix("error: "))
            #expect(!FileSystem.exists(folder + "/b.html"))
            let named = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--data", "moved.csv", "--out", "b.html"], in: folder)
            #expect(named.code == 0, "\(named.error)")
            #expect(try FilePaths.text(of: folder + "/b.html")?.contains("-roc") == true)

            // Other rows: the parts of training mean nothing there.
            try Sample.csv(rows: 90).write(to: folder, as: "other.csv")
            let other = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--data", "other.csv", "--out", "c.html"], in: folder)
            #expect(other.code == 0, "\(other.error)")
            #expect(try FilePaths.text(of: folder + "/c.html")?.contains("Measured on all rows") == true)
        }
    }

    @Test func `a folder with files missing is reported with what is left`() throws {
        try withRun { folder in
            for name in ["metrics.json", "history.jsonl", "config.yaml"] { try FileSystem.remove(folder + "/run/" + name) }
            let made = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--out", "a.html"], in: folder)
            #expect(made.code == 0, "\(made.error)")
            let source = try #require(try FilePaths.text(of: folder + "/a.html"))
            for name in ["metrics.json", "history.jsonl", "config.yaml"] { #expect(source.contains("the folder has no \(name).")) }
            #expect(source.contains("-roc"))
        }
    }

    @Test func `what cannot be written or read is an error with a place and a remedy`() throws {
        try withRun { folder in
            func error(_ arguments: [String]) throws -> String {
                let outcome = try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0"] + arguments, in: folder)
                #expect(outcome.code == 1)
                return outcome.error
            }
            #expect(
                try error(["--model", "run", "--out", "run"]) == """
                    error: the output 'run' is a folder
                      where: --out
                      fix:   name a file, such as 'run/report.html'

                    """)
            #expect(try error(["--model", "run", "--out", "page.txt"]).hasPrefix("error: the output 'page.txt' does not end in .html\n"))
            #expect(try error(["--model", "run", "--out", "no/such/page.html"]).contains("it cannot be written"))
            #expect(try error(["--model", "nothing", "--out", "page.html"]).contains("there is no such folder"))
            #expect(try error(["--model", "run", "--split", "tset", "--out", "page.html"]).hasPrefix("error: 'tset' is no part\n"))
            #expect(!FileSystem.exists(folder + "/page.html") && !FileSystem.exists(folder + "/page.html.partial"))
            try "old".write(to: folder, as: "page.html")
            #expect(try Lacuna.run(["report", "--no-inspect", "--bootstrap", "0", "--model", "run", "--quiet", "--out", "page.html"], in: folder).code == 0)
            #expect(try FilePaths.text(of: folder + "/page.html")?.hasPrefix("<!DOCTYPE html>") == true)
        }
    }
}
