import Tables

/// The weights of single labels as an array `[rows × T]` beside labels of that shape: dense, or a sparse matrix that stores
/// the weight of every observed label.
struct CellWeightFile {
    private let weights: NumberFile

    /// - Parameters:
    ///   - rows: of the labels.
    ///   - labels: names of the label columns, in order.
    /// - Throws: `TableError` where the array is not shaped as the labels.
    init(path: String, rows: Int, labels: Int) throws(TableError) {
        weights = try NumberFile(path: path, names: ["w", "weights", "cellWeights"])
        guard weights.rows == rows, weights.columns == labels else {
            throw TableError(
                "the label weights have the shape \(weights.shape), the labels [\(rows), \(labels)]", file: path,
                why: "each label has one weight", fix: "pass weights of the labels' shape")
        }
    }

    /// Gives each observed label its weight. What stands beside a missing label is not looked at.
    ///
    /// - Parameters:
    ///   - columns: one per label column, nil where a column is not read.
    ///   - names: of the columns.
    /// - Throws: `TableError` naming the first observed label whose weight is not finite, negative or not there.
    func weigh(_ columns: inout [NumberLabels?], names: [String]) throws(TableError) {
        var weighing = Weighing(file: weights.path, names: names, rowsOfColumn: columns.map { $0?.rows ?? [] })
        switch weights {
        case .dense(let array):
            try array.forEachRow { (row, values) throws(TableError) in
                for slot in names.indices where weighing.isNext(row, slot) { try weighing.take(values[slot], row, slot) }
            }
        case .sparse(let file):
            let matrix = try file.doubles()
            for row in 0..<matrix.rows {
                for place in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
                    let slot = Int(matrix.columnIndices[place])
                    try weighing.checkComplete(slot, before: row)
                    if weighing.isNext(row, slot) { try weighing.take(matrix.values[place], row, slot) }
                }
            }
            for slot in names.indices { try weighing.checkComplete(slot, before: matrix.rows) }
        }
        for slot in columns.indices { columns[slot]?.weights = weighing.weights[slot] }
    }
}

/// Goes through weights in the order of rows, beside the observed labels.
private struct Weighing {
    let file: String
    let names: [String]
    let rowsOfColumn: [ArraySlice<UInt32>]
    private(set) var weights: [[Float]]

    init(file: String, names: [String], rowsOfColumn: [ArraySlice<UInt32>]) {
        (self.file, self.names, self.rowsOfColumn) = (file, names, rowsOfColumn)
        weights = Array(repeating: [], count: names.count)
    }

    /// Whether the column's next observed label stands in the row.
    func isNext(_ row: Int, _ slot: Int) -> Bool {
        next(slot).map { $0 == row } ?? false
    }

    mutating func take(_ value: Double, _ row: Int, _ slot: Int) throws(TableError) {
        let weight = Float(value)
        guard weight >= 0, weight.isFinite else { throw error("the weight of a label is \(value)", row, slot) }
        weights[slot].append(weight)
    }

    /// That no observed label before the row is without a weight.
    func checkComplete(_ slot: Int, before row: Int) throws(TableError) {
        guard let next = next(slot), next < row else { return }
        throw error("the weight of a label is not stored", Int(next), slot)
    }

    /// The row of the column's first label that has no weight yet.
    private func next(_ slot: Int) -> UInt32? { rowsOfColumn[slot].dropFirst(weights[slot].count).first }

    private func error(_ problem: String, _ row: Int, _ slot: Int) -> TableError {
        TableError(
            problem, file: file, row: row + 1, column: names[slot], why: "weights are finite and 0 or more",
            fix: "give every observed label such a weight; 0 takes it out of training")
    }
}

extension SourceTable {
    /// The same with the weights of labels from an array.
    func weighed(by path: String, labels: Range<Int>) throws(TableError) -> SourceTable {
        let file = try CellWeightFile(path: path, rows: rows, labels: labels.count)
        var columns: [NumberLabels?] = labels.map { place in
            if case .numbers(let numbers) = self.columns[place] { numbers } else { nil }
        }
        try file.weigh(&columns, names: labels.map { names[$0] })
        var result = self
        for (place, own) in zip(labels, columns) {
            if let own { result.columns[place] = .numbers(own) }
        }
        return result
    }
}
