extension Objective {
    /// The loss of each of this objective's slots, with positive or class weights set from the observed training
    /// labels where the objective asks for that.
    ///
    /// Positive weight: negatives ÷ positives. Class weights: n ÷ (C · nᵧ), as scikit-learn's
    /// `compute_class_weight("balanced")`. A class or side that is never observed keeps weight 1.
    ///
    /// - Parameters:
    ///   - labels: by slot of this objective, the observed training labels.
    ///   - distributions: `[n × C]` of a categorical objective with soft targets, whose labels are positions in it; a
    ///     class then counts as often as its shares add up to.
    func balancedLosses(_ labels: [[Double]], distributions: [Float]? = nil) -> [any Loss] {
        guard balance else { return Array(repeating: loss, count: kind.slotsPerRow) }
        switch kind {
        case .binary, .multilabel:
            return labels.map { slot in
                guard var cross = loss as? BinaryCrossEntropy else { return loss }
                let positives = slot.reduce(0, +), negatives = Double(slot.count) - positives
                if positives > 0, negatives > 0 { cross.positiveWeight = Float(negatives / positives) }
                return cross
            }
        case .categorical(let classes):
            guard var cross = loss as? CategoricalCrossEntropy, let observed = labels.first else { return [loss] }
            var counts = [Double](repeating: 0, count: classes.count)
            for label in observed {
                guard let distributions else {
                    counts[Int(label)] += 1
                    continue
                }
                for index in counts.indices { counts[index] += Double(distributions[Int(label) * classes.count + index]) }
            }
            let total = Double(observed.count)
            cross.classWeights = counts.map { $0 > 0 ? Float(total / (Double(classes.count) * $0)) : 1 }
            return [cross]
        case .regression, .ordinal:
            return Array(repeating: loss, count: kind.slotsPerRow)
        }
    }
}
