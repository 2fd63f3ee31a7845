/// How two models differ in an objective's main metric on the same observed labels, with a bootstrap interval: rows, or
/// whole groups of rows, are drawn with replacement, and both models are scored on the same draws (Efron 1979), so that
/// what makes the rows hard for both drops out.
public struct PairedDifference: Equatable, Sendable, Codable {
    /// The main metric of the objective's kind; higher is better.
    public let metric: Metric
    /// The scores of the two models on all rows.
    public let first: Double
    /// See ``first``.
    public let second: Double
    /// First − second.
    public let difference: Double
    /// The bounds of the difference: percentiles of the draws, interpolated as `numpy.percentile` does. nil where the
    /// metric is undefined in more than half of them.
    public let lower: Double?
    /// See ``lower``.
    public let upper: Double?

    /// Compares what two models say of one objective.
    ///
    /// Only rows with a label of the objective are drawn, so work is resamples × its observed labels.
    ///
    /// - Parameters:
    ///   - first: outputs of one objective, as ``ObservedOutputs/selecting(objective:)`` gives them.
    ///   - second: of the same objective on the same data set.
    ///   - groups: `[rows]`: rows of one number are drawn together; nil: each by itself.
    ///   - resamples: how often rows are drawn; 1000 is usual for 95 %.
    ///   - confidence: the share of draws between the bounds, in `0 ..< 1`.
    ///   - seed: of the draws.
    /// - Returns: nil where the metric is undefined on all rows of either.
    /// - Precondition: both are of one objective, and observe the same entries.
    public init?(
        _ first: ObservedOutputs, _ second: ObservedOutputs, groups: [Int32]? = nil, resamples: Int = 1000,
        confidence: Double = 0.95, seed: UInt64 = 0
    ) {
        precondition(first.objectives.count == 1 && second.objectives.count == 1, "one objective is compared")
        precondition(zip(first.slots, second.slots).allSatisfy { $0.rows == $1.rows }, "outputs of different labels")
        metric = Metric.main(for: first.objectives[0].kind.name)
        guard let one = first.evaluation().objectives[0].scores[metric]?.number,
            let other = second.evaluation().objectives[0].scores[metric]?.number
        else { return nil }
        (self.first, self.second, difference) = (one, other, one - other)
        let draws = Self.draws(first, second, groups: groups, resamples: resamples, seed: seed).filter(\.isFinite).sorted()
        guard !draws.isEmpty, 2 * draws.count >= resamples else {
            (lower, upper) = (nil, nil)
            return
        }
        func quantile(_ share: Double) -> Double {
            let place = share * Double(draws.count - 1), below = Int(place), above = min(below + 1, draws.count - 1)
            return draws[below] + (draws[above] - draws[below]) * (place - Double(below))
        }
        lower = quantile((1 - confidence) / 2)
        upper = quantile((1 + confidence) / 2)
    }

    /// The difference in every draw, NaN where it is undefined.
    private static func draws(
        _ first: ObservedOutputs, _ second: ObservedOutputs, groups: [Int32]?, resamples: Int, seed: UInt64
    ) -> [Double] {
        var units: [Int32: Int] = [:]
        let unitOfEntry = first.slots.map { slot in
            slot.rows.map { row in
                let key = groups.map { $0[Int(row)] } ?? row
                let unit = units[key] ?? units.count
                units[key] = unit
                return unit
            }
        }
        let ours = first.slots.indices.map { MainMetric(first, slot: $0) }
        let theirs = second.slots.indices.map { MainMetric(second, slot: $0) }
        var random = SplitMix64(seed: seed, stream: "paired bootstrap")
        var counts = [Double](repeating: 0, count: units.count)
        return (0..<resamples).map { _ in
            for unit in counts.indices { counts[unit] = 0 }
            for _ in counts.indices { counts[random.next(below: counts.count)] += 1 }
            var sum = 0.0, slots = 0
            for slot in ours.indices {
                let weights = unitOfEntry[slot].map { counts[$0] }
                let difference = ours[slot].value(weights: weights) - theirs[slot].value(weights: weights)
                // Of a multilabel objective the mean over the labels that the draw decides.
                if difference.isFinite {
                    sum += difference
                    slots += 1
                }
            }
            return slots > 0 ? sum / Double(slots) : .nan
        }
    }
}
