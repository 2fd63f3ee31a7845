import Tables

extension LabelRules {
    /// The observed labels of the slots of an objective.
    struct Labels {
        /// By slot.
        var columns: [[LabelTable.Entry]]
        /// `[n × C]` of soft one-hot columns, whose entries are positions in it.
        var distributions: [Float]?
    }

    /// The observed labels of every slot, from the cells of the objective's columns.
    ///
    /// - Throws: `TableError` with file, row, line and column of the first label that is outside its kind.
    func entries(of cells: [ObservedCells], in source: SourceTable) throws(TableError) -> Labels {
        if isOneHot { return try OneHotReader(rules: self, source: source).labels(of: cells) }
        var columns: [[LabelTable.Entry]] = []
        for (index, column) in cells.enumerated() {
            let reader = CellReader(rules: self, column: index, words: column.words)
            var entries: [LabelTable.Entry] = []
            entries.reserveCapacity(column.cells.count)
            for (place, cell) in column.cells.enumerated() {
                let row = Int(column.rows[place])
                guard let label = reader.label(of: cell, row: row) else {
                    throw source.error(reader.problem(with: column.value(place)), row: row, column: column.name)
                }
                entries.append(
                    .init(row: row, value: label.value, weight: column.weights?[place] ?? 1, state: label.state))
            }
            columns.append(entries)
        }
        if kind == .multilabel, missingLabels != .eachSlot {
            try completeRows(&columns, names: cells.map(\.name), in: source)
        }
        return Labels(columns: columns)
    }

    /// Fills, or refuses, the missing slots of rows that have some label.
    private func completeRows(
        _ columns: inout [[LabelTable.Entry]], names: [String], in source: SourceTable
    ) throws(TableError) {
        var counts = [Int32](repeating: 0, count: source.rows)
        for column in columns { for entry in column { counts[entry.row] += 1 } }
        let partial = counts.indices.filter { counts[$0] > 0 && counts[$0] < columns.count }
        for slot in columns.indices {
            let observed = columns[slot]
            var next = 0
            for row in partial {
                while next < observed.count, observed[next].row < row { next += 1 }
                if next < observed.count, observed[next].row == row { continue }
                guard missingLabels == .anyElseNegative else {
                    throw source.labelError(
                        "the label is missing in a row that has others", row: row, column: names[slot],
                        why: "objective '\(objective)' observes rows whole (any=error)",
                        fix: "fill it, or say any=negative to take it as 0, or leave 'any' out")
                }
                columns[slot].append(.init(row: row, value: 0))
            }
        }
    }
}

/// Reads the cells of one column under the objective's rules.
private struct CellReader {
    /// What a cell says.
    struct Label {
        var value: Double
        var state = CellState.known
    }

    let rules: LabelRules
    private let kind: ObjectiveKind
    private let numbers: [Double: Double]
    /// The label of each word, or nil where the word is no label.
    private let words: [Label?]
    /// Whether each word is uncertain.
    private let uncertainWords: [Bool]
    private let uncertainNumbers: Set<Double>
    private let draws: CellDraws

    init(rules: LabelRules, column: Int, words: [String]) {
        self.rules = rules
        kind = rules.objectiveKind
        var labels: [LabelValue: Double] = [:]
        switch rules.cellKind {
        case .binary, .multilabel:
            if let positive = rules.positive {
                labels[LabelValue(parsing: positive)] = 1
                if let negative = rules.negatives[column] { labels[LabelValue(parsing: negative)] = 0 }
            }
        case .categorical, .ordinal:
            for (index, name) in rules.names.enumerated() { labels[LabelValue(parsing: name)] = Double(index) }
        case .regression: break
        }
        var numbers: [Double: Double] = [:]
        for case (.number(let number), let label) in labels { numbers[number] = label }
        self.numbers = numbers
        let takesTruth = (rules.cellKind == .binary || rules.cellKind == .multilabel) && rules.positive == nil
        self.words = words.map { word in
            if takesTruth { return ["true": 1, "false": 0][word.lowercased()].map { Label(value: $0) } }
            if rules.censored == true { return Self.bound(word, transform: rules.transform) }
            return labels[.word(word)].map { Label(value: $0) }
        }
        // Ignored ones are missing: they do not come here.
        let uncertain = rules.uncertain.map { $0.isIgnored ? [] : $0.values } ?? []
        uncertainWords = words.map { uncertain.contains(.word($0)) }
        uncertainNumbers = Set(uncertain.compactMap { if case .number(let number) = $0 { number } else { nil } })
        draws = CellDraws(seed: rules.uncertainSeed ?? 0, objective: rules.objective, column: rules.columns[column])
    }

    /// The bound that a word says, if it is one and the transform has a value for it.
    private static func bound(_ word: String, transform: Transform) -> Label? {
        guard let cell = Censored(bound: word)?.cell, transform != .log1p || cell.number > -1 else { return nil }
        return Label(value: cell.number, state: cell.state)
    }

