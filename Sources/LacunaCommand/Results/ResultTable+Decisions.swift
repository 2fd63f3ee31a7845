import Lacuna

extension ResultTable {
    /// How much a person wants to see.
    struct Detail {
        /// Every metric as a column, not the usual ones alone.
        var allMetrics = false
        /// The confusion matrices.
        var confusion = false
    }

    /// Bounds of the metrics that stand for each kind.
    static func intervalLines(_ report: ResultReport, split: String) -> [String] {
        var table = TextTable(["intervals", "metric", "value", "from", "to"])
        table.leading = [0, 1]
        func add(_ name: String, _ kind: ObjectiveKind.Name, _ scores: Scores?, _ intervals: [Metric: Interval]?) {
            for metric in shown(kind) {
                guard let interval = intervals?[metric], let value = scores?[metric]?.number else { continue }
                table.rows.append(
                    [name, metric.rawValue] + [value, interval.lower, interval.upper].map(NumberText.metric))
            }
        }
        for objective in report.objectives {
            add(objective.name, objective.kind, objective.scores[split], objective.intervals[split])
            for label in objective.labels {
                add("  \(label.name)", objective.kind, label.scores[split], label.intervals[split])
            }
        }
        guard !table.rows.isEmpty else { return [] }
        let facts = report.bootstrap.map { bootstrap in
            "\(NumberText.fixed(bootstrap.confidence * 100, decimals: 0)) % of \(NumberText.count(bootstrap.resamples)) "
                + "resamples of \(bootstrap.grouped ? "groups of rows" : "rows")"
        }
        return [""] + table.lines(indent: "  ") + (facts.map { ["  – \($0)"] } ?? [])
    }

    private static func shown(_ kind: ObjectiveKind.Name) -> [Metric] {
        switch kind {
        case .binary, .multilabel: [.auroc, .averagePrecision]
        case .categorical: [.accuracy, .balancedAccuracy]
        case .regression: [.rmse, .r2]
        case .ordinal: [.mae, .kappa]
        }
    }

    /// What calibration, thresholds and conformal sets change: before → after.
    static func decisionLines(_ report: ResultReport, split: String) -> [String] {
        // What the network was fitted on says nothing of calibration.
        if split == Part.train.rawValue { return [] }
        var rows: [(name: String, scores: Scores?, decision: DecisionResult)] = []
        for objective in report.objectives {
            if let decision = objective.decision { rows.append((objective.name, objective.scores[split], decision)) }
            for label in objective.labels {
                if let decision = label.decision { rows.append(("  \(label.name)", label.scores[split], decision)) }
            }
        }
        func arrow(_ metric: Metric, _ before: Scores?, _ after: Scores?) -> String {
            guard let after else { return "–" }
            func text(_ scores: Scores?) -> String { scores?[metric]?.number.map(NumberText.metric) ?? "–" }
            return "\(text(before)) → \(text(after))"
        }
        var lines: [String] = []
        func add(
            _ header: [String], where isShown: (DecisionResult) -> Bool,
            _ cells: (Scores?, DecisionResult) -> [String]
        ) {
            var table = TextTable(header)
            for row in rows where isShown(row.decision) { table.rows.append([row.name] + cells(row.scores, row.decision)) }
            if !table.rows.isEmpty { lines += [""] + table.lines(indent: "  ") }
        }
        add(["calibrated", "method", "labels", "logLoss", "eceEqualMass", "eceEqualWidth"], where: { $0.calibrated[split] != nil }) {
            scores, decision in
            let method = decision.temperature.map { "temperature \(NumberText.metric($0))" } ?? decision.calibration ?? "–"
            return [method, NumberText.count(decision.labels)]
                + [Metric.logLoss, .eceEqualMass, .eceEqualWidth].map { arrow($0, scores, decision.calibrated[split]) }
        }
        add(["decided", "rule", "threshold", "precision", "recall", "f1"], where: { $0.decided[split] != nil }) {
            scores, decision in
            [decision.rule ?? "–", decision.threshold.map(NumberText.metric) ?? "–"]
                + [Metric.precision, .recall, .f1].map { arrow($0, scores, decision.decided[split]) }
        }
        add(["conformal", "required", "covered", "labels kept", "mean set", "mean width"], where: { $0.conformal != nil }) {
            _, decision in
            let conformal = decision.conformal
            return [
                conformal.map { NumberText.percent($0.required) } ?? "–",
                conformal?.measured[split].map(NumberText.percent) ?? "–",
                conformal.map { NumberText.count($0.labels) } ?? "–",
                conformal?.averageSetSize[split].map { NumberText.fixed($0, decimals: 2) } ?? "–",
                conformal?.averageWidth[split].map(NumberText.metric)
                    ?? (conformal?.averageSetSize[split] == nil && conformal?.quantile == nil ? "∞" : "–"),
            ]
        }
        guard !lines.isEmpty, let facts = report.decisions else { return lines }
        let kept = facts.conformalRows > 0 ? "; sets on \(counted(facts.conformalRows)) kept for them alone" : ""
        let own = split == Part.valid.rawValue ? ": these very rows, so this is no test" : ""
        guard facts.tuningRows > 0 else { return lines }
        return lines + ["  – fitted on \(counted(facts.tuningRows)) of valid\(kept)\(own)"]
    }

    private static func counted(_ rows: Int) -> String { "\(NumberText.count(rows)) \(rows == 1 ? "row" : "rows")" }

    /// Labels weighted to stand for the missing ones.
    static func inversePropensityLines(_ report: ResultReport, split: String) -> [String] {
        var table = TextTable(["weighted by inverse propensity", "labels", "count as", "metric", "plain", "weighted"])
        table.leading = [0, 3]
        func add(_ name: String, _ kind: ObjectiveKind.Name, _ scores: Scores?, _ weighted: InversePropensityResult?) {
            guard let weighted else { return }
            for metric in shown(kind) {
                guard let value = weighted.scores[metric]?.number else { continue }
                table.rows.append([
                    name, NumberText.count(weighted.scores.observed), NumberText.fixed(weighted.effectiveLabels, decimals: 0),
                    metric.rawValue, scores?[metric]?.number.map(NumberText.metric) ?? "–", NumberText.metric(value),
                ])
            }
        }
        for objective in report.objectives {
            add(objective.name, objective.kind, objective.scores[split], objective.inversePropensity[split])
            for label in objective.labels {
                add("  \(label.name)", objective.kind, label.scores[split], label.inversePropensity[split])
            }
        }
        if table.rows.isEmpty { return [] }
        return [""] + table.lines(indent: "  ") + [
            "  – each label counts 1 ÷ the probability that its row has one, as far as features tell; \(report.inversePropensity?.cut ?? 0) weights "
                + "are cut at \(NumberText.fixed(InversePropensity.largestWeight, decimals: 0)) means"
        ]
    }

    /// The confusion matrices of a split.
    static func confusionLines(_ report: ResultReport, split: String) -> [String] {
        report.objectives.flatMap { objective -> [String] in
            guard let counts = objective.confusion[split] else { return [] }
            var table = TextTable(["\(objective.name): label \\ predicted"] + objective.classes)
            for (name, row) in zip(objective.classes, counts) {
                table.rows.append([name] + row.map { NumberText.count($0) })
            }
            return [""] + table.lines(indent: "  ")
        }
    }
}
