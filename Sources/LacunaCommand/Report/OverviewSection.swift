import Lacuna

/// What a reader wants to know first: how much data, how good, how long.
struct OverviewSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var html: HTML { "\(tiles)\(macroTable)" }

    private var tiles: HTML {
        var tiles: [HTML] = []
        if let shown = facts.shown {
            let main = MacroScores.main(
                of: shown.result.objectives.compactMap { objective in objective.scores[shown.split].map { (objective.kind, $0) } })
            let kinds = Set(facts.objectives.map { Metric.main(for: $0.kind.name) })
            let interval = kinds.count == 1 ? kinds.first.flatMap { shown.result.macroIntervals[shown.split]?[$0] } : nil
            tiles.append(
                Self.tile(
                    mainTitle, ReportText.number(main.score),
                    "\(interval.map { "95 % interval \(ReportText.interval($0)); " } ?? "")mean of \(ReportText.counted(main.objectives, "objective")), \(ReportText.part(shown.split))"))
        }
        let rows = facts.bySplit.map { ($0.split, $0.result.rows[$0.split] ?? 0) }
        if !rows.isEmpty {
            tiles.append(
                Self.tile(
                    "Rows", NumberText.count(rows.reduce(0) { $0 + $1.1 }),
                    rows.map { "\($0.0) \(NumberText.count($0.1))" }.joined(separator: ", ")))
        }
        if let coverage = coverage { tiles.append(Self.tile("Labels observed", NumberText.percent(coverage), "of all slots, all parts")) }
        tiles.append(Self.tile("Parameters", NumberText.count(facts.parameters), "\(NumberText.count(facts.features)) features"))
        if let training = facts.results?.training {
            let best = training.bestEpoch.flatMap { $0 == training.epochs ? nil : "best: epoch \($0)" }
            tiles.append(
                Self.tile(
                    "Epochs", NumberText.count(training.epochs),
                    [best, NumberText.duration(training.seconds)].compactMap { $0 }.joined(separator: ", ")))
        }
        return "<dl class=\"tiles\">\(tiles)</dl>\n"
    }

    private static func tile(_ title: String, _ value: String, _ detail: String) -> HTML {
        "<div class=\"tile\"><dt>\(title)</dt><dd>\(value)<small>\(detail)</small></dd></div>\n"
    }

    private var mainTitle: String {
        let kinds = Set(facts.objectives.map { Metric.main(for: $0.kind.name) })
        return kinds.count == 1 ? kinds.first?.title ?? "" : "Main metrics"
    }

    /// Observed slots of all parts over all slots.
    private var coverage: Double? {
        var observed = 0.0, all = 0.0
        for (split, result) in facts.bySplit {
            for (objective, scored) in zip(facts.objectives, result.objectives) {
                let slots = Double(objective.kind.slotsPerRow * (result.rows[split] ?? 0))
                all += slots
                observed += slots * (scored.coverage[split] ?? 0)
            }
        }
        return all > 0 ? observed / all : nil
    }

    /// Main metrics first, then the rest.
    private static let order: [Metric] = {
        let main = Metric.allCases.filter { metric in ObjectiveKind.Name.allCases.contains { Metric.main(for: $0) == metric } }
        return main + Metric.allCases.filter { !main.contains($0) }
    }()

    private var intervals: String {
        facts.bySplit.contains { !$0.result.macroIntervals.isEmpty } ? "95 % intervals, and " : ""
    }

    private var macroTable: HTML? {
        guard !facts.bySplit.isEmpty, facts.objectives.count > 1 else { return nil }
        let macros = facts.bySplit.map { ($0.split, $0.result.macro($0.split)) }
        let usual = Set(facts.objectives.flatMap { Metric.usual(for: $0.kind.name) })
        let metrics = Self.order.filter { metric in usual.contains(metric) && macros.contains { $0.1[metric] != nil } }
        var table = HTMLTable(
            "macro", caption: "Means over objectives",
            note: "Each objective counts once, however many labels it has. In small: \(intervals)over how many objectives a metric is defined, where not over all.",
            columns: ["Part"] + metrics.map { "\($0.title) \($0.direction)" })
        for (split, macro) in macros {
            table.append(
                .text(split),
                metrics.map { metric in
                    guard let entry = macro[metric] else { return .none }
                    let all = entry.objectives == entry.candidates ? nil : "\(entry.objectives) of \(entry.candidates)"
                    let result = facts.bySplit.first { $0.split == split }?.result
                    let interval = result?.macroIntervals[split]?[metric].map(ReportText.interval)
                    let detail = [interval, all].compactMap { $0 }.joined(separator: ", ")
                    return detail.isEmpty ? .number(ReportText.number(entry.score)) : .detailed(ReportText.number(entry.score), detail: detail)
                })
        }
        return table.html
    }
}
