import Lacuna

/// What calibrations, thresholds and conformal sets do for one objective or label, by split.
public struct DecisionResult: Equatable, Sendable {
    /// "temperature" or "isotonic"; nil where probabilities are not calibrated.
    public var calibration: String?
    public var temperature: Double?
    /// Validation labels that calibration and threshold were fitted on.
    public var labels = 0
    /// The metrics of calibrated probabilities that are defined, by split.
    public var calibrated: [String: Scores] = [:]
    /// As `--threshold` takes it; nil where nothing is decided.
    public var rule: String?
    /// nil where labels have one each.
    public var threshold: Double?
    /// What the rule could not do.
    public var shortfall: String?
    /// The metrics of decisions that are defined, by split.
    public var decided: [String: Scores] = [:]
    public var conformal: ConformalResult?

    /// The metrics that a threshold moves.
    static let metrics: [Metric] = [.accuracy, .balancedAccuracy, .f1, .precision, .recall]
}

/// What conformal sets or intervals do, by split.
public struct ConformalResult: Equatable, Sendable {
    /// The share of labels that must be held.
    public var required: Double
    /// Validation labels that were kept for it.
    public var labels: Int
    /// nil where they were too few: sets then hold everything.
    public var quantile: Double?
    /// The share of labels held.
    public var measured: [String: Double] = [:]
    public var averageSetSize: [String: Double] = [:]
    public var averageWidth: [String: Double] = [:]
}

/// What a run fitted for decisions, as a whole.
public struct DecisionFacts: Equatable, Sendable {
    public var tuningRows: Int
    public var conformalRows: Int
    public var coverage: Double?
}

/// Metrics with labels weighted to stand for the missing ones.
public struct InversePropensityResult: Equatable, Sendable {
    /// The metrics that are defined.
    public var scores: Scores
    /// So many unweighted labels say as much.
    public var effectiveLabels: Double
}

/// How labels were weighted.
public struct InversePropensityFacts: Equatable, Sendable {
    /// Rows that the model of missingness was fitted on.
    public var trainingRows: Int
    /// Where weights are cut, in means of the plain ones.
    public var largestWeight: Double
    /// How many were.
    public var cut: Int
}

/// How intervals were found.
public struct BootstrapFacts: Equatable, Sendable {
    public var resamples: Int
    public var confidence: Double
    public var seed: UInt64
    /// Whether rows of a group were drawn together.
    public var grouped: Bool
}

extension Scores {
    /// Without the metrics that have no value.
    var defined: Scores { Scores(observed: observed, entries: entries.filter { $0.score.number != nil }) }

    /// Those that a threshold moves.
    var moved: Scores {
        Scores(observed: observed, entries: defined.entries.filter { DecisionResult.metrics.contains($0.metric) })
    }
}

extension ResultReport {
    /// Adds what decisions do on one split.
    mutating func add(_ decisions: Decisions, _ evaluation: DecisionEvaluation, split: String) {
        guard !decisions.isEmpty else { return }
        // Nothing was fitted where a threshold was merely named.
        if decisions.tuningRows > 0 {
            self.decisions = DecisionFacts(
                tuningRows: decisions.tuningRows, conformalRows: decisions.conformalRows, coverage: decisions.coverage)
        }
        for (index, fitted) in decisions.objectives.enumerated() where objectives.indices.contains(index) {
            let scored = evaluation.objectives[index]
            let isGroup = objectives[index].kind == .multilabel
            for (place, slot) in fitted.slots.enumerated() {
                let own = scored.slots[place]
                if isGroup {
                    objectives[index].labels[place].decision.add(slot, own, split: split)
                } else {
                    objectives[index].decision.add(slot, own, split: split)
                }
            }
            guard isGroup, scored.calibrated != nil || scored.decided != nil else { continue }
            var whole = objectives[index].decision ?? DecisionResult()
            whole.labels = fitted.slots.reduce(0) { $0 + $1.labels }
            if scored.calibrated != nil { whole.calibration = fitted.choice.calibration.rawValue }
            whole.calibrated[split] = scored.calibrated?.defined
            if scored.decided != nil { whole.rule = fitted.choice.threshold?.text }
            whole.decided[split] = scored.decided?.moved
            objectives[index].decision = whole
        }
    }

    /// Adds the intervals of one split.
    mutating func add(_ intervals: EvaluationIntervals, split: String) {
        for (index, own) in intervals.objectives.enumerated() where objectives.indices.contains(index) {
            objectives[index].intervals[split] = own.intervals
            for (label, own) in own.labels.enumerated() { objectives[index].labels[label].intervals[split] = own }
        }
        macroIntervals[split] = intervals.macro
    }

    /// Adds the weighted metrics of one split.
    mutating func add(_ weighted: WeightedEvaluation, split: String) {
        for (index, own) in weighted.objectives.enumerated() where objectives.indices.contains(index) {
            objectives[index].inversePropensity[split] = .init(
                scores: own.scores.defined, effectiveLabels: own.effectiveLabels)
            for (label, own) in own.labels.enumerated() {
                objectives[index].labels[label].inversePropensity[split] = .init(
                    scores: own.scores.defined, effectiveLabels: own.effectiveLabels)
            }
        }
    }
}

extension DecisionResult? {
    fileprivate mutating func add(_ fitted: Decisions.Slot, _ scored: DecisionEvaluation.Slot, split: String) {
        guard fitted.calibration != nil || fitted.threshold != nil || fitted.conformal != nil else { return }
        var result = self ?? DecisionResult()
        result.labels = fitted.labels
        switch fitted.calibration {
        case .temperature(let temperature)?: (result.calibration, result.temperature) = ("temperature", temperature)
        case .isotonic?: result.calibration = "isotonic"
        case nil: break
        }
        result.calibrated[split] = scored.calibrated?.defined
        result.rule = fitted.threshold?.rule.text
        result.threshold = fitted.threshold?.value
        result.shortfall = fitted.threshold?.shortfall
        result.decided[split] = scored.decided?.moved
        if let conformal = fitted.conformal {
            var measured = result.conformal
                ?? ConformalResult(required: conformal.coverage, labels: conformal.count, quantile: conformal.quantile)
            measured.measured[split] = scored.coverage?.measured
            measured.averageSetSize[split] = scored.coverage?.averageSetSize
            measured.averageWidth[split] = scored.coverage?.averageWidth
            result.conformal = measured
        }
        self = result
    }
}
