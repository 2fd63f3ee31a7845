/// How well a model does on a data set, on observed slots only.
public struct Evaluation: Equatable, Sendable {
    /// One objective's result.
    public struct Objective: Equatable, Sendable {
        public var name: String
        public var kind: ObjectiveKind.Name
        public var scores: Scores
        /// Each label of a multilabel objective; empty for all other kinds.
        public var labels: [(name: String, scores: Scores)]
        /// The reduced loss with the data as one logical batch, or nil where nothing is observed.
        public var loss: Double?

        public static func == (a: Objective, b: Objective) -> Bool {
            a.name == b.name && a.kind == b.kind && a.scores == b.scores && a.loss == b.loss
                && a.labels.elementsEqual(b.labels) { $0.name == $1.name && $0.scores == $1.scores }
        }
    }

    public var objectives: [Objective]
    /// Means over the objectives, with over how many.
    public var macro: MacroScores
    /// The total loss with the data as one logical batch, or nil where nothing is observed.
    public var loss: Double?
    /// The first objective with an observed slot whose logits are not finite: the model has diverged.
    public var diverged: String?
    public var rows: Int

    public subscript(name: String) -> Objective? { objectives.first { $0.name == name } }

    /// The mean over objectives of each one's main metric, or nil if none is defined.
    public var macroMain: Double? {
        let values = objectives.compactMap { $0.scores[Metric.main(for: $0.kind)]?.number }
        return values.isEmpty ? nil : values.reduce(0, +) / Double(values.count)
    }
}
