/// What turns probabilities into decisions: per objective a calibration, a threshold and conformal sets, all fitted on
/// validation rows and kept in the saved model.
public struct Decisions: Equatable, Sendable, Codable {
    /// What is wanted of one objective.
    public struct Choice: Equatable, Sendable, Codable {
        /// How its probabilities are calibrated.
        public var calibration: CalibrationMethod
        /// How its threshold is chosen; nil: none is. Of a categorical objective: whether its class is said.
        public var threshold: DecisionRule?

        /// A choice from its parts.
        public init(calibration: CalibrationMethod = .none, threshold: DecisionRule? = nil) {
            self.calibration = calibration
            self.threshold = threshold
        }
    }

    /// What was fitted for one slot: an objective, or a label of a multilabel one.
    public struct Slot: Equatable, Sendable, Codable {
        /// Validation labels that calibration and threshold were fitted on.
        public var labels: Int
        /// nil where none was asked for, or none could be fitted.
        public var calibration: Calibration?
        /// nil without a rule, and for kinds that are not yes or no.
        public var threshold: DecisionThreshold?
        /// nil where no coverage was asked for.
        public var conformal: Conformal?

        /// A slot as it was fitted.
        public init(
            labels: Int, calibration: Calibration? = nil, threshold: DecisionThreshold? = nil, conformal: Conformal? = nil
        ) {
            self.labels = labels
            self.calibration = calibration
            self.threshold = threshold
            self.conformal = conformal
        }
    }

    /// What was fitted for one objective.
    public struct Objective: Equatable, Sendable, Codable {
        /// The objective's name.
        public var name: String
        /// What was wanted.
        public var choice: Choice
        /// One, or one for each label of a multilabel objective.
        public var slots: [Slot]

        /// An objective as it was fitted.
        public init(name: String, choice: Choice, slots: [Slot]) {
            self.name = name
            self.choice = choice
            self.slots = slots
        }
    }

    /// In the model's order.
    public var objectives: [Objective]
    /// The coverage that conformal sets must have; nil: there are none.
    public var coverage: Double?
    /// Validation rows that calibrations and thresholds, and early stopping, were given.
    public var tuningRows: Int
    /// Validation rows that conformal sets alone were given; 0 without a coverage.
    public var conformalRows: Int
    /// Which validation rows, in their order, were kept for conformal sets (`valid`) and which were not (`train`).
    var parts: PackedParts?

    /// Decisions from their parts.
    public init(objectives: [Objective], coverage: Double? = nil, tuningRows: Int, conformalRows: Int = 0) {
        self.objectives = objectives
        self.coverage = coverage
        self.tuningRows = tuningRows
        self.conformalRows = conformalRows
    }

    /// What was fitted for an objective, or nil where none has that name.
    public subscript(name: String) -> Objective? { objectives.first { $0.name == name } }

    /// Whether anything is calibrated, decided or covered.
    public var isEmpty: Bool {
        objectives.allSatisfy { objective in
            objective.choice == Choice() && objective.slots.allSatisfy { $0.conformal == nil }
        }
    }

    /// Fits calibrations, then thresholds on the calibrated probabilities, then conformal sets on other rows.
    ///
    /// - Parameters:
    ///   - tuning: what the model says of validation rows, those that early stopping saw among them.
    ///   - conformal: of validation rows used for nothing else; nil without a coverage.
    ///   - choices: one per objective of the outputs.
    ///   - coverage: the share of labels that sets must hold, in `0 ..< 1`; nil fits none.
    /// - Throws: ``SettingError`` for a coverage or rule out of its range.
    public static func fit(
        tuning: ObservedOutputs, conformal: ObservedOutputs? = nil, choices: [Choice], coverage: Double? = nil
    ) throws(SettingError) -> Decisions {
        precondition(choices.count == tuning.objectives.count, "a choice for each objective")
        for choice in choices { try choice.threshold?.validate() }
        if let coverage { try check(coverage: coverage) }
        var result = Decisions(
            objectives: [], coverage: conformal == nil ? nil : coverage, tuningRows: tuning.rows,
            conformalRows: coverage == nil ? 0 : conformal?.rows ?? 0)
        for (index, objective) in tuning.objectives.enumerated() {
            let choice = choices[index]
            let slots = tuning.slots(of: index).map { slot -> Slot in
                let raw = SlotEntries(tuning, slot: slot)
                var fitted = Slot(labels: raw.count)
                fitted.calibration = Calibration.fitted(
                    choice.calibration, probabilities: raw.predictions, labels: raw.labels, kind: raw.kind)
                if let rule = choice.threshold, raw.kind.isYesOrNo {
                    let calibrated = raw.calibrated(by: fitted)
                    fitted.threshold = DecisionThreshold(
                        rule, probabilities: calibrated.predictions, labels: calibrated.labels)
                }
                if let coverage, let conformal {
                    let entries = SlotEntries(conformal, slot: slot).calibrated(by: fitted)
                    let scores = entries.conformalScores(outputs: conformal, slot: slot)
                    fitted.conformal = Conformal(scores: scores, coverage: coverage)
                }
                return fitted
            }
            result.objectives.append(Objective(name: objective.name, choice: choice, slots: slots))
        }
        return result
    }

