import Lacuna

extension ResultReport {
    /// A report of evaluations.
    ///
    /// - Parameters:
    ///   - rows: all rows of each split, those without labels too; coverage is a share of them.
    init(
        objectives: [Objective], evaluations: [(split: String, evaluation: Evaluation)], rows: [String: Int],
        unlabelledDropped: Int = 0, training: TrainingFacts? = nil
    ) {
        let results = objectives.enumerated().map { index, objective in
            var result = ObjectiveResult(
                name: objective.name, kind: objective.kind.name, coverage: [:], scores: [:], scale: objective.scale)
            result.labels = objective.kind.slotsPerRow > 1 || objective.kind.name == .multilabel
                ? objective.slotNames.map { LabelResult(name: $0, coverage: [:], scores: [:]) } : []
            for (split, evaluation) in evaluations {
                let scored = evaluation.objectives[index]
                let total = rows[split] ?? 0
                result.scores[split] = scored.scores
                if let confusion = scored.confusion {
                    result.confusion[split] = confusion
                    result.classes = objective.classNames
                }
                result.coverage[split] = share(scored.scores.observed + scored.scores.unscored, of: total * objective.kind.slotsPerRow)
                for (label, scored) in scored.labels.enumerated() {
                    result.labels[label].scores[split] = scored.scores
                    result.labels[label].coverage[split] = share(scored.scores.observed + scored.scores.unscored, of: total)
                }
            }
            return result
        }
        self.init(
            splits: evaluations.map(\.split), objectives: results, rows: rows, unlabelledDropped: unlabelledDropped,
            training: training)
    }

    /// Prints the result to standard output, as tables or as one JSON object.
    ///
    /// - Parameter profile: shown under it, where one was taken.
    func show(json: Bool, detail: ResultTable.Detail = .init(), profile: StepProfile? = nil) throws {
        if json {
            var whole = self.json
            if let profile, case .object(let members) = whole { whole = .object(members + [.init("profile", profile.json)]) }
            return try System.output(whole.pretty() + "\n")
        }
        let lines = profile.map { "\n" + $0.lines.joined(separator: "\n") + "\n" } ?? ""
        try System.output(ResultTable.text(self, detail: detail) + lines)
    }
}

/// The share, or nil of nothing.
private func share(_ part: Int, of whole: Int) -> Double? {
    whole > 0 ? Double(part) / Double(whole) : nil
}

extension Objective {
    /// The classes or levels; empty for other kinds.
    fileprivate var classNames: [String] {
        switch kind {
        case .categorical(let names), .ordinal(let names): names
        case .binary, .multilabel, .regression: []
        }
    }

    /// What the metrics of a regression are measured in, where that is not the bare label.
    var scale: String? {
        switch transform {
        case .identity: unit
        case .log1p: unit.map { "log1p(\($0))" } ?? "log1p"
        }
    }
}
