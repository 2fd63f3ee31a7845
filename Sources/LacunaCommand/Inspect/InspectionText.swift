import Lacuna

extension InspectionResult {
    /// What becomes of uncertain cells, in a word.
    static func fate(_ uncertainty: UncertainCells?) -> String {
        switch uncertainty?.policy {
        case .ignore: "ignored"
        case .zeros: "0"
        case .ones: "1"
        case .soft: "drawn"
        case .ownClass: "a class"
        case nil: "–"
        }
    }

    /// Objectives that a terminal shows in full; `--json` and `--html` have all.
    static let mostObjectives = 20
    /// Columns that a terminal has for certain.
    static let width = 80

    /// The result as a person reads it in a terminal, ending in a line break: counts first, warnings last, where the eye
    /// is when the prompt comes back.
    var text: String {
        var lines = [source, ""]
        lines += rowLines + [""]
        lines += objectiveLines + [""]
        for extra in [stateLines, sourceLines] where !extra.isEmpty { lines += extra + [""] }
        lines += questionLines + [""]
        lines += togetherLines + repeatedLines + [""]
        lines += warningLines
        return lines.joined(separator: "\n") + "\n"
    }

    private var rowLines: [String] {
        var table = TextTable(["rows"] + parts.map(\.rawValue))
        table.rows.append(["all"] + parts.map { NumberText.count(inspection.rows[$0] ?? 0) })
        table.rows.append(["without any label"] + parts.map { NumberText.count(inspection.unlabelledRows[$0] ?? 0) })
        return table.lines()
    }

    /// The objectives to show: all, or those that are observed least and those that something is to be said of.
    private var shown: [ObjectiveInspection] {
        let all = inspection.objectives
        guard all.count > Self.mostObjectives else { return all }
        func coverage(_ index: Int) -> Double { all[index].parts[.train]?.coverage ?? 0 }
        let order = all.indices.sorted { (coverage($0), $0) < (coverage($1), $1) }
        return Set(order.prefix(Self.mostObjectives)).sorted().map { all[$0] }
    }

    private func omission(_ shown: [ObjectiveInspection]) -> [String] {
        let left = inspection.objectives.count - shown.count
        guard left > 0 else { return [] }
        let coverages = inspection.objectives.compactMap { $0.parts[.train]?.coverage }.sorted()
        guard let least = coverages.first, let most = coverages.last else { return [] }
        return wrapped(
            "These \(shown.count) of \(inspection.objectives.count) objectives are observed least; \(left) more are left out here, and "
                + "--json and --html have all. Coverage in train: \(NumberText.percent(least)) to \(NumberText.percent(most)), median "
                + "\(NumberText.percent(coverages[coverages.count / 2])).", indent: "  ")
    }

    private var objectiveLines: [String] {
        let shown = shown
        var table = TextTable(["objective", "part", "coverage", "observed", "labels"])
        table.leading = [0, 1, 4]
        for objective in shown {
            for (place, part) in parts.enumerated() {
                let facts = objective.parts[part]
                table.rows.append([
                    place == 0 ? short(objective.name) : place == 1 ? "  \(objective.kind.rawValue)" : "", part.rawValue,
                    facts?.coverage.map(NumberText.percent) ?? "–", facts.map { NumberText.count($0.observed) } ?? "–",
                    objective.obstacle != nil && place == 0 && facts == nil ? "training stops here, see below" : labels(facts, objective),
                ])
            }
        }
        let blind = blindLines(shown)
        return table.lines().map { $0.count > Self.width ? $0.prefix(Self.width - 1) + "…" : $0 } + blind + omission(shown)
    }

