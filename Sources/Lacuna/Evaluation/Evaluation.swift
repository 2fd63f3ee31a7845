/// How well a model does on a data set, on observed slots only.
public struct Evaluation: Equatable, Sendable {
    /// One objective's result.
    public struct Objective: Equatable, Sendable {
        /// The objective's name.
        public var name: String
        /// The objective's kind.
        public var kind: ObjectiveKind.Name
        /// Its metrics; of a multilabel objective the means over its labels.
        public var scores: Scores
        /// Each label of a multilabel objective; empty for all other kinds.
        public var labels: [(name: String, scores: Scores)]
        /// The reduced loss with the data as one logical batch, or nil where nothing is observed.
        public var loss: Double?
        /// `[C × C]`: how often each class (row) is predicted as each (column); the same of levels. nil for other kinds, and
        /// with more than ``confusionLimit`` classes, and where a prediction is not finite.
        public var confusion: [[Int]]?

        /// Whether names, scores and losses are equal.
        public static func == (a: Objective, b: Objective) -> Bool {
            a.name == b.name && a.kind == b.kind && a.scores == b.scores && a.loss == b.loss
                && a.confusion == b.confusion
                && a.labels.elementsEqual(b.labels) { $0.name == $1.name && $0.scores == $1.scores }
        }
    }

    /// Classes up to which they are counted pair by pair: a table of more is read by nobody.
    public static let confusionLimit = 200

    /// One per objective, in the model's order.
    public var objectives: [Objective]
    /// Means over the objectives, with over how many.
    public var macro: MacroScores
    /// The total loss with the data as one logical batch, or nil where nothing is observed.
    public var loss: Double?
    /// The first objective with an observed slot whose logits are not finite: the model has diverged.
    public var diverged: String?
    /// Rows of the data set, with or without labels.
    public var rows: Int

    /// The result of one objective, or nil where none has that name.
    public subscript(name: String) -> Objective? { objectives.first { $0.name == name } }

    /// The mean over objectives of each one's main metric, or nil if none is defined.
    public var macroMain: Double? {
        MacroScores.main(of: objectives.map { ($0.kind, $0.scores) }).score.number
    }
}