    /// The label of an observed cell, or nil where it is none.
    func label(of cell: LabelCell, row: Int) -> Label? {
        if isUncertain(cell), let uncertain = rules.uncertain {
            return uncertain.label(draw: { draws.draw(row: row) }).map { Label(value: $0.value, state: $0.state) }
        }
        guard let label = certainLabel(of: cell) else { return nil }
        // Negative, uncertain, positive.
        return rules.hasUncertainClass ? Label(value: label.value * 2) : label
    }

    private func isUncertain(_ cell: LabelCell) -> Bool {
        switch cell {
        case .word(let word): uncertainWords[Int(word)]
        case .number(let number): !uncertainNumbers.isEmpty && uncertainNumbers.contains(number)
        }
    }

    private func certainLabel(of cell: LabelCell) -> Label? {
        switch cell {
        case .word(let word): words[Int(word)]
        case .number(let number): label(of: number).map { Label(value: $0) }
        }
    }

    private func label(of number: Double) -> Double? {
        switch rules.cellKind {
        case .categorical, .ordinal: return numbers[number]
        case .binary, .multilabel:
            if rules.positive != nil { return numbers[number] }
            if number == 0 || number == 1 { return number }
            return rules.soft && number > 0 && number < 1 ? number : nil
        case .regression: return rules.transform == .log1p && number <= -1 ? nil : number
        }
    }

    /// Why the value is no label here, and what to do.
    func problem(with value: LabelValue) -> LabelProblem {
        let name = rules.objective
        switch (rules.cellKind, value) {
        case (.categorical, _), (.ordinal, _):
            let what = rules.kind == .categorical ? "classes" : "levels"
            let listed = rules.names.prefix(12).joined(separator: ", ") + (rules.names.count > 12 ? ", …" : "")
            return LabelProblem(
                problem: rules.areNamesDeclared
                    ? "label '\(value.name)' is none of the declared \(what)" : "label '\(value.name)' was not seen in training",
                why: "objective '\(name)' is \(rules.kind.rawValue) with the \(what) \(listed)",
                fix: "correct it, or \(rules.missingFix(value))")
        case (.regression, .word(let word)) where Censored(bound: word) != nil:
            return boundProblem(word)
        case (.regression, .word(let word)):
            return LabelProblem(
                problem: "label '\(word)' is not a number", why: "objective '\(name)' is a regression",
                fix: "leave the cell empty, or pass --missing '\(word)'")
        case (.binary, .word(let word)), (.multilabel, .word(let word)):
            return wordProblem(word)
        case (.binary, .number(let number)), (.multilabel, .number(let number)):
            if rules.positive != nil { return wordProblem(value.name) }
            let isFraction = number > 0 && number < 1
            return LabelProblem(
                problem: rules.soft
                    ? "label \(plain(number)) lies outside 0…1" : "label \(plain(number)) is neither 0 nor 1",
                why: "objective '\(name)' is \(rules.cellKind.rawValue)" + (rules.soft ? " with soft labels" : ""),
                fix: isFraction
                    ? "if it is a probability, say '\(rules.declaration):soft=true'" : rules.missingFix(value))
        case (.regression, .number(let number)):
            do {
                try kind.check(label: number, of: name, soft: rules.soft, transform: rules.transform)
                return LabelProblem(problem: "label \(plain(number)) is not legal", why: "objective '\(name)'", fix: "")
            } catch {
                return LabelProblem(
                    problem: error.problem, why: error.why, fix: "use no transform, or \(rules.missingFix(value))")
            }
        }
    }

    private func boundProblem(_ word: String) -> LabelProblem {
        if rules.censored == true {
            return LabelProblem(
                problem: "label '\(word)' is a bound without a log(1 + label)",
                why: "objective '\(rules.objective)' is a regression with transform log1p",
                fix: "bounds must be above -1: correct it, or \(rules.missingFix(.word(word)))")
        }
        return LabelProblem(
            problem: "label '\(word)' is not a number, but a bound", why: "objective '\(rules.objective)' is a regression",
            fix: "if the truth lies there, say '\(rules.declaration):censored=true' for a one-sided loss; else "
                + rules.missingFix(.word(word)))
    }

    private func wordProblem(_ word: String) -> LabelProblem {
        let why = "objective '\(rules.objective)' is \(rules.cellKind.rawValue)"
        if let positive = rules.positive {
            let pair = "'\(positive)' and " + (rules.negatives.compactMap { $0 }.first.map { "'\($0)'" } ?? "one other word")
            return LabelProblem(
                problem: "label '\(word)' is not one of the two words of training", why: "\(why) with \(pair)",
                fix: "correct it, or \(rules.missingFix(LabelValue(parsing: word)))")
        }
        return LabelProblem(
            problem: "label '\(word)' is neither 0 nor 1", why: why,
            fix: "if it is one of two words, name the one that means 1: '\(rules.declaration):positive=\(word)'; "
                + "else \(rules.missingFix(.word(word)))")
    }
}
