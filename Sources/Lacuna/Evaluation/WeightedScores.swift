/// Metrics of weighted entries, prepared once and then evaluated in O(n) for any weights: what resampling needs, where a
/// weight is how often an entry was drawn, and weighting by inverse propensities.
///
/// With weights of 1 the metrics are those of ``Scores``, to rounding; with whole weights, those of entries repeated so
/// often. An undefined metric is NaN.
protocol WeightedMetrics {
    /// The metrics, in the order of the values.
    var metrics: [Metric] { get }
    /// - Parameter weights: `[n]`, 0 or more, one per entry as they were given.
    func values(weights: [Double]) -> [Double]
}

extension SlotEntries {
    /// nil where nothing is observed, or a prediction is not finite.
    var weightedMetrics: (any WeightedMetrics)? {
        guard count > 0, predictions.allSatisfy(\.isFinite) else { return nil }
        switch kind {
        case .binary, .multilabel:
            return WeightedBinary(probabilities: predictions, labels: labels, threshold: threshold)
        case .categorical(let classes):
            return WeightedClasses(probabilities: predictions, classes: classes.count, labels: labels.map { Int($0) })
        case .regression: return WeightedRegression(predictions: predictions, targets: labels)
        case .ordinal(let levels):
            return WeightedLevels(
                probabilities: predictions, levels: levels.count, predicted: predicted, labels: labels.map { Int($0) })
        }
    }
}

/// Scores ascending, in groups of equal ones.
struct RankedOrder {
    /// Entries, ascending by score.
    let order: [Int32]
    /// `[n]`: the position after the last one of each group; the start of each is the end before it.
    let groupEnds: [Int32]

    init(_ scores: [some Comparable]) {
        let order = scores.indices.sorted { (scores[$0], $0) < (scores[$1], $1) }
        var ends: [Int32] = []
        for place in order.indices where place + 1 == order.count || scores[order[place]] != scores[order[place + 1]] {
            ends.append(Int32(place + 1))
        }
        self.order = order.map { Int32($0) }
        groupEnds = ends
    }

    /// The mean rank that each entry has where entries count by their weights, times 2, less a constant.
    func ranks(weights: [Double]) -> [Double] {
        var ranks = [Double](repeating: 0, count: order.count)
        var start = 0, below = 0.0
        for end in groupEnds {
            var here = 0.0
            for place in start..<Int(end) { here += weights[Int(order[place])] }
            for place in start..<Int(end) { ranks[Int(order[place])] = 2 * below + here }
            below += here
            start = Int(end)
        }
        return ranks
    }
}

/// Calibration errors of weighted entries.
struct WeightedReliability {
    let ranked: RankedOrder
    /// `[n]`: the bin of equal width.
    private let widthBin: [Int32]
    private let probabilities: [Double]
    private let labels: [Double]
    private let bins = Reliability.binCount

    init(probabilities: [Float], labels: [Double], ranked: RankedOrder? = nil) {
        self.ranked = ranked ?? RankedOrder(probabilities)
        self.probabilities = probabilities.map(Double.init)
        self.labels = labels
        let bins = bins
        widthBin = probabilities.map { p in
            Int32((0..<bins).first { Double(p) <= Double($0 + 1) / Double(bins) } ?? bins - 1)
        }
    }

    func errors(weights: [Double]) -> (mass: Double, width: Double) {
        var predicted = [Double](repeating: 0, count: bins), observed = predicted
        var total = 0.0
        for place in weights.indices {
            total += weights[place]
            predicted[Int(widthBin[place])] += weights[place] * probabilities[place]
            observed[Int(widthBin[place])] += weights[place] * labels[place]
        }
        guard total > 0 else { return (.nan, .nan) }
        let width = zip(predicted, observed).reduce(0.0) { $0 + ($1.0 - $1.1).magnitude } / total
        var mass = 0.0, difference = 0.0, reached = 0.0, bin = 1.0, start = 0
        let count = Double(bins)
        for end in ranked.groupEnds {
            for place in start..<Int(end) {
                let entry = Int(ranked.order[place])
                reached += weights[entry]
                difference += weights[entry] * (probabilities[entry] - labels[entry])
            }
            start = Int(end)
            if reached * count >= bin * total {
                mass += difference.magnitude
                difference = 0
                bin = (reached * count / total).rounded(.down) + 1
            }
        }
        return ((mass + difference.magnitude) / total, width)
    }
}
