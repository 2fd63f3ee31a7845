import Lacuna

/// The models of a run beside each other: members of an ensemble, folds, and one model for each objective.
struct RunsSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section? {
        let extras = facts.extras
        let parts = [
            members(extras.members, id: "members", title: "Members of the ensemble"),
            members(extras.folds, id: "folds", title: "Folds"), comparison,
        ].compactMap { $0 }
        return parts.isEmpty ? nil : .init(id: "models", title: "Models beside each other", content: .none, parts: parts)
    }

    private func members(_ members: [ReportExtras.Member], id: String, title: HTML) -> HTMLPage.Section.Part? {
        let splits = ["train", "valid", "test", "all"].filter { split in members.contains { $0.main[split] != nil } }
        guard !members.isEmpty, !splits.isEmpty else { return nil }
        var table = HTMLTable(
            "models-\(id)", caption: "Mean of main metrics, each model by itself", columns: ["Model"] + splits)
        table.isNarrow = true
        for member in members {
            table.append(
                .name(member.folder), splits.map { .number(member.main[$0]?.map(NumberText.metric) ?? "–") })
        }
        return .init(id: id, title: title, content: table.html)
    }

    /// The difference that sharing makes, with its interval.
    private var comparison: HTMLPage.Section.Part? {
        let compare = facts.extras.compare
        guard !compare.isEmpty else { return nil }
        var table = HTMLTable(
            "models-compare", caption: "One shared model and one model for each objective",
            note: "Difference: shared less alone, with its 95 % interval; above 0 the objective gains from sharing.",
            columns: ["Objective", "Metric", "On", "Labels", "Shared", "Alone", "Difference", "Sharing"],
            textColumns: [1, 2, 7])
        table.isSortable = true
        table.isSearchable = compare.count > 25
        table.searched = "objectives"
        for one in compare {
            func number(_ value: Double?) -> HTMLTable.Cell { value.map { .number(NumberText.metric($0)) } ?? .none }
            var difference = number(one.difference)
            if let value = one.difference, let interval = one.interval, interval.count == 2 {
                difference = .detailed(
                    NumberText.metric(value), detail: "\(NumberText.metric(interval[0])) to \(NumberText.metric(interval[1]))")
            }
            table.append(
                .name(one.objective),
                [
                    .text("\(one.metric.title)"), .text("\(one.split ?? "–")"), .number(NumberText.count(one.observed)),
                    number(one.shared), number(one.alone), difference, .text("\(one.verdict)"),
                ])
        }
        let notes = compare.compactMap { one in one.note.map { "<li>\(HTML.name(one.objective)): \($0)</li>" as HTML } }
        let list: HTML? = notes.isEmpty ? nil : "<ul>\(notes)</ul>"
        return .init(
            id: "compare", title: "Gain and loss by sharing", content: "\(plot?.html)\(table.html)\(list)")
    }

    private var plot: Plot? {
        let known = facts.extras.compare.filter { $0.difference != nil }
        guard known.count > 1 else { return nil }
        let sorted = known.sorted { ($0.difference ?? 0) < ($1.difference ?? 0) }
        let points = sorted.enumerated().map { (x: Double($0.offset + 1), y: $0.element.difference ?? 0) }
        let stretches = sorted.enumerated().compactMap { index, one -> (x: Double, low: Double, high: Double)? in
            guard let interval = one.interval, interval.count == 2 else { return nil }
            return (Double(index + 1), interval[0], interval[1])
        }
        let x = Axis.covering([0.5, Double(sorted.count) + 0.5], label: "objectives, from loss to gain", isTight: true)
        let y = Axis.covering(points.map(\.y) + stretches.flatMap { [$0.low, $0.high] }, label: "shared − alone", includesZero: true)
        let (gain, lose) = (sorted.count { $0.verdict == "gains" }, sorted.count { $0.verdict == "loses" })
        var plot = Plot(
            "compare-plot", title: "What sharing does to each objective",
            description: "Difference of the main metric, shared less alone, with 95 % intervals, from the greatest loss to the greatest gain: \(gain) of \(sorted.count) gain, \(lose) lose, the rest is not clear.",
            x: x, y: y,
            marks: [
                .reference([(x.lowest, 0), (x.highest, 0)], name: "no difference"), .whiskers(stretches, series: 0),
                .dots(points, radius: 3, series: 0, name: "difference, with 95 % interval"),
            ])
        plot.isWide = true
        plot.width = 640
        return plot
    }
}
