/// How calibrations, thresholds and conformal sets do on rows: to be read beside the plain ``Evaluation`` of the same rows.
public struct DecisionEvaluation: Equatable, Sendable {
    /// How conformal sets or intervals do.
    public struct Coverage: Equatable, Sendable {
        /// The share of observed labels that their sets or intervals hold; nil without a label.
        public var measured: Double?
        /// The mean number of classes or levels in a set; nil for a regression and without a label.
        public var averageSetSize: Double?
        /// The mean length of an interval, on the transformed scale; nil for other kinds, and where intervals are infinite.
        public var averageWidth: Double?
    }

    /// One slot: an objective, or a label of a multilabel one.
    public struct Slot: Equatable, Sendable {
        /// The slot's name.
        public var name: String
        /// Metrics of calibrated probabilities at a threshold of 0.5; nil without a calibration.
        public var calibrated: Scores?
        /// The same at the threshold chosen; nil without one.
        public var decided: Scores?
        /// `[no, yes] × [no, yes]`: labels by decisions; nil without a threshold.
        public var confusion: [[Int]]?
        /// nil where no coverage was asked for.
        public var coverage: Coverage?
    }

    /// One objective.
    public struct Objective: Equatable, Sendable {
        /// The objective's name.
        public var name: String
        /// Metrics of calibrated probabilities, of a multilabel objective the means over its labels; nil without a calibration.
        public var calibrated: Scores?
        /// The same at the thresholds chosen.
        public var decided: Scores?
        /// One, or one for each label.
        public var slots: [Slot]
    }

    /// In the model's order.
    public var objectives: [Objective]
}

extension Decisions {
    /// Scores what the decisions make of outputs.
    ///
    /// - Parameter outputs: of the model that they were fitted for, on rows that they were not fitted on.
    public func evaluation(of outputs: ObservedOutputs) -> DecisionEvaluation {
        precondition(outputs.objectives.map(\.name) == objectives.map(\.name), "decisions of the outputs' objectives")
        return DecisionEvaluation(
            objectives: objectives.enumerated().map { index, objective in
                let places = outputs.slots(of: index), names = outputs.objectives[index].slotNames
                let slots = zip(objective.slots, zip(places, names)).map { fitted, place in
                    evaluation(of: fitted, name: place.1, outputs, place.0)
                }
                let isGroup = outputs.objectives[index].kind.name == .multilabel
                func whole(_ scores: [Scores?], _ raw: () -> [Scores]) -> Scores? {
                    if scores.allSatisfy({ $0 == nil }) { return nil }
                    if !isGroup { return scores[0] }
                    // A label that could not be calibrated keeps its probabilities, and its place in the mean.
                    return .multilabel(zip(scores, raw()).map { $0 ?? $1 })
                }
                let raw = { places.map { SlotEntries(outputs, slot: $0).scores } }
                return .init(
                    name: objective.name, calibrated: whole(slots.map(\.calibrated), raw),
                    decided: whole(slots.map(\.decided), raw), slots: slots)
            })
    }

    private func evaluation(
        of fitted: Slot, name: String, _ outputs: ObservedOutputs, _ index: Int
    ) -> DecisionEvaluation.Slot {
        let calibrated = SlotEntries(outputs, slot: index).calibrated(by: fitted)
        var result = DecisionEvaluation.Slot(name: name)
        if fitted.calibration != nil { result.calibrated = calibrated.scores }
        if fitted.threshold != nil {
            let decided = calibrated.calibrated(by: Slot(labels: 0, threshold: fitted.threshold), threshold: true)
            result.decided = decided.scores
            result.confusion = decided.confusion
        }
        if let conformal = fitted.conformal {
            result.coverage = coverage(of: conformal, calibrated, outputs, index)
        }
        return result
    }

    private func coverage(
        of conformal: Conformal, _ entries: SlotEntries, _ outputs: ObservedOutputs, _ index: Int
    ) -> DecisionEvaluation.Coverage {
        guard entries.count > 0 else { return .init() }
        let count = Double(entries.count)
        let scores = entries.conformalScores(outputs: outputs, slot: index)
        let held = scores.count { score in conformal.quantile.map { score <= $0 } ?? true }
        guard entries.kind != .regression else {
            return .init(
                measured: Double(held) / count, averageSetSize: nil, averageWidth: conformal.quantile.map { 2 * $0 })
        }
        var size = 0
        for place in 0..<entries.count {
            let row = entries.classProbabilities(at: place)
            size += conformal.set(
                probabilities: row.probabilities, predicted: row.predicted, isOrdered: entries.kind.name == .ordinal).count
        }
        return .init(measured: Double(held) / count, averageSetSize: Double(size) / count, averageWidth: nil)
    }
}
