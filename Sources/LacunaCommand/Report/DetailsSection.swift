import Lacuna

/// Curves and tables of single objectives: of all, or of the best and the worst.
struct DetailsSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section? {
        guard let scored = facts.scored else { return nil }
        let (slots, isSelection) = facts.detailed
        let parts = slots.compactMap { slot -> HTMLPage.Section.Part? in
            let entries = scored.outputs.slots[slot.index]
            let content: HTML = entries.count == 0
                ? "<p>No label is observed in \(ReportText.part(scored.split)).</p>"
                : "\(summary(slot))\(detail(slot, scored.outputs))"
            return .init(id: slot.id, title: .name(slot.name), content: content)
        }
        let introduction: HTML? = isSelection
            ? "<p>The \(NumberText.count(slots.count / 2 + slots.count % 2)) best and the \(NumberText.count(slots.count / 2)) worst by their main metric, of those with enough labels; the table of results has all.</p>\n"
            : nil
        return .init(
            id: "details", title: "Objective by objective",
            content: "\(introduction)<p>Drawn from \(ReportText.part(scored.split)), over observed labels.</p>", parts: parts)
    }

    /// "binary, 630 labels; AUROC 0.605".
    private func summary(_ slot: ReportFacts.Slot) -> HTML {
        guard let scores = slot.scores else { return .none }
        let numbers = scores.entries.prefix(4).compactMap { entry in
            entry.score.number.map { number in
                let interval = slot.intervals[entry.metric].map { " (\(ReportText.interval($0)))" } ?? ""
                return "\(entry.metric.title) \(NumberText.metric(number))\(interval)"
            }
        }
        let objective = facts.objectives[slot.objective]
        let unit = objective.scale.map { ", in \($0)" } ?? ""
        let text = "\(slot.kind.name.rawValue)\(unit), \(ReportText.counted(scores.observed, "label"))"
        return "<p class=\"lead\">\(numbers.isEmpty ? text : "\(text): \(numbers.joined(separator: ", "))")</p>\n"
    }

    /// What validation rows taught about it.
    private func fitted(_ slot: ReportFacts.Slot) -> Decisions.Slot? {
        guard let decisions = facts.decisions, decisions.objectives.indices.contains(slot.objective) else { return nil }
        let slots = decisions.objectives[slot.objective].slots
        let first = facts.objectives[..<slot.objective].reduce(0) { $0 + $1.kind.slotsPerRow }
        return slots.indices.contains(slot.index - first) ? slots[slot.index - first] : nil
    }

    private func detail(_ slot: ReportFacts.Slot, _ outputs: ObservedOutputs) -> HTML {
        switch slot.kind {
        case .binary, .multilabel: BinaryDetail(slot, outputs, fitted(slot)).html
        case .categorical(let classes): ClassDetail(categorical: slot, outputs, classes: classes, fitted(slot)).html
        case .ordinal(let levels): ClassDetail(ordinal: slot, outputs, levels: levels, fitted(slot)).html
        case .regression: RegressionDetail(slot, outputs, scale: facts.objectives[slot.objective].scale).html
        }
    }
}
