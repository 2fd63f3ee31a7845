import Foundation
@testable import Lacuna
@testable import LacunaCommand
import TestSupport

/// Readers of files that the command writes and reads back.
extension Target {
    static func configuration(_ workspace: Workspace) throws -> Target {
        let whole = try ConfigurationWriter.write(RunConfiguration())
        let more = """
            data: {files: [{name: a, path: a.csv}], missing: ["-1", null], rename: [a:x=y], text: [ward], splitColumn: split}
            objectives:
              - 'tumor:binary:weight=2'
              - {column: x, kind: binary, uncertain: {value: -1, policy: soft, range: [0.55, 0.85]}, positiveWeight: balanced}
              - column: grade
                kind: ordinal
                levels: [low, mid, high]
              - {column: size, kind: regression, loss: huber, delta: 0.5, transform: log1p}

            """
        return Target(
            name: "config",
            words: [
                "data:", "objectives:", "encoder:", "training:", "decisions:", "- ", "{", "}", "[", "]", "&a ", "*a", "<<: *a", "!!binary ", "|\n", ">-\n", "? ", "---\n", "...\n",
                "%YAML 1.1\n", "\"\\u0000\"", "~", "null", ".nan", ".inf", "1e400", "column: ", "kind: ", "binary", "multilabel", "head: ", "uncertain: ", "&a [*a, *a]", "\t", "# ",
            ],
            seeds: [whole, RunFolder.configuration, more].map { Array($0.utf8) }
        ) { bytes in
            let path = try workspace.put(bytes, "lacuna.yaml")
            return [Attempt(path: path) { _ = try RunConfiguration.read(file: path) }]
        }
    }

    /// Results, history and settings of a run, read for a report and laid out.
    static func report(_ workspace: Workspace) throws -> Target {
        let run = try RunFolder("reported", in: workspace)
        let pair = try RunFolder("members", in: workspace, members: 2)
        // Without the data no curves are drawn: this is about what is read back.
        for name in ["reported.csv", "members.csv"] { try FileSystem.remove(workspace.path(name)) }
        func seeds(_ run: RunFolder, _ names: [String], _ mark: String) -> [[UInt8]] {
            names.map { Bundle([($0, run.files[$0] ?? []), (mark, [])]).bytes }
        }
        return Target(
            name: "report", form: .bundle,
            words: ["null", "1e300", "-1e300", "1e-300", "0", "-1", "9223372036854775807", "NaN", "observed", "unscored", "confusion", "members", "folds", "compare", "=== history.jsonl\n"],
            seeds: seeds(run, ["metrics.json", "history.jsonl", "config.yaml"], "one") + seeds(pair, ["metrics.json", "members/1/history.jsonl"], "pair")
        ) { bytes in
            let bundle = Bundle(bytes), run = bundle["pair"] == nil ? run : pair
            try run.write(bundle)
            return [
                Attempt(path: run.path) {
                    let facts = try ReportFacts.load(RunDirectory(run.path), .init(part: nil, flags: [], namesData: false, inspects: false))
                    _ = ReportPage(facts: facts).page.bytes
                }
            ]
        }
    }

    /// The results of a run, read back and written again.
    static func results(_ workspace: Workspace) throws -> Target {
        let run = try RunFolder("scored", in: workspace, members: 2), plain = try RunFolder("plain", in: workspace)
        return Target(
            name: "results", form: .json, words: ["null", "1e300", "-1", "\"observed\":", "\"unscored\":", "\"confusion\":", "\"members\":", "\"folds\":", "\"compare\":", "\"sources\":"],
            seeds: [run, plain].compactMap { $0.files["metrics.json"] }
        ) { bytes in
            [
                Attempt(path: "metrics.json") {
                    let results: ResultReport
                    // Those who read it name it.
                    do { results = try ResultReport(reading: bytes) } catch { throw ModelFileError("its JSON is no result", file: "metrics.json") }
                    _ = ResultTable.text(results, detail: .init(allMetrics: true, confusion: true))
                    _ = results.json.compact
                }
            ]
        }
    }

    /// The log of a search, gone on with.
    static func trials(_ workspace: Workspace) throws -> Target {
        let header = TrialLog.Header(method: "random", seed: 1, search: ["a=1..2"], base: "", data: ["a.csv": "0"])
        let path = workspace.path("trials.jsonl")
        var log = try TrialLog(path, header)
        try log.append(.init(trial: 1, rung: 0, epochs: 2, score: 0.5, seconds: 1.5, settings: ["a": "1.5"]))
        try log.append(.init(trial: 2, rung: 0, epochs: 1, failure: "it diverged", seconds: 0, settings: [:]))
        let seed = try FileSystem.read(path)
        let shared = SharingResult(
            objective: "x", metric: .auroc, split: "test", observed: 3, shared: 0.5, alone: 0.25, difference: 0.25, lower: 0, upper: 1, epochs: 2, note: "n")
        let result = Array(shared.json.compact.utf8)
        return Target(
            name: "trials", form: .bundle, words: ["1e300", "-1", "null", "\"trial\":", "\"score\":"],
            seeds: [Bundle([("trials.jsonl", seed)]).bytes, Bundle([("1.json", result)]).bytes]
        ) { bytes in
            let bundle = Bundle(bytes)
            if let result = bundle["1.json"] {
                // What does not decode is scored anew.
                return [Attempt(path: "1.json") { _ = (try? JSONDecoder().decode(SharingResult.self, from: Data(result)))?.json.compact }]
            }
            try workspace.put(bundle["trials.jsonl"] ?? bytes, "trials.jsonl")
            return [
                Attempt(path: path) {
                    let log = try TrialLog(path, header)
                    _ = (log.seconds, log.entry(trial: 1, rung: 0)?.score)
                }
            ]
        }
    }
}

extension Target {
    /// Every reader, by name.
    static let all: [(name: String, make: @Sendable (Workspace) throws -> Target)] = [
        ("table", table), ("gzip", gzip), ("npy", npy), ("npz", npz), ("sparse", sparse), ("libsvm", libsvm), ("config", configuration),
        ("safetensors", safetensors), ("model", model), ("ensemble", ensemble), ("checkpoint", checkpoint), ("results", results), ("report", report), ("trials", trials),
    ]
}
