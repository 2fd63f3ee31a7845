import Tables

/// The weights of single labels as an array, `.npy` `[rows × T]` beside labels of that shape.
struct CellWeightFile {
    private let weights: NPYArray

    /// - Parameters:
    ///   - rows: of the labels.
    ///   - labels: names of the label columns, in order.
    /// - Throws: `TableError` where the array is not shaped as the labels.
    init(path: String, rows: Int, labels: Int) throws(TableError) {
        weights = try NPYArray(path: path)
        guard weights.rows == rows, weights.columns == labels else {
            throw TableError(
                "the label weights have the shape \(weights.shape), the labels [\(rows), \(labels)]", file: path,
                why: "each label has one weight", fix: "pass weights of the labels' shape")
        }
    }

    /// Gives each observed label its weight. What stands beside a missing label is not looked at.
    ///
    /// - Parameter columns: one per label column, nil where a column is not read.
    /// - Throws: `TableError` naming the first observed label whose weight is not finite or negative.
    func weigh(_ columns: inout [ObservedCells?]) throws(TableError) {
        var next = [Int](repeating: 0, count: columns.count)
        for slot in columns.indices { columns[slot]?.weights = [] }
        try weights.forEachRow { (row, values) throws(TableError) in
            for slot in columns.indices {
                guard let column = columns[slot], next[slot] < column.rows.count, column.rows[next[slot]] == row else { continue }
                next[slot] += 1
                let weight = Float(values[slot])
                guard weight >= 0, weight.isFinite else {
                    throw TableError(
                        "the weight of a label is \(values[slot])", file: weights.path, row: row + 1, column: column.name,
                        why: "weights are finite and 0 or more",
                        fix: "give every observed label such a weight; 0 takes it out of training")
                }
                columns[slot]?.weights?.append(weight)
            }
        }
    }
}

extension SourceTable {
    /// The same with the weights of labels from an array.
    func weighed(by path: String, labels: Range<Int>) throws(TableError) -> SourceTable {
        let file = try CellWeightFile(path: path, rows: rows, labels: labels.count)
        var cells: [ObservedCells?] = labels.map { if case .labels(let cells) = columns[$0] { cells } else { nil } }
        try file.weigh(&cells)
        var result = self
        for (place, own) in zip(labels, cells) {
            if let own { result.columns[place] = .labels(own) }
        }
        return result
    }
}
