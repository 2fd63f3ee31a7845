import Tables

/// The infinite cells of a column: no label and no feature can be one.
struct InfiniteCells {
    let place: Int
    /// As the file spells it; `inf` or `-inf` in arrays.
    let token: String
    private(set) var count = 0
    /// The first rows, from 0.
    private(set) var rows: [Int] = []

    init(place: Int, token: String) { (self.place, self.token) = (place, token) }

    mutating func note(_ row: Int) {
        count += 1
        if rows.count < 5 { rows.append(row) }
    }
}

extension DataSource {
    /// Counts the infinite cells of columns, which a strict reading stops at: `inf` and `infinity`, and numbers beyond Double
    /// (of features: beyond Float).
    ///
    /// - Parameters:
    ///   - features: places among ``names``.
    ///   - labels: places among ``names``.
    func infiniteCells(features: [Int], labels: [Int]) throws -> [InfiniteCells] {
        switch contents {
        case .arrays(let arrays): return try arrays.infiniteCells(features: features, labels: labels)
        case .lines: return []
        case .tables(let tables):
            var roles = [ColumnRole](repeating: .skip, count: names.count)
            for place in features + labels { roles[place] = .text }
            let table = try tables.read(roles)
            return features.flatMap { Self.infiniteCells(table, at: $0, asFloat: true) }
                + labels.flatMap { Self.infiniteCells(table, at: $0, asFloat: false) }
        }
    }

    private static func infiniteCells(_ table: SourceTable, at place: Int, asFloat: Bool) -> [InfiniteCells] {
        guard case .feature(.words(let codes, let vocabulary)) = table.columns[place] else { return [] }
        var found: [Int32: InfiniteCells] = [:]
        for (word, text) in vocabulary.enumerated() {
            let token = trimmed(text)
            guard let number = Double(token), asFloat ? !number.isNaN && Float(number).isInfinite : number.isInfinite else { continue }
            found[Int32(word)] = InfiniteCells(place: place, token: token)
        }
        if found.isEmpty { return [] }
        for (row, code) in codes.enumerated() { found[code]?.note(row) }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }
}

extension ArrayFiles {
    fileprivate func infiniteCells(features wanted: [Int], labels: [Int]) throws(TableError) -> [InfiniteCells] {
        var found: [InfiniteCells] = []
        if !wanted.isEmpty { found += try infinite(in: features, wanted, first: 0, asFloat: true, mask: nil) }
        if !labels.isEmpty, let file = self.labels {
            let mask = try mask.map { file throws(TableError) in try LabelMask(file, columns: labelNames.count) }
            found += try infinite(in: file, labels, first: featureNames.count, asFloat: false, mask: mask)
        }
        return found
    }

    /// - Parameter first: the place of the file's first column.
    private func infinite(
        in file: NumberFile, _ places: [Int], first: Int, asFloat: Bool, mask: LabelMask?
    ) throws(TableError) -> [InfiniteCells] {
        var mask = mask
        var isWanted = [Bool](repeating: false, count: file.columns)
        for place in places { isWanted[place - first] = true }
        var found: [Int: InfiniteCells] = [:]
        func look(_ value: Double, row: Int, column: Int) {
            guard isWanted[column], !value.isNaN, asFloat ? Float(value).isInfinite : value.isInfinite else { return }
            if let mask, !mask.allows(column) { return }
            let key = 2 * column + (value > 0 ? 1 : 0)
            found[key, default: InfiniteCells(place: first + column, token: value > 0 ? "inf" : "-inf")].note(row)
        }
        switch file {
        case .dense(let array):
            array.forEachRow { row, values in
                mask?.move(to: row)
                for column in 0..<values.count { look(values[column], row: row, column: column) }
            }
        case .sparse(let sparse):
            let matrix = try sparse.doubles()
            for row in 0..<matrix.rows where matrix.rowStarts[row] < matrix.rowStarts[row + 1] {
                mask?.move(to: row)
                for place in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
                    look(matrix.values[place], row: row, column: Int(matrix.columnIndices[place]))
                }
            }
        }
        return found.sorted { $0.key < $1.key }.map(\.value)
    }
}
