import Tables

/// The user's own files written again with other text or numbers where labels are missing, so that poison takes the whole way
/// that labels take: reader, missing rules, labels, training, metrics.
struct PoisonedFiles {
    /// What to read in place of the user's files.
    let clean: DataDeclaration
    let poisoned: DataDeclaration
    /// What was replaced, in a clause.
    let what: String

    /// - Parameter folder: to write to; there is one.
    /// - Returns: nil where no label cell is missing, or where files hold nothing for a missing label.
    static func write(
        _ data: DataDeclaration, _ objectives: [ObjectiveDeclaration], to folder: String
    ) throws -> PoisonedFiles? {
        let source = try DataSource(data, needsLabels: true)
        let plan = try ColumnPlan(
            names: source.names, features: source.featurePlaces ?? source.ownPlaces,
            labels: source.labelPlaces ?? source.ownPlaces, file: source.file, data: data, objectives: objectives,
            isForTraining: false)
        let rules = plan.objectives.map { LabelRules($0, names: source.names, seed: 0) }
        let table = try source.read(plan.roles(rules, data))
        let places = plan.objectives.flatMap(\.columns)
        // The missing cells of several tables are not written into files of their own; a libsvm file has none to write to.
        if data.files.count > 1 || data.libsvmFile != nil { return nil }
        if let path = data.file {
            return try writeTable(path, data, table, places, to: folder)
        }
        // A sparse matrix holds nothing where a label is missing.
        guard let path = data.labels, case .dense = try ArrayFiles.labels(path), let labels = source.labelPlaces else {
            return nil
        }
        return try writeArrays(data, table, places, labels, to: folder)
    }

    /// A table can hold nothing but declared tokens where a label is missing: each missing cell gets another one of them, ±1e30
    /// and a word among them, which are declared as well.
    private static func writeTable(
        _ path: String, _ data: DataDeclaration, _ table: SourceTable, _ places: [Int], to folder: String
    ) throws -> PoisonedFiles? {
        let reader = try TableReader(path: path)
        var missing = [[Bool]?](repeating: nil, count: reader.header.count)
        var declared = ["1e30", "-1e30", "99999", "poison"]
        var count = 0
        for (place, cells) in zip(places, table.labels(at: places)) {
            var own = [Bool](repeating: true, count: table.rows)
            for row in cells.rows { own[Int(row)] = false }
            count += table.rows - cells.rows.count
            missing[place] = own
            // A token that is a label of the user's cannot mean missing.
            let values = Set(cells.distinctValues)
            declared.removeAll { values.contains(LabelValue(parsing: $0)) }
        }
        guard count > 0 else { return nil }
        let tokens = ["NaN", "", "NA", "null"] + declared
        let target = "\(folder)/poisoned" + (reader.isTabSeparated ? ".tsv" : ".csv")
        try reader.copy(to: target, replacingIn: missing.map { $0 != nil }) { row, column in
            missing[column]?[row] == true ? tokens[(row * 3 + column) % tokens.count] : nil
        }
        var poisoned = data
        poisoned.file = target
        poisoned.missing += declared.filter { !data.missing.contains($0) }
        return PoisonedFiles(
            clean: data, poisoned: poisoned,
            what: "\(counted(count, "missing cell")) of the table written again as \(tokens.map { "'\($0)'" }.joined(separator: ", "))")
    }

    /// Labels and mask as arrays: 0 under the mask in one, poison in the other.
    private static func writeArrays(
        _ data: DataDeclaration, _ table: SourceTable, _ places: [Int], _ labels: Range<Int>, to folder: String
    ) throws -> PoisonedFiles? {
        var observed: [Int: ObservedCells] = [:]
        for (place, cells) in zip(places, table.labels(at: places)) { observed[place - labels.lowerBound] = cells }
        let missing = table.rows * observed.count - observed.values.reduce(0) { $0 + $1.rows.count }
        guard missing > 0 else { return nil }
        let names = ["clean.npy", "poisoned.npy", "mask.npy"].map { "\(folder)/\($0)" }
        let writers = try names.map { try NPYWriter(path: $0, rows: table.rows, columns: labels.count) }
        let junk: [Float] = [.nan, 1e30, -1e30, .infinity, -.infinity, 99, 1, 0]
        var next = [Int](repeating: 0, count: labels.count)
        for row in 0..<table.rows {
            var clean = [Float](repeating: 0, count: labels.count), mask = clean
            var poisoned = labels.indices.map { junk[(row * 3 + $0) % junk.count] }
            for (column, cells) in observed where next[column] < cells.rows.count && cells.rows[next[column]] == UInt32(row) {
                if case .number(let number) = cells.value(next[column]) {
                    (clean[column], poisoned[column], mask[column]) = (Float(number), Float(number), 1)
                }
                next[column] += 1
            }
            for (writer, values) in zip(writers, [clean, poisoned, mask]) { try writer.append(values) }
        }
        for writer in writers { try writer.finish() }
        func declaration(_ labels: String) -> DataDeclaration {
            var copy = data
            (copy.labels, copy.mask) = (labels, names[2])
            return copy
        }
        return PoisonedFiles(
            clean: declaration(names[0]), poisoned: declaration(names[1]),
            what: "\(counted(missing, "masked element")) of the labels written again as NaN, ±1e30, ±∞, 99, 1 and 0")
    }
}
