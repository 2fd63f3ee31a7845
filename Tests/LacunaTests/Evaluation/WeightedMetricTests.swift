import TestSupport
import Testing

@testable import Lacuna

/// Tests/Goldens/weighted.json: scikit-learn's metrics with sample_weight.
private struct WeightedGoldens: Decodable {
    struct Case: Decodable, Sendable {
        var classes, levels: Int?
        var probabilities, predictions, targets: [Double]?
        var labels: [Double]?
        var weights: [Double]
        var expected: [String: Double]
    }
    var binary, categorical, regression, ordinal: [Case]
    static let all = try! Golden.load("weighted", as: WeightedGoldens.self)
}

/// Entries of one slot with random predictions, ties among them.
private func randomEntries(_ kind: ObjectiveKind, count: Int, seed: UInt64) -> SlotEntries {
    var random = SplitMix64(seed: seed)
    let width = switch kind {
    case .categorical(let names): names.count
    case .ordinal(let names): names.count - 1
    default: 1
    }
    let classes = switch kind {
    case .categorical, .ordinal: width + (kind.name == .ordinal ? 1 : 0)
    default: 2
    }
    let objective = Objective("x", kind: kind, loss: BinaryCrossEntropy())
    var outputs = ObservedOutputs(
        objectives: [objective], scaling: [nil], plan: HeadPlan([objective]), labels: LabelTable(rows: count, slots: 1))
    for row in 0..<count {
        var logits = (0..<width).map { _ in Float(random.next(below: 41)) / 10 - 2 }
        if kind.name == .ordinal { logits.sort(by: >) }
        let label = kind == .regression ? Double(random.next(below: 30)) : Double(random.next(below: classes))
        outputs.slots[0].append(row: row, logits: logits[...], label: label, weight: 1, state: .known)
    }
    return SlotEntries(outputs, slot: 0)
}

extension SlotEntries {
    /// The same with each entry as often as said.
    fileprivate func repeated(_ times: [Int]) -> SlotEntries {
        let width = predictions.count / max(count, 1)
        let places = times.indices.flatMap { Array(repeating: $0, count: times[$0]) }
        return SlotEntries(
            kind: kind, predictions: places.flatMap { predictions[$0 * width..<($0 + 1) * width] },
            labels: places.map { labels[$0] }, predicted: predicted.isEmpty ? [] : places.map { predicted[$0] },
            threshold: threshold)
    }
}

private let kinds: [ObjectiveKind] = [
    .binary, .categorical(classes: ["a", "b", "c"]), .regression, .ordinal(levels: ["l", "m", "h", "x"]),
]

@Suite struct WeightedMetricTests {
    private func expect(_ weighted: any WeightedMetrics, _ golden: WeightedGoldens.Case) {
        let values = Dictionary(uniqueKeysWithValues: zip(weighted.metrics, weighted.values(weights: golden.weights)))
        for (name, number) in golden.expected {
            guard let metric = Metric(rawValue: name), let value = values[metric] else {
                Issue.record("no \(name)")
                continue
            }
            #expect(isNear(value, number, tolerance: 1e-11), "\(name)")
        }
    }

    @Test func `weighted metrics are scikit-learn's with sample_weight`() throws {
        for golden in WeightedGoldens.all.binary {
            expect(
                WeightedBinary(
                    probabilities: try #require(golden.probabilities).map { Float($0) }, labels: try #require(golden.labels),
                    threshold: 0.5), golden)
        }
        for golden in WeightedGoldens.all.categorical {
            expect(
                WeightedClasses(
                    probabilities: try #require(golden.probabilities).map { Float($0) },
                    classes: try #require(golden.classes), labels: try #require(golden.labels).map { Int($0) }), golden)
        }
        for golden in WeightedGoldens.all.regression {
            expect(
                WeightedRegression(
                    predictions: try #require(golden.predictions).map { Float($0) }, targets: try #require(golden.targets)),
                golden)
        }
        for golden in WeightedGoldens.all.ordinal {
            let predicted = try #require(golden.predictions).map { Int($0) }, levels = try #require(golden.levels)
            expect(
                WeightedLevels(
                    probabilities: Array(repeating: 0.25, count: predicted.count * levels), levels: levels,
                    predicted: predicted, labels: try #require(golden.labels).map { Int($0) }), golden)
        }
    }

    @Test(arguments: kinds, [2, 9, 150])
    func `weights of one are no weights`(kind: ObjectiveKind, count: Int) throws {
        let entries = randomEntries(kind, count: count, seed: UInt64(count))
        let weighted = try #require(entries.weightedMetrics)
        let values = weighted.values(weights: Array(repeating: 1, count: count))
        #expect(weighted.metrics == entries.scores.entries.map(\.metric))
        for (entry, value) in zip(entries.scores.entries, values) {
            if let number = entry.score.number {
                #expect(isNear(value, number), "\(entry.metric)")
            } else {
                #expect(value.isNaN, "\(entry.metric)")
            }
        }
    }

    @Test(arguments: kinds, [UInt64(1), 2, 3])
    func `whole weights repeat entries`(kind: ObjectiveKind, seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let entries = randomEntries(kind, count: 70, seed: seed)
        let times = (0..<70).map { _ in random.next(below: 4) }
        let expected = entries.repeated(times).scores
        let values = try #require(entries.weightedMetrics).values(weights: times.map(Double.init))
        for (entry, value) in zip(expected.entries, values) {
            #expect(isNear(value, try #require(entry.score.number)), "\(entry.metric)")
        }
    }

    @Test func `a log loss of levels is that of classes with their probabilities`() throws {
        let entries = randomEntries(.ordinal(levels: ["l", "m", "h"]), count: 60, seed: 4)
        let classes = Scores.categorical(
            probabilities: entries.predictions, classes: 3, labels: entries.labels.map { Int($0) })
        for metric in [Metric.logLoss, .logLossSkill] {
            #expect(isNear(try #require(entries.scores[metric]?.number), try #require(classes[metric]?.number)))
        }
    }

    @Test func `a weight beyond ten means is cut, and said to be`() {
        let made = InversePropensity.weights(propensities: [0.5, 0.25, 0.001, 0], coverage: 0.25)
        #expect(made.weights == [0.5, 1, 10, 10])
        #expect(made.cut == 2)
        #expect(isNear(InversePropensity.effectiveCount(of: [1, 1, 2]), 16.0 / 6))
        #expect(InversePropensity.effectiveCount(of: []) == 0)
    }
}
