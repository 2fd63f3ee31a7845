/// What an observed cell says of the truth, beside the label itself.
public enum CellState: UInt8, Sendable, BitwiseCopyable, CaseIterable {
    /// The label is the truth, as far as the file knows.
    case known
    /// The truth lies below the label, or at it: `<5`, a measurement under its detection limit (left-censored).
    case below
    /// The truth lies above the label, or at it: `>5`, a measurement beyond its range (right-censored).
    case above
    /// The label stands in for one that nobody is sure of: a soft label drawn for an uncertain cell.
    case uncertain

    /// Whether metrics look at the cell: at known ones only. All observed cells train.
    public var isScored: Bool { self == .known }

    /// Whether the label is a bound and not a value.
    public var isCensored: Bool { self == .below || self == .above }

    /// Whether the output lies on the side of a bound where the truth may be; then the label asks for nothing more.
    /// A NaN lies on no side.
    @inline(__always)
    func isSatisfied(by output: Float, bound: Float) -> Bool {
        switch self {
        case .below: output <= bound
        case .above: output >= bound
        case .known, .uncertain: false
        }
    }

    /// Makes a regression's loss one-sided: 0, and its gradient 0, where the output is on the right side of a bound.
    ///
    /// `ℓ₊(z, y) = ℓ(z, y) · [z > y]` for ``below``, `· [z < y]` for ``above``. It holds for any loss that is least at the
    /// target, and since transform and standardising are increasing it can be done on the scale of training.
    ///
    /// - Parameters:
    ///   - states: `[n]`, one per slot.
    ///   - logits: `[n]`, outputs on the scale of training.
    ///   - targets: `[n]`, bounds and values on the same scale.
    ///   - loss: `[n]`, as the loss wrote it; changed.
    ///   - gradient: `[n]`, as the loss wrote it; changed.
    /// - Note: Peer: `torch.where(satisfied, 0, loss)`, the one-sided loss of censored regression (Tobin 1958 has the
    ///   likelihood form).
    static func makeOneSided(
        _ states: Span<CellState>, logits: Span<Float>, targets: Span<Float>, loss: inout MutableSpan<Float>,
        gradient: inout MutableSpan<Float>
    ) {
        for index in states.indices where states[index].isSatisfied(by: logits[index], bound: targets[index]) {
            loss[index] = 0
            gradient[index] = 0
        }
    }
}

/// A regression's label that may be a bound: what ``Labels/censored(_:)`` takes.
public enum Censored: Sendable, Equatable {
    /// The truth.
    case value(Double)
    /// The truth is at most this.
    case below(Double)
    /// The truth is at least this.
    case above(Double)

    /// The number, and what it says.
    var cell: (number: Double, state: CellState) {
        switch self {
        case .value(let number): (number, .known)
        case .below(let number): (number, .below)
        case .above(let number): (number, .above)
        }
    }

    /// Reads `<5`, `<= 5`, `> 5`, `>=5`, `≤5` or `≥5`; nil for anything else, a bare number included.
    init?(bound text: String) {
        var rest = text.drop(while: \.isWhitespace)
        guard let sign = rest.popFirst() else { return nil }
        switch sign {
        case "<", ">": if rest.first == "=" { rest.removeFirst() }
        case "≤", "≥": break
        default: return nil
        }
        guard case .number(let number) = LabelValue(parsing: trimmed(rest)) else { return nil }
        self = sign == "<" || sign == "≤" ? .below(number) : .above(number)
    }
}
