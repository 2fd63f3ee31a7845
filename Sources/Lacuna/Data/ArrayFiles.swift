import Tables

/// Features, labels and mask as `.npy` or `.npz` files of the same rows.
struct ArrayFiles {
    let featureNames: [String]
    /// t0, t1, …, or the lines of the names file; empty without labels.
    let labelNames: [String]
    let features: NumberFile
    let labels: NumberFile?
    let mask: NumberFile?
    private let mostInMemory: Int

    /// Encoded features beyond so many bytes stay in their file.
    static let mostInMemory = 64 << 20

    /// - Parameter mostInMemory: features beyond so many bytes, as Float32, stay in their file and are read as rows are
    ///   needed.
    init(_ data: DataDeclaration, mostInMemory: Int = ArrayFiles.mostInMemory) throws {
        self.mostInMemory = mostInMemory
        features = try NumberFile(path: data.features ?? "", names: ["x", "X", "features"])
        labels = try data.labels.map { try Self.labels($0) }
        mask = try data.mask.map { try NumberFile(path: $0, names: ["mask"]) }
        guard features.rows <= SparseFile.mostRows, features.columns <= SparseFile.mostColumns else {
            throw TableError(
                "the features have \(features.rows) rows and \(features.columns) columns", file: features.path,
                why: "at most \(SparseFile.mostRows) rows and \(SparseFile.mostColumns) columns are read", fix: "cut the array")
        }
        featureNames = (0..<features.columns).map { "x\($0)" }
        guard let labels else {
            labelNames = []
            return
        }
        if let path = data.labelNames {
            labelNames = try Self.names(from: path, count: labels.columns, labels: labels.path)
        } else {
            labelNames = (0..<labels.columns).map { "t\($0)" }
        }
        try checkShapes(labels)
    }

    /// Opens a file of labels.
    static func labels(_ path: String) throws(TableError) -> NumberFile {
        try NumberFile(path: path, names: ["y", "Y", "labels"])
    }

    private func checkShapes(_ labels: NumberFile) throws(TableError) {
        guard labels.rows == features.rows else {
            throw TableError(
                "the labels have \(counted(labels.rows, "row")), the features \(features.rows)", file: labels.path,
                why: "row i of one belongs to row i of the other", fix: "pass arrays of the same rows")
        }
        guard let mask, mask.rows != labels.rows || (mask.columns != labels.columns && mask.columns != 1) else { return }
        throw TableError(
            "the mask has the shape \(mask.shape), the labels \(labels.shape)", file: mask.path,
            why: "a mask says for each label, or for each row, whether it is observed",
            fix: "pass a mask of shape \(labels.shape) or [\(labels.rows)]")
    }

    private static func names(from path: String, count: Int, labels: String) throws(TableError) -> [String] {
        let file = try FileBytes(path: path)
        guard let text = String(validating: file.prefix(file.count), as: UTF8.self) else {
            throw TableError("this is not a text file", file: path, fix: "write one label name a line, in UTF-8")
        }
        var names = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r\n" }.map { trimmed($0) }
        while names.last == "" { names.removeLast() }
        guard names.count == count else {
            throw TableError(
                "the file has \(counted(names.count, "name")), '\(labels)' \(counted(count, "column"))", file: path,
                why: "each label column has one name", fix: "write one name a line, in the columns' order")
        }
        var seen: Set<String> = []
        for (index, name) in names.enumerated() {
            if name.isEmpty { throw TableError("the name is empty", file: path, line: index + 1, fix: "name the label column") }
            guard seen.insert(name).inserted else {
                throw TableError("the name '\(name)' occurs twice", file: path, line: index + 1, fix: "rename one of the two")
            }
        }
        return names
    }

    func read(_ roles: [ColumnRole], names: [String]) throws(TableError) -> SourceTable {
        var columns = [SourceTable.Content](repeating: .skipped, count: names.count)
        let raw = try readFeatures(roles, into: &columns)
        if let labels {
            let read = try LabelReader(labels, roles: roles, names: labelNames, first: featureNames.count).read(mask: mask)
            for (slot, column) in read { columns[featureNames.count + slot] = .numbers(column) }
        }
        return SourceTable(
            rows: features.rows, names: names, columns: columns,
            raw: raw.map { .init(features: $0, columnOfPlace: Array(featureNames.indices)) },
            featuresFile: features.path, labelsFile: labels?.path ?? features.path)
    }

    /// Reads small arrays column by column; opens large and sparse ones.
    private func readFeatures(
        _ roles: [ColumnRole], into columns: inout [SourceTable.Content]
    ) throws(TableError) -> RawFeatures? {
        // Labels are read alone where rows are divided.
        guard featureNames.indices.contains(where: { roles[$0] != .skip }) else { return nil }
        let tokens = roles.prefix(featureNames.count).lazy.compactMap { role -> NumericTokens? in
            if case .feature(let missing, _) = role { NumericTokens(missing) } else { nil }
        }.first ?? NumericTokens(.standard)
        switch features {
        case .sparse(let file): return RawFeatures(try file.floats { tokens.contains(Double($0)) }, missing: tokens)
        case .dense(let array):
            // Columns that lie apart cannot be read by row from a disk.
            if array.rows * array.columns * 4 > mostInMemory, !array.isByColumn {
                let isWanted = roles.prefix(featureNames.count).map { if case .feature = $0 { true } else { false } }
                return try RawFeatures(mapping: array, missing: tokens, isWanted: isWanted, names: featureNames)
            }
            try read(array, roles, tokens, into: &columns)
            return nil
        }
    }

