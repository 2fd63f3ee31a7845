import Tables

/// How the cells of one objective's columns become labels: declared or learnt once, kept in the model, the same for
/// every file after that.
public struct LabelRules: Codable, Equatable, Sendable {
    /// The objective's name.
    public let objective: String
    /// The objective's kind.
    public let kind: ObjectiveKind.Name
    /// The label columns, by name; several for a multilabel objective or one-hot columns.
    public let columns: [String]
    /// Tokens that mean missing here, beside the run's and the usual ones.
    public let missing: [String]
    /// Classes, levels or labels, in order; empty for binary objectives and regressions.
    public internal(set) var names: [String]
    /// Whether the classes or levels were declared, rather than found in the training file.
    public let areNamesDeclared: Bool
    /// The value that means 1 in a column of two values; nil: 1 and true do.
    public let positive: String?
    /// The other value of each column, where `positive` is given and the training file holds it.
    public internal(set) var negatives: [String?]
    /// Whether fractions in 0…1 are legal.
    public let soft: Bool
    /// The scale that a regression trains on.
    public let transform: Transform
    /// What a missing slot of a multilabel row means.
    public let missingLabels: MissingLabels
    /// The unit of a regression's labels.
    public let unit: String?
    /// Which cells are uncertain, and what becomes of them; nil: none is.
    public let uncertain: UncertainCells?
    /// The seed of soft labels drawn for uncertain cells: the run's.
    public let uncertainSeed: UInt64?
    /// The column with each label's weight, one per entry of `columns`; nil where all weigh 1.
    public let cellWeights: [String]?
    /// Whether `<5` and `>5` are labels; nil, as in models saved before there were any: no.
    let censored: Bool?
    /// The declaration without its keys, for messages: `'x:binary'`.
    let declaration: String

    /// Rules before any cell is read.
    ///
    /// - Parameter seed: of soft labels drawn for uncertain cells.
    init(_ objective: ColumnPlan.ObjectiveColumns, names columnNames: [String], seed: UInt64) {
        let declared = objective.declaration
        self.objective = objective.name
        kind = declared.outcome
        uncertain = declared.uncertain
        if case .soft? = declared.uncertain?.policy { uncertainSeed = seed } else { uncertainSeed = nil }
        cellWeights = objective.weights.isEmpty ? nil : objective.weights.map { columnNames[$0] }
        censored = declared.censored ? true : nil
        columns = objective.columns.map { columnNames[$0] }
        missing = declared.missing
        let listed = declared.classes ?? declared.levels ?? (declared.outcome == declared.kind ? nil : UncertainCells.classNames)
        areNamesDeclared = listed != nil
        names = listed.map { $0.map { LabelValue(parsing: $0).name } } ?? []
        positive = declared.positive
        negatives = Array(repeating: nil, count: declared.positive == nil ? 0 : objective.columns.count)
        soft = declared.soft
        transform = declared.transform
        missingLabels = declared.missingLabels
        unit = declared.unit
        declaration = declared.group == nil ? "\(objective.name):\(declared.kind.rawValue)" : "\(declared)"
        if kind == .multilabel { names = columns }
        if isOneHot, !areNamesDeclared { names = columns }
    }

    /// Whether the classes are columns, one of which is 1.
    public var isOneHot: Bool { kind == .categorical && columns.count > 1 }

    /// Whether the uncertain cells of a yes-or-no column are a class of their own.
    public var hasUncertainClass: Bool { uncertain?.policy == .ownClass }

    /// What the cells say: 0 and 1 too where uncertain ones make classes of them.
    var cellKind: ObjectiveKind.Name { hasUncertainClass ? .binary : kind }

    /// The kind with its classes, labels or levels.
    public var objectiveKind: ObjectiveKind {
        switch kind {
        case .binary: .binary
        case .categorical: .categorical(classes: names)
        case .multilabel: .multilabel(labels: names)
        case .regression: .regression
        case .ordinal: .ordinal(levels: names)
        }
    }

    /// What a cell must not hold to be observed: the usual tokens, the run's, and the objective's own.
    ///
    /// What the objective says of a token goes before what the run says: its uncertain cells are not missing, unless they
    /// are ignored.
    func tokens(runWide: [String]) -> MissingTokens {
        guard let uncertain else { return MissingTokens(words: runWide + missing, includingDefaults: true) }
        let own = uncertain.values
        let others = runWide.filter { !own.contains(LabelValue(parsing: $0)) } + missing
        return MissingTokens(words: uncertain.isIgnored ? others + uncertain.tokens : others, includingDefaults: true)
    }