    /// The same with one threshold for every yes-or-no slot, in place of those that were chosen.
    ///
    /// - Parameters:
    ///   - threshold: the least calibrated probability that is called yes, in `0 ... 1`.
    ///   - objectives: the model's; they tell which slots are yes or no.
    /// - Throws: ``SettingError`` for a threshold out of its range.
    public func deciding(at threshold: Double, objectives given: [Lacuna.Objective]) throws(SettingError) -> Decisions {
        let rule = DecisionRule.fixed(threshold)
        try rule.validate()
        var result = self
        for (index, objective) in given.enumerated() where objective.kind.isYesOrNo {
            result.objectives[index].choice.threshold = rule
            for slot in result.objectives[index].slots.indices {
                result.objectives[index].slots[slot].threshold = DecisionThreshold(rule, probabilities: [], labels: [])
            }
        }
        return result
    }

    /// Decisions of objectives for which nothing was fitted.
    public static func none(for objectives: [Lacuna.Objective]) -> Decisions {
        Decisions(
            objectives: objectives.map { objective in
                Objective(
                    name: objective.name, choice: Choice(),
                    slots: Array(repeating: Slot(labels: 0), count: objective.kind.slotsPerRow))
            }, tuningRows: 0)
    }

    /// Loads the decisions of a saved model.
    ///
    /// - Returns: nil where none were fitted.
    /// - Throws: ``ModelFileError`` naming the file that is missing, truncated or changed.
    public static func load(from folder: String) throws(ModelFileError) -> Decisions? {
        try ModelFolder(folder).load(threads: 1, as: ModelFolder.NoPreprocessing.self).decisions
    }

    /// Whether names, slots and the shapes of calibrations are those of objectives.
    func fits(_ given: [Lacuna.Objective]) -> Bool {
        objectives.map(\.name) == given.map(\.name)
            && zip(objectives, given).allSatisfy { own, objective in
                guard own.slots.count == objective.kind.slotsPerRow else { return false }
                let maps =
                    switch objective.kind {
                    case .categorical(let classes): classes.count
                    case .ordinal(let levels): levels.count - 1
                    default: 1
                    }
                return own.slots.allSatisfy { slot in
                    if case .isotonic(let given)? = slot.calibration { given.count == maps } else { true }
                }
            }
    }

    /// - Throws: ``SettingError`` unless the coverage lies between 0 and 1.
    public static func check(coverage: Double) throws(SettingError) {
        guard coverage > 0, coverage < 1 else {
            throw SettingError("the coverage is \(plain(coverage)); it lies between 0 and 1", fix: "a usual one is 0.9")
        }
    }
}

extension ObjectiveKind {
    /// Whether a slot is one yes or no.
    var isYesOrNo: Bool { name == .binary || name == .multilabel }
}

extension SlotEntries {
    /// The same entries with calibrated probabilities and the threshold chosen for them.
    func calibrated(by slot: Decisions.Slot, threshold: Bool = false) -> SlotEntries {
        var result = self
        if threshold, let chosen = slot.threshold { result.threshold = chosen.value }
        guard let calibration = slot.calibration else { return result }
        result.predictions = calibration.applied(to: predictions, of: kind)
        switch kind {
        case .categorical(let classes): result.predicted = Self.mostProbable(result.predictions, of: classes.count)
        case .ordinal(let levels): result.predicted = Self.levels(result.predictions, of: levels.count)
        default: break
        }
        return result
    }

    /// The predicted level of each row: how many P(y > k) exceed 0.5.
    static func levels(_ probabilities: [Float], of width: Int) -> [Int] {
        stride(from: 0, to: probabilities.count, by: width).map { start in
            Logits.Cumulative(Array(probabilities[start..<start + width])).above.count { $0 > 0.5 }
        }
    }

    /// How badly each observed label fits.
    func conformalScores(outputs: ObservedOutputs, slot index: Int) -> [Double] {
        if kind == .regression {
            // As the prediction in the label's unit says it, which is what intervals are laid around.
            let transform = outputs.objectives[outputs.slots[index].objective].transform
            return zip(outputs.predictions(ofSlot: index), labels).map {
                ($1 - transform.applied(to: Double($0))).magnitude
            }
        }
        return labels.indices.map { place in
            let row = classProbabilities(at: place)
            return Conformal.scores(
                probabilities: row.probabilities, predicted: row.predicted, isOrdered: kind.name == .ordinal)[label(at: place)]
        }
    }

    /// The class, level, or 0 for no and 1 for yes.
    func label(at place: Int) -> Int { kind.isYesOrNo ? (labels[place] >= 0.5 ? 1 : 0) : Int(labels[place]) }

    func classProbabilities(at place: Int) -> (probabilities: [Double], predicted: Int) {
        if kind.isYesOrNo {
            let p = Double(predictions[place])
            return ([1 - p, p], p >= 0.5 ? 1 : 0)
        }
        let width = predictions.count / max(count, 1)
        return (predictions[place * width..<(place + 1) * width].map(Double.init), predicted[place])
    }
}
