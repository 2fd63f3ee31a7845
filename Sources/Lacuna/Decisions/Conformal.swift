/// Split-conformal prediction: sets and intervals that hold the label of a new row with a required probability, whatever the
/// model, as long as the rows it was fitted on and the new ones are exchangeable (Vovk, Gammerman & Shafer 2005; Angelopoulos &
/// Bates 2021).
///
/// A score says how badly a label fits a prediction; the set of a row holds every label whose score is at most the
/// ⌈(n + 1) · coverage⌉-th smallest score of n validation rows.
///
/// | kind | score of label y |
/// | --- | --- |
/// | binary, label of a multilabel, categorical | 0 for the most probable class, else 1 − p(y) (Sadinle, Lei & Wasserman 2019) |
/// | ordinal | the probability of the levels between the predicted one and y, taken in turn from the more probable side, without y itself |
/// | regression | abs(y − prediction), on the transformed scale |
///
/// So a set always holds the predicted class, and levels of a set are neighbours. Where the model is right more often than
/// required, sets are single and cover more than was asked.
public struct Conformal: Equatable, Sendable, Codable {
    /// The share of rows whose label a set must hold, in `0 ..< 1`.
    public let coverage: Double
    /// Validation rows it was fitted on, n.
    public let count: Int
    /// The largest score that a set admits; nil where n is too small for the coverage: then every set is whole and every
    /// interval infinite.
    public let quantile: Double?

    private enum CodingKeys: String, CodingKey { case coverage, count, quantile }

    /// - Throws: `DecodingError` for a coverage that does not lie between 0 and 1, or a count below 0.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        coverage = try values.decode(Double.self, forKey: .coverage)
        count = try values.decode(Int.self, forKey: .count)
        quantile = try values.decodeIfPresent(Double.self, forKey: .quantile)
        guard coverage >= 0, coverage < 1, count >= 0 else {
            throw DecodingError.dataCorruptedError(forKey: .coverage, in: values, debugDescription: "the coverage is \(coverage)")
        }
    }

    /// Takes the quantile of the scores of validation labels.
    ///
    /// - Parameters:
    ///   - scores: `[n]`.
    ///   - coverage: in `0 ..< 1`.
    public init(scores: [Double], coverage: Double) {
        self.coverage = coverage
        count = scores.count
        // (n + 1) · 0.9 of 9 rows is 9 in arithmetic and 9.000000000000002 in floating point.
        let rank = Int((Double(scores.count + 1) * coverage - 1e-9).rounded(.up))
        let sorted = scores.sorted()
        quantile = rank <= sorted.count && sorted.allSatisfy(\.isFinite) ? sorted[max(rank, 1) - 1] : nil
    }

    /// How many validation rows a coverage needs at least: ⌈coverage ÷ (1 − coverage)⌉.
    public static func rowsNeeded(for coverage: Double) -> Int {
        Int((coverage / (1 - coverage) - 1e-9).rounded(.up))
    }

    /// The scores of all classes or levels of one row.
    ///
    /// - Parameters:
    ///   - probabilities: `[C]` or `[K]`, of a binary slot `[P(no), P(yes)]`.
    ///   - predicted: the class or level predicted.
    ///   - isOrdered: whether neighbours belong together.
    static func scores(probabilities: [Double], predicted: Int, isOrdered: Bool) -> [Double] {
        guard isOrdered else {
            return probabilities.indices.map { $0 == predicted ? 0 : 1 - probabilities[$0] }
        }
        var scores = [Double](repeating: 0, count: probabilities.count)
        var low = predicted, high = predicted, mass = probabilities[predicted]
        while low > 0 || high < probabilities.count - 1 {
            let below = low > 0 ? probabilities[low - 1] : -1
            let above = high < probabilities.count - 1 ? probabilities[high + 1] : -1
            let next = below >= above ? low - 1 : high + 1
            scores[next] = mass
            mass += probabilities[next]
            (low, high) = (min(low, next), max(high, next))
        }
        return scores
    }

    /// The classes or levels of a row's set, ascending.
    public func set(probabilities: [Double], predicted: Int, isOrdered: Bool) -> [Int] {
        guard let quantile, probabilities.allSatisfy(\.isFinite) else { return Array(probabilities.indices) }
        let scores = Self.scores(probabilities: probabilities, predicted: predicted, isOrdered: isOrdered)
        return scores.indices.filter { scores[$0] <= quantile }
    }

    /// The interval around a prediction, both in the label's unit; infinite where there were too few rows.
    public func interval(around prediction: Float, transform: Transform) -> (lower: Double, upper: Double) {
        guard let quantile, prediction.isFinite else { return (-.infinity, .infinity) }
        let middle = transform.applied(to: Double(prediction))
        return (transform.inverted(from: middle - quantile), transform.inverted(from: middle + quantile))
    }
}