    private func read(
        _ array: NPYArray, _ roles: [ColumnRole], _ tokens: NumericTokens, into columns: inout [SourceTable.Content]
    ) throws(TableError) {
        var values = try array.floats { tokens.contains(Double(Float($0))) }
        for place in featureNames.indices {
            guard case .feature = roles[place] else { continue }
            for row in 0..<array.rows {
                let index = row * array.columns + place
                if tokens.contains(Double(values[index])) { values[index] = .nan }
                if values[index].isInfinite {
                    throw RawFeatures.infinite(values[index], file: array.path, row: row, column: featureNames[place])
                }
            }
        }
        for place in featureNames.indices {
            guard case .feature = roles[place] else { continue }
            columns[place] = .feature(.numbers(.init(values, offset: place, stride: array.columns, count: array.rows)))
        }
    }
}

/// Collects the observed labels of an array: of a dense one what is neither NaN, a missing token nor masked; of a sparse one
/// the same among what is stored, a stored 0 included. A masked cell is never looked at.
private struct LabelReader {
    private let labels: NumberFile
    private let names: [String]
    /// By label column, nil where nobody asks for it.
    private let tokens: [NumericTokens?]

    init(_ labels: NumberFile, roles: [ColumnRole], names: [String], first: Int) {
        self.labels = labels
        self.names = names
        tokens = names.indices.map { slot in
            if case .label(let missing) = roles[first + slot] { NumericTokens(missing) } else { nil }
        }
    }

    func read(mask file: NumberFile?) throws(TableError) -> [(slot: Int, column: NumberLabels)] {
        var mask: LabelMask?
        if let file { mask = try LabelMask(file, columns: file.columns) }
        switch labels {
        case .dense(let array): return try read(array, mask)
        case .sparse(let file): return try read(file.doubles(), mask)
        }
    }

    private func read(_ array: NPYArray, _ mask: LabelMask?) throws(TableError) -> [(slot: Int, column: NumberLabels)] {
        var mask = mask
        let wanted = names.indices.filter { tokens[$0] != nil }
        var columns = [NumberLabels](repeating: NumberLabels(), count: names.count)
        try array.forEachRow { (row, values) throws(TableError) in
            mask?.move(to: row)
            for slot in wanted {
                if let mask, !mask.allows(slot) { continue }
                let value = values[slot]
                guard try isObserved(value, row: row, slot: slot) else { continue }
                columns[slot].rows.append(UInt32(row))
                columns[slot].values.append(value)
            }
        }
        return wanted.map { ($0, columns[$0]) }
    }

    private func read(
        _ matrix: SparseMatrix<Double>, _ mask: LabelMask?
    ) throws(TableError) -> [(slot: Int, column: NumberLabels)] {
        var mask = mask
        // Where each column's labels begin: one run of memory for all, for thousands of small ones would not go back to the
        // system when they are done with.
        var next = [Int](repeating: 0, count: names.count + 1)
        for column in matrix.columnIndices where tokens[Int(column)] != nil { next[Int(column) + 1] += 1 }
        for slot in names.indices { next[slot + 1] += next[slot] }
        let starts = next
        var rows = [UInt32](repeating: 0, count: starts[names.count])
        var values = [Double](repeating: 0, count: starts[names.count])
        for row in 0..<matrix.rows where matrix.rowStarts[row] < matrix.rowStarts[row + 1] {
            mask?.move(to: row)
            for place in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
                let slot = Int(matrix.columnIndices[place]), value = matrix.values[place]
                if tokens[slot] == nil { continue }
                if let mask, !mask.allows(slot) { continue }
                guard try isObserved(value, row: row, slot: slot) else { continue }
                (rows[next[slot]], values[next[slot]]) = (UInt32(row), value)
                next[slot] += 1
            }
        }
        return names.indices.filter { tokens[$0] != nil }.map { slot in
            let range = starts[slot]..<next[slot]
            return (slot, NumberLabels(rows: rows[range], values: values[range]))
        }
    }

    private func isObserved(_ value: Double, row: Int, slot: Int) throws(TableError) -> Bool {
        if value.isNaN || tokens[slot]?.contains(value) ?? true { return false }
        if value.isFinite { return true }
        throw TableError(
            "label \(value) is infinite", file: labels.path, row: row + 1, column: names[slot],
            why: "an observed label must be finite", fix: "write NaN, or mask it, where it is missing, or pass --missing \(value)")
    }
}
