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
    }
}

private struct File: Decodable {
    var objectives: [Entry]
    var rows: [String: Int]
    var unlabelledDropped: Int
    var training: Facts?
    var members: [Member]?
    var folds: [Member]?
    var compare: [SharingResult]?
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

/// An objective, or one of its labels, which have its kind without saying so.
private struct Entry: Decodable {
    var name: String
    var kind: ObjectiveKind.Name?
    var scale: String?
    var coverage: [String: Double?]
    var metrics: [String: [String: Double?]]
    var undefined: [String: [String: String]]
    var labels: [Entry]?

    var result: ObjectiveResult {
        let kind = kind ?? .multilabel
        return ObjectiveResult(
            name: name, kind: kind, coverage: coverage.compactMapValues { $0 }, scores: scores(kind),
            labels: (labels ?? []).map {
                LabelResult(name: $0.name, coverage: $0.coverage.compactMapValues { $0 }, scores: $0.scores(kind))
            }, scale: scale)
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

    var facts: TrainingFacts {
        TrainingFacts(
            epochs: epochs, bestEpoch: bestEpoch, seconds: seconds, stepMicroseconds: stepMicroseconds,
            rowsPerSecond: rowsPerSecond, parameters: parameters, peakMemoryMegabytes: peakMemoryMB)
    }
}
