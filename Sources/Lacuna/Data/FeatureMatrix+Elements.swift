import Tables

extension FeatureMatrix {
    /// Calls `body` with what is not 0 in every row in turn: its columns, ascending, and its values. The work of sparse rows
    /// follows what they store; memory is that of one row.
    func forEachSparseRow(_ body: (_ row: Int, _ columns: Span<Int32>, _ values: Span<Float>) -> Void) {
        var columns: [Int32] = [], values: [Float] = []
        if case .sparse(let sparse) = storage {
            for row in 0..<rows {
                columns.removeAll(keepingCapacity: true)
                values.removeAll(keepingCapacity: true)
                for place in sparse.places(ofRow: row) where sparse.matrix.values[place] != 0 {
                    columns.append(sparse.matrix.columnIndices[place])
                    values.append(sparse.matrix.values[place])
                }
                body(row, columns.span, values.span)
            }
            return
        }
        forEachRow { row, cells in
            columns.removeAll(keepingCapacity: true)
            values.removeAll(keepingCapacity: true)
            for column in 0..<cells.count where cells[column] != 0 {
                columns.append(Int32(truncatingIfNeeded: column))
                values.append(cells[column])
            }
            body(row, columns.span, values.span)
        }
    }

    /// Rows of matrices that one load made, one matrix after the other. Sparse and mapped ones of a load share what they are
    /// stored in, and go on to; dense ones are copied.
    ///
    /// - Precondition: there is one or more, all stored alike and of as many columns.
    static func stacked(_ parts: [FeatureMatrix]) -> FeatureMatrix {
        if parts.count == 1 { return parts[0] }
        let rows = parts.reduce(0) { $0 + $1.rows }, columns = parts[0].columns
        switch parts[0].storage {
        case .sparse(let first):
            let chosen = parts.flatMap { part -> [Int32] in
                if case .sparse(let own) = part.storage { RowChoice.all(own.chosen, of: part.rows) } else { [] }
            }
            return FeatureMatrix(
                rows: rows, columns: columns, storage: .sparse(SparseFeatures(matrix: first.matrix, chosen: chosen)))
        case .encoded(let first):
            let chosen = parts.flatMap { part -> [Int32] in
                if case .encoded(let own) = part.storage { RowChoice.all(own.chosen, of: part.rows) } else { [] }
            }
            return FeatureMatrix(
                encoded: EncodedFeatures(source: first.source, encoding: first.encoding, chosen: chosen))
        case .dense, .joined:
            var values: [Float] = []
            values.reserveCapacity(rows * columns)
            for part in parts { values += part.values }
            return FeatureMatrix(rows: rows, columns: columns, values: values)
        }
    }

    /// The given columns, ascending, of all rows, as a sparse matrix.
    func sparseSelecting(columns chosen: [Int]) -> FeatureMatrix {
        var placeOf = [Int32](repeating: -1, count: columns)
        for (place, column) in chosen.enumerated() { placeOf[column] = Int32(truncatingIfNeeded: place) }
        var rowStarts = [0], columnIndices: [Int32] = [], values: [Float] = []
        forEachSparseRow { _, columns, own in
            for index in 0..<columns.count where placeOf[Int(columns[index])] >= 0 {
                columnIndices.append(placeOf[Int(columns[index])])
                values.append(own[index])
            }
            rowStarts.append(values.count)
        }
        return FeatureMatrix(
            sparse: SparseMatrix(
                rows: rows, columns: chosen.count, rowStarts: rowStarts, columnIndices: columnIndices, values: values))
    }

    /// The population's deviation of every column, in two numbers of memory for each.
    var deviations: [Double] {
        var sums = [Double](repeating: 0, count: columns), squares = sums
        forEachSparseRow { _, columns, values in
            for index in 0..<columns.count {
                let value = Double(values[index])
                sums[Int(columns[index])] += value
                squares[Int(columns[index])] += value * value
            }
        }
        let count = Double(max(rows, 1))
        return sums.indices.map { max(0, squares[$0] / count - (sums[$0] / count) * (sums[$0] / count)).squareRoot() }
    }

    /// Whether memory and work follow what is stored.
    var isSparse: Bool { if case .sparse = storage { true } else { false } }
    /// Whether rows are encoded as they are read, so that a selection of them costs a number each.
    var isShared: Bool {
        switch storage {
        case .sparse, .encoded: true
        case .dense, .joined: false
        }
    }
}
