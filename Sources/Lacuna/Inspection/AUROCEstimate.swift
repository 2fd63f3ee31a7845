#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// An area under the ROC curve with its 95 % confidence interval.
///
/// The variance is that of DeLong, DeLong & Clarke-Pearson 1988 (Biometrics 44:837), computed from midranks in n log n
/// (Sun & Xu 2014, IEEE Signal Processing Letters 21:1389). The interval is symmetric on the logit scale (Pepe 2003,
/// section 5.2), so that it stays in `0 ... 1`. Where every positive is ranked above every negative, or below, the variance
/// is 0 and says nothing: then the open end is that of Clopper & Pearson 1934 for as many right rankings of as many as the
/// rarer class has members.
/// - Note: Peer: `pROC::ci.auc` (the same variance; its interval is symmetric in the area).
public struct AUROCEstimate: Equatable, Sendable {
    /// The area, in `0 ... 1`; 0.5 is chance.
    public let value: Double
    /// Of 95 %; it holds ``value``.
    public let interval: ClosedRange<Double>
    /// The standard error of the area; 0 where all pairs are ranked alike.
    public let standardError: Double
    /// How many members the positive class has.
    public let positives: Int
    /// How many members the negative class has.
    public let negatives: Int

    /// Estimates the area from the scores of two classes.
    ///
    /// - Parameters:
    ///   - scores: `[n]`, finite; higher speaks for the positive class.
    ///   - isPositive: `[n]`.
    /// - Returns: nil unless each class has at least two members.
    public init?(scores: [Float], isPositive: [Bool]) {
        precondition(scores.count == isPositive.count, "as many scores as classes")
        let positives = isPositive.count { $0 }
        let negatives = isPositive.count - positives
        guard positives >= 2, negatives >= 2 else { return nil }
        let all = midranks(of: Array(scores.indices), scores)
        let members = (scores.indices.filter { isPositive[$0] }, scores.indices.filter { !isPositive[$0] })
        let (ofPositives, ofNegatives) = (midranks(of: members.0, scores), midranks(of: members.1, scores))
        // How many of the other class each member is ranked above (below), as a share.
        let above = zip(members.0, ofPositives).map { (all[$0] - $1) / Double(negatives) }
        let below = zip(members.1, ofNegatives).map { 1 - (all[$0] - $1) / Double(positives) }
        value = above.reduce(0, +) / Double(positives)
        let variance = Self.variance(above) / Double(positives) + Self.variance(below) / Double(negatives)
        standardError = variance.squareRoot()
        (self.positives, self.negatives) = (positives, negatives)
        interval = Self.interval(value, standardError, rarer: min(positives, negatives))
    }

    private static func interval(_ value: Double, _ error: Double, rarer: Int) -> ClosedRange<Double> {
        // (α / 2) ^ (1 / k): k successes of k.
        let open = pow(0.025, 1 / Double(rarer))
        if value >= 1 { return open...1 }
        if value <= 0 { return 0...(1 - open) }
        guard error > 0 else { return value...value }
        let middle = log(value / (1 - value)), reach = 1.959963984540054 * error / (value * (1 - value))
        return (1 / (1 + exp(reach - middle)))...(1 / (1 + exp(-reach - middle)))
    }

    private static func variance(_ values: [Double]) -> Double {
        let mean = values.reduce(0, +) / Double(values.count)
        return values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)
    }
}

/// The rank of each of these scores among them, from 1; equal scores share the mean of their ranks.
func midranks(of places: [Int], _ scores: [Float]) -> [Double] {
    let order = places.indices.sorted { scores[places[$0]] < scores[places[$1]] }
    var ranks = [Double](repeating: 0, count: places.count)
    var start = 0
    while start < order.count {
        var end = start
        while end < order.count, scores[places[order[end]]] == scores[places[order[start]]] { end += 1 }
        for index in start..<end { ranks[order[index]] = Double(start + end + 1) / 2 }
        start = end
    }
    return ranks
}
