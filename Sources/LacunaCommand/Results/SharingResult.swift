import Lacuna

/// What one objective gains or loses by sharing a model with the others.
public struct SharingResult: Equatable, Sendable, Codable {
    public var objective: String
    /// The objective's main metric; higher is better.
    public var metric: Metric
    /// The part that both models are scored on; nil where neither test nor valid decides the metric.
    public var split: String?
    /// Labels that decide it.
    public var observed: Int
    /// The score of the model of all objectives.
    public var shared: Double?
    /// The score of the model of this objective alone.
    public var alone: Double?
    /// Shared − alone, and the bounds of its 95 % interval.
    public var difference: Double?
    public var lower: Double?
    public var upper: Double?
    /// Epochs that the model alone was trained for.
    public var epochs: Int
    /// In what the training alone had to differ, if it had to.
    public var note: String?

    /// What the interval says.
    public enum Verdict: String, CaseIterable, Sendable {
        case gains, loses
        case unclear = "no clear difference"
        case notEvaluated = "not evaluated"
    }

    public var verdict: Verdict {
        guard difference != nil else { return .notEvaluated }
        guard let lower, let upper else { return .unclear }
        return lower > 0 ? .gains : upper < 0 ? .loses : .unclear
    }

    var json: JSONValue {
        let interval: JSONValue = if let lower, let upper { .array([.number(lower), .number(upper)]) } else { .null }
        return [
            "objective": .string(objective), "metric": .string(metric.rawValue),
            "split": split.map { .string($0) } ?? .null, "observed": .integer(observed), "shared": .optional(shared),
            "alone": .optional(alone), "difference": .optional(difference), "interval": interval,
            "verdict": .string(verdict.rawValue), "epochs": .integer(epochs), "note": note.map { .string($0) } ?? .null,
        ]
    }
}

extension SharingResult {
    private enum Key: CodingKey { case objective, metric, split, observed, shared, alone, interval, difference, epochs, note }

    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: Key.self)
        let interval = try values.decodeIfPresent([Double].self, forKey: .interval)
        self.init(
            objective: try values.decode(String.self, forKey: .objective),
            metric: try values.decode(Metric.self, forKey: .metric),
            split: try values.decodeIfPresent(String.self, forKey: .split),
            observed: try values.decode(Int.self, forKey: .observed),
            shared: try values.decodeIfPresent(Double.self, forKey: .shared),
            alone: try values.decodeIfPresent(Double.self, forKey: .alone),
            difference: try values.decodeIfPresent(Double.self, forKey: .difference),
            lower: interval?.first, upper: interval?.last, epochs: try values.decode(Int.self, forKey: .epochs),
            note: try values.decodeIfPresent(String.self, forKey: .note))
    }
}

extension ResultReport {
    private func count(_ verdict: SharingResult.Verdict) -> Int { compare.count { $0.verdict == verdict } }

    /// `compare` and `compareVerdicts`, where there is a comparison.
    var comparisonJSON: [JSONValue.Member] {
        guard !compare.isEmpty else { return [] }
        return [
            .init("compare", .array(compare.map(\.json))),
            .init(
                "compareVerdicts",
                .object(SharingResult.Verdict.allCases.map { .init($0.rawValue, .integer(count($0))) })),
        ]
    }

    /// The comparison as a person reads it.
    var comparisonLines: [String] {
        guard !compare.isEmpty else { return [] }
        var table = TextTable(
            ["objective", "metric", "on", "labels", "shared", "alone", "difference", "95 % interval", "sharing"])
        table.leading = [0, 1, 2, 8]
        func text(_ value: Double?) -> String { value.map(NumberText.metric) ?? "–" }
        for one in compare {
            let interval = one.lower.flatMap { lower in one.upper.map { "\(text(lower)) … \(text($0))" } } ?? "–"
            table.rows.append([
                one.objective, one.metric.rawValue, one.split ?? "–", NumberText.count(one.observed), text(one.shared),
                text(one.alone), text(one.difference), interval, one.verdict.rawValue,
            ])
        }
        let notes = compare.compactMap { one in one.note.map { "  \(one.objective): \($0)" } }
        return ["One shared model against one model for each objective, with the same settings:", ""]
            + table.lines(indent: "  ") + (notes.isEmpty ? [] : [""] + notes) + ["", comparisonSummary, ""]
    }

    /// One sentence on negative transfer.
    var comparisonSummary: String {
        let losers = compare.filter { $0.verdict == .loses }.map(\.objective)
        let named = losers.prefix(5).joined(separator: ", ") + (losers.count > 5 ? " and \(losers.count - 5) more" : "")
        let transfer = losers.isEmpty
            ? "none clearly loses by it, so there is no sign of negative transfer"
            : "\(losers.count) \(losers.count == 1 ? "loses" : "lose") by it, which is negative transfer: \(named)"
        let gains = count(.gains), left = count(.notEvaluated)
        let chance = compare.count - left > 1 ? " At 95 %, one of twenty would seem clear by chance alone." : ""
        return """
            Of \(compare.count) \(compare.count == 1 ? "objective" : "objectives"), \(gains) \(gains == 1 ? "gains" : "gain") \
            by sharing; \(transfer); \(count(.unclear)) without a clear difference\
            \(left > 0 ? ", \(left) not evaluated" : "").\(chance)
            """
    }
}
