/// A non-decreasing map from scores to means: isotonic regression.
///
/// Fitted by pooling adjacent violators (Ayer et al. 1955), which is the least-squares fit; between its knots it is linear and
/// beyond them constant.
///
/// - Note: Peer: `sklearn.isotonic.IsotonicRegression(out_of_bounds="clip")`.
public struct IsotonicMap: Equatable, Sendable, Codable {
    /// Scores at the knots, ascending.
    public let scores: [Double]
    /// Means at the knots, non-decreasing.
    public let means: [Double]

    /// Fits labels to scores; equal scores count as one with their mean label.
    ///
    /// - Parameters:
    ///   - scores: `[n]`, 1 or more, finite.
    ///   - labels: `[n]`.
    public init(scores: [Double], labels: [Double]) {
        precondition(scores.count == labels.count && !scores.isEmpty, "a label for each score, and at least one")
        struct Block { var first, last, sum, weight: Double }
        var blocks: [Block] = []
        let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
        var start = 0
        while start < order.count {
            let score = scores[order[start]]
            var block = Block(first: score, last: score, sum: 0, weight: 0)
            while start < order.count, scores[order[start]] == score {
                block.sum += labels[order[start]]
                block.weight += 1
                start += 1
            }
            while let last = blocks.last, last.sum * block.weight >= block.sum * last.weight {
                block = Block(
                    first: last.first, last: block.last, sum: last.sum + block.sum, weight: last.weight + block.weight)
                blocks.removeLast()
            }
            blocks.append(block)
        }
        var knots: [(Double, Double)] = []
        for block in blocks {
            knots.append((block.first, block.sum / block.weight))
            if block.last > block.first { knots.append((block.last, block.sum / block.weight)) }
        }
        self.scores = knots.map(\.0)
        means = knots.map(\.1)
    }

    /// The mean at a score; NaN at NaN.
    public func value(at score: Double) -> Double {
        if score.isNaN { return .nan }
        guard let first = scores.first, let last = scores.last, score > first else { return means[0] }
        if score >= last { return means[means.count - 1] }
        // The last knot at most at the score.
        var low = 0, high = scores.count - 1
        while high - low > 1 {
            let middle = (low + high) / 2
            if scores[middle] <= score { low = middle } else { high = middle }
        }
        return means[low] + (means[high] - means[low]) * ((score - scores[low]) / (scores[high] - scores[low]))
    }
}
