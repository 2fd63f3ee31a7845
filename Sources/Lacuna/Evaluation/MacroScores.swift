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
                var mean = ScoreMean()
                for scores in labels { if let score = scores[metric] { mean.add(score) } }
                return Entry(metric: metric, score: mean.score(ifNone: UndefinedReason.everyLabel))
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
        let metrics = Metric.allCases
        var means = metrics.map { _ in ScoreMean() }
        // Objectives of one kind have their metrics in one order, and mostly stand together.
        var known: [Metric] = [], places: [Int] = []
        for scores in objectives {
            if !scores.entries.lazy.map(\.metric).elementsEqual(known) {
                known = scores.entries.map(\.metric)
                places = known.compactMap { metrics.firstIndex(of: $0) }
            }
            for (entry, place) in zip(scores.entries, places) { means[place].add(entry.score) }
        }
        entries = zip(metrics, means).compactMap { metric, mean in
            if mean.candidates == 0 { return nil }
            return Entry(
                metric: metric, score: mean.score(ifNone: UndefinedReason.everyObjective), objectives: mean.count,
                candidates: mean.candidates)
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
        var mean = ScoreMean()
        for objective in objectives {
            if let score = objective.scores[Metric.main(for: objective.kind)] { mean.add(score) }
        }
        return (mean.score(ifNone: UndefinedReason.everyObjective), mean.count)
    }
}

/// The mean of the scores that have a value, added up in the order in which they come.
private struct ScoreMean {
    private var sum = 0.0
    /// How many have a value.
    private(set) var count = 0
    /// How many there are.
    private(set) var candidates = 0
    /// The reason that all without a value share so far.
    private var reason: String?
    private var isOneReason = true

    mutating func add(_ score: Score) {
        candidates += 1
        switch score {
        case .value(let number):
            sum += number
            count += 1
        case .undefined(let other):
            // Of interest only where none has a value.
            guard count == 0 else { return }
            isOneReason = isOneReason && (reason ?? other) == other
            reason = other
        }
    }

    /// - Parameter reason: why there is no mean if none has a value and their own reasons differ.
    func score(ifNone reason: String) -> Score {
        if count > 0 { return Score(finite: sum / Double(count)) }
        if candidates == 0 { return .undefined(reason: UndefinedReason.noObjective) }
        return .undefined(reason: isOneReason ? self.reason ?? reason : reason)
    }
}
