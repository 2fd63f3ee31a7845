import Tables

extension Preprocessing {
    /// The features of a file, encoded as in training. Columns are found by name, in any order; other columns,
    /// label columns among them, are not looked at.
    ///
    /// - Parameter given: the data; what it does not say comes from training.
    /// - Throws: `TableError` naming all feature columns that are missing, or a cell that does not fit;
    ///   ``SettingError`` where the declaration contradicts itself.
    public func features(from given: DataDeclaration) throws -> FeatureRows {
        try features(from: given, mostInMemory: ArrayFiles.mostInMemory)
    }

    /// - Parameter mostInMemory: as ``ArrayFiles/init(_:mostInMemory:)``.
    func features(from given: DataDeclaration, mostInMemory: Int) throws -> FeatureRows {
        var wanted = merged(with: given)
        (wanted.labels, wanted.labelNames, wanted.mask, wanted.cellWeights) = (nil, nil, nil, nil)
        let source = try DataSource(
            wanted, needsLabels: false, renames: data.rename, expecting: .init(self, labels: false), mostInMemory: mostInMemory)
        var reading = try Reading(self, source, wanted)
        let id = try reading.addID(isDeclared: given.id != nil)
        let table = try read(source, reading.roles)
        let (features, warnings) = try encoded(reading, table)
        return FeatureRows(
            features: features, ids: id.map { table.text(at: $0) }, idName: id.map { table.names[$0] },
            sources: table.sources, warnings: reading.warnings + table.warnings + warnings)
    }

    /// Features and labels of a file, or of one part of it. Rows without labels stay.
    ///
    /// - Parameters:
    ///   - given: the data; what it does not say comes from training.
    ///   - objectives: the model's, in its order.
    ///   - part: which rows; nil for all.
    /// - Throws: `TableError`: a feature or label column that is missing, a label outside its kind, a class that training
    ///   did not see, a part that cannot be told for this file.
    public func dataset(
        from given: DataDeclaration, objectives: [Objective], part: Part? = nil
    ) throws -> LabelledRows {
        guard objectives.map(\.name) == labels.map(\.objective), objectives.map(\.kind) == labels.map(\.objectiveKind) else {
            throw SettingError(
                "the objectives are not those whose labels the model describes", fix: "pass the objectives of the same model")
        }
        let wanted = merged(with: given)
        let source = try DataSource(
            wanted, needsLabels: true, renames: data.rename, expecting: .init(self, labels: true))
        var reading = try Reading(self, source, wanted)
        let id = try reading.addID(isDeclared: given.id != nil)
        let labelPlaces = try reading.addLabels(labels)
        let cellWeights = reading.addCellWeights(labels)
        let weight = try reading.addWeights(isDeclared: given.weightColumn != nil)
        let group = try reading.addGroup(isDeclared: given.group != nil)
        // A column that is named now tells the parts of any file; parts that were drawn hold for their own file alone.
        let split = part == nil ? nil : try reading.addSplit(isDeclared: given.splitColumn != nil)
        var table = try read(source, reading.roles)
        let rows = try part.map { try self.rows(of: $0, in: table, column: split, source) } ?? Array(0..<table.rows)
        var builder = LabelTable.Builder(rows: table.rows, expecting: table.observedCells)
        for (index, rules) in labels.enumerated() {
            builder.append(
                try rules.entries(of: table.labels(at: labelPlaces[index], weights: cellWeights[index]), in: table))
            table.release(labelsAt: labelPlaces[index])
        }
        let (features, warnings) = try encoded(reading, table, rows: rows)
        let weights = try weight.map { try table.rowWeights(at: $0) }
        return LabelledRows(
            dataset: Dataset(
                features: features, objectives: objectives,
                labels: part == nil ? builder.table() : builder.table().selecting(rows: rows),
                rowWeights: weights.map { weights in rows.map { weights[$0] } }),
            rows: rows, ids: id.map { place in let ids = table.text(at: place); return rows.map { ids[$0] } },
            rowGroups: try group.map { try table.groups(at: $0).selecting(rows: rows) },
            sources: table.sources?.selecting(rows: rows),
            warnings: try reading.warnings + table.warnings + warnings + foldWarnings(source))
    }

    /// The rows that the models of folds were trained on are no test of them together.
    private func foldWarnings(_ source: DataSource) throws -> [String] {
        guard let folds = split.folds, try source.digest() == digest else { return [] }
        return [
            "these are the rows of training: \(folds - 1) of the \(folds) models have seen each of them, so the scores "
                + "are too good; those of rows that no model had seen stand in metrics.json under outOfFold",
        ]
    }

