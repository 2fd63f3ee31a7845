/// Metrics whose entries count by weights, as where labels are missing more often for some rows than for others.
public struct WeightedEvaluation: Equatable, Sendable {
    /// One objective's result.
    public struct Objective: Equatable, Sendable {
        /// The objective's name.
        public var name: String
        /// Its weighted metrics; of a multilabel objective the means over its labels. `observed` counts entries.
        public var scores: Scores
        /// (Σw)² ÷ Σw² (Kish 1965): so many unweighted labels say as much; of a multilabel objective the sum over labels.
        public var effectiveLabels: Double
        /// Each label of a multilabel objective; empty for all other kinds.
        public var labels: [(name: String, scores: Scores, effectiveLabels: Double)]

        /// Whether names, scores and effective counts are equal.
        public static func == (a: Objective, b: Objective) -> Bool {
            a.name == b.name && a.scores == b.scores && a.effectiveLabels == b.effectiveLabels
                && a.labels.elementsEqual(b.labels) { $0 == $1 }
        }
    }

    /// One per objective, in the model's order.
    public var objectives: [Objective]

    /// The result of one objective, or nil where none has that name.
    public subscript(name: String) -> Objective? { objectives.first { $0.name == name } }
}

extension ObservedOutputs {
    /// Scores entries by weights: means become weighted means, counts sums of weights, pairs products of weights.
    ///
    /// - Parameter weights: by slot, `[n]`, finite and 0 or more.
    /// - Note: Peer: `sample_weight` in `sklearn.metrics`.
    public func weightedEvaluation(_ weights: [[Double]]) -> WeightedEvaluation {
        precondition(zip(weights, slots).allSatisfy { $0.count == $1.count }, "a weight for each entry")
        let each = slots.indices.map { index -> Scores in
            let entries = SlotEntries(self, slot: index), plain = entries.scores
            guard let values = entries.weightedMetrics?.values(weights: weights[index]) else { return plain }
            return Scores(
                observed: plain.observed,
                entries: zip(plain.entries, values).map { entry, value in
                    let reason = entry.score.reason ?? UndefinedReason.weights
                    return .init(metric: entry.metric, score: value.isFinite ? .value(value) : .undefined(reason: reason))
                })
        }
        return WeightedEvaluation(
            objectives: objectives.enumerated().map { index, objective in
                let slots = slots(of: index)
                let effective = slots.map { InversePropensity.effectiveCount(of: weights[$0]) }
                let isGroup = objective.kind.name == .multilabel
                return .init(
                    name: objective.name, scores: isGroup ? .multilabel(Array(each[slots])) : each[slots.lowerBound],
                    effectiveLabels: effective.reduce(0, +),
                    labels: isGroup
                        ? zip(objective.slotNames, zip(each[slots], effective)).map { ($0, $1.0, $1.1) } : [])
            })
    }
}
