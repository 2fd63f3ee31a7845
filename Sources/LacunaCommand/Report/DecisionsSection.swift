import Lacuna

/// What validation rows taught besides the model, before and after: calibration, thresholds, and sets of a required
/// coverage.
struct DecisionsSection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section? {
        guard let shown = facts.shown, let fitted = shown.result.decisions else { return nil }
        let slots = facts.slots.filter { $0.decision != nil }
        let tables = [calibration(slots, shown.split), thresholds(slots, shown.split), conformal(slots, shown.split)].compactMap { $0 }
        guard !tables.isEmpty else { return nil }
        let kept: HTML? = fitted.conformalRows > 0
            ? " \(ReportText.counted(fitted.conformalRows, "other row")) of validation were kept for sets and intervals alone." : nil
        return .init(
            id: "decisions", title: "Decisions",
            content: """
                <p>Fitted on \(ReportText.counted(fitted.tuningRows, "validation row")) and stored in the model, measured on \
                \(ReportText.part(shown.split)).\(kept)</p>
                \(tables)
                """)
    }

    private func table(_ id: String, _ caption: HTML, _ note: HTML, _ columns: [String], text: Set<Int>, count: Int) -> HTMLTable {
        var table = HTMLTable(id, caption: caption, note: note, columns: columns, textColumns: text)
        table.isSortable = true
        table.isSearchable = count > 25
        table.searched = "objectives"
        return table
    }

    private static func pair(_ before: Double?, _ after: Double?) -> [HTMLTable.Cell] {
        [.number(before.map(NumberText.metric) ?? "–"), .number(after.map(NumberText.metric) ?? "–")]
    }

    private func calibration(_ slots: [ReportFacts.Slot], _ split: String) -> HTML? {
        let calibrated = slots.filter { $0.decision?.calibration != nil }
        guard !calibrated.isEmpty else { return nil }
        var table = table(
            "decisions-calibration", "Calibration", "Each metric before, then after.",
            ["Objective", "Method", "Labels", "ECE before", "after", "Log loss before", "after"], text: [1], count: calibrated.count)
        for slot in calibrated {
            guard let decision = slot.decision else { continue }
            let after = decision.calibrated[split]
            let method = decision.temperature.map { "temperature \(NumberText.metric($0))" } ?? decision.calibration ?? ""
            table.append(
                .name(slot.name),
                [.text("\(method)"), .number(NumberText.count(decision.labels))]
                    + Self.pair(slot.scores?[.eceEqualMass]?.number, after?[.eceEqualMass]?.number)
                    + Self.pair(slot.scores?[.logLoss]?.number, after?[.logLoss]?.number))
        }
        return table.html
    }

    private func thresholds(_ slots: [ReportFacts.Slot], _ split: String) -> HTML? {
        let decided = slots.filter { $0.decision?.threshold != nil }
        guard !decided.isEmpty else { return nil }
        let metrics: [Metric] = [.f1, .precision, .recall, .balancedAccuracy]
        var table = table(
            "decisions-thresholds", "Thresholds", "Each metric at 0.5 before calibration, then at the chosen threshold.",
            ["Objective", "Rule", "Threshold"] + metrics.flatMap { ["\($0.title) at 0.5", "at threshold"] }, text: [1],
            count: decided.count)
        for slot in decided {
            guard let decision = slot.decision, let threshold = decision.threshold else { continue }
            table.append(
                .name(slot.name),
                [.text("\(decision.rule ?? "")"), .number(NumberText.metric(threshold))]
                    + metrics.flatMap { Self.pair(slot.scores?[$0]?.number, decision.decided[split]?[$0]?.number) })
        }
        let shortfalls = decided.compactMap { slot in slot.decision?.shortfall.map { "<li>\(HTML.name(slot.name)): \($0)</li>" as HTML } }
        let list: HTML? = shortfalls.isEmpty ? nil : "<ul class=\"warnings\">\(shortfalls.prefix(20).map { $0 })</ul>"
        return "\(table.html)\(list)"
    }

    private func width(_ conformal: ConformalResult, _ kind: ObjectiveKind, _ split: String) -> String {
        if let width = conformal.averageWidth[split] { return NumberText.metric(width) }
        return kind == .regression && conformal.quantile == nil ? "unbounded" : "–"
    }

    private func conformal(_ slots: [ReportFacts.Slot], _ split: String) -> HTML? {
        let covered = slots.filter { $0.decision?.conformal != nil }
        guard !covered.isEmpty else { return nil }
        let areSets = covered.contains { $0.kind != .regression }, areIntervals = covered.contains { $0.kind == .regression }
        var table = table(
            "decisions-conformal", "Conformal sets and intervals",
            "How many labels the sets or intervals hold, and how large they are.",
            ["Objective", "Required", "Measured", "Fitted on"] + (areSets ? ["Mean set size"] : [])
                + (areIntervals ? ["Mean width"] : []), text: [], count: covered.count)
        for slot in covered {
            guard let conformal = slot.decision?.conformal else { continue }
            table.append(
                .name(slot.name),
                [
                    .number(NumberText.percent(conformal.required)),
                    .number(conformal.measured[split].map(NumberText.percent) ?? "–"), .number(NumberText.count(conformal.labels)),
                ]
                    + (areSets ? [.number(conformal.averageSetSize[split].map(NumberText.metric) ?? "–")] : [])
                    + (areIntervals ? [.number(width(conformal, slot.kind, split))] : []))
        }
        return table.html
    }
}
