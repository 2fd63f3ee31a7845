import Tables

extension FeatureEncoder {
    /// Encodes the given rows of a table's feature columns.
    ///
    /// - Parameters:
    ///   - columns: the encoder's columns, in its order; see ``arranged(_:)``.
    ///   - chosen: rows of the table, from 0, in the order wanted; nil for all.
    /// - Precondition: the columns' names are the encoder's, and words stand where it learnt words.
    public func transform(
        _ columns: [FeatureColumn], rows chosen: [Int]? = nil
    ) -> (features: FeatureMatrix, surprises: Surprises) {
        precondition(
            columns.map(\.name) == self.columns.map(\.name), "these are not the columns that the encoder was fitted on")
        let rows = chosen ?? Array(0..<(columns.first?.rows ?? 0))
        var matrix = Cells(width: width, values: [Float](repeating: 0, count: rows.count * width))
        var surprises = Surprises(columns: columns.count)
        var place = 0
        for (index, column) in self.columns.enumerated() {
            let met = column.write(columns[index].values, rows: rows, to: &matrix, at: place)
            surprises.unseenWords[index] = met.unseen
            if !column.hasIndicator { surprises.newGaps[index] = met.gaps }
            place += column.width
        }
        return (FeatureMatrix(rows: rows.count, columns: width, values: matrix.values), surprises)
    }

    /// The encoder's columns, in its order, out of those of another table.
    ///
    /// - Throws: `TableError` naming all columns that are missing, or the one whose cells are words where training had
    ///   numbers.
    public func arranged(_ given: [FeatureColumn]) throws(TableError) -> [FeatureColumn] {
        var places: [String: Int] = [:]
        for (place, column) in given.enumerated() { places[column.name] = place }
        let missing = columns.map(\.name).filter { places[$0] == nil }
        if !missing.isEmpty { throw Self.missingColumns(missing) }
        var arranged: [FeatureColumn] = []
        for column in columns {
            guard let place = places[column.name] else { continue }
            if let problem = column.problem(with: given[place].values) { throw problem }
            arranged.append(given[place])
        }
        return arranged
    }

    static func missingColumns(_ names: [String]) -> TableError {
        let listed = names.map { "'\($0)'" }.joined(separator: ", ")
        return TableError(
            "the \(names.count == 1 ? "column \(listed) is" : "columns \(listed) are") missing",
            why: "the model was trained on \(names.count == 1 ? "it" : "them")",
            fix: "add \(names.count == 1 ? "it" : "them"); cells may be empty where the value is not known")
    }
}

/// The encoded matrix in the making, row-major.
private struct Cells {
    let width: Int
    var values: [Float]
}

extension FeatureEncoder.Column {
    /// Where the cells are of another sort than in training; a column without any cell fits all.
    func problem(with values: FeatureColumn.Values) -> TableError? {
        switch (coding, values) {
        case (.standardised, .words(let codes, let vocabulary)), (.bits, .words(let codes, let vocabulary)),
            (.scaled, .words(let codes, let vocabulary)), (.constant(.some), .words(let codes, let vocabulary)):
            guard let row = codes.firstIndex(where: { $0 >= 0 }) else { return nil }
            let word = vocabulary[Int(codes[row])]
            return TableError(
                "'\(word)' is not a number", row: row + 1, column: name, why: "in training this column holds numbers",
                fix: "correct it, leave it empty, or pass --missing-features '\(word)'")
        case (.oneHot, .numbers(let numbers)):
            guard let row = (0..<numbers.count).first(where: { !numbers[$0].isNaN }) else { return nil }
            return TableError(
                "\(plain(Double(numbers[row]))) is a number", row: row + 1, column: name,
                why: "in training this column holds words", fix: "pass the column as text")
        default: return nil
        }
    }

    /// Writes the encoded cells into the matrix's columns from `place` on.
    fileprivate func write(
        _ values: FeatureColumn.Values, rows: [Int], to matrix: inout Cells, at place: Int
    ) -> (unseen: Int, gaps: Int) {
        switch (coding, values) {
        case (.oneHot(let words), .words(let codes, let vocabulary)):
            return write(codes, vocabulary, as: words, rows: rows, to: &matrix, at: place)
        case (.standardised(let mean, let deviation), .numbers(let numbers)):
            return (0, write(numbers, rows: rows, to: &matrix, at: place, gap: 0) { Float((Double($0) - mean) / deviation) })
        case (.scaled(let maximum), .numbers(let numbers)):
            return (0, write(numbers, rows: rows, to: &matrix, at: place, gap: 0) { Float(Double($0) / maximum) })
        case (.bits(let mean), .numbers(let numbers)):
            return (0, write(numbers, rows: rows, to: &matrix, at: place, gap: Float(mean)) { $0 })
        case (.constant(.some), .numbers(let numbers)):
            return (0, write(numbers, rows: rows, to: &matrix, at: place, gap: 0) { _ in 0 })
        case (.constant(.none), _): return (0, 0)
        default: return (0, writeAllMissing(rows: rows.count, to: &matrix, at: place))
        }
    }

    private func write(
        _ numbers: FeatureColumn.Numbers, rows: [Int], to matrix: inout Cells, at place: Int, gap: Float,
        _ encode: (Float) -> Float
    ) -> Int {
        let width = matrix.width
        var gaps = 0
        var target = place
        for row in rows {
            let value = numbers[row]
            if value.isNaN {
                gaps += 1
                matrix.values[target] = gap
                if hasIndicator { matrix.values[target + 1] = 1 }
            } else {
                matrix.values[target] = encode(value)
            }
            target += width
        }
        return gaps
    }

    private func write(
        _ codes: [Int32], _ vocabulary: [String], as words: [String], rows: [Int], to matrix: inout Cells,
        at place: Int
    ) -> (unseen: Int, gaps: Int) {
        let known = Dictionary(uniqueKeysWithValues: words.enumerated().map { ($1, $0) })
        let offsets = vocabulary.map { known[$0] }
        var (unseen, gaps) = (0, 0)
        var target = place
        for row in rows {
            let code = Int(codes[row])
            if code < 0 {
                gaps += 1
                if hasIndicator { matrix.values[target + words.count] = 1 }
            } else if let offset = offsets[code] {
                matrix.values[target + offset] = 1
            } else {
                unseen += 1
            }
            target += matrix.width
        }
        return (unseen, gaps)
    }

    /// A column that has no cell at all in this file can be of the other sort; all its cells are missing.
    private func writeAllMissing(rows: Int, to matrix: inout Cells, at place: Int) -> Int {
        let fill: Float = if case .bits(let mean) = coding { Float(mean) } else { 0 }
        for row in 0..<rows {
            if !isText { matrix.values[row * matrix.width + place] = fill }
            if hasIndicator { matrix.values[row * matrix.width + place + width - 1] = 1 }
        }
        return rows
    }
}
