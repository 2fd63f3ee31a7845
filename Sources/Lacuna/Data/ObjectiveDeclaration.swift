/// An objective as a person declares it over the columns of a file, before the file is read:
/// `'PATTERN:KIND[:key=value,…]'` on the command line, or one entry of `objectives` in a configuration file.
public struct ObjectiveDeclaration: Equatable, Sendable, Codable {
    /// Which label columns it is about.
    public enum Columns: Equatable, Sendable, Codable {
        /// One column, by its exact name.
        case exact(String)
        /// Every column that the glob matches: each an objective of its own, or the slots of one group.
        case glob(String)
    }

    /// The name of the group for a multilabel objective (or a categorical one given as one-hot columns):
    /// `'NAME=PATTERN:multilabel'`. nil: each column is its own objective under its own name.
    public var group: String?
    /// The label columns.
    public var columns: Columns
    /// What is predicted of them.
    public var kind: ObjectiveKind.Name
    /// Factor of the loss in the total.
    public var weight: Float = 1
    /// Name of a built-in loss as in `BuiltInLoss`, or a short form ("focal", "asl", "huber", "mae", "mse"); nil: the kind's usual one.
    public var loss: String?
    /// Settings of the loss under their names, such as gamma, alpha, delta, labelSmoothing, clip, gammaNegative.
    public var lossSettings: [String: Float] = [:]
    /// Hidden widths of a tower; empty: linear; nil: what the run says for all (`--head`).
    public var head: [Int]?
    /// Tokens that mean missing in these columns, beside the run's and the usual ones.
    public var missing: [String] = []
    /// The word that stands for 1 in a binary or multilabel column of two words.
    public var positive: String?
    /// Whether fractions in 0…1 are legal labels of a binary or multilabel column, or shares that sum to 1 of the columns
    /// of a categorical objective.
    public var soft = false
    /// Which cells are uncertain, and what becomes of them; nil: none is.
    public var uncertain: UncertainCells?
    /// Whether `<5` and `>5` are labels of a regression: bounds of the truth.
    public var censored = false
    /// The column that holds the weight of each label, 0 or more; `*` stands for the label column's name.
    public var cellWeights: String?
    /// Classes in order, or nil for all values of the training file, sorted.
    public var classes: [String]?
    /// Levels, lowest first, or nil for all values of the training file, sorted.
    public var levels: [String]?
    /// The scale that a regression trains and is scored on.
    public var transform: Transform = .identity
    /// A number, or balanced.
    public var positiveWeight: ClassWeight?
    /// One per class in class order, or balanced.
    public var classWeights: ClassWeights?
    /// multilabel: what a missing slot of a row with labels means.
    public var missingLabels: MissingLabels = .eachSlot
    /// The unit of a regression, for reports.
    public var unit: String?
    /// How probabilities are calibrated on validation rows; nil: what the run says for all.
    public var calibration: CalibrationMethod?
    /// How the threshold of yes is chosen on validation rows; nil: what the run says for all.
    public var threshold: DecisionRule?

    /// The positive weight: a number, or negatives ÷ positives of the observed training labels.
    public enum ClassWeight: Equatable, Sendable, Codable { case value(Float), balanced }
    /// The class weights: one number per class, or n ÷ (C · nᵧ) over the observed training labels.
    public enum ClassWeights: Equatable, Sendable, Codable { case values([Float]), balanced }

    /// A declaration with the defaults of its kind.
    public init(columns: Columns, kind: ObjectiveKind.Name, group: String? = nil) {
        self.columns = columns
        self.kind = kind
        self.group = group
    }
}