    /// "0: 5 590, 1: 230", or "1.2 to 88.1, mean 20.3".
    private func labels(_ facts: PartFacts?, _ objective: ObjectiveInspection) -> String {
        guard let facts, facts.observed > 0 else { return "none" }
        let note = facts.isEvaluable ? "" : "  !"
        if let values = facts.values {
            return "\(number(values.minimum)) to \(number(values.maximum)), mean \(number(values.mean))\(note)"
        }
        if objective.kind == .multilabel {
            return "\(objective.labels.count) labels, \(NumberText.count(facts.labelledRows)) rows with any\(note)"
        }
        // All of a part's numbers can be bounds.
        if objective.kind == .regression { return "bounds alone\(note)" }
        if facts.classes.count > 6 {
            let held = facts.classes.count { $0.count > 0 }
            let counts = facts.classes.map(\.count)
            return "\(held) of \(facts.classes.count) classes, \(counts.min() ?? 0) to \(counts.max() ?? 0) of each\(note)"
        }
        return facts.classes.map { "\(short($0.name, 12)): \(NumberText.count($0.count))" }.joined(separator: ", ") + note
    }

    /// Coverage by source, of several: as many as fit.
    private var sourceLines: [String] {
        let sources = inspection.sources.prefix(4)
        guard !sources.isEmpty else { return [] }
        var table = TextTable(["coverage by source"] + sources.map { short($0.name, 11) })
        table.rows.append(["rows"] + sources.map { NumberText.count($0.rows.values.reduce(0, +)) })
        for objective in shown {
            table.rows.append(
                [short(objective.name)] + sources.map { $0.coverage[objective.name].map { NumberText.percent($0) } ?? "–" })
        }
        let left = inspection.sources.count - sources.count
        return table.lines() + (left > 0 ? ["  \(left) more sources: --json and --html have all"] : [])
    }

    /// Uncertain cells and bounds, where there are any.
    private var stateLines: [String] {
        var table = TextTable(["beside plain labels", "part", "uncertain", "becomes", "censored <", "censored >"])
        table.leading = [0, 1, 3]
        for objective in shown {
            var name = short(objective.name)
            for part in parts {
                guard let facts = objective.parts[part], facts.uncertain + facts.bounds.below + facts.bounds.above > 0 else { continue }
                let isNumber = objective.kind == .regression
                table.rows.append([
                    name, part.rawValue, NumberText.count(facts.uncertain), Self.fate(objective.uncertainty),
                    isNumber ? NumberText.count(facts.bounds.below) : "–", isNumber ? NumberText.count(facts.bounds.above) : "–",
                ])
                name = ""
            }
        }
        return table.rows.isEmpty ? [] : table.lines()
    }

    private func blindLines(_ shown: [ObjectiveInspection]) -> [String] {
        let isBlind = shown.contains { objective in
            parts.contains { part in objective.parts[part].map { $0.observed > 0 && !$0.isEvaluable } ?? false }
        }
        return isBlind ? ["  ! this part cannot score the objective by its main metric"] : []
    }

    private var questionLines: [String] {
        let shown = shown
        var table = TextTable(["objective", "no label in", "observed at random?", "what tells"])
        table.leading = [0, 2, 3]
        for objective in shown {
            table.rows.append([
                short(objective.name), objective.batchesWithoutLabel.map { NumberText.percent($0) } ?? "–",
                answer(objective.missingness.finding), objective.missingness.tells.prefix(2).map { short($0.column, 16) }.joined(separator: ", "),
            ])
        }
        let left = inspection.objectives.count { if case .notExamined = $0.missingness.finding { true } else { false } }
        let note = left > 0
            ? " \(NumberText.count(left)) of \(NumberText.count(inspection.objectives.count)) objectives were not examined: those observed "
                + "nearest to half of all rows come first." : ""
        return table.lines() + wrapped(
            "no label in: the share of batches of \(inspection.batchSize) rows. Observed at random: AUROC of telling from the "
                + "features whether the label is observed, on \(NumberText.count(inspection.missingnessRows.heldOut)) held-out rows, "
                + "with its 95 % interval; 0.5 is chance.\(columnNote)\(note)", indent: "  ")
    }

    private var columnNote: String {
        let (used, all) = inspection.missingnessColumns
        return used < all ? " It saw the \(NumberText.count(used)) of \(NumberText.count(all)) encoded features that vary most." : ""
    }

