import Lacuna

/// The result as a person reads it: one table per split and kind, the reasons of what is undefined, the means, and
/// what training took.
public struct ResultTable {
    private let report: ResultReport
    private let detail: Detail
    private var lines: [String] = []

    /// The text of a report, ending in a line break.
    public static func text(_ report: ResultReport) -> String { text(report, detail: Detail()) }

    static func text(_ report: ResultReport, detail: Detail) -> String {
        var table = ResultTable(report: report, detail: detail)
        table.build()
        return table.lines.joined(separator: "\n") + "\n"
    }

    private init(report: ResultReport, detail: Detail) {
        self.report = report
        self.detail = detail
    }

    private mutating func build() {
        for split in report.splits { section(split) }
        lines += report.memberLines + report.foldLines + report.comparisonLines
        if report.unlabelledDropped > 0 {
            lines.append(
                "\(NumberText.count(report.unlabelledDropped)) training rows without any label took no part")
        }
        if let training = report.training { facts(training) }
    }

    private mutating func section(_ split: String) {
        let rows = report.rows[split] ?? 0
        lines.append("\(split): \(NumberText.count(rows)) \(rows == 1 ? "row" : "rows")")
        var reasons = Reasons()
        for kind in ObjectiveKind.Name.allCases {
            let members = report.objectives.filter { $0.kind == kind && $0.scores[split] != nil }
            guard !members.isEmpty else { continue }
            let metrics = detail.allMetrics ? Metric.all(for: kind) : Metric.usual(for: kind)
            var table = TextTable([kind.rawValue, "coverage", "observed"] + metrics.map(\.rawValue))
            for objective in members {
                let title = objective.name + (objective.scale.map { " [\($0)]" } ?? "")
                let cells = row(title, objective.coverage[split], objective.scores[split], metrics)
                table.rows.append(cells)
                reasons.note(objective.scores[split], of: objective.name, metrics)
                for label in objective.labels {
                    table.rows.append(row("  \(label.name)", label.coverage[split], label.scores[split], metrics))
                    reasons.note(label.scores[split], of: label.name, metrics)
                }
            }
            lines.append("")
            lines += table.lines(indent: "  ")
        }
        macro(split)
        lines += report.sourceLines(split)
        if !reasons.isEmpty { lines.append("") }
        lines += reasons.lines
        lines += Self.intervalLines(report, split: split)
        lines += Self.decisionLines(report, split: split)
        lines += Self.inversePropensityLines(report, split: split)
        if detail.confusion { lines += Self.confusionLines(report, split: split) }
        lines += unscored(split)
        lines.append("")
    }

    /// What is observed beside the scored labels, so that coverage and observed labels can be understood together.
    private func unscored(_ split: String) -> [String] {
        let counts = report.objectives.compactMap { objective in
            objective.scores[split].flatMap { $0.unscored > 0 ? "\(NumberText.count($0.unscored)) of \(objective.name)" : nil }
        }
        guard !counts.isEmpty else { return [] }
        let shown = counts.prefix(5).joined(separator: ", ") + (counts.count > 5 ? " and others" : "")
        return ["", "  – labels that are bounds or drawn for uncertain cells train and are not scored: \(shown)"]
    }

    private func row(_ name: String, _ coverage: Double?, _ scores: Scores?, _ metrics: [Metric]) -> [String] {
        [name, coverage.map(NumberText.percent) ?? "–", scores.map { NumberText.count($0.observed) } ?? "–"]
            + metrics.map { scores?[$0]?.number.map(NumberText.metric) ?? "–" }
    }

    private mutating func macro(_ split: String) {
        let kinds = Set(report.objectives.map(\.kind))
        let usual = Set(kinds.flatMap(Metric.usual))
        let entries = report.macro(split).entries.filter { detail.allMetrics || usual.contains($0.metric) }
        guard !entries.isEmpty else { return }
        var table = TextTable(["mean of objectives"] + entries.map(\.metric.rawValue))
        table.rows.append(["macro"] + entries.map { $0.score.number.map(NumberText.metric) ?? "–" })
        table.rows.append(["over"] + entries.map { "\($0.objectives) of \($0.candidates)" })
        lines.append("")
        lines += table.lines(indent: "  ")
    }

    private mutating func facts(_ facts: TrainingFacts) {
        // Whether the best one's weights were kept is said by early stopping; without a validation part it is the last.
        let best = facts.bestEpoch.flatMap { $0 == facts.epochs ? nil : " (best on validation: epoch \($0))" } ?? ""
        lines.append(
            """
            \(facts.epochs) \(facts.epochs == 1 ? "epoch" : "epochs")\(best) in \(NumberText.duration(facts.seconds)); \
            \(NumberText.fixed(facts.stepMicroseconds, decimals: 1)) µs a step, \
            \(NumberText.count(Int(exactly: facts.rowsPerSecond.rounded(.towardZero)) ?? 0)) rows/s; \
            \(NumberText.count(facts.parameters)) parameters, \
            peak memory \(NumberText.fixed(facts.peakMemoryMegabytes, decimals: 0)) MB
            """)
        lines += report.balancingLines
    }
}

/// Why metrics are undefined, gathered: one line for each reason and set of metrics, however many objectives share it.
private struct Reasons {
    private var groups: [(reason: String, metrics: [String], names: [String])] = []

    var isEmpty: Bool { groups.isEmpty }

    mutating func note(_ scores: Scores?, of name: String, _ metrics: [Metric]) {
        guard let scores else { return }
        var byReason: [(reason: String, metrics: [String])] = []
        for entry in scores.entries where metrics.contains(entry.metric) {
            guard let reason = entry.score.reason else { continue }
            if let place = byReason.firstIndex(where: { $0.reason == reason }) {
                byReason[place].metrics.append(entry.metric.rawValue)
            } else {
                byReason.append((reason, [entry.metric.rawValue]))
            }
        }
        for (reason, metrics) in byReason {
            if let place = groups.firstIndex(where: { $0.reason == reason && $0.metrics == metrics }) {
                groups[place].names.append(name)
            } else {
                groups.append((reason, metrics, [name]))
            }
        }
    }

    var lines: [String] {
        groups.map { group in
            let shown = group.names.prefix(5).joined(separator: ", ")
            let more = group.names.count > 5 ? " and \(group.names.count - 5) more" : ""
            return "  – \(shown)\(more): no \(group.metrics.joined(separator: ", ")), \(group.reason)"
        }
    }
}