    /// The features of the given rows, or of all, as the model takes them; for the models of folds side by side.
    private func encoded(
        _ reading: Reading, _ table: SourceTable, rows: [Int]? = nil
    ) throws(TableError) -> (features: FeatureMatrix, warnings: [String]) {
        var parts: [FeatureMatrix] = [], warnings: [String] = []
        for encoder in encoders {
            let (features, surprises) = try encodedFeatures(encoder, reading, table, rows: rows)
            parts.append(features)
            // Folds differ little in what surprises them: one is told of.
            if warnings.isEmpty { warnings = encoder.warnings(for: surprises) }
        }
        return (FeatureMatrix.joined(parts), warnings)
    }

    /// Reads the columns. Where cells mix, the table's reader suggests text; but what training took for numbers stays so.
    private func read(_ source: DataSource, _ roles: [ColumnRole]) throws -> SourceTable {
        do {
            return try source.read(roles)
        } catch var error as TableError {
            let isFeature = encoder.columns.contains { $0.name == error.column && !$0.isText }
            if isFeature, let fix = error.fix, fix.contains("--text") {
                error.why = (error.why.map { "\($0); " } ?? "") + "in training they are all numbers"
                error.fix = "correct the words, or declare the one that means missing: --missing-features WORD"
            }
            throw error
        }
    }

    private func encodedFeatures(
        _ encoder: FeatureEncoder, _ reading: Reading, _ table: SourceTable, rows: [Int]?
    ) throws(TableError) -> (features: FeatureMatrix, surprises: FeatureEncoder.Surprises) {
        guard table.raw != nil else {
            return encoder.transform(try featureColumns(encoder, reading, table), rows: rows)
        }
        do {
            return try EncodedSource(table, places: reading.featurePlaces, encoder: encoder).features(rows: rows)
        } catch {
            throw table.located(error)
        }
    }

    /// An encoder's columns out of a file, in its order.
    private func featureColumns(
        _ encoder: FeatureEncoder, _ reading: Reading, _ table: SourceTable
    ) throws(TableError) -> [FeatureColumn] {
        let columns = zip(encoder.columns, reading.featurePlaces).map { column, place in
            table.features(at: [place]).first
                // A column without any value in training is not read: it is 0 whatever it holds.
                ?? FeatureColumn(column.name, numbers: [Float](repeating: .nan, count: table.rows))
        }
        do {
            return try encoder.arranged(columns)
        } catch {
            throw table.located(error)
        }
    }

    private func rows(
        of part: Part, in table: SourceTable, column: Int?, _ source: DataSource
    ) throws(any Error) -> [Int] {
        let parts: [Part?]
        if let folds = split.folds, column == nil {
            throw TableError(
                "no row is in the part '\(part.rawValue)'", file: source.file,
                why: "the model is of \(folds) folds, in which every row was tested by one model",
                fix: "leave --split out, or name one fold's model: --model DIR/folds/1")
        }
        if let column {
            parts = try table.split(at: column).partOfRow
        } else {
            guard let drawn = split.drawn?.partOfRow, try source.digest() == digest, drawn.count == table.rows else {
                throw TableError(
                    "the part '\(part.rawValue)' cannot be told from this file", file: source.file,
                    why: "in training the parts were drawn from a file with another SHA-256",
                    fix: "leave --split out to take all rows, or name a column that says the part with --split-column")
            }
            parts = drawn
        }
        let rows = parts.indices.filter { parts[$0] == part }
        guard !rows.isEmpty else {
            throw TableError(
                "no row is in the part '\(part.rawValue)'", file: source.file, column: column.map { table.names[$0] },
                fix: "name another part, or leave --split out to take all rows")
        }
        return rows
    }
}

/// The roles of a file's columns under a trained model.
private struct Reading {
    private(set) var roles: [ColumnRole]
    /// One per column of the encoder.
    let featurePlaces: [Int]
    private(set) var warnings: [String] = []
    private let source: DataSource
    private let data: DataDeclaration
    private let splitColumn: String?

