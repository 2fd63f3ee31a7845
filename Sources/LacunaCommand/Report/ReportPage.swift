import Lacuna

/// The page of a report: facts laid out, section by section.
struct ReportPage {
    let facts: ReportFacts

    var page: HTMLPage {
        HTMLPage(
            title: "Lacuna report: \(facts.name)",
            lead: "\(lead)",
            opening: OverviewSection(facts).html,
            sections: [
                WarningsSection(facts).section, ResultsSection(facts).section, CoverageSection(facts).section,
                TrainingSection(facts).section, DecisionsSection(facts).section, RunsSection(facts).section,
                DetailsSection(facts).section, ReproduceSection(facts).section,
                GlossarySection(facts).section,
            ].compactMap { $0 },
            footer: """
                Made by \(facts.settings.program). Metrics, curves and counts are taken over observed labels only. The page \
                stands alone: it fetches nothing and sends nothing.
                """)
    }

    private var lead: String {
        var counts: [String] = []
        for kind in ObjectiveKind.Name.allCases {
            let count = facts.objectives.count { $0.kind.name == kind }
            if count > 0 { counts.append("\(NumberText.count(count)) \(kind.rawValue)") }
        }
        let objectives = facts.objectives.count == 1 ? "One network for one objective" : "One network for \(NumberText.count(facts.objectives.count)) objectives"
        return "\(objectives) (\(counts.joined(separator: ", "))), trained where labels are observed."
    }
}

/// Words that several sections share.
enum ReportText {
    /// "the test part", or "all rows".
    static func part(_ split: String) -> String {
        switch split {
        case "all": "all rows"
        case "outOfFold": "all rows, each by the model of the fold that did not see it"
        default: "the \(split) part"
        }
    }

    /// "0.81–0.87", or "-0.1 to 0.2", where a dash would be taken for a sign.
    static func interval(_ interval: Interval) -> String {
        let dash = interval.lower < 0 || interval.upper < 0 ? " to " : "–"
        return "\(NumberText.metric(interval.lower))\(dash)\(NumberText.metric(interval.upper))"
    }

    /// "1 label", "2 labels".
    static func counted(_ count: Int, _ noun: String) -> String {
        "\(NumberText.count(count)) \(noun)\(count == 1 ? "" : "s")"
    }

    /// A metric's number, or a dash.
    static func number(_ score: Score?) -> String { score?.number.map(NumberText.metric) ?? "–" }
}
