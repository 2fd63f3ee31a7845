import Lacuna

/// What a reader has to know before believing a number.
struct WarningsSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section {
        // What begins with a name begins as the name does.
        let warnings = facts.warnings.map { $0.prefix(1).uppercased() + $0.dropFirst() } + results
        let items = warnings.map { "<li>\($0)</li>\n" as HTML } + facts.gaps.map { "<li class=\"info\">\($0)</li>\n" as HTML }
        let content: HTML = items.isEmpty
            ? "<p>Nothing was found that a reader should be warned of.</p>" : "<ul class=\"warnings\">\n\(items)</ul>"
        return .init(id: "warnings", title: "Warnings", content: content)
    }

    /// What the results themselves warn of.
    private var results: [String] {
        guard let shown = facts.shown else { return [] }
        let name = ReportText.part(shown.split)
        var unlabelled: [String] = [], undecided: [(reason: String, metric: Metric, names: [String])] = [], few: [String] = []
        for slot in facts.slots {
            guard let scores = slot.scores else { continue }
            if scores.observed == 0 {
                unlabelled.append(slot.name)
                continue
            }
            let main = Metric.main(for: slot.kind.name)
            if let reason = scores[main]?.reason {
                if let place = undecided.firstIndex(where: { $0.reason == reason && $0.metric == main }) {
                    undecided[place].names.append(slot.name)
                } else {
                    undecided.append((reason, main, [slot.name]))
                }
            }
            if scores.observed < ReportFacts.fewLabels { few.append(slot.name) }
        }
        var lines: [String] = []
        if !unlabelled.isEmpty { lines.append("\(Self.listed(unlabelled)) without any label in \(name): nothing can be said of it there.") }
        for group in undecided {
            lines.append("\(Self.listed(group.names)): \(group.metric.title) is undefined in \(name), \(group.reason).")
        }
        if !few.isEmpty {
            lines.append("\(Self.listed(few)) with fewer than \(ReportFacts.fewLabels) labels in \(name): its numbers there say little.")
        }
        return lines
    }

    /// "a, b, c and 4 more".
    private static func listed(_ names: [String]) -> String {
        let shown = names.prefix(6).joined(separator: ", ")
        return names.count > 6 ? "\(shown) and \(names.count - 6) more" : shown
    }
}
