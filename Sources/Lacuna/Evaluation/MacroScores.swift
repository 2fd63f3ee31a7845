extension Scores {
    /// Scores of a multilabel objective: per metric the mean over its labels where it is defined.
    ///
    /// - Parameter labels: The scores of each label, made by `Scores.binary`, in the labels' order.
    /// - Returns: The metrics of a binary objective. A metric that no label has a value for is undefined,
    ///   with the labels' reason if they share one. `observed` is the sum over labels.
    /// - Note: Peer: `average="macro"` in scikit-learn, which cannot leave an undefined label out.
    public static func multilabel(_ labels: [Scores]) -> Scores {
        var scores = Scores(
            observed: labels.reduce(0) { $0 + $1.observed },
            entries: Metric.all(for: .multilabel).map { metric in
                let scores = labels.compactMap { $0[metric] }
                return Entry(metric: metric, score: Score.mean(of: scores, ifNone: UndefinedReason.everyLabel).score)
            })
        scores.unscored = labels.reduce(0) { $0 + $1.unscored }
        return scores
    }
}

/// Per metric the mean over objectives where it is defined, and over how many that was.
///
/// A mean of per-objective values, never a pooling of slots: an objective with few labels counts as much as one
/// with many, and a multilabel objective counts once.
public struct MacroScores: Equatable, Sendable {
    /// A metric's mean over objectives.
    public struct Entry: Equatable, Sendable {
        /// Which metric.
        public var metric: Metric
        /// The mean, or undefined if the metric is undefined for every objective that has it.
        public var score: Score
        /// Over how many objectives the mean was taken.
        public var objectives: Int
        /// How many objectives have the metric, defined or not.
        public var candidates: Int

        /// An entry from its parts.
        public init(metric: Metric, score: Score, objectives: Int, candidates: Int) {
            self.metric = metric
            self.score = score
            self.objectives = objectives
            self.candidates = candidates
        }
    }

    /// One entry for each metric that an objective has, in the order of ``Metric``'s cases.
    public private(set) var entries: [Entry]

    /// The macro scores of objectives.
    ///
    /// - Parameter objectives: The scores of each objective on one part of the data, in the order declared
    ///   (a sum of floats depends on its order; a dictionary's would differ from run to run).
    public init(_ objectives: [Scores]) {
        entries = Metric.allCases.compactMap { metric in
            let scores = objectives.compactMap { $0[metric] }
            if scores.isEmpty { return nil }
            let mean = Score.mean(of: scores, ifNone: UndefinedReason.everyObjective)
            return Entry(metric: metric, score: mean.score, objectives: mean.count, candidates: scores.count)
        }
    }

    /// The mean of a metric, or nil if no objective has it.
    public subscript(_ metric: Metric) -> Entry? {
        for entry in entries where entry.metric == metric { return entry }
        return nil
    }

    /// The mean over objectives of each one's main metric (``Metric/main(for:)``), where it is defined.
    ///
    /// What `--monitor macro` watches; higher is better.
    ///
    /// - Returns: The mean, and over how many objectives it was taken.
    public static func main(
        of objectives: [(kind: ObjectiveKind.Name, scores: Scores)]
    ) -> (score: Score, objectives: Int) {
        let scores = objectives.compactMap { $0.scores[Metric.main(for: $0.kind)] }
        let mean = Score.mean(of: scores, ifNone: UndefinedReason.everyObjective)
        return (mean.score, mean.count)
    }
}

extension Score {
    /// The mean of the scores that have a value, and how many those are.
    ///
    /// - Parameter reason: Why there is no mean if none has a value and their own reasons differ.
    fileprivate static func mean(of scores: [Score], ifNone reason: String) -> (score: Score, count: Int) {
        let numbers = scores.compactMap(\.number)
        if numbers.isEmpty {
            let reasons = Set(scores.compactMap(\.reason))
            let shared = reasons.count == 1 ? reasons.first : nil
            return (.undefined(reason: shared ?? (scores.isEmpty ? UndefinedReason.noObjective : reason)), 0)
        }
        return (Score(finite: numbers.reduce(0, +) / Double(numbers.count)), numbers.count)
    }
}
