import Tables

/// The user's own files written again with other text or numbers where labels are missing, so that poison takes the whole way
/// that labels take: reader, missing rules, labels, training, metrics.
struct PoisonedFiles {
    /// What to read in place of the user's files.
    let clean: DataDeclaration
    let poisoned: DataDeclaration
    /// What was replaced, in a clause.
    let what: String

    /// What came of an attempt.
    enum Outcome {
        case written(PoisonedFiles)
        /// Why there was nothing to write.
        case nothing(String)
    }

    /// - Parameters:
    ///   - folder: to write to; there is one.
    ///   - breaksMask: writes wrong labels that nothing declares missing: what a program that forgets its mask would train on.
    static func write(
        _ data: DataDeclaration, _ objectives: [ObjectiveDeclaration], to folder: String, breaksMask: Bool = false
    ) throws -> Outcome {
        let source = try DataSource(data, needsLabels: true)
        let plan = try ColumnPlan(
            names: source.names, features: source.featurePlaces ?? source.ownPlaces,
            labels: source.labelPlaces ?? source.ownPlaces, file: source.file, data: data, objectives: objectives,
            isForTraining: false)
        let rules = plan.objectives.map { LabelRules($0, names: source.names, seed: 0) }
        let table = try source.read(plan.roles(rules, data))
        let labels = Labels(table, plan, breaksMask: breaksMask)
        guard labels.missing > 0 else { return .nothing("no label cell is missing in the files") }
        if let columns = source.placesOfTables {
            let rows = table.sources?.counts(rows: 0..<table.rows) ?? [table.rows]
            return try writeTables(data, columns: columns, rows: rows, labels, to: folder)
        }
        if let path = data.libsvmFile { return try writeLines(path, data, labels, to: folder) }
        guard let path = data.labels, let own = source.labelPlaces else { return .nothing("there are no labels") }
        if case .sparse(let file) = try ArrayFiles.labels(path) {
            let asked = Set(labels.columns.map { Int32($0.place - own.lowerBound) })
            let stored = try file.doubles().columnIndices.count { asked.contains($0) }
            guard stored > labels.observed else {
                return .nothing("nothing is stored in a sparse matrix where a label is missing, so there is nothing to poison")
            }
            guard labels.rows * own.count <= Verification.mostCells else {
                return .nothing(
                    "rows × label columns is \(labels.rows * own.count): a sparse matrix of more than \(Verification.mostCells) is not "
                        + "written as an array")
            }
        }
        return try writeArrays(data, labels, own, to: folder)
    }

    /// The label columns of all objectives, and where their cells are missing.
    private struct Labels {
        struct Column {
            let place: Int
            let cells: ObservedCells
            /// `[rows]`.
            let isMissing: [Bool]
            /// The distinct labels, as text; never empty.
            let legal: [String]
        }

        let rows: Int
        let columns: [Column]
        let breaksMask: Bool
        /// What a missing cell may hold beside what always means missing; all of it has to be declared.
        let poison: [String]
        var observed: Int { columns.reduce(0) { $0 + $1.cells.rows.count } }
        var missing: Int { rows * columns.count - observed }

        init(_ table: SourceTable, _ plan: ColumnPlan, breaksMask: Bool) {
            rows = table.rows
            self.breaksMask = breaksMask
            let places = plan.objectives.flatMap(\.columns)
            // A token that is a label of the user's, or uncertain to him, cannot mean missing.
            let uncertain = plan.objectives.flatMap { $0.declaration.uncertain?.tokens ?? [] }
            var taken = Set(uncertain.map { LabelValue(parsing: $0) })
            columns = zip(places, table.labels(at: places)).map { place, cells in
                var isMissing = [Bool](repeating: true, count: table.rows)
                for row in cells.rows { isMissing[Int(row)] = false }
                let values = cells.distinctValues
                taken.formUnion(values)
                let legal = values.map(\.name).filter { !$0.contains { ",\t\"\r\n".contains($0) } }
                return Column(place: place, cells: cells, isMissing: isMissing, legal: legal.isEmpty ? ["1"] : legal)
            }
            poison = ["1e30", "-1e30", "99999", "poison"].filter { !taken.contains(LabelValue(parsing: $0)) }
        }
    }

    private static func quoted(_ tokens: [String]) -> String { tokens.map { "'\($0)'" }.joined(separator: ", ") }

