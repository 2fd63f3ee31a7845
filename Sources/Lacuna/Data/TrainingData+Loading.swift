import Tables

extension TrainingData {
    /// Reads the files and makes data sets of them.
    ///
    /// - Parameters:
    ///   - data: the files, and what their columns are.
    ///   - objectives: as declared; each pattern's columns become objectives, in the file's order.
    ///   - defaultHead: the head of objectives that name none.
    ///   - unlabelled: whether training rows without a label of weight above 0 take part.
    ///   - seed: of soft labels drawn for uncertain cells, see ``UncertainCells``; the run's. It is kept with the
    ///     preprocessing, so that evaluation draws the same.
    /// - Throws: ``SettingError`` for what is wrong by itself, `TableError` for what is wrong with the files.
    public static func load(
        _ data: DataDeclaration, objectives: [ObjectiveDeclaration], defaultHead: Head = .linear,
        unlabelled: Unlabelled = .drop, seed: UInt64 = 0
    ) throws -> TrainingData {
        try load(
            data, objectives: objectives, defaultHead: defaultHead, unlabelled: unlabelled, seed: seed,
            mostInMemory: ArrayFiles.mostInMemory)
    }

    /// - Parameter mostInMemory: as ``ArrayFiles/init(_:mostInMemory:)``.
    static func load(
        _ data: DataDeclaration, objectives: [ObjectiveDeclaration], defaultHead: Head = .linear,
        unlabelled: Unlabelled = .drop, seed: UInt64 = 0, mostInMemory: Int
    ) throws -> TrainingData {
        let table = try LoadedTable.read(
            data, objectives: objectives, defaultHead: defaultHead, seed: seed, mostInMemory: mostInMemory)
        return try table.trainingData(table.split(), unlabelled: unlabelled)
    }
}

/// A table that was read once, with its labels checked, from which data sets of several divisions can be made: the
/// classes of an objective and the words of its labels are those of the whole file in all of them, the encoding of
/// features is that of each one's own training rows.
public struct LoadedTable: Sendable {
    /// The objectives with their classes and losses, in slot order.
    public let objectives: [Objective]
    /// The observed labels, rows × slots.
    public let labels: LabelTable
    /// `[rows]`, 0 or more; nil where all rows weigh 1.
    public let rowWeights: [Float]?
    /// What the labels gave reason to say, one sentence each.
    public let warnings: [String]
    let data: DataDeclaration
    let plan: ColumnPlan
    let rules: [LabelRules]
    let table: SourceTable
    let rowDivision: RowDivision
    let digest: DataDigest
    let arrayColumns: Int?

    /// Rows of the table.
    public var rows: Int { table.rows }
    /// The cells of the id column, one per row.
    public var ids: [String]? { plan.id.map { table.text(at: $0) } }

    /// Which rows belong together; nil without a group column.
    public var rowGroups: RowGroups? { rowDivision.groups }
    /// The name of the id column.
    public var idName: String? { plan.id.map { table.names[$0] } }

    /// Which part each row belongs to, and where that came from.
    public struct Division: Equatable, Sendable {
        /// The part of every row.
        public let split: Split
        /// What the saved model says about it.
        public let record: Preprocessing.SplitRecord
        /// What a person should know of it, one sentence each.
        public var warnings: [String] = []
    }

    /// Reads the files, learns classes and words, and reads every label.
    ///
    /// - Parameters: as ``TrainingData/load(_:objectives:defaultHead:unlabelled:)`` takes them.
    /// - Throws: ``SettingError`` for what is wrong by itself, `TableError` for what is wrong with the files.
    public static func read(
        _ data: DataDeclaration, objectives declared: [ObjectiveDeclaration], defaultHead: Head = .linear, seed: UInt64 = 0
    ) throws -> LoadedTable {
        try read(
            data, objectives: declared, defaultHead: defaultHead, seed: seed, mostInMemory: ArrayFiles.mostInMemory)
    }

    /// - Parameter mostInMemory: as ``ArrayFiles/init(_:mostInMemory:)``.
    static func read(
        _ data: DataDeclaration, objectives declared: [ObjectiveDeclaration], defaultHead: Head, seed: UInt64,
        mostInMemory: Int
    ) throws -> LoadedTable {
        for declaration in declared { try declaration.check() }
        if data.splitColumn != nil, data.split != nil {
            throw SettingError("both a split column and shares are given", fix: "give one of them")
        }
        try Split.check(fractions: data.split ?? DataDeclaration.defaultSplit)
        let source = try DataSource(data, needsLabels: true, mostInMemory: mostInMemory)
        let plan = try ColumnPlan(
            names: source.names, features: source.featurePlaces ?? source.ownPlaces,
            labels: source.labelPlaces ?? source.ownPlaces, file: source.file, data: data, objectives: declared)
        var rules = plan.objectives.map { LabelRules($0, names: source.names, seed: seed) }
        var table = try source.read(roles(plan, rules, data))
        let read = try table.readLabels(plan, &rules, defaultHead: defaultHead)
        return LoadedTable(
            objectives: read.objectives, labels: read.labels,
            rowWeights: try plan.weight.map { try table.rowWeights(at: $0) }, warnings: read.warnings,
            data: source.resolved(data), plan: plan, rules: rules, table: table, rowDivision: try RowDivision(data, plan, table),
            digest: try source.digest(), arrayColumns: source.arrayColumns)
    }

