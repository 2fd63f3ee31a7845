/// What a run fits on its validation rows besides the model.
public struct DecisionSettings: Equatable, Sendable, Codable {
    /// How probabilities are calibrated; nil: they are not. An objective's own declaration comes first.
    public var calibration: CalibrationMethod?
    /// How thresholds of yes are chosen; nil: none are. An objective's own declaration comes first.
    public var threshold: DecisionRule?
    /// The share of rows whose label a conformal set or interval must hold, in `0 ..< 1`; nil: there are none.
    public var coverage: Double?

    /// Nothing is fitted.
    public init() {}

    /// - Throws: ``SettingError`` for a rule or coverage out of its range.
    public func validate() throws(SettingError) {
        try threshold?.validate()
        if let coverage { try Decisions.check(coverage: coverage) }
    }

    /// What is wanted of each objective.
    ///
    /// - Parameters:
    ///   - objectives: as resolved.
    ///   - declarations: theirs, in the same order; a declaration's own keys come first.
    public func choices(
        for objectives: [Objective], declarations: [ObjectiveDeclaration]
    ) -> [Decisions.Choice] {
        zip(objectives, declarations).map { objective, declared in
            let kind = objective.kind.name
            return Decisions.Choice(
                calibration: kind == .regression ? .none : declared.calibration ?? calibration ?? .none,
                threshold: kind == .regression || kind == .ordinal ? nil : declared.threshold ?? threshold)
        }
    }
}

/// Validation rows in two parts that never meet: one for early stopping, calibration and thresholds, one for conformal sets.
public struct DecisionRows: Sendable {
    /// What training may look at; all validation rows without a coverage.
    public let tuning: Dataset?
    /// Half of the validation rows; nil without a coverage.
    public let conformal: Dataset?
    let parts: PackedParts?

    /// Divides validation rows in halves, stratified as ``Split/stratified(labels:objectives:groups:rowWeights:fractions:seed:)`` does.
    ///
    /// - Parameters:
    ///   - validation: its rows, or nil where there are none.
    ///   - coverage: nil: nothing is kept apart.
    ///   - groups: `[rows]`: rows of one number stay together; nil: each by itself.
    ///   - seed: of the draw.
    /// - Throws: ``SettingError`` for a coverage without two validation rows.
    public init(
        _ validation: Dataset?, coverage: Double?, groups: [Int32]? = nil, seed: UInt64
    ) throws(SettingError) {
        guard let coverage else {
            (tuning, conformal, parts) = (validation, nil, nil)
            return
        }
        guard let validation, validation.rows >= 2 else {
            throw SettingError(
                "a coverage of \(plain(coverage)) needs validation rows, and there \(validation == nil ? "are none" : "is one")",
                fix: "give a split with a valid part, or leave --coverage out")
        }
        var mixer = SplitMix64(seed: seed, stream: "conformal")
        let split = try Split.stratified(
            labels: validation.labels, objectives: validation.objectives, groups: groups, fractions: [0.5, 0.5, 0],
            seed: mixer.next())
        let (first, second) = (split.rows(of: .train), split.rows(of: .valid))
        guard !first.isEmpty, !second.isEmpty else {
            throw SettingError(
                "the validation rows are one group", fix: "validation needs two groups for --coverage: one is kept for it alone")
        }
        tuning = validation.selecting(rows: first)
        conformal = validation.selecting(rows: second)
        parts = PackedParts(split.partOfRow)
    }
}

extension Decisions {
    /// Fits decisions to a model on validation rows.
    ///
    /// - Parameters:
    ///   - predictor: a trained model.
    ///   - rows: validation rows; the model may have seen the tuning part alone.
    ///   - choices: one per objective.
    ///   - coverage: of conformal sets; nil fits none.
    /// - Returns: nil where nothing is wanted.
    /// - Throws: ``SettingError`` where something is wanted and there are no validation rows; ``DataError``.
    public static func fit(
        _ predictor: some Predictor, rows: DecisionRows, choices: [Choice], coverage: Double?
    ) throws -> Decisions? {
        guard coverage != nil || choices.contains(where: { $0 != Choice() }) else { return nil }
        guard let tuning = rows.tuning else {
            throw SettingError(
                "calibration and thresholds need validation rows, and there are none",
                fix: "give a split with a valid part, or leave them out")
        }
        var decisions = try fit(
            tuning: try predictor.outputs(of: tuning), conformal: try rows.conformal.map { try predictor.outputs(of: $0) },
            choices: choices, coverage: coverage)
        decisions.parts = rows.parts
        return decisions
    }

    /// What could not be fitted as it was wanted; one sentence for each reason.
    public var shortfalls: [String] {
        var sentences: [String] = []
        func named(_ names: [String]) -> String {
            names.prefix(5).joined(separator: ", ") + (names.count > 5 ? " and \(names.count - 5) more" : "")
        }
        var uncalibrated: [String] = [], short: [String] = [], fewest = Int.max
        var thresholds: [(why: String, names: [String])] = []
        for objective in objectives {
            for (index, slot) in objective.slots.enumerated() {
                let name = objective.slots.count > 1 ? "\(objective.name) label \(index + 1)" : objective.name
                if objective.choice.calibration != .none, slot.calibration == nil { uncalibrated.append(name) }
                if let conformal = slot.conformal, conformal.quantile == nil {
                    short.append(name)
                    fewest = min(fewest, conformal.count)
                }
                guard let why = slot.threshold?.shortfall else { continue }
                if let place = thresholds.firstIndex(where: { $0.why == why }) {
                    thresholds[place].names.append(name)
                } else {
                    thresholds.append((why, [name]))
                }
            }
        }
        if !uncalibrated.isEmpty {
            sentences.append("\(named(uncalibrated)): not calibrated, for validation holds fewer than two different labels")
        }
        sentences += thresholds.map { "\(named($0.names)): \($0.why)" }
        if !short.isEmpty, let coverage {
            sentences.append(
                "\(named(short)): a coverage of \(plain(coverage)) needs \(Conformal.rowsNeeded(for: coverage)) labels kept apart in "
                    + "validation, and there are fewer (\(fewest)); sets hold everything")
        }
        return sentences
    }
}
