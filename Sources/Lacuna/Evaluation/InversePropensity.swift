/// Weights that make observed labels stand for the missing ones too: each counts 1 ÷ the probability that it would be
/// observed (Horvitz & Thompson 1952), as far as the features tell.
public enum InversePropensity {
    /// The largest weight, in means of the plain ones: a propensity that is nearly 0 would let one label speak for all.
    public static let largestWeight = 10.0

    /// Stabilised weights P(observed) ÷ P(observed given the row), at most ``largestWeight``. The numerator changes no metric,
    /// for they are ratios; it makes 1 the usual weight.
    ///
    /// - Parameters:
    ///   - propensities: `[n]`, of the observed entries of a slot, in `0 ... 1`.
    ///   - coverage: the slot's share of rows observed, where the propensities were fitted.
    /// - Returns: the weights, and how many were cut.
    public static func weights(propensities: [Double], coverage: Double) -> (weights: [Double], cut: Int) {
        var cut = 0
        let weights = propensities.map { propensity -> Double in
            let weight = propensity > 0 ? coverage / propensity : .infinity
            if weight > largestWeight { cut += 1 }
            return min(weight, largestWeight)
        }
        return (weights, cut)
    }

    /// Weights of the observed labels of a data set, by slot, from a model of which labels are observed.
    ///
    /// - Parameters:
    ///   - outputs: what a model says of the data set's observed slots.
    ///   - features: `[rows × F]` of the same data set.
    ///   - missingness: fitted on training rows.
    ///   - training: the labels of those rows, for how often each slot is observed.
    /// - Returns: by slot `[n]`, and how many weights were cut.
    /// - Throws: ``DataError`` for features of another shape.
    public static func weights(
        for outputs: ObservedOutputs, features: FeatureMatrix, missingness: MissingnessModel, training: LabelTable
    ) throws(DataError) -> (weights: [[Double]], cut: Int) {
        let counts = training.observedCounts()
        var propensities = outputs.slots.map { _ in [Double]() }
        // Probabilities of all rows and slots would be larger than the labels.
        var next = outputs.slots.map { _ in 0 }
        let size = max(1, 4_000_000 / max(outputs.slots.count, 1))
        for start in stride(from: 0, to: features.rows, by: size) {
            let rows = start..<min(start + size, features.rows)
            let chunk = try missingness.probabilities(features.selecting(rows: Array(rows)))
            for objective in outputs.objectives.indices {
                let slots = outputs.slots(of: objective)
                for slot in slots {
                    let observed = outputs.slots[slot].rows
                    while next[slot] < observed.count, Int(observed[next[slot]]) < rows.upperBound {
                        let place = (Int(observed[next[slot]]) - start) * slots.count + slot - slots.lowerBound
                        propensities[slot].append(Double(chunk[objective][place]))
                        next[slot] += 1
                    }
                }
            }
        }
        var cut = 0
        let weights = propensities.enumerated().map { slot, own in
            let made = Self.weights(propensities: own, coverage: Double(counts[slot]) / Double(max(training.rows, 1)))
            cut += made.cut
            return made.weights
        }
        return (weights, cut)
    }

    /// (Σw)² ÷ Σw²; 0 without a weight above 0.
    public static func effectiveCount(of weights: [Double]) -> Double {
        let sum = weights.reduce(0, +), squares = weights.reduce(0) { $0 + $1 * $1 }
        return squares > 0 ? sum * sum / squares : 0
    }
}