    /// The parts: as a column names them, by time, or drawn by the declared shares.
    ///
    /// - Throws: `TableError` for a cell that names no part, ``SettingError`` for shares that are none.
    public func split() throws -> Division {
        let (split, record, warnings) = try rowDivision.split(labels: labels, objectives: objectives, rowWeights: rowWeights)
        return Division(split: split, record: record, warnings: warnings)
    }

    /// Whether the training rows of a division teach every objective.
    ///
    /// - Throws: `TableError` naming the first that they do not.
    public func check(_ division: Division) throws(TableError) {
        var loader = Loader(self)
        _ = try loader.cut(division.split, .drop)
    }

    /// The data sets of a division, features encoded with the statistics of its training rows alone.
    ///
    /// - Parameters:
    ///   - division: which row is in which part.
    ///   - unlabelled: whether training rows without a label of weight above 0 take part.
    /// - Throws: `TableError`: no training row, an objective that they do not teach, features that do not fit.
    public func trainingData(_ division: Division, unlabelled: Unlabelled = .drop) throws -> TrainingData {
        var loader = Loader(self)
        let kept = try loader.cut(division.split, unlabelled)
        let encoder = try loader.fitEncoder(rows: kept[.train] ?? [])
        let datasets = try loader.datasets(encoder, kept)
        return TrainingData(
            objectives: objectives, declarations: plan.objectives.map(\.declaration), datasets: datasets, rowsOfPart: kept,
            rowCounts: loader.rowCounts, droppedUnlabelled: loader.dropped, coverage: loader.coverage, ids: ids,
            rowGroups: rowGroups, sources: table.sources, split: division.split,
            warnings: division.warnings + loader.warnings,
            preprocessing: Preprocessing(
                data: data, encoder: encoder, labels: rules, split: division.record, digest: digest,
                arrayColumns: arrayColumns))
    }

    private static func roles(_ plan: ColumnPlan, _ rules: [LabelRules], _ data: DataDeclaration) -> [ColumnRole] {
        var roles = plan.roles(rules, data)
        let tokens = MissingTokens(words: data.missingFeatures, includingDefaults: true)
        for place in plan.features {
            roles[place] = .feature(missing: tokens, forceText: data.text.contains(plan.names[place]))
        }
        return roles
    }
}

extension ColumnPlan {
    /// What to read of labels and of the columns for a whole row; features are skipped.
    func roles(_ rules: [LabelRules], _ data: DataDeclaration) -> [ColumnRole] {
        var roles = [ColumnRole](repeating: .skip, count: names.count)
        for (objective, rules) in zip(objectives, rules) {
            for place in objective.columns { roles[place] = .label(missing: rules.tokens(runWide: data.missing)) }
            for place in objective.weights { roles[place] = .label(missing: .standard) }
        }
        for place in [id, split, group, time] { if let place { roles[place] = .text } }
        if let weight { roles[weight] = .label(missing: .standard) }
        return roles
    }
}

extension SourceTable {
    /// Learns classes and words, then reads every label; the cells are let go, objective by objective.
    mutating func readLabels(
        _ plan: ColumnPlan, _ rules: inout [LabelRules], defaultHead: Head
    ) throws -> (objectives: [Objective], labels: LabelTable, warnings: [String]) {
        var objectives: [Objective] = [], warnings = self.warnings
        var builder = LabelTable.Builder(rows: rows, expecting: observedCells)
        for (index, resolved) in plan.objectives.enumerated() {
            let cells = try labels(at: resolved.columns, weights: resolved.weights)
            if cells.allSatisfy(\.cells.isEmpty) { throw noLabel(resolved, why: "all its cells are missing") }
            warnings += try rules[index].learn(from: cells, in: self)
            objectives.append(
                try resolved.declaration.objective(
                    named: resolved.name, kind: rules[index].objectiveKind, defaultHead: defaultHead))
            builder.append(try rules[index].entries(of: cells, in: self))
            release(labelsAt: resolved.columns)
        }
        return (objectives, builder.table(), warnings)
    }

    fileprivate func noLabel(_ objective: ColumnPlan.ObjectiveColumns, why: String) -> TableError {
        labelError(
            "objective '\(objective.name)' has no observed label in training",
            column: objective.columns.count == 1 ? names[objective.columns[0]] : nil, why: why,
            fix: "take the objective away, or check which tokens mean missing")
    }
}

