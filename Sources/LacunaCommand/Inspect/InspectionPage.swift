import Lacuna

extension InspectionResult {
    /// So many objectives make a matrix that a page can show.
    private static let mostInMatrix = 24
    /// So many rows a table of the page holds, for thousands of objectives have three each.
    private static let mostTableRows = 3_000
    /// So many pairs a page lists.
    private static let mostPairs = 500

    /// The page that `--html` writes.
    var page: HTMLPage {
        HTMLPage(
            title: "Inspection of \(title)",
            lead: """
                What the labels of \(HTML.name(source)) are like before a model is trained: \
                \(NumberText.count(inspection.objectives.count)) objectives, \
                \(NumberText.count(inspection.rows.values.reduce(0, +))) rows.
                """,
            opening: tiles,
            sections: [warningSection, coverageSection, scoringSection, missingnessSection, togetherSection, rowSection]
                + (inspection.tokens.isEmpty ? [] : [tokenSection]),
            footer: "Made by Lacuna \(Version.text). This page fetches nothing.")
    }

    /// The files without their folders.
    private var title: String {
        files.map { $0.split(separator: "/").last.map(String.init) ?? $0 }.joined(separator: ", ")
    }

    private var tiles: HTML {
        let tiles = parts.flatMap { part -> [HTML] in
            let unlabelled = inspection.unlabelledRows[part] ?? 0
            return [tile("rows in \(part.rawValue)", inspection.rows[part] ?? 0)]
                + (unlabelled > 0 ? [tile("\(part.rawValue) rows without any label", unlabelled)] : [])
        }
        return "<dl class=\"tiles\">\(tiles)</dl>"
    }

    private func tile(_ name: String, _ count: Int) -> HTML {
        "<div class=\"tile\"><dt>\(name)</dt><dd>\(NumberText.count(count))</dd></div>"
    }

    private var warningSection: HTMLPage.Section {
        let items = warnings.map { "<li>\($0)</li>\n" as HTML }
        return .init(
            id: "warnings", title: "Warnings",
            content: items.isEmpty ? "<p>There is nothing to warn of.</p>" : "<ul class=\"warnings\">\n\(items)</ul>")
    }

    // MARK: objectives

    private var coverageSection: HTMLPage.Section {
        let map = StripMap(
            id: "coverage-map", title: "Coverage of each objective",
            description: "One column for each objective, one row for each part; the shade is the share of labels observed.",
            label: "objectives, in the order declared",
            rows: parts.map { part in (part.rawValue, inspection.objectives.map { $0.parts[part]?.coverage ?? nil }) })
        var table = HTMLTable(
            "coverage-table", caption: "Labels by objective and part", note: omitted,
            columns: ["objective", "kind", "part", "coverage", "observed", "labels"], textColumns: [0, 1, 2, 5])
        table.isSortable = true
        table.isSearchable = inspection.objectives.count > Self.mostInMatrix
        table.searched = "objectives"
        for objective in inspection.objectives where table.rows.count < Self.mostTableRows {
            append(objective.name, objective.kind, objective.parts, objective.uncertainty, to: &table)
            for label in objective.labels where table.rows.count < Self.mostTableRows {
                append("\(objective.name): \(label.name)", .binary, label.parts, objective.uncertainty, to: &table)
            }
        }
        return .init(id: "coverage", title: "Labels", content: map.html + table.html + sourceTable)
    }

    /// Coverage by source, of several.
    private var sourceTable: HTML {
        guard !inspection.sources.isEmpty else { return .none }
        var table = HTMLTable(
            "sources-table", caption: "Coverage by source", columns: ["source", "objective", "rows", "coverage"], textColumns: [0, 1])
        table.isSortable = true
        for source in inspection.sources {
            let rows = NumberText.count(source.rows.values.reduce(0, +))
            for objective in inspection.objectives where table.rows.count < Self.mostTableRows {
                table.append(
                    HTML.name(source.name),
                    [
                        .text(HTML.name(objective.name)), .number(rows),
                        source.coverage[objective.name].map {
                            .shaded(NumberText.percent($0), detail: nil, step: HTMLTable.step($0))
                        } ?? .none,
                    ])
            }
        }
        return table.html
    }

    private var omitted: HTML? {
        let rows = inspection.objectives.reduce(0) { $0 + (1 + $1.labels.count) * parts.count }
        guard rows > Self.mostTableRows else { return nil }
        return "The first \(NumberText.count(Self.mostTableRows)) of \(NumberText.count(rows)) rows; lacuna inspect --json has all."
    }

