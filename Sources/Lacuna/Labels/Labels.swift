/// The labels of one objective as a Swift program holds them. A missing label is `nil`, false in a mask, NaN,
/// or a sentinel that is declared.
public enum Labels: Sendable {
    /// Binary: one per row.
    case yesNo([Bool?])
    /// Categorical and ordinal: the class or level index, one per row.
    case indices([Int?])
    /// Categorical and ordinal: the class or level by its name, one per row.
    case names([String?])
    /// Regression, or binary with soft targets in 0…1: one per row.
    case numbers([Double?])
    /// Multilabel: a row of L labels, or nil for a row without any.
    case manyYesNo([[Bool?]?])
    /// Categorical with soft targets: a distribution over C classes per row, or nil.
    case distributions([[Float]?])
    /// Regression whose labels may be bounds, such as measurements under a detection limit: one per row. A bound teaches
    /// where the prediction is on its wrong side, and is not scored.
    case censored([Censored?])
    /// Any kind, from a plain array `[rows × columns]`, row-major. One column holds 0 and 1, indices or numbers;
    /// L columns are a multilabel objective's; C columns of a categorical objective are one-hot rows (all zero,
    /// all sentinel or all NaN is missing).
    case array([Float], columns: Int = 1, missing: MissingRule = .nan, mask: [Bool]? = nil)
}

/// Which values of an array mean that the label is missing. NaN always does.
public enum MissingRule: Sendable, Equatable {
    /// NaN alone.
    case nan
    /// NaN and this value, such as the classic −1.
    case sentinel(Float)

    func isMissing(_ value: Float) -> Bool {
        if value.isNaN { return true }
        if case .sentinel(let sentinel) = self { return value == sentinel }
        return false
    }
}

/// What is wrong with a label, before it is known where it stands.
public struct LabelProblem: Error, Equatable, Sendable {
    /// One clause, without a full stop.
    public var problem: String
    /// What was expected, and by which objective.
    public var why: String
    /// What the user can do about it.
    public var fix: String
}

/// What is wrong with arrays that a program hands over: shapes, labels outside their kind, weights.
public struct DataError: Error, Equatable, Sendable, CustomStringConvertible {
    /// One clause, without a full stop.
    public var problem: String
    /// The objective's name, if it is about one.
    public var objective: String?
    /// The row, counted from 0 as in the array.
    public var row: Int?
    /// What was expected here.
    public var why: String?
    /// What the caller can do about it.
    public var fix: String?

    /// Says what is wrong and, where known, about what, why, and what helps.
    public init(
        _ problem: String, objective: String? = nil, row: Int? = nil, why: String? = nil, fix: String? = nil
    ) {
        self.problem = problem
        self.objective = objective
        self.row = row
        self.why = why
        self.fix = fix
    }

    /// One line for programmers: problem, place, reason and fix.
    public var description: String {
        var text = problem
        if let objective { text += " (objective '\(objective)'" + (row.map { ", row \($0)" } ?? "") + ")" }
        if let why { text += "; \(why)" }
        if let fix { text += "; \(fix)" }
        return text
    }
}
