import Tables

/// A libsvm / svmlight file as a source of columns: `x1, x5, …` by the numbers in the file, and `label`, or a column `t3` for
/// each label 3.
struct LibSVMSource {
    let featureNames: [String]
    let labelNames: [String]
    /// What the reading took for granted, one sentence each.
    let warnings: [String]
    /// The reading with its form settled.
    let reading: LibSVMLabels
    private let file: SVMLightFile
    private let featureNumbers: [Int]
    private let labelNumbers: [Int32]

    /// - Parameter expected: columns of a model, which are there whether this file has them or not: a feature that no row
    ///   stores is 0 in all, a label that no row lists is unlisted in all.
    init(path: String, reading: LibSVMLabels?, expected: DataSource.Expectation?) throws {
        var reading = reading ?? LibSVMLabels()
        let isDeclared = reading.form != .auto
        // A model knows how its labels were read; prediction does not look at them.
        let asLists: Bool? = switch reading.form {
        case .auto: nil
        case .value: expected?.hasLabels == false ? nil : false
        case .lists: true
        }
        file = try SVMLightFile(path: path, asLists: asLists)
        var numbers = IndexSet(file.features.columns, first: file.firstFeature)
        numbers.add(expected?.features ?? [], prefix: "x")
        featureNumbers = numbers.sorted
        featureNames = featureNumbers.map { "x\($0)" }
        var warnings: [String] = []
        if file.hasQueries { warnings.append("'qid:' is left aside: rows are taken one by one") }
        if let expected {
            let known = Set(expected.features)
            let strange = featureNames.filter { !known.contains($0) }
            if let first = strange.first {
                warnings.append(
                    "\(counted(strange.count, "feature")) that training did not have (\(first)\(strange.count > 1 ? ", …" : "")): not looked at")
            }
        }
        switch file.labels {
        case .values:
            reading.form = .value
            (labelNames, labelNumbers) = (["label"], [])
        case .lists(let starts, let labels):
            reading.form = .lists
            var occurring = IndexSet(labels)
            occurring.add(expected?.labels ?? [], prefix: "t")
            labelNumbers = occurring.sorted.map(Int32.init)
            labelNames = labelNumbers.map { "t\($0)" }
            let empty = zip(starts, starts.dropFirst()).reduce(0) { $0 + ($1.0 == $1.1 ? 1 : 0) }
            if expected == nil, !isDeclared {
                warnings.append(
                    "labels that a row does not list count as 0"
                        + (empty > 0 ? ", also in \(counted(empty, "row")) without any" : "")
                        + "; if they are unknown, say --libsvm lists:unlisted=missing"
                        + (empty > 0 ? ", or lists:empty=missing for those rows alone" : ""))
            }
        }
        self.reading = reading
        self.warnings = warnings
    }

    func read(_ roles: [ColumnRole], names: [String]) throws(TableError) -> SourceTable {
        var columns = [SourceTable.Content](repeating: .skipped, count: names.count)
        var tokens: NumericTokens?
        for case .feature(let missing, _) in roles.prefix(featureNames.count) { tokens = tokens ?? NumericTokens(missing) }
        for slot in labelNames.indices {
            guard case .label(let missing) = roles[featureNames.count + slot] else { continue }
            columns[featureNames.count + slot] = .numbers(labels(slot, NumericTokens(missing)))
        }
        let matrix = file.features
        let width = max(matrix.columns, (featureNumbers.last ?? 0) + 1)
        let raw = RawFeatures(
            SparseMatrix(
                rows: matrix.rows, columns: width, rowStarts: matrix.rowStarts, columnIndices: matrix.columnIndices,
                values: matrix.values),
            missing: tokens ?? NumericTokens(.standard))
        return SourceTable(
            rows: matrix.rows, names: names, columns: columns, raw: .init(features: raw, columnOfPlace: featureNumbers),
            featuresFile: file.path, labelsFile: file.path, lineOfRow: { [file] row in file.line(ofRow: row) },
            warnings: warnings)
    }

    private func labels(_ slot: Int, _ tokens: NumericTokens) -> NumberLabels {
        var column = NumberLabels()
        switch file.labels {
        case .values(let values):
            for (row, value) in values.enumerated() where !tokens.contains(value) {
                column.rows.append(UInt32(row))
                column.values.append(value)
            }
        case .lists(let starts, let labels):
            let number = labelNumbers[slot]
            for row in 0..<starts.count - 1 {
                let list = labels[starts[row]..<starts[row + 1]]
                let isListed = Self.contains(list, number)
                let otherwise = list.isEmpty ? reading.empty ?? reading.unlisted : reading.unlisted
                if !isListed, otherwise == .missing { continue }
                let value: Double = isListed ? 1 : 0
                if tokens.contains(value) { continue }
                column.rows.append(UInt32(row))
                column.values.append(value)
            }
        }
        return column
    }

    /// Whether an ascending list holds a number.
    private static func contains(_ list: ArraySlice<Int32>, _ number: Int32) -> Bool {
        var (low, high) = (list.startIndex, list.endIndex)
        while low < high {
            let middle = (low + high) / 2
            if list[middle] < number { low = middle + 1 } else { high = middle }
        }
        return low < list.endIndex && list[low] == number
    }
}

/// Numbers of columns, from a file and from a model.
private struct IndexSet {
    private var numbers: Set<Int>

    init(_ count: Int, first: Int?) { numbers = Set(first.map { $0..<count } ?? 0..<0) }

    init(_ labels: [Int32]) { numbers = Set(labels.map { Int($0) }) }

    /// Adds the numbers of names such as x5.
    mutating func add(_ names: [String], prefix: Character) {
        for name in names where name.first == prefix {
            if let number = Int(name.dropFirst()), number >= 0, number < SparseFile.mostColumns { numbers.insert(number) }
        }
    }

    var sorted: [Int] { numbers.sorted() }
}
