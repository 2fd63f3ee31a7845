/// What an objective predicts.
public enum ObjectiveKind: Equatable, Sendable {
    /// Yes or no: one logit, one slot per row.
    case binary
    /// One of C named classes: C logits, one slot per row.
    case categorical(classes: [String])
    /// L yes-or-no labels that are trained and scored as one objective: L logits, L slots per row.
    case multilabel(labels: [String])
    /// A number: one output, one slot per row.
    case regression
    /// One of K ordered levels: K − 1 cumulative logits, one slot per row.
    case ordinal(levels: [String])

    /// The kind without its classes, labels or levels.
    public enum Name: String, CaseIterable, Codable, Sendable {
        case binary, categorical, multilabel, regression, ordinal
    }

    /// The kind's name, as said in files and messages.
    public var name: Name {
        switch self {
        case .binary: .binary
        case .categorical: .categorical
        case .multilabel: .multilabel
        case .regression: .regression
        case .ordinal: .ordinal
        }
    }

    /// Its classes, labels or levels, in order; nil for binary objectives and regressions.
    var names: [String]? {
        switch self {
        case .binary, .regression: nil
        case .categorical(let names), .multilabel(let names), .ordinal(let names): names
        }
    }

    /// What one label can be, by name: 0 and 1, a class or a level; empty for regressions.
    package var classNames: [String] {
        switch self {
        case .binary, .multilabel: ["0", "1"]
        case .categorical(let names), .ordinal(let names): names
        case .regression: []
        }
    }

    /// How many slots a row has: L for multilabel, else 1.
    public var slotsPerRow: Int {
        if case .multilabel(let labels) = self { labels.count } else { 1 }
    }

    /// How many logits one slot has: C for categorical, K − 1 for ordinal, else 1.
    public var logitsPerSlot: Int {
        switch self {
        case .binary, .multilabel, .regression: 1
        case .categorical(let classes): classes.count
        case .ordinal(let levels): levels.count - 1
        }
    }
}