    init(_ model: Preprocessing, _ source: DataSource, _ data: DataDeclaration) throws(TableError) {
        self.source = source
        self.data = data
        splitColumn = model.split.column
        if let count = source.arrayColumns, let trained = model.arrayColumns, count != trained {
            throw TableError(
                "the array has \(counted(count, "column"))", file: source.file, why: "the model was trained on \(trained)",
                fix: "pass features with the columns of training, in the same order")
        }
        let columns = model.encoder.columns
        let places = source.places(of: columns.map(\.name), labels: false)
        let missing = zip(columns, places).filter { $0.1 == nil }.map(\.0.name)
        if !missing.isEmpty {
            var error = FeatureEncoder.missingColumns(missing)
            error.file = source.file
            throw error
        }
        featurePlaces = places.compactMap { $0 }
        roles = Array(repeating: .skip, count: source.names.count)
        let tokens = MissingTokens(words: data.missingFeatures, includingDefaults: true)
        let encoders = model.encoders
        for (index, place) in featurePlaces.enumerated() {
            // A column without any value in training is not read, whatever it holds now.
            let known = encoders.map { $0.columns[index] }.filter { $0.coding != .constant(value: nil) }
            guard !known.isEmpty else { continue }
            roles[place] = .feature(missing: tokens, forceText: known.contains(where: \.isText))
        }
    }

    /// A column for the whole row, found by name: one that is named now must be there, one that training named may be.
    private mutating func add(
        _ name: String?, _ role: ColumnRole, isDeclared: Bool, by flag: String, otherwise warning: String?
    ) throws(TableError) -> Int? {
        guard let name else { return nil }
        guard let place = source.names.firstIndex(of: name) else {
            if isDeclared {
                let near = nearestName(to: name, among: source.names)
                throw TableError(
                    "no column is called '\(name)'", file: source.file, why: "\(flag) names it",
                    fix: near.map { "did you mean '\($0)'?" } ?? "check the name against the header")
            }
            if let warning { warnings.append("the file has no column '\(name)': \(warning)") }
            return nil
        }
        guard case .skip = roles[place] else {
            throw TableError(
                "column '\(name)' is already a feature or label of the model", file: source.file, column: name,
                why: "\(flag) names it", fix: "name another column")
        }
        roles[place] = role
        return place
    }

    mutating func addID(isDeclared: Bool) throws(TableError) -> Int? {
        try add(data.id, .text, isDeclared: isDeclared, by: "--id", otherwise: "rows have no id")
    }

    mutating func addGroup(isDeclared: Bool) throws(TableError) -> Int? {
        // One column may be both id and group.
        if let name = data.group, name == data.id, let place = source.names.firstIndex(of: name) { return place }
        return try add(
            data.group, .text, isDeclared: isDeclared, by: "--group", otherwise: "each row counts by itself")
    }

    mutating func addWeights(isDeclared: Bool) throws(TableError) -> Int? {
        try add(
            data.weightColumn, .label(missing: .standard), isDeclared: isDeclared, by: "--weight-column",
            otherwise: "all rows weigh 1")
    }

    /// - Returns: the column that tells the parts, or nil where they were drawn.
    mutating func addSplit(isDeclared: Bool) throws(TableError) -> Int? {
        try add(
            data.splitColumn, .text, isDeclared: isDeclared || splitColumn != nil, by: "--split-column", otherwise: nil)
    }

    /// The places of label weights; they weigh losses alone, so a file without them is evaluated all the same.
    mutating func addCellWeights(_ rules: [LabelRules]) -> [[Int]] {
        rules.map { rules in
            guard let names = rules.cellWeights else { return [] }
            let places = names.compactMap { source.names.firstIndex(of: $0) }
            let usable = places.filter { if case .feature = roles[$0] { false } else { true } }
            guard usable.count == names.count else {
                warnings.append("the file has no label weights of objective '\(rules.objective)': all its labels weigh 1")
                return []
            }
            for place in places { roles[place] = .label(missing: .standard) }
            return places
        }
    }

    mutating func addLabels(_ rules: [LabelRules]) throws(TableError) -> [[Int]] {
        let places = rules.map { source.places(of: $0.columns, labels: true) }
        let missing = zip(rules, places).flatMap { rules, places in
            zip(rules.columns, places).filter { $0.1 == nil }.map(\.0)
        }
        if !missing.isEmpty {
            let listed = missing.map { "'\($0)'" }.joined(separator: ", ")
            throw TableError(
                missing.count == 1 ? "the label column \(listed) is missing" : "the label columns \(listed) are missing",
                file: source.file, why: "evaluation compares predictions with labels",
                fix: "add the column; its cells may be empty where a label is missing")
        }
        for (rules, places) in zip(rules, places) {
            for place in places.compactMap({ $0 }) { roles[place] = .label(missing: rules.tokens(runWide: data.missing)) }
        }
        return places.map { $0.compactMap { $0 } }
    }
}
