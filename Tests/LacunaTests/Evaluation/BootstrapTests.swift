import TestSupport
import Testing

@testable import Lacuna

/// Outputs of one binary objective whose logits are informative; each row `copies` times over.
private func outputs(rows: Int, copies: Int = 1, seed: UInt64, labelled: Float = 1) -> ObservedOutputs {
    var random = SplitMix64(seed: seed)
    let objective = Objective.binary("x")
    var outputs = ObservedOutputs(
        objectives: [objective], scaling: [nil], plan: HeadPlan([objective]),
        labels: LabelTable(rows: rows * copies, slots: 1))
    for row in 0..<rows {
        let isObserved = random.nextUnit() < labelled
        let positive = random.nextUnit() < 0.4
        let noise = (0..<4).reduce(Float(0)) { sum, _ in sum + random.nextUnit() - 0.5 }
        for copy in 0..<copies where isObserved {
            outputs.slots[0].append(
                row: row * copies + copy, logits: [noise + (positive ? 0.4 : -0.4)], label: positive ? 1 : 0, weight: 1, state: .known)
        }
    }
    return outputs
}

@Suite struct BootstrapTests {
    @Test func `an interval holds what numpy's percentiles do`() {
        // numpy.percentile([1, 2, 4, 8, 16], [2.5, 97.5]) = [1.1, 15.2]
        let interval = Interval(percentilesOf: [16, 1, 8, .nan, 2, 4], confidence: 0.95)
        #expect(isNear(interval?.lower ?? 0, 1.1) && isNear(interval?.upper ?? 0, 15.2))
        #expect(Interval(percentilesOf: [1, .nan, .nan], confidence: 0.95) == nil)
        #expect(Interval(percentilesOf: [], confidence: 0.95) == nil)
    }

    @Test func `equal seeds give equal intervals, other seeds others, and they hold the metric`() throws {
        let said = outputs(rows: 120, seed: 1)
        let once = said.intervals(Bootstrap(resamples: 200, seed: 3))
        #expect(once == said.intervals(Bootstrap(resamples: 200, seed: 3)))
        #expect(once != said.intervals(Bootstrap(resamples: 200, seed: 4)))
        let scores = said.evaluation().objectives[0].scores
        for metric in [Metric.auroc, .accuracy, .logLoss, .brier, .f1] {
            let interval = try #require(once.objectives[0].intervals[metric])
            let value = try #require(scores[metric]?.number)
            #expect(interval.lower < value && value < interval.upper, "\(metric)")
        }
        #expect(once.macro[.auroc] == once.objectives[0].intervals[.auroc])
    }

    /// The accuracy of a sample of 80 is within its 95 % interval of the population's in about 95 of 100 samples.
    @Test func `intervals cover the truth about as often as they say`() throws {
        let truth = try #require(outputs(rows: 30_000, seed: 999).evaluation().objectives[0].scores[.accuracy]?.number)
        var held = 0
        for seed in 0..<80 {
            let interval = outputs(rows: 80, seed: UInt64(seed)).intervals(Bootstrap(resamples: 120, seed: UInt64(seed)))
                .objectives[0].intervals[.accuracy]
            if let interval, interval.lower <= truth, truth <= interval.upper { held += 1 }
        }
        // Binomial(80, 0.95) is below 69 in one of 1000; percentile intervals of small samples are a little short.
        #expect(held >= 67 && held < 80, "\(held) of 80")
    }

    @Test func `rows that repeat a patient give wider intervals when drawn by patient`() throws {
        let said = outputs(rows: 60, copies: 5, seed: 5)
        let groups = (0..<300).map { Int32($0 / 5) }
        func width(_ groups: [Int32]?, _ metric: Metric) throws -> Double {
            let interval = try #require(
                said.intervals(Bootstrap(resamples: 300), groups: groups).objectives[0].intervals[metric])
            return interval.upper - interval.lower
        }
        for metric in [Metric.auroc, .accuracy, .brier] {
            // Five copies of everything count as one: √5 as wide.
            let ratio = try width(groups, metric) / width(nil, metric)
            #expect(ratio > 1.7 && ratio < 2.9, "\(metric): \(ratio)")
        }
        let alone = said.intervals(Bootstrap(resamples: 50), groups: (0..<300).map { Int32(1000 - $0) })
        #expect(alone.objectives[0].intervals[.auroc] != nil)
    }

    @Test func `what is undefined in most resamples has no interval`() {
        let said = outputs(rows: 30, seed: 6, labelled: 0.04)
        #expect(said.slots[0].count < 4)
        #expect(said.intervals(Bootstrap(resamples: 100)).objectives[0].intervals[.auroc] == nil)
    }

    @Test func `labels of a multilabel objective have intervals of their own, and its mean one`() throws {
        let objectives: [Objective] = [.multilabel("m", labels: ["a", "b"]), .regression("r")]
        var said = ObservedOutputs(
            objectives: objectives, scaling: [nil, .identity], plan: HeadPlan(objectives),
            labels: LabelTable(rows: 50, slots: 3))
        var random = SplitMix64(seed: 7)
        for row in 0..<50 {
            for slot in 0..<3 {
                said.slots[slot].append(
                    row: row, logits: [random.nextUnit() - 0.5], label: Double(random.next(below: 2)), weight: 1, state: .known)
            }
        }
        let intervals = said.intervals(Bootstrap(resamples: 100))
        #expect(intervals.objectives[0].labels.count == 2 && intervals.objectives[1].labels.isEmpty)
        let whole = try #require(intervals.objectives[0].intervals[.auroc])
        for label in intervals.objectives[0].labels {
            let own = try #require(label[.auroc])
            #expect(own.upper - own.lower > whole.upper - whole.lower)
        }
        #expect(intervals.objectives[1].intervals[.spearman] != nil)
        #expect(intervals.macro[.rmse] == intervals.objectives[1].intervals[.rmse])
    }
}
