import Tables

extension TrainingData {
    /// Reads the files and makes data sets of them.
    ///
    /// - Parameters:
    ///   - data: the files, and what their columns are.
    ///   - objectives: as declared; each pattern's columns become objectives, in the file's order.
    ///   - defaultHead: the head of objectives that name none.
    ///   - unlabelled: whether training rows without a label of weight above 0 take part.
    /// - Throws: ``SettingError`` for what is wrong by itself, `TableError` for what is wrong with the files.
    public static func load(
        _ data: DataDeclaration, objectives: [ObjectiveDeclaration], defaultHead: Head = .linear,
        unlabelled: Unlabelled = .drop
    ) throws -> TrainingData {
        try load(
            data, objectives: objectives, defaultHead: defaultHead, unlabelled: unlabelled,
            mostInMemory: ArrayFiles.mostInMemory)
    }

    /// - Parameter mostInMemory: as ``ArrayFiles/init(_:mostInMemory:)``.
    static func load(
        _ data: DataDeclaration, objectives: [ObjectiveDeclaration], defaultHead: Head = .linear,
        unlabelled: Unlabelled = .drop, mostInMemory: Int
    ) throws -> TrainingData {
        for declaration in objectives { try declaration.check() }
        if data.splitColumn != nil, data.split != nil {
            throw SettingError("both a split column and shares are given", fix: "give one of them")
        }
        let fractions = data.split ?? DataDeclaration.defaultSplit
        try Split.check(fractions: fractions)
        let source = try DataSource(data, needsLabels: true, mostInMemory: mostInMemory)
        let plan = try ColumnPlan(
            names: source.names, features: source.featurePlaces, labels: source.labelPlaces, file: source.file, data: data,
            objectives: objectives)
        var rules = plan.objectives.map { LabelRules($0, names: source.names) }
        let table = try source.read(roles(plan, rules, data))

        var loader = Loader(plan: plan, table: table)
        let labels = try loader.readLabels(&rules, defaultHead: defaultHead)
        let weights = try plan.weight.map { try table.rowWeights(at: $0) }
        let split = try plan.split.map { try table.split(at: $0) }
            ?? Split.stratified(
                labels: labels, objectives: loader.objectives, rowWeights: weights, fractions: fractions, seed: data.splitSeed)
        let kept = try loader.cut(labels, weights, split, unlabelled)
        let encoder = try loader.fitEncoder(rows: kept[.train] ?? [])
        let datasets = try loader.datasets(encoder, kept, labels, weights)
        let record = data.splitColumn.map { Preprocessing.SplitRecord(column: $0) }
            ?? .init(fractions: fractions, seed: data.splitSeed, drawn: split)
        return TrainingData(
            objectives: loader.objectives, datasets: datasets, rowsOfPart: kept, rowCounts: loader.rowCounts,
            droppedUnlabelled: loader.dropped, coverage: loader.coverage, ids: plan.id.map { table.text(at: $0) }, split: split,
            warnings: source.warnings + loader.warnings,
            preprocessing: Preprocessing(
                data: source.resolved(data), encoder: encoder, labels: rules, split: record, digest: try source.digest(),
                arrayColumns: source.arrayColumns))
    }

    private static func roles(_ plan: ColumnPlan, _ rules: [LabelRules], _ data: DataDeclaration) -> [ColumnRole] {
        var roles = [ColumnRole](repeating: .skip, count: plan.names.count)
        let tokens = MissingTokens(words: data.missingFeatures, includingDefaults: true)
        for place in plan.features {
            roles[place] = .feature(missing: tokens, forceText: data.text.contains(plan.names[place]))
        }
        for (objective, rules) in zip(plan.objectives, rules) {
            for place in objective.columns { roles[place] = .label(missing: rules.tokens(runWide: data.missing)) }
        }
        if let id = plan.id { roles[id] = .text }
        if let split = plan.split { roles[split] = .text }
        if let weight = plan.weight { roles[weight] = .label(missing: .standard) }
        return roles
    }
}

/// The steps of a load, and what they find out on the way.
private struct Loader {
    let plan: ColumnPlan
    private var table: SourceTable
    private(set) var objectives: [Objective] = []
    private(set) var warnings: [String] = []
    private(set) var rowCounts: [Part: Int] = [:]
    private(set) var coverage: [[Part: Double]] = []
    private(set) var dropped = 0

    init(plan: ColumnPlan, table: SourceTable) {
        self.plan = plan
        self.table = table
    }

    /// Learns classes and words, then reads every label.
    mutating func readLabels(_ rules: inout [LabelRules], defaultHead: Head) throws -> LabelTable {
        var builder = LabelTable.Builder(rows: table.rows)
        for (index, resolved) in plan.objectives.enumerated() {
            let cells = table.labels(at: resolved.columns)
            if cells.allSatisfy(\.cells.isEmpty) { throw noLabel(resolved, why: "all its cells are missing") }
            warnings += try rules[index].learn(from: cells, in: table)
            objectives.append(
                try resolved.declaration.objective(
                    named: resolved.name, kind: rules[index].objectiveKind, defaultHead: defaultHead))
            for column in try rules[index].entries(of: cells, in: table) { builder.append(column) }
            table.release(labelsAt: resolved.columns)
        }
        return builder.table()
    }

    private func noLabel(_ objective: ColumnPlan.ObjectiveColumns, why: String) -> TableError {
        table.labelError(
            "objective '\(objective.name)' has no observed label in training",
            column: objective.columns.count == 1 ? table.names[objective.columns[0]] : nil, why: why,
            fix: "take the objective away, or check which tokens mean missing")
    }

    /// The rows of each part that take part, and what they are short of.
    mutating func cut(
        _ labels: LabelTable, _ weights: [Float]?, _ split: Split, _ unlabelled: Unlabelled
    ) throws(TableError) -> [Part: [Int]] {
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
        try measure(labels, weights, kept)
        if unlabelled == .drop {
            kept[.train] = training.filter { weights?[$0] != 0 && labels.isLabelled($0) }
            dropped = training.count - (kept[.train]?.count ?? 0)
        }
        return kept
    }

    /// Coverage of every part; an error for an objective that training cannot learn, warnings for lesser gaps.
    private mutating func measure(
        _ labels: LabelTable, _ weights: [Float]?, _ rows: [Part: [Int]]
    ) throws(TableError) {
        coverage = Array(repeating: [:], count: objectives.count)
        for part in Part.allCases {
            guard let chosen = rows[part] else { continue }
            var unlabelled: [String] = []
            let counts = labels.observedCounts(rows: chosen)
            let taught = part == .train
                ? labels.observedCounts(rows: chosen.filter { weights?[$0] != 0 }) : counts
            var slot = 0
            for (index, objective) in objectives.enumerated() {
                let slots = slot..<slot + objective.kind.slotsPerRow
                slot = slots.upperBound
                let observed = counts[slots].reduce(0, +)
                coverage[index][part] = Double(observed) / Double(chosen.count * slots.count)
                if taught[slots].allSatisfy({ $0 == 0 }) {
                    guard part != .train else {
                        throw noLabel(
                            plan.objectives[index],
                            why: "of \(counted(chosen.count, "training row")) none has one of weight above 0")
                    }
                    unlabelled.append("objective '\(objective.name)' has no label in the part '\(part.rawValue)'")
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

    mutating func datasets(
        _ encoder: FeatureEncoder, _ rows: [Part: [Int]], _ labels: LabelTable, _ weights: [Float]?
    ) throws(TableError) -> [Part: Dataset] {
        let encoding = try EncodedSource(table, places: plan.features, encoder: encoder)
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
