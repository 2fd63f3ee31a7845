extension ObjectiveKind {
    /// Checks that an observed label is legal for this kind.
    ///
    /// - Parameters:
    ///   - value: 0 or 1, an index, or a number, as ``LabelTable`` holds it.
    ///   - soft: whether fractions between 0 and 1 are legal for binary and multilabel objectives.
    /// - Throws: ``LabelProblem``; a NaN or infinite label is never legal.
    func check(label value: Double, of name: String, soft: Bool, transform: Transform) throws(LabelProblem) {
        guard value.isFinite else {
            throw LabelProblem(
                problem: "label \(value) is not a finite number", why: "objective '\(name)' is \(self.name.rawValue)",
                fix: "correct it, or declare it as missing")
        }
        switch self {
        case .binary, .multilabel:
            if value == 0 || value == 1 { return }
            if soft {
                guard value > 0, value < 1 else {
                    throw LabelProblem(
                        problem: "label \(plain(value)) lies outside 0…1",
                        why: "objective '\(name)' is \(self.name.rawValue) with soft targets",
                        fix: "correct it, or declare \(plain(value)) as missing")
                }
                return
            }
            throw LabelProblem(
                problem: "label \(plain(value)) is neither 0 nor 1",
                why: "objective '\(name)' is \(self.name.rawValue)",
                fix: value > 0 && value < 1
                    ? "allow soft targets if it is a probability" : "correct it, or declare \(plain(value)) as missing")
        case .categorical(let names), .ordinal(let names):
            guard value == value.rounded(), value >= 0, value < Double(names.count) else {
                throw LabelProblem(
                    problem: "label \(plain(value)) is no \(self.name == .ordinal ? "level" : "class") index",
                    why: "objective '\(name)' is \(self.name.rawValue) with indices 0…\(names.count - 1)",
                    fix: "correct it, or declare \(plain(value)) as missing")
            }
        case .regression:
            if transform == .log1p, value <= -1 {
                throw LabelProblem(
                    problem: "label \(plain(value)) has no log(1 + label)",
                    why: "objective '\(name)' is a regression with transform log1p",
                    fix: "labels must be above -1: correct it, or use no transform")
            }
        }
    }
}

/// A number as a person writes it: 3 rather than 3.0.
package func plain(_ value: Double) -> String {
    if value == value.rounded(), value.magnitude < 1e15 { return String(Int(value)) }
    return "\(value)"
}
