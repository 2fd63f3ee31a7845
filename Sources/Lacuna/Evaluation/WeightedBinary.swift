/// The metrics of a binary slot under weights.
struct WeightedBinary: WeightedMetrics {
    let metrics = Metric.all(for: .binary)
    private let probabilities: [Float]
    private let labels: [Double]
    private let threshold: Double
    private let reliability: WeightedReliability
    /// `[n]`.
    private let losses: [Double]

    init(probabilities: [Float], labels: [Double], threshold: Double) {
        self.probabilities = probabilities
        self.labels = labels
        self.threshold = threshold
        reliability = WeightedReliability(probabilities: probabilities, labels: labels)
        losses = zip(probabilities, labels).map { logLoss(of: $0, label: $1) }
    }

    func values(weights: [Double]) -> [Double] {
        var (truePositive, falsePositive, trueNegative, falseNegative) = (0.0, 0.0, 0.0, 0.0)
        var loss = 0.0, square = 0.0, labelled = 0.0
        for place in weights.indices {
            let w = weights[place], y = labels[place], p = Double(probabilities[place])
            switch (p >= threshold, y >= 0.5) {
            case (true, true): truePositive += w
            case (true, false): falsePositive += w
            case (false, true): falseNegative += w
            case (false, false): trueNegative += w
            }
            loss += w * losses[place]
            square += w * (p - y) * (p - y)
            labelled += w * y
        }
        let positives = truePositive + falseNegative, negatives = trueNegative + falsePositive
        let total = positives + negatives
        let areas = ranking(weights, positives: positives, negatives: negatives)
        let errors = reliability.errors(weights: weights)
        let share = min(max(labelled / total, 0), 1)
        let skill = share > 0 && share < 1
            ? logLossSkill(mean: loss / total, counts: [share, 1 - share], oneClass: "").number ?? .nan : .nan
        // 0/0 is NaN: what Scores calls undefined.
        return [
            areas.auroc, areas.averagePrecision, (truePositive + trueNegative) / total,
            (truePositive / positives + trueNegative / negatives) / 2,
            2 * truePositive / (2 * truePositive + falsePositive + falseNegative), loss / total, square / total,
            truePositive / (truePositive + falsePositive), truePositive / positives, skill, errors.mass, errors.width,
        ]
    }

    private func ranking(
        _ weights: [Double], positives: Double, negatives: Double
    ) -> (auroc: Double, averagePrecision: Double) {
        guard positives > 0, negatives > 0 else { return (.nan, .nan) }
        let ranked = reliability.ranked
        var concordant = 0.0, average = 0.0, positivesSeen = 0.0, negativesSeen = 0.0
        var end = ranked.order.count
        for group in ranked.groupEnds.indices.reversed() {
            let start = group > 0 ? Int(ranked.groupEnds[group - 1]) : 0
            var positivesHere = 0.0, negativesHere = 0.0
            for place in start..<end {
                let entry = Int(ranked.order[place])
                if labels[entry] >= 0.5 { positivesHere += weights[entry] } else { negativesHere += weights[entry] }
            }
            end = start
            concordant += negativesHere * (2 * positivesSeen + positivesHere)
            positivesSeen += positivesHere
            negativesSeen += negativesHere
            if positivesHere > 0 { average += positivesHere * positivesSeen / (positivesSeen + negativesSeen) }
        }
        return (concordant / (2 * positives * negatives), average / positives)
    }
}
