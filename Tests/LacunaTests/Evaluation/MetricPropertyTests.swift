import Lacuna
import Testing

/// Random slots: probabilities on a grid of `steps`, so that small ones tie, and labels.
private struct Slots: Sendable {
    var probabilities: [Float]
    var labels: [Double]

    init(count: Int, steps: Int, seed: UInt64) {
        var random = Lehmer(state: seed)
        probabilities = (0..<count).map { _ in Float(Int.random(in: 0...steps, using: &random)) / Float(steps) }
        labels = (0..<count).map { _ in Bool.random(using: &random) ? 1 : 0 }
    }

    var scores: Scores { .binary(probabilities: probabilities, labels: labels) }
    var ranking: Ranking { Ranking(scores: probabilities, labels: labels) }

    mutating func permute(seed: UInt64) {
        var random = Lehmer(state: seed)
        let order = labels.indices.shuffled(using: &random)
        probabilities = order.map { probabilities[$0] }
        labels = order.map { labels[$0] }
    }
}

/// Same numbers for a seed on every platform.
private struct Lehmer: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state = state &* 0xDA94_2042_E4DD_58B5 &+ 0x9E37_79B9_7F4A_7C15
        return (state ^ state >> 31) &* 0xBF58_476D_1CE4_E5B9
    }
}

/// The definition itself: every positive against every negative.
private func pairedAUROC(_ scores: [Float], _ labels: [Double]) -> Double {
    var sum = 0.0
    var pairs = 0.0
    for i in labels.indices where labels[i] == 1 {
        for j in labels.indices where labels[j] == 0 {
            sum += scores[i] > scores[j] ? 1 : scores[i] == scores[j] ? 0.5 : 0
            pairs += 1
        }
    }
    return sum / pairs
}

@Suite struct MetricPropertyTests {
    /// Below and above the size at which sorting changes its way.
    static let sizes = [2, 3, 17, 63, 64, 65, 66, 300, 1000]

    @Test(arguments: sizes, [3, 100, 1_000_000])
    func `permuting rows changes no exact metric, bit for bit, and no other beyond rounding`(
        size: Int, steps: Int
    ) throws {
        let slots = Slots(count: size, steps: steps, seed: UInt64(size + steps))
        var permuted = slots
        permuted.permute(seed: 5)
        #expect(permuted.ranking == slots.ranking)
        for metric in [Metric.auroc, .averagePrecision, .accuracy, .balancedAccuracy, .f1] {
            #expect(permuted.scores[metric] == slots.scores[metric])
        }
        for metric in [Metric.logLoss, .brier] {
            let (left, right) = (permuted.scores[metric]?.number, slots.scores[metric]?.number)
            #expect(isNear(try #require(left), try #require(right)))
        }
    }

    @Test(arguments: sizes, [3, 100, 1_000_000])
    func `AUROC is the share of pairs ranked rightly`(size: Int, steps: Int) {
        var slots = Slots(count: size, steps: steps, seed: UInt64(size * steps))
        slots.labels[0] = 0
        slots.labels[1] = 1
        #expect(slots.ranking.auroc == .value(pairedAUROC(slots.probabilities, slots.labels)))
        // Signed scores take the other half of the key's bits.
        let signed = slots.probabilities.map { $0 * 200 - 100 }
        #expect(Ranking(scores: signed, labels: slots.labels).auroc == .value(pairedAUROC(signed, slots.labels)))
    }

    @Test(arguments: sizes)
    func `a strictly increasing map changes neither AUROC nor average precision`(size: Int) {
        let slots = Slots(count: size, steps: 64, seed: UInt64(size))
        // Powers of two and small integers: exact in Float, so the map is strictly increasing there as well.
        let maps: [(Float) -> Float] = [{ $0 / 1024 }, { $0 * 512 - 256 }, { $0 * $0 * $0 }]
        for map in maps {
            #expect(Ranking(scores: slots.probabilities.map(map), labels: slots.labels) == slots.ranking)
        }
    }