    private func answer(_ finding: MissingnessModel.Finding) -> String {
        switch finding {
        case .alwaysObserved: return "always observed"
        case .neverObserved: return "never observed"
        case .undecided: return "too few to tell"
        case .notExamined: return "not examined"
        case .measured(let estimate):
            let mark = estimate.value > MissingnessModel.warningArea ? " !" : ""
            return "\(NumberText.fixed(estimate.value, decimals: 2)) (\(NumberText.fixed(estimate.interval.lowerBound, decimals: 2))–"
                + "\(NumberText.fixed(estimate.interval.upperBound, decimals: 2)))\(mark)"
        }
    }

    private var togetherLines: [String] {
        let together = inspection.coObservation
        var lines: [String] = []
        if together.objectives.count > 1, together.objectives.count <= 8 {
            var table = TextTable(["rows that observe both"] + together.objectives.indices.map { "\($0 + 1)" })
            for (row, name) in together.objectives.enumerated() {
                table.rows.append(
                    ["\(row + 1) \(short(name))"] + together.objectives.indices.map { column in
                        column < row ? "" : NumberText.count(together.counts[row * together.objectives.count + column])
                    })
            }
            lines += table.lines() + [""]
        }
        let pairs = together.objectives.count * (together.objectives.count - 1) / 2
        guard pairs > 0 else { return lines }
        var line = "\(NumberText.count(together.neverTogetherCount)) of \(NumberText.count(pairs)) pairs of objectives are never observed in one row"
        if !together.counts.isEmpty, together.objectives.count > 8 {
            let counts = pairCounts(together).sorted()
            line += "; the others in \(NumberText.count(counts.first { $0 > 0 } ?? 0)) to \(NumberText.count(counts.last ?? 0)) rows"
        }
        if together.objectives.count < inspection.objectives.count - inspection.obstacles.count {
            line += "; the \(NumberText.count(together.objectives.count)) objectives with the most labels were compared"
        }
        if together.rowsCounted < together.rows { line += "; counted on \(NumberText.count(together.rowsCounted)) rows by lot" }
        return lines + wrapped(line)
    }

    private func pairCounts(_ together: CoObservation) -> [Int] {
        let width = together.objectives.count
        return (0..<width).flatMap { row in (row + 1..<max(width, row + 1)).map { together.counts[row * width + $0] } }
    }

    /// "1 row repeats the features of an earlier row".
    static func repeating(_ repeated: RepeatedRows) -> String {
        "\(ReportText.counted(repeated.surplus, "row")) \(repeated.surplus == 1 ? "repeats" : "repeat") the features of an earlier row"
    }

    private var repeatedLines: [String] {
        let repeated = inspection.repeatedRows
        var line = "\(Self.repeating(repeated)) (\(ReportText.counted(repeated.sets, "set"))"
        line += repeated.contradicting > 0 ? ", \(NumberText.count(repeated.contradicting)) with different labels)" : ")"
        let crossings = repeated.crossings.map { "\(NumberText.count($0.rows)) of \($0.second.rawValue) are in \($0.first.rawValue)" }
        return wrapped(line + (crossings.isEmpty ? "; no part shares a row with another" : "; " + crossings.joined(separator: ", ")))
    }

    private var warningLines: [String] {
        let warnings = warnings
        if warnings.isEmpty { return ["no warnings"] }
        return ["\(warnings.count) \(warnings.count == 1 ? "warning" : "warnings")"]
            + warnings.flatMap { warning in
                let lines = wrapped(warning, indent: "    ")
                return ["  – " + lines[0].dropFirst(4)] + lines.dropFirst()
            }
    }

    private func number(_ value: Double) -> String {
        value == value.rounded() && value.magnitude < 1e6 ? "\(Int(value))" : NumberText.metric(value)
    }

    private func short(_ name: String, _ most: Int = 22) -> String {
        name.count > most ? name.prefix(most - 1) + "…" : name
    }

    /// Broken at spaces so that a terminal need not; a word longer than the line stays whole.
    private func wrapped(_ text: String, indent: String = "") -> [String] {
        var lines: [String] = [], line = indent
        for word in text.split(separator: " ") {
            if line.count > indent.count, line.count + 1 + word.count > Self.width {
                lines.append(line)
                line = indent
            }
            line += (line.count > indent.count ? " " : "") + word
        }
        return lines + [line]
    }
}
