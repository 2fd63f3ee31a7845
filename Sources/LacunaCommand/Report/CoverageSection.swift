import Lacuna

/// The coverage map: which objective has how many labels in which part.
struct CoverageSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section? {
        let splits = facts.bySplit
        guard !splits.isEmpty else { return nil }
        let content: HTML = """
            <p>The share of slots that hold a label. What is missing takes no part in training or in any number of this page.</p>
            \(facts.showsAll ? map(splits) : summary(splits))
            """
        return .init(id: "coverage", title: "Coverage map", content: content)
    }

    private typealias Splits = [(split: String, result: ResultReport)]

    /// A row for each objective and label.
    private func map(_ splits: Splits) -> HTML {
        var table = HTMLTable(
            "coverage-map", caption: "Labels observed, by objective and part", note: "In small: how many.",
            columns: ["Objective"] + splits.map(\.split))
        table.isNarrow = true
        for (place, objective) in facts.objectives.enumerated() {
            table.append(
                .name(objective.name),
                splits.map { split, result in
                    let scored = result.objectives[place]
                    return Self.cell(scored.coverage[split], scored.scores[split]?.observed)
                })
            guard case .multilabel(let labels) = objective.kind else { continue }
            for (number, label) in labels.enumerated() {
                table.append(
                    "– \(HTML.name(label))",
                    splits.map { split, result in
                        guard result.objectives[place].labels.indices.contains(number) else { return .none }
                        let scored = result.objectives[place].labels[number]
                        return Self.cell(scored.coverage[split], scored.scores[split]?.observed)
                    })
            }
        }
        return "\(table.html)\(StripMap.scale)"
    }

    private static func cell(_ coverage: Double?, _ observed: Int?) -> HTMLTable.Cell {
        guard let coverage else { return .none }
        return .shaded(NumberText.percent(coverage), detail: observed.map(NumberText.count), step: HTMLTable.step(coverage))
    }

    /// All slots as one strip for each part, and how coverage is spread.
    private func summary(_ splits: Splits) -> HTML {
        let shares = splits.map { split, result in
            (name: split, shares: result.objectives.flatMap { objective in
                objective.labels.isEmpty
                    ? [objective.coverage[split]] : objective.labels.map { $0.coverage[split] }
            })
        }
        // One order for all parts, that of the fullest: a column is one objective.
        let leading = (shares.first { $0.name == "train" } ?? shares[0]).shares
        let order = leading.indices.sorted { a, b in
            let (x, y) = (leading[a] ?? -1, leading[b] ?? -1)
            return x != y ? x > y : a < b
        }
        let known = leading.compactMap { $0 }.sorted()
        let middle = known.isEmpty ? 0 : known[known.count / 2]
        let strip = StripMap(
            id: "coverage-strip", title: "Coverage of \(NumberText.count(order.count)) slots by part",
            description: """
                One row for each part, one column for each slot, from the most to the least observed in training. The median \
                slot is observed in \(NumberText.percent(middle)) of the rows, the fullest in \
                \(NumberText.percent(known.last ?? 0)), the emptiest in \(NumberText.percent(known.first ?? 0)).
                """,
            label: "slots, most observed in training first",
            rows: shares.map { row in (row.name, order.map { row.shares[$0] }) },
            note: "Each column is one slot; the darker or stronger, the more of its labels are observed.")
        let histogram = Histogram(known, label: "share observed").plot(
            "coverage-histogram", title: "How coverage is spread over slots", counted: "slots")
        return """
            \(strip.html)
            <div class="cards">\(histogram?.html)</div>
            <p class="muted">The table of all results lists the coverage of each objective.</p>
            """
    }
}