    private func append(
        _ name: String, _ kind: ObjectiveKind.Name, _ facts: [Part: PartFacts], _ uncertainty: UncertainCells?,
        to table: inout HTMLTable
    ) {
        for part in parts {
            let own = facts[part]
            table.append(
                HTML.name(name),
                [
                    .text(.text(kind.rawValue)), .text(.text(part.rawValue)),
                    own?.coverage.map { .shaded(NumberText.percent($0), detail: nil, step: HTMLTable.step($0)) } ?? .none,
                    own.map { .number(NumberText.count($0.observed)) } ?? .none, .prose(labels(own, uncertainty)),
                ])
        }
    }

    private func labels(_ facts: PartFacts?, _ uncertainty: UncertainCells?) -> HTML {
        guard let facts, facts.observed + facts.uncertain > 0 else { return "none" }
        var states: [HTML] = []
        // Those that are a class of their own are counted there.
        if facts.uncertain > 0, uncertainty?.policy != .ownClass { states.append("\(NumberText.count(facts.uncertain)) uncertain (\(Self.fate(uncertainty)))") }
        if facts.bounds.below > 0 { states.append("\(NumberText.count(facts.bounds.below)) censored (&lt;)") }
        if facts.bounds.above > 0 { states.append("\(NumberText.count(facts.bounds.above)) censored (&gt;)") }
        let plain: HTML? = facts.observed > 0 ? plainLabels(facts) : "none"
        return .joined((plain.map { [$0] } ?? []) + states, separator: ", ")
    }

    private func plainLabels(_ facts: PartFacts) -> HTML? {
        if let values = facts.values {
            return """
                \(NumberText.metric(values.minimum)) to \(NumberText.metric(values.maximum)), mean \(NumberText.metric(values.mean)), \
                deviation \(NumberText.metric(values.deviation))
                """
        }
        // Numbers that are all bounds; a multilabel objective, whose labels follow.
        if facts.classes.isEmpty { return nil }
        let shown = facts.classes.prefix(12).map { "\(HTML.name($0.name)): \(NumberText.count($0.count))" as HTML }
        let more: HTML? = facts.classes.count > 12 ? ", …" : nil
        return .joined(shown, separator: ", ") + (more ?? .none)
    }

    private var scoringSection: HTMLPage.Section {
        var table = HTMLTable(
            "scoring-table", caption: "Batches, and parts that can score",
            note: "An objective is scored by the main metric of its kind: AUROC, balanced accuracy, R² or kappa.",
            columns: ["objective", "batches of \(inspection.batchSize) without a label", "valid scores it", "test scores it"],
            textColumns: [0, 2, 3])
        table.isSortable = true
        table.isSearchable = inspection.objectives.count > Self.mostInMatrix
        table.searched = "objectives"
        for objective in inspection.objectives.prefix(Self.mostTableRows) {
            table.append(
                HTML.name(objective.name),
                [
                    objective.batchesWithoutLabel.map { .number(NumberText.percent($0)) } ?? .none,
                    scoring(objective, .valid), scoring(objective, .test),
                ])
        }
        return .init(id: "scoring", title: "Batches and scores", content: table.html)
    }

    private func scoring(_ objective: ObjectiveInspection, _ part: Part) -> HTMLTable.Cell {
        guard let facts = objective.parts[part] else { return .none }
        if facts.isEvaluable { return .prose("yes") }
        return .prose("no: \(facts.undefined[Metric.main(for: objective.kind)] ?? "undefined")")
    }

    private var missingnessSection: HTMLPage.Section {
        var table = HTMLTable(
            "missingness-table", caption: "Telling from the features whether a label is observed",
            note: """
                Area under the ROC curve on \(NumberText.count(inspection.missingnessRows.heldOut)) held-out rows with its 95 % interval \
                (DeLong); 0.5 is chance, above 0.6 labels are not missing at random. Beside each feature, what the area loses when \
                its values are shuffled.
                """,
            columns: ["objective", "AUROC", "features that tell"], textColumns: [0, 2])
        table.isSortable = true
        table.isSearchable = inspection.objectives.count > Self.mostInMatrix
        table.searched = "objectives"
        for objective in inspection.objectives.prefix(Self.mostTableRows) {
            table.append(HTML.name(objective.name), [area(objective.missingness.finding), .prose(tells(objective.missingness))])
        }
        return .init(
            id: "missingness", title: "Is missingness random?",
            content: """
                <p>A small network predicts which labels are observed. Where it succeeds, rows with a label differ from rows \
                without: what holds on labelled rows need not hold on the others, and a model can learn who was measured \
                instead of what was found.</p>
                \(table.html)
                """)
    }

