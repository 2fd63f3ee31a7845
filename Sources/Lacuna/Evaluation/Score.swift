/// The value of a metric, or why there is none.
///
/// "0" for a metric that the labels cannot decide would claim something; so such a metric has a reason
/// instead of a number, is `null` in JSON, and stays out of every mean.
public enum Score: Equatable, Sendable {
    /// A finite number.
    case value(Double)
    /// No number; the reason is a short clause without a full stop.
    case undefined(reason: String)

    /// The number, or nil where undefined.
    public var number: Double? {
        if case .value(let number) = self { number } else { nil }
    }

    /// Why there is no number, or nil where there is one.
    public var reason: String? {
        if case .undefined(let reason) = self { reason } else { nil }
    }

    /// A computed number; one that overflowed is undefined, for no file could hold it.
    init(finite number: Double) {
        self = number.isFinite ? .value(number) : .undefined(reason: UndefinedReason.overflow)
    }
}

/// The words of every undefined score, in one place.
enum UndefinedReason {
    static let noLabel = "no label is observed"
    static let noScored = "all observed labels are censored or uncertain"
    static let notFinite = "a prediction is not finite"
    static let oneClass = "only one class among the observed labels"
    static let oneLevel = "only one level among the observed labels"
    static let noPositive = "no positive label and no positive prediction"
    static let noPredictedPositive = "no slot is predicted positive"
    static let noPositiveLabel = "no positive label is observed"
    static let constantPredictions = "all predictions are equal"
    static let oneValue = "only one value is observed"
    static let constant = "all observed values are equal"
    static let weights = "the weights leave it undefined"
    static let overflow = "the result is too large for a number"
    static let everyLabel = "undefined for every label"
    static let everyObjective = "undefined for every objective"
    static let noObjective = "no objective has this metric"
}

/// The metrics of one objective, or of one label of a multilabel objective, on one part of the data.
///
/// Made by `Scores.binary`, `.categorical`, `.regression`, `.ordinal` and `.multilabel`, which take what is
/// predicted and what is observed of the *observed* slots only: whoever calls them packs those first.
public struct Scores: Equatable, Sendable {
    /// A metric and what came out.
    public struct Entry: Equatable, Sendable {
        /// Which metric.
        public var metric: Metric
        /// Its value, or why there is none.
        public var score: Score

        /// An entry from its parts.
        public init(metric: Metric, score: Score) {
            self.metric = metric
            self.score = score
        }
    }

    /// Over how many observed slots the metrics were taken.
    public var observed: Int
    /// How many more slots are observed and train, but say too little to be scored: bounds, and uncertain cells with a
    /// drawn label.
    public var unscored = 0

    /// One entry for each metric of the kind, in the order of ``Metric/all(for:)``.
    public private(set) var entries: [Entry]

    /// Scores from entries whose order is kept; a metric occurs once.
    public init(observed: Int, entries: [Entry]) {
        self.observed = observed
        self.entries = entries
    }

    /// All metrics of a kind, undefined for one reason.
    init(undefined kind: ObjectiveKind.Name, observed: Int, reason: String) {
        self.init(
            observed: observed,
            entries: Metric.all(for: kind).map { Entry(metric: $0, score: .undefined(reason: reason)) })
    }

    /// What came out for a metric, or nil if the kind has no such metric.
    public subscript(_ metric: Metric) -> Score? {
        for entry in entries where entry.metric == metric { return entry.score }
        return nil
    }
}
