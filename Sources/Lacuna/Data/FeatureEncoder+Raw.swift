import Tables

/// Encoding features that are not dense in memory: the same statistics, in passes over the rows, and nothing materialised.
///
/// A mapped array is encoded exactly as an array in memory is, bit for bit. Sparse columns are scaled by their largest
/// magnitude and not centred (as `MaxAbsScaler`), for a mean would fill every cell that is 0; bits stay bits.
extension FeatureEncoder {
    /// Learns the encoding from the training rows.
    ///
    /// - Parameters:
    ///   - names: of the columns, in the encoder's order.
    ///   - places: the raw column of each.
    ///   - rows: the training rows, from 0.
    static func fit(_ raw: RawFeatures, names: [String], places: [Int], rows: [Int]) -> FeatureEncoder {
        switch raw.source {
        case .array: return fitMapped(raw, names, places, rows)
        case .sparse(let matrix): return fitSparse(matrix, names, places, rows)
        }
    }

    private static func fitMapped(
        _ raw: RawFeatures, _ names: [String], _ places: [Int], _ rows: [Int]
    ) -> FeatureEncoder {
        var counts = [ColumnCounts](repeating: ColumnCounts(), count: places.count)
        var cells: [Double] = []
        for row in rows {
            raw.read(row: row, into: &cells)
            for (index, place) in places.enumerated() where !cells[place].isNaN { counts[index].take(Float(cells[place])) }
        }
        let means = counts.map { $0.present > 0 ? $0.sum / Double($0.present) : 0 }
        let needsSquares = counts.contains { $0.least < $0.most && !$0.onlyBits }
        var squares = [Double](repeating: 0, count: places.count)
        for row in needsSquares ? rows : [] {
            raw.read(row: row, into: &cells)
            for (index, place) in places.enumerated() where !cells[place].isNaN {
                squares[index] += (cells[place] - means[index]) * (cells[place] - means[index])
            }
        }
        return FeatureEncoder(
            columns: names.indices.map { index in
                let deviation = (squares[index] / Double(max(counts[index].present, 1))).squareRoot()
                return counts[index].column(
                    names[index], rows: rows.count, otherwise: .standardised(mean: means[index], deviation: deviation))
            })
    }

    private static func fitSparse(
        _ matrix: SparseMatrix<Float>, _ names: [String], _ places: [Int], _ rows: [Int]
    ) -> FeatureEncoder {
        var counts = [ColumnCounts](repeating: ColumnCounts(), count: matrix.columns)
        var stored = [Int](repeating: 0, count: matrix.columns)
        for row in rows {
            for place in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
                let column = Int(matrix.columnIndices[place])
                stored[column] += 1
                if !matrix.values[place].isNaN { counts[column].take(matrix.values[place]) }
            }
        }
        return FeatureEncoder(
            columns: zip(names, places).map { name, place in
                if stored[place] < rows.count { counts[place].takeZeros(rows.count - stored[place]) }
                let most = max(counts[place].most, -counts[place].least)
                return counts[place].column(name, rows: rows.count, otherwise: .scaled(maximum: Double(most)))
            })
    }

    /// The encoded features of all rows: sparse where zeros stay zeros, else encoded whenever they are read.
    ///
    /// - Parameter places: the raw column of each of the encoder's.
    /// - Throws: `TableError` for a column that held words in training.
    func encoding(_ raw: RawFeatures, places: [Int]) throws(TableError) -> FeatureMatrix {
        if let column = columns.first(where: \.isText) {
            throw TableError(
                "the array holds numbers", column: column.name, why: "in training this column holds words",
                fix: "pass a table with --data")
        }
        let encoding = RowEncoding(self, places: places, rawColumns: raw.columns)
        guard case .sparse(let matrix) = raw.source, encoding.keepsZeros else {
            return FeatureMatrix(encoded: EncodedFeatures(source: raw, encoding: encoding, chosen: nil))
        }
        return FeatureMatrix(sparse: encoding.encode(matrix))
    }

    /// What the chosen rows hold that training did not show: missing cells in columns without gaps there.
    func surprises(_ raw: RawFeatures, places: [Int], rows: [Int]) -> Surprises {
        var surprises = Surprises(columns: columns.count)
        guard raw.hasGaps else { return surprises }
        if case .sparse(let matrix) = raw.source {
            var columnOfPlace = [Int](repeating: -1, count: matrix.columns)
            for (index, place) in places.enumerated() where !columns[index].hasIndicator { columnOfPlace[place] = index }
            for row in rows {
                for place in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] where matrix.values[place].isNaN {
                    let index = columnOfPlace[Int(matrix.columnIndices[place])]
                    if index >= 0, columns[index].coding != .constant(value: nil) { surprises.newGaps[index] += 1 }
                }
            }
            return surprises
        }
        var cells: [Double] = []
        for row in rows {
            raw.read(row: row, into: &cells)
            for (index, place) in places.enumerated() where cells[place].isNaN && !columns[index].hasIndicator {
                if columns[index].coding != .constant(value: nil) { surprises.newGaps[index] += 1 }
            }
        }
        return surprises
    }
}

