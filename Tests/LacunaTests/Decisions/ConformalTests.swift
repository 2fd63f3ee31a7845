import TestSupport
import Testing

@testable import Lacuna

@Suite struct ConformalTests {
    @Test func `the quantile is the ⌈(n + 1) · coverage⌉-th smallest score`() {
        #expect(Conformal(scores: Array(stride(from: 9.0, through: 1, by: -1)), coverage: 0.9).quantile == 9)
        #expect(Conformal(scores: (1...19).map(Double.init), coverage: 0.9).quantile == 18)
        #expect(Conformal(scores: (1...100).map(Double.init), coverage: 0.95).quantile == 96)
        #expect(Conformal(scores: [3], coverage: 0.5).quantile == 3)
    }

    @Test func `with too few rows sets are whole and intervals infinite`() {
        #expect(Conformal.rowsNeeded(for: 0.9) == 9)
        #expect(Conformal.rowsNeeded(for: 0.95) == 19)
        let short = Conformal(scores: (1...8).map(Double.init), coverage: 0.9)
        #expect(short.quantile == nil && short.count == 8)
        #expect(short.set(probabilities: [0.99, 0.01], predicted: 0, isOrdered: false) == [0, 1])
        #expect(short.interval(around: 1, transform: .identity) == (-.infinity, .infinity))
        #expect(Conformal(scores: [], coverage: 0.5).quantile == nil)
        #expect(Conformal(scores: [.nan, 1, 2], coverage: 0.5).quantile == nil)
    }

    @Test func `a set holds the predicted class, and levels that are neighbours`() {
        var random = SplitMix64(seed: 4)
        for _ in 0..<300 {
            let raw = (0..<5).map { _ in Double(random.nextUnit()) }
            let sum = raw.reduce(0, +), p = raw.map { $0 / sum }
            let conformal = Conformal(scores: [Double(random.nextUnit())], coverage: 0.5)
            let predicted = random.next(below: 5)
            for isOrdered in [false, true] {
                let set = conformal.set(probabilities: p, predicted: predicted, isOrdered: isOrdered)
                #expect(set.contains(predicted))
                if isOrdered { #expect(zip(set, set.dropFirst()).allSatisfy { $1 == $0 + 1 }) }
            }
        }
        // From level 1 to level 2, then to 3, for 0.15 is more than 0.1, then to 0.
        let scores = Conformal.scores(probabilities: [0.1, 0.45, 0.3, 0.15], predicted: 1, isOrdered: true)
        let percents = scores.map { Int(($0 * 100).rounded()) }
        #expect(percents == [90, 0, 45, 75])
    }

    @Test func `an interval is laid on the scale of training, in the label's unit`() {
        let conformal = Conformal(scores: [0.5], coverage: 0.5)
        #expect(conformal.interval(around: 3, transform: .identity) == (2.5, 3.5))
        let bounds = conformal.interval(around: 3, transform: .log1p)
        // e^(ln 4 ∓ 0.5) − 1
        #expect(isNear(bounds.lower, 1.4261226388505337, tolerance: 1e-6) && isNear(bounds.upper, 5.594885082800513, tolerance: 1e-6))
    }

    /// The mean over draws of the share held is between the coverage and a little more, as the theorem says.
    @Test(arguments: decisionKinds)
    func `sets and intervals hold as often as required`(kind: ObjectiveKind) throws {
        var sum = 0.0
        let draws = 25
        for seed in 0..<draws {
            let tuning = overconfident(kind, rows: 100, sharpness: 1.5, seed: UInt64(100 + seed))
            let kept = overconfident(kind, rows: 79, sharpness: 1.5, seed: UInt64(200 + seed))
            let decisions = try Decisions.fit(
                tuning: tuning, conformal: kept, choices: [.init(calibration: kind == .regression ? .none : .temperature)],
                coverage: 0.8)
            let test = overconfident(kind, rows: 300, sharpness: 1.5, seed: UInt64(300 + seed))
            sum += try #require(decisions.evaluation(of: test).objectives[0].slots[0].coverage?.measured)
        }
        let mean = sum / Double(draws)
        // One deviation of the mean over 25 draws is about 0.01.
        #expect(mean > 0.77 && mean < 0.85, "\(kind.name): \(mean)")
    }

    @Test(arguments: decisionKinds)
    func `predictions say the same sets that evaluation measures`(kind: ObjectiveKind) throws {
        let said = overconfident(kind, rows: 80, seed: 9)
        let decisions = try Decisions.fit(
            tuning: said, conformal: overconfident(kind, rows: 60, seed: 10),
            choices: [.init(calibration: .isotonic, threshold: .f1)], coverage: 0.7)
        let objective = said.objectives[0], scaling = said.scaling[0] ?? .identity
        let raw = Predictions(
            rows: 80,
            objectives: [(
                "x",
                .init(
                    objective, scaling: scaling, logits: said.slots[0].logits, rows: 80, outputs: said.slots[0].width, first: 0)
            )])
        let values = try #require(decisions.calibrated(raw)["x"])
        let own = decisions.objectives[0]
        var held = 0, size = 0
        for row in 0..<80 {
            let label = said.slots[0].labels[row]
            if let set = own.set(values, row: row) {
                held += set.contains(Int(label)) ? 1 : 0
                size += set.count
            } else {
                let interval = try #require(own.interval(values, row: row, transform: objective.transform))
                held += interval.lower <= label + 1e-6 && label <= interval.upper + 1e-6 ? 1 : 0
            }
        }
        let scored = decisions.evaluation(of: said).objectives[0].slots[0]
        #expect(scored.coverage?.measured == Double(held) / 80)
        if kind != .regression { #expect(scored.coverage?.averageSetSize == Double(size) / 80) }
        if kind == .binary {
            let decided = (0..<80).map { own.decision(values, row: $0) ?? -1 }
            let right = zip(decided, said.slots[0].labels).count { $0 == Int($1) }
            #expect(scored.decided?[.accuracy] == .value(Double(right) / 80))
        }
    }
}
