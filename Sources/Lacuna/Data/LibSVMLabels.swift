/// How the labels of a libsvm / svmlight file are meant: one number in each row, or a list of the labels that hold.
///
/// A list says which labels hold and not which are unknown, so that is declared here: what a row does not list is negative,
/// as the format's own readers have it, or missing.
public struct LibSVMLabels: Codable, Equatable, Sendable {
    /// How the labels before a row's features are read.
    public enum Form: String, Codable, CaseIterable, Sendable {
        /// As lists where some row has several labels or none, else as numbers.
        case auto
        /// One number in each row: the column `label`.
        case value
        /// A list in each row: a column `t3` of 0 and 1 for each label 3 that occurs in training.
        case lists
    }

    /// What a label is that a row does not list.
    public enum Unlisted: String, Codable, CaseIterable, Sendable {
        /// 0.
        case negative
        /// Not observed.
        case missing
    }

    /// How labels are read.
    public var form = Form.auto
    /// Labels that a row with some label does not list.
    public var unlisted = Unlisted.negative
    /// All labels of a row that lists none; nil: as ``unlisted``.
    public var empty: Unlisted?

    /// The reading of a file of which nothing is said.
    public init() {}
}