    @Test(arguments: sizes)
    func `swapping the classes gives one minus AUROC`(size: Int) throws {
        var slots = Slots(count: size, steps: 20, seed: UInt64(size))
        slots.labels[0] = 0
        slots.labels[1] = 1
        let swapped = Ranking(scores: slots.probabilities, labels: slots.labels.map { 1 - $0 })
        let (left, right) = (try #require(swapped.auroc.number), try #require(slots.ranking.auroc.number))
        #expect(isNear(left, 1 - right))
        let both = Ranking(scores: slots.probabilities.map { 1 - $0 }, labels: slots.labels.map { 1 - $0 })
        #expect(isNear(try #require(both.auroc.number), right))
    }

    @Test(arguments: sizes)
    func `every slot twice is the same objective`(size: Int) throws {
        var slots = Slots(count: size, steps: 10, seed: UInt64(size))
        slots.labels[0] = 0
        slots.labels[1] = 1
        let twice = Scores.binary(
            probabilities: slots.probabilities + slots.probabilities, labels: slots.labels + slots.labels)
        #expect(twice.observed == 2 * size)
        for metric in Metric.all(for: .binary) {
            guard let expected = slots.scores[metric]?.number else { continue }
            #expect(isNear(try #require(twice[metric]?.number), expected))
        }
    }

    @Test(arguments: sizes)
    func `disjoint parts merge into means weighted by their slots`(size: Int) throws {
        let (left, right) = (Slots(count: size, steps: 50, seed: 1), Slots(count: 40, steps: 50, seed: 2))
        let whole = Scores.binary(
            probabilities: left.probabilities + right.probabilities, labels: left.labels + right.labels)
        #expect(whole.observed == left.scores.observed + right.scores.observed)
        for metric in [Metric.accuracy, .logLoss, .brier] {
            let parts = try [left.scores, right.scores].map {
                try #require($0[metric]?.number) * Double($0.observed)
            }
            #expect(isNear(try #require(whole[metric]?.number), (parts[0] + parts[1]) / Double(whole.observed)))
        }
    }

    @Test func `R² does not care for the units, RMSE and MAE scale with them`() throws {
        let slots = Slots(count: 200, steps: 1000, seed: 3)
        let targets = Slots(count: 200, steps: 1000, seed: 4).probabilities.map(Double.init)
        let scores = Scores.regression(predictions: slots.probabilities, targets: targets)
        let scaled = Scores.regression(
            predictions: slots.probabilities.map { $0 * 1024 }, targets: targets.map { $0 * 1024 })
        #expect(scaled[.r2] == scores[.r2])
        #expect(scaled[.rmse]?.number == scores[.rmse]?.number.map { $0 * 1024 })
        #expect(scaled[.mae]?.number == scores[.mae]?.number.map { $0 * 1024 })
    }

    @Test func `renaming classes changes nothing, and two classes are a binary objective`() throws {
        let slots = Slots(count: 150, steps: 999, seed: 6)
        let rows = slots.probabilities.flatMap { [1 - $0, $0] }
        let labels = slots.labels.map { Int($0) }
        let scores = Scores.categorical(probabilities: rows, classes: 2, labels: labels)
        let renamed = Scores.categorical(
            probabilities: slots.probabilities.flatMap { [$0, 1 - $0] }, classes: 2, labels: labels.map { 1 - $0 })
        for metric in Metric.all(for: .categorical) {
            let value = try #require(scores[metric]?.number)
            #expect(isNear(try #require(renamed[metric]?.number), value))
            // Calibration errors ask P(yes) of two answers, and of classes that of the predicted one.
            if metric == .eceEqualMass || metric == .eceEqualWidth { continue }
            if let binary = slots.scores[metric]?.number { #expect(isNear(value, binary, tolerance: 1e-6)) }
        }
    }

    @Test func `reversing the levels keeps kappa, bit for bit`() {
        var random = Lehmer(state: 9)
        let labels = (0..<120).map { _ in Int.random(in: 0..<6, using: &random) }
        let predictions = labels.map { min(5, $0 + Int.random(in: 0...2, using: &random)) }
        let scores = Scores.ordinal(predictions: predictions, labels: labels, levels: 6)
        let reversed = Scores.ordinal(predictions: predictions.map { 5 - $0 }, labels: labels.map { 5 - $0 }, levels: 6)
        #expect(scores == reversed)
        #expect(Scores.ordinal(predictions: labels, labels: predictions, levels: 6)[.kappa] == scores[.kappa])
    }
}