    /// A table can hold nothing but declared tokens where a label is missing: each missing cell gets another one of them, ±1e30
    /// and a word among them, which are declared as well. A file that lacks a label column has no cell of it.
    ///
    /// - Parameters:
    ///   - columns: by file, the place of each of its columns.
    ///   - rows: by file.
    private static func writeTables(
        _ data: DataDeclaration, columns: [[Int]], rows: [Int], _ labels: Labels, to folder: String
    ) throws -> Outcome {
        var ofPlace: [Int: Labels.Column] = [:]
        for column in labels.columns { ofPlace[column.place] = column }
        let tokens = labels.breaksMask ? [] : ["NaN", "", "NA", "null"] + labels.poison
        var poisoned = data
        var first = 0, count = 0
        for (index, file) in data.files.enumerated() {
            let own = columns[index].map { ofPlace[$0] }, range = first..<first + rows[index]
            first = range.upperBound
            count += own.reduce(0) { sum, column in sum + range.count { column?.isMissing[$0] == true } }
            // The same name in another folder: sources and renames go by it.
            let place = "\(folder)/table\(index + 1)"
            try FileSystem.makeFolder(place)
            let target = "\(place)/\(file.baseName)"
            try TableReader(path: file.path).copy(to: target, replacingIn: own.map { $0 != nil }) { row, column in
                guard let labels = own[column], labels.isMissing[range.lowerBound + row] else { return nil }
                let choices = tokens.isEmpty ? labels.legal : tokens
                return choices[(row * 3 + column) % choices.count]
            }
            poisoned.files[index].path = target
            poisoned.rename = poisoned.rename.map { text in
                text.hasPrefix("\(file.path):") ? "\(target):\(text.dropFirst(file.path.count + 1))" : text
            }
        }
        guard count > 0 else { return .nothing("the files lack the columns in which labels are missing, so nothing stands there") }
        let what = "\(counted(count, "missing cell")) of \(data.files.count == 1 ? "the table" : "\(data.files.count) tables") "
        if labels.breaksMask {
            return .written(.init(clean: data, poisoned: poisoned, what: what + "written again with wrong labels"))
        }
        poisoned.missing += labels.poison.filter { !data.missing.contains($0) }
        return .written(.init(clean: data, poisoned: poisoned, what: what + "written again as \(quoted(tokens))"))
    }

    /// Labels and mask as arrays: 0 under the mask in one, poison in the other.
    private static func writeArrays(
        _ data: DataDeclaration, _ labels: Labels, _ own: Range<Int>, to folder: String
    ) throws -> Outcome {
        let names = ["clean.npy", "poisoned.npy", "mask.npy", "whole.npy"].map { "\(folder)/\($0)" }
        let writers = try names.map { try NPYWriter(path: $0, rows: labels.rows, columns: own.count) }
        let breaksMask = labels.breaksMask
        let junk: [Float] = [.nan, 1e30, -1e30, .infinity, -.infinity, 99, 1, 0]
        let legal = labels.columns.map { $0.legal.compactMap(Float.init) }
        var next = [Int](repeating: 0, count: labels.columns.count)
        let whole = [Float](repeating: 1, count: own.count)
        for row in 0..<labels.rows {
            var clean = [Float](repeating: 0, count: own.count), mask = clean
            var poisoned = own.indices.map { junk[(row * 3 + $0) % junk.count] }
            for (index, labels) in labels.columns.enumerated() {
                let column = labels.place - own.lowerBound
                if labels.isMissing[row] {
                    if breaksMask, !legal[index].isEmpty { poisoned[column] = legal[index][row % legal[index].count] }
                    continue
                }
                if case .number(let number) = labels.cells.value(next[index]) {
                    (clean[column], poisoned[column], mask[column]) = (Float(number), Float(number), 1)
                }
                next[index] += 1
            }
            for (writer, values) in zip(writers, [clean, poisoned, mask, whole]) { try writer.append(values) }
        }
        for writer in writers { try writer.finish() }
        func declaration(_ labels: String, mask: String) -> DataDeclaration {
            var copy = data
            (copy.labels, copy.mask) = (labels, mask)
            return copy
        }
        return .written(
            .init(
                clean: declaration(names[0], mask: names[2]),
                poisoned: declaration(names[1], mask: labels.breaksMask ? names[3] : names[2]),
                what: "\(counted(labels.missing, "masked element")) of the labels written again as "
                    + (labels.breaksMask ? "wrong labels" : "NaN, ±1e30, ±∞, 99, 1 and 0")))
    }

    /// A libsvm file stores a missing label only where its rows have one number each, and a declared one means missing.
    private static func writeLines(
        _ path: String, _ data: DataDeclaration, _ labels: Labels, to folder: String
    ) throws -> Outcome {
        let file = try SVMLightFile(path: path)
        guard case .values(let values) = file.labels, data.libsvm?.form != .lists, let column = labels.columns.first else {
            return .nothing("nothing is stored in a libsvm file where a label is missing, so there is nothing to poison")
        }
        // The format knows numbers alone.
        let tokens = labels.poison.filter { Double($0) != nil }
        var text: [UInt8] = []
        for (row, value) in values.enumerated() {
            let choices = labels.breaksMask ? column.legal : tokens
            text += Array((column.isMissing[row] && !choices.isEmpty ? choices[row % choices.count] : "\(value)").utf8)
            for place in file.features.rowStarts[row]..<file.features.rowStarts[row + 1] {
                text += Array(" \(file.features.columnIndices[place]):\(file.features.values[place])".utf8)
            }
            text.append(0x0A)
        }
        let target = "\(folder)/poisoned.svm"
        try FileSystem.write(text, to: target)
        var poisoned = data
        poisoned.file = target
        if !labels.breaksMask { poisoned.missing += tokens.filter { !data.missing.contains($0) } }
        return .written(
            .init(
                clean: data, poisoned: poisoned,
                what: "\(counted(labels.missing, "missing label")) of the libsvm file written again as "
                    + (labels.breaksMask ? "wrong labels" : quoted(tokens))))
    }
}
