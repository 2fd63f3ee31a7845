import Lacuna

/// What the words and metrics of this page mean; those that do not occur are left out.
struct GlossarySection {
    let facts: ReportFacts

    init(_ facts: ReportFacts) { self.facts = facts }

    var section: HTMLPage.Section {
        let kinds = ObjectiveKind.Name.allCases.filter { kind in facts.objectives.contains { $0.kind.name == kind } }
        let metrics = Metric.allCases.filter { metric in kinds.contains { Metric.all(for: $0).contains(metric) } }
        var entries: [(term: String, meaning: String)] = [
            ("Observed, missing", "A slot is one place where a label can stand. It is observed where the data have a label, else missing; missing ones take no part in anything."),
            ("Coverage", "The share of slots that are observed."),
        ]
        entries += kinds.map { ($0.rawValue.capitalized, $0.definition) }
        entries += metrics.map { ($0.title, $0.definition) }
        if facts.scored != nil {
            entries.append(("Reliability", "Labels are put into bins by predicted probability; in each, the mean probability stands against the share of positives. Whiskers are Wilson's 95 % intervals."))
        }
        if facts.shown?.result.decisions != nil {
            entries.append(("Calibration", "A map from the network's probabilities to ones that can be taken at their word, fitted on validation rows: one temperature that the logits are divided by, or a rising step function (isotonic)."))
            entries.append(("Threshold", "The least calibrated probability that is called positive, chosen on validation rows by the rule that is named."))
            if facts.shown?.result.decisions?.coverage != nil {
                entries.append(("Conformal set, interval", "All classes, levels or values that fit a row well enough: by a bound found on validation rows that were used for nothing else, such that the required share of labels lies within."))
            }
        }
        let list = entries.map { "<dt>\($0.term)</dt><dd>\($0.meaning)</dd>\n" as HTML }
        return .init(id: "glossary", title: "Glossary", content: "<dl class=\"glossary\">\n\(list)</dl>")
    }
}
