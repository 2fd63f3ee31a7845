import Lacuna

/// Metrics of every objective: a table for each kind, and of many objectives also how they are spread, and the best and
/// the worst.
struct ResultsSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section? {
        guard let shown = facts.shown else { return nil }
        let many = facts.slots.count > Self.tableLimit
        var parts: [HTMLPage.Section.Part] = []
        if many { parts += [spread, extremes].compactMap { $0 } }
        let tables = ObjectiveKind.Name.allCases.compactMap { table(of: $0, shown: shown, isSearchable: many) }
        if many {
            parts.append(.init(id: "results-all", title: "All objectives", content: "\(tables)"))
            return .init(id: "results", title: "Results", content: introduction(shown.split), parts: parts)
        }
        return .init(id: "results", title: "Results", content: "\(introduction(shown.split))\(tables)")
    }

    /// Above this many rows a table is searched instead of read.
    private static let tableLimit = 25

    private func introduction(_ split: String) -> HTML {
        "<p>Measured on \(ReportText.part(split)), over observed labels. ↑ means that higher is better, ↓ that lower is; – that the labels cannot decide.\(intervals)</p>\n"
    }

    /// How the small numbers were found.
    private var intervals: String {
        guard let bootstrap = facts.shown?.result.bootstrap else { return "" }
        let share = NumberText.fixed(bootstrap.confidence * 100, decimals: 0)
        return " In small: \(share) % intervals from \(NumberText.count(bootstrap.resamples)) bootstrap resamples of \(bootstrap.grouped ? "whole groups of rows" : "the rows"), seed \(String(bootstrap.seed))."
    }

    private func table(of kind: ObjectiveKind.Name, shown: (split: String, result: ResultReport), isSearchable: Bool) -> HTML? {
        let split = shown.split
        // Of many objectives the metrics that are usually looked at: more would make the table a wall.
        let members = shown.result.objectives.indices.filter { shown.result.objectives[$0].kind == kind }
        guard !members.isEmpty else { return nil }
        let main = Metric.main(for: kind)
        let wanted = isSearchable ? Metric.usual(for: kind) : Metric.all(for: kind)
        let metrics = [main] + wanted.filter { $0 != main }
        let training = facts.bySplit.first { $0.split == "train" && split != "train" }?.result
        let heads = ["Coverage", "Labels"] + (training == nil ? [] : ["Labels, train"])
        var table = HTMLTable(
            "results-\(kind.rawValue)", caption: "\(kind.rawValue.capitalized) objectives, \(ReportText.part(split))",
            columns: [kind == .multilabel ? "Objective, label" : "Objective"] + heads + metrics.map { "\($0.title) \($0.direction)" })
        table.isSortable = kind != .multilabel
        table.isSearchable = isSearchable
        table.searched = "\(kind.rawValue) objectives"
        for place in members {
            let objective = shown.result.objectives[place]
            func cells(
                _ coverage: Double?, _ scores: Scores?, _ trained: Scores?, _ intervals: [Metric: Interval]?
            ) -> [HTMLTable.Cell] {
                var cells: [HTMLTable.Cell] = [
                    .number(coverage.map(NumberText.percent) ?? "–"),
                    .number(scores.map { NumberText.count($0.observed) } ?? "–"),
                ]
                if training != nil { cells.append(.number(trained.map { NumberText.count($0.observed) } ?? "–")) }
                return cells + metrics.map { metric in
                    guard let number = scores?[metric]?.number else { return .none }
                    guard let interval = intervals?[metric] else { return .number(NumberText.metric(number)) }
                    return .detailed(NumberText.metric(number), detail: ReportText.interval(interval))
                }
            }
            let unit: HTML? = objective.scale.map { " <small class=\"muted\">\($0)</small>" }
            table.append(
                "\(HTML.name(objective.name))\(unit)",
                cells(
                    objective.coverage[split], objective.scores[split], training?.objectives[place].scores["train"],
                    objective.intervals[split]))
            for (number, label) in objective.labels.enumerated() {
                let trained = training.flatMap { $0.objectives[place].labels.indices.contains(number) ? $0.objectives[place].labels[number] : nil }
                table.append(
                    "– \(HTML.name(label.name))",
                    cells(label.coverage[split], label.scores[split], trained?.scores["train"], label.intervals[split]))
            }
        }
        return table.html
    }

    /// How the main metric is spread, by kind.
    private var spread: HTMLPage.Section.Part? {
        let plots = ObjectiveKind.Name.allCases.compactMap { kind -> HTML? in
            let slots = facts.slots.filter { $0.kind.name == kind }
            guard slots.count > 1 else { return nil }
            let main = Metric.main(for: kind)
            let without = slots.count { $0.main == nil }
            var plot = Histogram(slots.compactMap(\.main), label: main.title).plot(
                "spread-\(kind.rawValue)", title: "\(main.title) of \(kind.rawValue) objectives",
                counted: kind == .multilabel ? "labels" : "objectives")
            if without > 0 { plot?.note = "\(NumberText.count(without)) of \(NumberText.count(slots.count)) are left out: their labels cannot decide it." }
            return plot?.html
        }
        return plots.isEmpty ? nil : .init(id: "results-spread", title: "How results are spread", content: "<div class=\"cards\">\(plots)</div>")
    }

    /// The ten best and worst by main metric.
    private var extremes: HTMLPage.Section.Part? {
        let (best, worst) = facts.extremes(of: facts.slots, count: 10)
        guard !best.isEmpty else { return nil }
        let areFirm = (best + worst).allSatisfy { ($0.scores?.observed ?? 0) >= ReportFacts.fewLabels }
        let rule = areFirm
            ? "Of those with at least \(ReportFacts.fewLabels) labels; with fewer, the best and the worst would be those of luck."
            : "Many of these have few labels: luck puts them here."
        let tables = [("best", "The best", best), ("worst", "The worst", worst)].filter { !$0.2.isEmpty }.map { id, title, slots -> HTML in
            var table = HTMLTable(
                "results-\(id)", caption: "\(title) \(slots.count) by main metric",
                columns: ["Objective", "Kind", "Metric", "Value", "Labels"], textColumns: [1, 2])
            for slot in slots {
                table.append(
                    facts.scored == nil ? .name(slot.name) : "<a href=\"#\(slot.id)\">\(HTML.name(slot.name))</a>",
                    [
                        .text("\(slot.kind.name.rawValue)"), .text("\(Metric.main(for: slot.kind.name).title)"),
                        .number(slot.main.map(NumberText.metric) ?? "–"),
                        .number(slot.scores.map { NumberText.count($0.observed) } ?? "–"),
                    ])
            }
            return table.html
        }
        return .init(id: "results-extremes", title: "The best and the worst", content: "<p class=\"muted\">\(rule)</p><div class=\"pair\">\(tables)</div>")
    }
}
