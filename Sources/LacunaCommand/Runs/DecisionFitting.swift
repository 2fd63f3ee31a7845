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
        _ predictor: any Predictor, _ decisions: Decisions?, on parts: [ScoredPart], rows: [String: Int], unlabelledDropped: Int,
        sources: RowSources? = nil
    ) throws {
        var evaluations: [(split: String, evaluation: Evaluation)] = []
        var decided: [(split: String, evaluation: DecisionEvaluation)] = []
        var bySource = SourceScores(sources)
        for part in parts {
            let outputs = try predictor.outputs(of: part.data)
            evaluations.append((part.split, outputs.evaluation()))
            if let decisions { decided.append((part.split, decisions.evaluation(of: outputs))) }
            bySource.add(part.split, outputs, rows: part.rows, of: part.all)
        }
        self.init(
            objectives: predictor.objectives, evaluations: evaluations, rows: rows, unlabelledDropped: unlabelledDropped)
        for (split, evaluation) in decided { if let decisions { add(decisions, evaluation, split: split) } }
        self.sources = bySource.results(predictor.objectives)
    }

    /// A part of some data that is scored.
    struct ScoredPart {
        var split: String
        var data: Dataset
        /// The file's rows that the data set holds, in its order.
        var rows: [Int]
        /// The file's rows of the part, those without labels too.
        var all: [Int]
    }
}