extension RowEncoding {
    /// A whole matrix, its zeros left out.
    fileprivate func encode(_ matrix: SparseMatrix<Float>) -> SparseMatrix<Float> {
        var columnOfPlace = [Int](repeating: -1, count: matrix.columns)
        for (index, place) in places.enumerated() { columnOfPlace[place] = index }
        var starts = [0], indices: [Int32] = [], values: [Float] = []
        starts.reserveCapacity(matrix.rows + 1)
        indices.reserveCapacity(matrix.stored)
        values.reserveCapacity(matrix.stored)
        for row in 0..<matrix.rows {
            for place in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
                let column = columnOfPlace[Int(matrix.columnIndices[place])]
                if column < 0 { continue }
                encode(matrix.values[place], column: column) { target, value in
                    if value == 0 { return }
                    indices.append(Int32(target))
                    values.append(value)
                }
            }
            sort(&indices, &values, from: starts[row])
            starts.append(values.count)
        }
        return SparseMatrix(rows: matrix.rows, columns: width, rowStarts: starts, columnIndices: indices, values: values)
    }
}

/// Brings the elements of the last row into the order of columns; the encoder's columns may stand in another than the file's.
private func sort(_ indices: inout [Int32], _ values: inout [Float], from start: Int) {
    let range = start..<indices.count
    guard range.dropFirst().contains(where: { indices[$0] < indices[$0 - 1] }) else { return }
    let sorted = range.map { (indices[$0], values[$0]) }.sorted { $0.0 < $1.0 }
    for (offset, place) in range.enumerated() { (indices[place], values[place]) = sorted[offset] }
}

/// What is counted of a column's present training cells.
struct ColumnCounts {
    private(set) var present = 0
    private(set) var sum = 0.0
    private(set) var least = Float.infinity
    private(set) var most = -Float.infinity
    private(set) var onlyBits = true

    mutating func take(_ value: Float) {
        present += 1
        sum += Double(value)
        least = min(least, value)
        most = max(most, value)
        if value != 0, value != 1 { onlyBits = false }
    }

    /// Cells that a sparse matrix does not store.
    mutating func takeZeros(_ count: Int) {
        present += count
        least = min(least, 0)
        most = max(most, 0)
    }

    /// The column's encoding: constant, bits, or else the one given.
    func column(_ name: String, rows: Int, otherwise coding: FeatureEncoder.Coding) -> FeatureEncoder.Column {
        let hasGaps = present < rows
        guard present > 0 else { return .init(name: name, coding: .constant(value: nil), hasIndicator: false) }
        guard least < most else { return .init(name: name, coding: .constant(value: Double(least)), hasIndicator: hasGaps) }
        if onlyBits { return .init(name: name, coding: .bits(mean: sum / Double(present)), hasIndicator: hasGaps) }
        return .init(name: name, coding: coding, hasIndicator: hasGaps)
    }
}