    /// The cells without the uncertain ones: what words and classes are learnt from.
    private func certain(_ column: ObservedCells) -> ObservedCells {
        guard let uncertain, !uncertain.isIgnored else { return column }
        let own = uncertain.values
        var result = ObservedCells(name: column.name, words: column.words)
        for index in column.cells.indices where !own.contains(column.value(index)) {
            result.rows.append(column.rows[index])
            result.cells.append(column.cells[index])
        }
        return result
    }
}

extension LabelRules {
    /// Learns classes, levels and words from all observed cells of the training file.
    ///
    /// - Returns: warnings about values that may not be meant as classes, and about the order of levels.
    /// - Throws: `TableError` with the place of a third word in a two-word column; for a column of one class.
    mutating func learn(from all: [ObservedCells], in source: SourceTable) throws(TableError) -> [String] {
        let cells = all.map(certain)
        if positive != nil {
            // One column of a group may lack the word: a rare label that nobody has.
            let isHeld = cells.contains { $0.distinctValues.contains(LabelValue(parsing: positive ?? "")) }
            for (index, column) in cells.enumerated() {
                negatives[index] = try negative(of: column, in: source, mustHold: !isHeld)
            }
        }
        guard kind == .categorical || kind == .ordinal, !isOneHot, let column = cells.first else {
            if isOneHot, areNamesDeclared, names.count != columns.count {
                throw source.labelError(
                    "objective '\(objective)' has \(names.count) classes and \(columns.count) one-hot columns",
                    fix: "name one class per column, in the columns' order, or leave 'classes' out")
            }
            return []
        }
        if areNamesDeclared { return [] }
        let values = column.distinctValues
        names = values.map(\.name)
        let what = kind == .categorical ? "class" : "level"
        guard values.count != 1 else {
            throw source.labelError(
                "the column holds one \(what), '\(names[0])'", column: column.name,
                why: "\(kind.rawValue) objective '\(objective)' needs at least two",
                fix: "take the objective away, or name all: '\(declaration):\(kind == .categorical ? "classes" : "levels")=a|b|c'")
        }
        return suspicions(about: values)
    }

    private func suspicions(about values: [LabelValue]) -> [String] {
        var warnings: [String] = []
        if values.count > 2, values[0] == .number(-1),
            values.dropFirst().enumerated().allSatisfy({ $0.element == .number(Double($0.offset)) })
        {
            warnings.append(
                "objective '\(objective)': -1 counts as a \(kind == .categorical ? "class" : "level") beside "
                    + "0…\(values.count - 2); if it means missing, say --missing -1 or '\(declaration):missing=-1'")
        }
        let hasWords = values.contains { if case .word = $0 { true } else { false } }
        if kind == .ordinal, hasWords {
            warnings.append(
                "objective '\(objective)': levels are in alphabetical order, \(names.prefix(6).joined(separator: " < ")); "
                    + "say '\(declaration):levels=…', lowest first, for another")
        }
        return warnings
    }

    /// The one value of a column beside the positive one.
    private func negative(
        of column: ObservedCells, in source: SourceTable, mustHold: Bool
    ) throws(TableError) -> String? {
        guard let positive else { return nil }
        let one = LabelValue(parsing: positive)
        let values = column.distinctValues
        let others = values.filter { $0 != one }
        if mustHold, !values.isEmpty, others.count == values.count {
            let near = nearestName(to: positive, among: values.prefix(100).map(\.name))
            throw source.labelError(
                "no cell holds '\(positive)'", column: column.name,
                why: "objective '\(objective)' says that it means 1",
                fix: near.map { "did you mean 'positive=\($0)'?" } ?? "name a word that the column holds")
        }
        if others.count > 1 {
            // The first cell of the second other value, in the file's order, is where the reader stumbles.
            var first: LabelValue?
            for index in column.cells.indices {
                let value = column.value(index)
                if value == one || value == first { continue }
                guard let known = first else { first = value; continue }
                throw source.labelError(
                    "label '\(value.name)' is a third word beside '\(positive)' and '\(known.name)'",
                    row: Int(column.rows[index]), column: column.name, why: "objective '\(objective)' is \(kind.rawValue)",
                    fix: missingFix(value))
            }
        }
        return others.first?.name
    }

    /// How to say that a value means missing.
    func missingFix(_ value: LabelValue) -> String {
        switch value {
        case .number(let number):
            let token = plain(number)
            let advice = "declare it missing: --missing \(token), or per objective '\(declaration):missing=\(token)'"
            guard cellKind == .binary || cellKind == .multilabel, uncertain == nil else { return advice }
            return advice + "; or uncertain: '\(declaration):uncertain=\(token):ignore'"
        case .word(let word): return "declare it missing: --missing '\(word)', or per objective '\(declaration):missing=\(word)'"
        }
    }
}
