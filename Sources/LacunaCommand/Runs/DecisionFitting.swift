import Lacuna

/// What a run fits on its validation rows besides the model: checked before the first step, fitted after the last.
struct DecisionFitting {
    /// Validation rows; training may look at the tuning part alone.
    let rows: DecisionRows
    private let choices: [Decisions.Choice]
    private let coverage: Double?

    /// Divides the validation rows where a coverage is wanted.
    ///
    /// - Throws: ``SettingError`` where something is wanted and there are no validation rows for it.
    init(_ data: TrainingData, _ settings: DecisionSettings, seed: UInt64) throws {
        choices = settings.choices(for: data.objectives, declarations: data.declarations)
        coverage = settings.coverage
        let valid = data.rowsOfPart[.valid] ?? []
        let groups = data.groups.map { ofRow in valid.map { ofRow[$0] } }
        rows = try DecisionRows(
            data.datasets[.valid], coverage: settings.coverage, groups: groups, seed: seed)
        if rows.tuning == nil, choices.contains(where: { $0 != Decisions.Choice() }) {
            throw CommandError(
                "calibration and thresholds need validation rows, and there are none", at: "--calibration, --threshold",
                fix: "give a split with a valid part, or leave them out")
        }
    }

    /// - Returns: nil where nothing is wanted.
    func fit(_ predictor: some Predictor) throws -> Decisions? {
        try Decisions.fit(predictor, rows: rows, choices: choices, coverage: coverage)
    }
}

extension ResultReport {
    /// A report of what a predictor, and the decisions fitted for it, do on some parts.
    init(
        _ predictor: some Predictor, _ decisions: Decisions?, on parts: [(split: String, data: Dataset)],
        rows: [String: Int], unlabelledDropped: Int, training: TrainingFacts?
    ) throws {
        var evaluations: [(split: String, evaluation: Evaluation)] = []
        var decided: [(split: String, evaluation: DecisionEvaluation)] = []
        for (split, data) in parts {
            let outputs = try predictor.outputs(of: data)
            evaluations.append((split, outputs.evaluation()))
            if let decisions { decided.append((split, decisions.evaluation(of: outputs))) }
        }
        self.init(
            objectives: predictor.objectives, evaluations: evaluations, rows: rows, unlabelledDropped: unlabelledDropped,
            training: training)
        for (split, evaluation) in decided { if let decisions { add(decisions, evaluation, split: split) } }
    }
}