    private func area(_ finding: MissingnessModel.Finding) -> HTMLTable.Cell {
        guard let estimate = finding.estimate else { return .none }
        let (low, high) = (estimate.interval.lowerBound, estimate.interval.upperBound)
        return .detailed(
            NumberText.fixed(estimate.value, decimals: 2),
            detail: "\(NumberText.fixed(low, decimals: 2))–\(NumberText.fixed(high, decimals: 2))")
    }

    private func tells(_ missingness: Missingness) -> HTML {
        switch missingness.finding {
        case .alwaysObserved: return "always observed"
        case .neverObserved: return "never observed"
        case .undecided(let reason), .notExamined(let reason): return .text(reason)
        case .measured:
            return .joined(
                missingness.tells.map { "\(HTML.name($0.column)) (\(NumberText.fixed($0.drop, decimals: 2)))" as HTML }, separator: ", ")
        }
    }

    // MARK: rows

    private var togetherSection: HTMLPage.Section {
        let found = inspection.coObservation
        let width = found.objectives.count
        var content: HTML = """
            <p>\(NumberText.count(found.neverTogetherCount)) of \(NumberText.count(width * (width - 1) / 2)) pairs of objectives are never \
            observed in one row\(found.rowsCounted < found.rows ? "; counted on \(NumberText.count(found.rowsCounted)) rows by lot" : "").</p>
            """
        if width > 1, width <= Self.mostInMatrix {
            var table = HTMLTable(
                "together-table", caption: "Rows that observe both", note: "On the diagonal, rows that observe the one.",
                columns: ["objective"] + found.objectives, textColumns: [0])
            let most = Double(max(found.counts.max() ?? 0, 1))
            for (row, name) in found.objectives.enumerated() {
                table.append(
                    HTML.name(name),
                    (0..<width).map { column in
                        let count = found.counts[row * width + column]
                        return .shaded(NumberText.count(count), detail: nil, step: HTMLTable.step(Double(count) / most))
                    })
            }
            content += table.html
        }
        if !found.neverTogether.isEmpty {
            let items = found.neverTogether.prefix(Self.mostPairs).map { pair -> HTML in
                "<li>\(HTML.name(pair.first)) and \(HTML.name(pair.second))</li>\n"
            }
            let left = found.neverTogetherCount - items.count
            let more: HTML? = left > 0 ? "<p>and \(NumberText.count(left)) more.</p>" : nil
            content += "<h3>Never observed together</h3><ul>\n\(items)</ul>\(more)"
        }
        return .init(id: "together", title: "Objectives together", content: content)
    }

    private var rowSection: HTMLPage.Section {
        let found = inspection.repeatedRows
        var content: HTML = """
            <p>\(Self.repeating(found)), in \(ReportText.counted(found.sets, "set")); \
            \(ReportText.counted(found.contradicting, "set")) with different labels.</p>
            """
        if !found.crossings.isEmpty {
            var table = HTMLTable(
                "leaks", caption: "Rows equal across parts", note: "Rows of the file, counted from 1.",
                columns: ["part", "equal to a row of", "rows", "share", "such as"], textColumns: [0, 1, 4])
            for crossing in found.crossings {
                let examples = crossing.examples.map { "\($0.second) = \($0.first)" }.joined(separator: ", ")
                table.append(
                    .text(crossing.second.rawValue),
                    [
                        .text(.text(crossing.first.rawValue)), .number(NumberText.count(crossing.rows)),
                        .number(NumberText.percent(Double(crossing.rows) / Double(max(crossing.total, 1)))), .prose(.text(examples)),
                    ])
            }
            content += table.html
        }
        return .init(id: "rows", title: "Repeated rows", content: content)
    }

    private var tokenSection: HTMLPage.Section {
        var table = HTMLTable(
            "tokens-table", caption: "Values that look like a missing marker", note: "Rows of the file, counted from 1.",
            columns: ["column", "token", "cells", "rows", "why", "what helps"], textColumns: [0, 1, 3, 4, 5])
        for token in inspection.tokens.prefix(Self.mostTableRows) {
            table.append(
                HTML.name(token.column),
                [
                    .text(HTML.name(token.token)), .number(NumberText.count(token.count)),
                    .prose(.text(token.rows.map { "\($0)" }.joined(separator: ", ") + (token.count > token.rows.count ? ", …" : ""))),
                    .prose(.text((token.isIllegal ? "stops training: " : "") + token.why)), .prose(.text(token.fix)),
                ])
        }
        return .init(id: "tokens", title: "Missing markers", content: table.html)
    }
}