/// From rows and parts to data sets, and what is found out on the way.
private struct Loader {
    let loaded: LoadedTable
    private(set) var warnings: [String]
    private(set) var rowCounts: [Part: Int] = [:]
    private(set) var coverage: [[Part: Double]] = []
    private(set) var dropped = 0

    init(_ loaded: LoadedTable) {
        self.loaded = loaded
        warnings = loaded.warnings
    }

    private var table: SourceTable { loaded.table }
    private var plan: ColumnPlan { loaded.plan }
    private var objectives: [Objective] { loaded.objectives }
    private var labels: LabelTable { loaded.labels }
    private var weights: [Float]? { loaded.rowWeights }

    /// The rows of each part that take part, and what they are short of.
    mutating func cut(_ split: Split, _ unlabelled: Unlabelled) throws(TableError) -> [Part: [Int]] {
        var kept: [Part: [Int]] = [:]
        for part in Part.allCases {
            let rows = split.rows(of: part)
            if !rows.isEmpty { kept[part] = rows }
        }
        guard let training = kept[.train] else {
            throw table.labelError(
                "no row is in the part 'train'", column: plan.split.map { table.names[$0] }, why: "there is nothing to learn from",
                fix: "say train in the rows to learn from")
        }
        rowCounts = kept.mapValues(\.count)
        try measure(kept)
        if unlabelled == .drop {
            kept[.train] = training.filter { weights?[$0] != 0 && labels.isTaught($0) }
            dropped = training.count - (kept[.train]?.count ?? 0)
        }
        return kept
    }

    /// Coverage of every part; an error for an objective that training cannot learn, warnings for lesser gaps.
    private mutating func measure(_ rows: [Part: [Int]]) throws(TableError) {
        coverage = Array(repeating: [:], count: objectives.count)
        for part in Part.allCases {
            guard let chosen = rows[part] else { continue }
            var unlabelled: [String] = []
            let counts = labels.observedCounts(rows: chosen)
            // Training needs labels of weight above 0, metrics such as can be scored.
            let taught = part == .train
                ? labels.counts(rows: chosen.filter { weights?[$0] != 0 }) { labels.slotWeights?[$0] != 0 }
                : labels.counts(rows: chosen) { labels.state($0).isScored }
            var slot = 0
            for (index, objective) in objectives.enumerated() {
                let slots = slot..<slot + objective.kind.slotsPerRow
                slot = slots.upperBound
                let observed = counts[slots].reduce(0, +)
                coverage[index][part] = Double(observed) / Double(chosen.count * slots.count)
                if taught[slots].allSatisfy({ $0 == 0 }) {
                    guard part != .train else {
                        throw table.noLabel(
                            plan.objectives[index],
                            why: "of \(counted(chosen.count, "training row")) none has one of weight above 0")
                    }
                    unlabelled.append(
                        "objective '\(objective.name)' has no \(observed > 0 ? "certain " : "")label in the part '\(part.rawValue)'")
                }
            }
            warnings += Self.shortened(unlabelled)
            if part == .train {
                let teaching = chosen.filter { weights?[$0] != 0 }
                warnings += Self.shortened(
                    LabelTraits(objectives, labels).gaps(labels, rows: teaching, objectives: objectives))
            }
        }
    }

    /// The like of thousands of objectives would bury all else: a few sentences, and how many more there are.
    private static func shortened(_ sentences: [String]) -> [String] {
        guard sentences.count > 16 else { return sentences }
        return sentences.prefix(8) + ["the like holds of \(sentences.count - 8) more objectives"]
    }

    mutating func fitEncoder(rows: [Int]) throws(TableError) -> FeatureEncoder {
        do {
            let encoder: FeatureEncoder
            if let raw = table.raw {
                encoder = FeatureEncoder.fit(
                    raw.features, names: plan.features.map { plan.names[$0] },
                    places: plan.features.map { raw.columnOfPlace[$0] }, rows: rows)
            } else {
                encoder = try FeatureEncoder.fit(table.features(at: plan.features), rows: rows)
            }
            warnings += encoder.constantWarnings
            return encoder
        } catch {
            throw table.located(error)
        }
    }

    mutating func datasets(_ encoder: FeatureEncoder, _ rows: [Part: [Int]]) throws(TableError) -> [Part: Dataset] {
        let encoding: EncodedSource
        do {
            encoding = try EncodedSource(table, places: plan.features, encoder: encoder)
        } catch {
            throw table.located(error)
        }
        var all = FeatureEncoder.Surprises(columns: plan.features.count)
        var datasets: [Part: Dataset] = [:]
        for part in Part.allCases {
            guard let chosen = rows[part] else { continue }
            let (features, surprises) = encoding.features(rows: chosen)
            all.add(surprises)
            datasets[part] = Dataset(
                features: features, objectives: objectives, labels: labels.selecting(rows: chosen),
                rowWeights: weights.map { weights in chosen.map { weights[$0] } })
        }
        warnings += encoder.warnings(for: all)
        return datasets
    }
}
