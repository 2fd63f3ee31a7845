/// How the threshold of a yes-or-no decision is chosen on validation rows.
public enum DecisionRule: Equatable, Sendable {
    /// The largest F1.
    case f1
    /// The largest sensitivity + specificity − 1 (Youden 1950).
    case youden
    /// The highest threshold whose sensitivity (recall) is at least this.
    case sensitivity(Double)
    /// The lowest threshold whose precision is at least this.
    case precision(Double)
    /// The least cost, where missing a positive costs so many times a false alarm.
    case cost(Double)
    /// A threshold of one's own.
    case fixed(Double)

    /// Reads `f1`, `youden`, `sensitivity=0.9`, `precision=0.8`, `cost=5` or a threshold such as `0.3`.
    ///
    /// - Throws: ``SettingError`` for anything else, and for a number out of its range.
    public init(parsing text: String) throws(SettingError) {
        let parts = text.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map { trimmed($0) }
        let number = parts.count == 2 ? Double(parts[1]) : nil
        switch (parts[0], number) {
        case ("f1", nil) where parts.count == 1: self = .f1
        case ("youden", nil) where parts.count == 1: self = .youden
        case ("sensitivity", let number?): self = .sensitivity(number)
        case ("precision", let number?): self = .precision(number)
        case ("cost", let number?): self = .cost(number)
        default:
            guard parts.count == 1, let number = Double(parts[0]) else {
                throw SettingError(
                    "'\(text)' is no rule for a threshold",
                    fix: "give f1, youden, sensitivity=0.9, precision=0.8, cost=5 (a missed positive in false alarms), or a number")
            }
            self = .fixed(number)
        }
        try validate()
    }

    /// As ``init(parsing:)`` reads it.
    public var text: String {
        switch self {
        case .f1: "f1"
        case .youden: "youden"
        case .sensitivity(let share): "sensitivity=\(plain(share))"
        case .precision(let share): "precision=\(plain(share))"
        case .cost(let ratio): "cost=\(plain(ratio))"
        case .fixed(let threshold): plain(threshold)
        }
    }

    /// - Throws: ``SettingError`` for a share outside `0 ..< 1`, a cost ratio that is not above 0, or a threshold outside
    ///   `0 ... 1`.
    public func validate() throws(SettingError) {
        switch self {
        case .f1, .youden: break
        case .sensitivity(let share), .precision(let share):
            guard share > 0, share <= 1 else {
                throw SettingError("the threshold's rule is \(text); the share lies above 0 and at most at 1", fix: "a usual one is 0.9")
            }
        case .cost(let ratio):
            guard ratio > 0, ratio.isFinite else {
                throw SettingError("the threshold's rule is \(text); the ratio is above 0", fix: "cost=5: a missed positive costs five false alarms")
            }
        case .fixed(let threshold):
            guard threshold >= 0, threshold <= 1 else {
                throw SettingError("the threshold is \(plain(threshold)); it lies in 0 ... 1", fix: "a usual one is 0.5")
            }
        }
    }
}

/// Kept as its text: `sensitivity=0.9`.
extension DecisionRule: Codable {
    /// - Throws: `DecodingError` for a text that ``init(parsing:)`` does not read.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer(), text = try container.decode(String.self)
        do { try self.init(parsing: text) } catch {
            throw DecodingError.dataCorruptedError(in: container, debugDescription: error.problem)
        }
    }

    /// Writes ``text``.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(text)
    }
}

/// A threshold that was chosen, and how.
public struct DecisionThreshold: Equatable, Sendable, Codable {
    /// The rule that chose it.
    public let rule: DecisionRule
    /// The least probability that is called positive.
    public let value: Double
    /// What the rule could not do, and what was taken instead; nil where it did.
    public let shortfall: String?

    /// Chooses a threshold among the probabilities seen, and one above them all that calls nothing positive.
    ///
    /// Of equally good ones the highest is taken: fewer false alarms. (With `precision` the lowest that reaches it: more found.)
    ///
    /// - Parameters:
    ///   - rule: what is the best.
    ///   - probabilities: `[n]`, calibrated, of validation rows.
    ///   - labels: `[n]`, positive when at least 0.5.
    public init(_ rule: DecisionRule, probabilities: [Float], labels: [Double]) {
        self.rule = rule
        let sweep = ThresholdSweep(scores: probabilities, labels: labels)
        if case .fixed(let threshold) = rule {
            (value, shortfall) = (threshold, nil)
            return
        }
        guard sweep.positives > 0, sweep.negatives > 0, let first = sweep.steps.first else {
            (value, shortfall) = (0.5, "validation has labels of \(labels.isEmpty ? "no" : "one") class; 0.5 was taken")
            return
        }
        let positives = Double(sweep.positives), negatives = Double(sweep.negatives)
        func best(_ quality: (ThresholdSweep.Step) -> Double) -> ThresholdSweep.Step {
            var best = first, highest = quality(first)
            for step in sweep.steps.dropFirst() where quality(step) > highest {
                (best, highest) = (step, quality(step))
            }
            return best
        }
        func precision(_ step: ThresholdSweep.Step) -> Double {
            Double(step.truePositives) / Double(step.truePositives + step.falsePositives)
        }
        var missed: String?
        let chosen: ThresholdSweep.Step
        switch rule {
        case .f1:
            chosen = best { 2 * Double($0.truePositives) / (positives + Double($0.truePositives + $0.falsePositives)) }
        case .youden: chosen = best { Double($0.truePositives) / positives - Double($0.falsePositives) / negatives }
        case .sensitivity(let share):
            // The last step calls all positive, so there is one.
            chosen = sweep.steps.first { Double($0.truePositives) >= share * positives } ?? first
        case .precision(let share):
            if let reached = sweep.steps.last(where: { precision($0) >= share }) {
                chosen = reached
            } else {
                chosen = best(precision)
                missed = "no threshold reaches a precision of \(plain(share)) on validation; the one of the highest was taken"
            }
        case .cost(let ratio):
            let least = best { ratio * Double($0.truePositives) - Double($0.falsePositives) }
            if ratio * Double(least.truePositives) - Double(least.falsePositives) <= 0 {
                (value, shortfall) = (Double(first.threshold.nextUp), nil)
                return
            }
            chosen = least
        case .fixed: chosen = first
        }
        value = Double(chosen.threshold)
        shortfall = missed
    }
}
