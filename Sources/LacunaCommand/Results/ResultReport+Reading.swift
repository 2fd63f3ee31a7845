#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Lacuna

extension ResultReport {
    /// Reads what ``json`` wrote, as `metrics.json` holds it.
    init(reading bytes: [UInt8]) throws {
        let file = try JSONDecoder().decode(File.self, from: Data(bytes))
        let splits = (Part.allCases.map(\.rawValue) + ["all"]).filter { file.rows[$0] != nil }
        self.init(
            splits: splits, objectives: file.objectives.map(\.result), rows: file.rows,
            unlabelledDropped: file.unlabelledDropped, training: file.training?.facts)
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
    }
}

private struct File: Decodable {
    var objectives: [Entry]
    var rows: [String: Int]
    var unlabelledDropped: Int
    var training: Facts?
    var macroIntervals: [String: [String: [Double]]]?
    var bootstrap: Bootstrap?
    var decisions: Decisions?
    var inversePropensity: InversePropensity?

    struct InversePropensity: Decodable {
        var trainingRows, cut: Int
        var largestWeight: Double
    }

    struct Bootstrap: Decodable {
        var resamples: Int
        var confidence: Double
        var seed: String
        var byGroup: Bool
    }

    struct Decisions: Decodable {
        var tuningRows, conformalRows: Int
        var coverage: Double?
    }
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
    let additions: AdditionsFile

    private enum CodingKeys: String, CodingKey { case name, kind, scale, coverage, metrics, undefined, labels }

    init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        name = try container.decode(String.self, forKey: .name)
        kind = try container.decodeIfPresent(ObjectiveKind.Name.self, forKey: .kind)
        scale = try container.decodeIfPresent(String.self, forKey: .scale)
        coverage = try container.decode([String: Double?].self, forKey: .coverage)
        metrics = try container.decode([String: [String: Double?]].self, forKey: .metrics)
        undefined = try container.decode([String: [String: String]].self, forKey: .undefined)
        labels = try container.decodeIfPresent([Entry].self, forKey: .labels)
        // They stand in the same object.
        additions = try AdditionsFile(from: decoder)
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
            }, scale: scale)
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
            scores[split] = Scores(observed: Int(values["observed"].flatMap { $0 } ?? 0), entries: entries)
        }
        return scores
    }
}

private struct Facts: Decodable {
    var epochs: Int
    var bestEpoch: Int?
    var seconds: Double
    var stepMicroseconds: Double
    var rowsPerSecond: Double
    var parameters: Int
    var peakMemoryMB: Double
    var program: String?
    var platform: String?
    var threads: Int?

    var facts: TrainingFacts {
        var made: TrainingFacts.Program?
        if let program, let platform, let threads { made = .init(version: program, platform: platform, threads: threads) }
        return TrainingFacts(
            epochs: epochs, bestEpoch: bestEpoch, seconds: seconds, stepMicroseconds: stepMicroseconds,
            rowsPerSecond: rowsPerSecond, parameters: parameters, peakMemoryMegabytes: peakMemoryMB, program: made)
    }
}
