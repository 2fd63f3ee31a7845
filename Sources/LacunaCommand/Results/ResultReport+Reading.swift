#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Lacuna

extension ResultReport {
    /// Reads what ``json`` wrote, as `metrics.json` holds it.
    init(reading bytes: [UInt8]) throws {
        self.init(try JSONDecoder().decode(File.self, from: Data(bytes)))
    }

    fileprivate init(_ file: File) {
        let splits = (Part.allCases.map(\.rawValue) + ["all", Self.outOfFold]).filter { file.rows[$0] != nil }
        self.init(
            splits: splits, objectives: file.objectives.map(\.result), rows: file.rows,
            unlabelledDropped: file.unlabelledDropped, training: file.training?.facts)
        members = (file.members ?? []).map(\.result)
        folds = (file.folds ?? []).map(\.result)
        compare = file.compare ?? []
        macroIntervals = (file.macroIntervals ?? [:]).mapValues(AdditionsFile.intervals)
        bootstrap = file.bootstrap.map {
            BootstrapFacts(
                resamples: $0.resamples, confidence: $0.confidence, seed: UInt64($0.seed) ?? 0, grouped: $0.byGroup)
        }
        inversePropensity = file.inversePropensity.map {
            InversePropensityFacts(trainingRows: $0.trainingRows, largestWeight: $0.largestWeight, cut: $0.cut)
        }
        decisions = file.decisions.map {
            DecisionFacts(tuningRows: $0.tuningRows, conformalRows: $0.conformalRows, coverage: $0.coverage)
        }
        sources = (file.sources ?? []).map { source in
            SourceResult(
                name: source.name,
                report: ResultReport(
                    splits: splits.filter { source.rows[$0] != nil }, objectives: source.objectives.map(\.result),
                    rows: source.rows))
        }
    }
}

private struct File: Decodable {
    var objectives: [Entry]
    @Counts var rows: [String: Int]
    @Count var unlabelledDropped: Int
    var training: Facts?
    var members: [Member]?
    var folds: [Member]?
    var compare: [SharingResult]?
    var macroIntervals: [String: [String: [Double]]]?
    var bootstrap: Bootstrap?
    var decisions: Decisions?
    var inversePropensity: InversePropensity?
    var sources: [Source]?

    struct InversePropensity: Decodable {
        @Count var trainingRows: Int
        @Count var cut: Int
        var largestWeight: Double
    }

    struct Bootstrap: Decodable {
        @Count var resamples: Int
        var confidence: Double
        var seed: String
        var byGroup: Bool
    }

    struct Decisions: Decodable {
        @Count var tuningRows: Int
        @Count var conformalRows: Int
        var coverage: Double?
    }
}

/// A member of an ensemble, or the model of a fold: a report of its own with a few words more.
private struct Member: Decodable {
    var result: MemberResult

    private enum Key: CodingKey { case folder, seed }

    init(from decoder: any Decoder) throws {
        let own = try decoder.container(keyedBy: Key.self)
        result = MemberResult(
            folder: try own.decode(String.self, forKey: .folder), seed: try own.decode(UInt64.self, forKey: .seed),
            report: ResultReport(try File(from: decoder)))
    }
}

private struct Source: Decodable {
    var name: String
    var objectives: [Entry]
    @Counts var rows: [String: Int]
}

/// An objective, or one of its labels, which have its kind without saying so.
private struct Entry: Decodable {
    var name: String
    var kind: ObjectiveKind.Name?
    var scale: String?
    var coverage: [String: Double?]
    var metrics: [String: [String: Double?]]
    var undefined: [String: [String: String]]
    var labels: [Entry]?
    var training: ObjectiveTraining?
    let additions: AdditionsFile

    private enum CodingKeys: String, CodingKey { case name, kind, scale, coverage, metrics, undefined, labels, training }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        kind = try container.decodeIfPresent(ObjectiveKind.Name.self, forKey: .kind)
        scale = try container.decodeIfPresent(String.self, forKey: .scale)
        coverage = try container.decode([String: Double?].self, forKey: .coverage)
        metrics = try container.decode([String: [String: Double?]].self, forKey: .metrics)
        undefined = try container.decode([String: [String: String]].self, forKey: .undefined)
        labels = try container.decodeIfPresent([Entry].self, forKey: .labels)
        training = try container.decodeIfPresent(ObjectiveTraining.self, forKey: .training)
        // They stand in the same object.
        additions = try AdditionsFile(from: decoder)
        let counted = metrics.values.map { $0.compactMapValues { $0 } } + additions.scores
        for value in counted.flatMap({ [$0["observed"], $0["unscored"]] }) where !Count.isLegal(value ?? 0) {
            throw DecodingError.dataCorruptedError(forKey: .metrics, in: container, debugDescription: "a count is no count")
        }
    }

    var result: ObjectiveResult {
        let kind = kind ?? .multilabel
        var result = ObjectiveResult(
            name: name, kind: kind, coverage: coverage.compactMapValues { $0 }, scores: scores(kind),
            labels: (labels ?? []).map { label in
                var result = LabelResult(
                    name: label.name, coverage: label.coverage.compactMapValues { $0 }, scores: label.scores(kind))
                result.intervals = (label.additions.intervals ?? [:]).mapValues(AdditionsFile.intervals)
                result.decision = label.additions.decision(kind)
                result.inversePropensity = label.additions.inversePropensity(kind)
                return result
            }, scale: scale, training: training)
        result.intervals = (additions.intervals ?? [:]).mapValues(AdditionsFile.intervals)
        result.confusion = (additions.confusion ?? [:]).mapValues(\.counts)
        result.classes = additions.confusion?.values.first?.labels ?? []
        result.decision = additions.decision(kind)
        result.inversePropensity = additions.inversePropensity(kind)
        return result
    }

    private func scores(_ kind: ObjectiveKind.Name) -> [String: Scores] {
        var scores: [String: Scores] = [:]
        for (split, values) in metrics {
            let entries: [Scores.Entry] = Metric.all(for: kind).compactMap { metric in
                if let value = values[metric.rawValue].flatMap({ $0 }) { return .init(metric: metric, score: .value(value)) }
                return undefined[split]?[metric.rawValue].map { .init(metric: metric, score: .undefined(reason: $0)) }
            }
            var read = Scores(observed: Int(values["observed"].flatMap { $0 } ?? 0), entries: entries)
            read.unscored = Int(values["unscored"].flatMap { $0 } ?? 0)
            scores[split] = read
        }
        return scores
    }
}

private struct Facts: Decodable {
    @Count var epochs: Int
    var bestEpoch: Int?
    var seconds: Double
    var stepMicroseconds: Double
    var rowsPerSecond: Double
    @Count var parameters: Int
    var peakMemoryMB: Double
    var balance: String?
    var program: String?
    var platform: String?
    var threads: Int?

    var facts: TrainingFacts {
        var made: TrainingFacts.Program?
        if let program, let platform, let threads { made = .init(version: program, platform: platform, threads: threads) }
        return TrainingFacts(
            epochs: epochs, bestEpoch: bestEpoch, seconds: seconds, stepMicroseconds: stepMicroseconds,
            rowsPerSecond: rowsPerSecond, parameters: parameters, peakMemoryMegabytes: peakMemoryMB, balance: balance,
            program: made)
    }
}
