/// The metrics of a categorical slot under weights.
struct WeightedClasses: WeightedMetrics {
    let metrics = Metric.all(for: .categorical)
    private let classes: Int
    private let labels: [Int]
    private let predicted: [Int]
    private let losses: [Double]
    private let reliability: WeightedReliability
    /// One per class, by its probability; empty where they would take too much memory, and macro AUROC is NaN.
    private let orders: [RankedOrder]

    /// Entries × classes up to which macro AUROC is prepared.
    static let rankedLimit = 4_000_000

    init(probabilities: [Float], classes: Int, labels: [Int]) {
        self.classes = classes
        self.labels = labels
        let predicted = SlotEntries.mostProbable(probabilities, of: classes)
        self.predicted = predicted
        losses = labels.indices.map { logLoss(ofLabelled: probabilities[$0 * classes + labels[$0]]) }
        reliability = WeightedReliability(
            probabilities: labels.indices.map { probabilities[$0 * classes + predicted[$0]] },
            labels: labels.indices.map { predicted[$0] == labels[$0] ? 1 : 0 })
        orders = probabilities.count > Self.rankedLimit ? []
            : (0..<classes).map { index in RankedOrder(labels.indices.map { probabilities[$0 * classes + index] }) }
    }

    func values(weights: [Double]) -> [Double] {
        var labelled = [Double](repeating: 0, count: classes), called = labelled, both = labelled
        var loss = 0.0
        for place in weights.indices {
            labelled[labels[place]] += weights[place]
            called[predicted[place]] += weights[place]
            if labels[place] == predicted[place] { both[labels[place]] += weights[place] }
            loss += weights[place] * losses[place]
        }
        let total = labelled.reduce(0, +)
        let present = labelled.indices.filter { labelled[$0] > 0 }
        let recalls = present.map { both[$0] / labelled[$0] }
        let f1 = labelled.indices.filter { labelled[$0] + called[$0] > 0 }
            .map { 2 * both[$0] / (labelled[$0] + called[$0]) }
        let areas = orders.isEmpty || present.count < 2 ? [] : present.map { area(of: $0, weights, labelled[$0], total) }
        let errors = reliability.errors(weights: weights)
        return [
            both.reduce(0, +) / total, present.count > 1 ? mean(recalls) : .nan, mean(f1), loss / total, mean(areas),
            logLossSkill(mean: loss / total, counts: labelled, oneClass: "").number ?? .nan, errors.mass, errors.width,
        ]
    }

    private func mean(_ values: [Double]) -> Double { values.reduce(0, +) / Double(values.count) }

    /// AUROC of a class against the rest.
    private func area(of index: Int, _ weights: [Double], _ positives: Double, _ total: Double) -> Double {
        var concordant = 0.0, below = 0.0, negatives = 0.0, start = 0
        for end in orders[index].groupEnds {
            var positivesHere = 0.0, negativesHere = 0.0
            for place in start..<Int(end) {
                let entry = Int(orders[index].order[place])
                if labels[entry] == index { positivesHere += weights[entry] } else { negativesHere += weights[entry] }
            }
            concordant += positivesHere * (2 * below + negativesHere)
            below += negativesHere
            negatives += negativesHere
            start = Int(end)
        }
        return concordant / (2 * positives * negatives)
    }
}

/// The metrics of an ordinal slot under weights.
struct WeightedLevels: WeightedMetrics {
    let metrics = Metric.all(for: .ordinal)
    private let levels: Int
    private let predicted: [Int]
    private let labels: [Int]
    private let losses: [Double]
    private let reliability: WeightedReliability
    private let orders: (predicted: RankedOrder, labels: RankedOrder)

    init(probabilities: [Float], levels: Int, predicted: [Int], labels: [Int]) {
        self.levels = levels
        self.predicted = predicted
        self.labels = labels
        losses = labels.indices.map { logLoss(ofLabelled: probabilities[$0 * levels + labels[$0]]) }
        reliability = WeightedReliability(
            probabilities: labels.indices.map { probabilities[$0 * levels + predicted[$0]] },
            labels: labels.indices.map { predicted[$0] == labels[$0] ? 1 : 0 })
        orders = (RankedOrder(predicted), RankedOrder(labels))
    }

    func values(weights: [Double]) -> [Double] {
        var labelled = [Double](repeating: 0, count: levels)
        var equal = 0.0, distance = 0.0, squares = 0.0, loss = 0.0
        var sums = (p: 0.0, y: 0.0), squared = 0.0
        for place in weights.indices {
            let w = weights[place], p = Double(predicted[place]), y = Double(labels[place])
            labelled[labels[place]] += w
            if p == y { equal += w }
            distance += w * abs(p - y)
            squares += w * (p - y) * (p - y)
            sums.p += w * p
            sums.y += w * y
            squared += w * (p * p + y * y)
            loss += w * losses[place]
        }
        let total = labelled.reduce(0, +)
        let several = labelled.count(where: { $0 > 0 }) > 1
        let kappa = several ? 1 - total * squares / (total * squared - 2 * sums.p * sums.y) : .nan
        let errors = reliability.errors(weights: weights)
        return [
            equal / total, distance / total, kappa,
            weightedCorrelation(
                orders.predicted.ranks(weights: weights), orders.labels.ranks(weights: weights), weights: weights),
            loss / total, logLossSkill(mean: loss / total, counts: labelled, oneClass: "").number ?? .nan, errors.mass,
            errors.width,
        ]
    }
}
