import Tables

/// The weights of single labels.
extension SourceTable {
    /// The observed cells of label columns, each with the weight that stands beside it.
    ///
    /// What stands beside a missing label is not looked at.
    ///
    /// - Parameter weights: the place of each column's weights; empty where there are none.
    /// - Throws: `TableError` naming the first observed label whose weight is missing, not a number or negative.
    func labels(at places: [Int], weights: [Int]) throws(TableError) -> [ObservedCells] {
        var columns = labels(at: places)
        if weights.isEmpty { return columns }
        for (index, place) in weights.enumerated() {
            columns[index].weights = try cellWeights(of: columns[index], at: place)
        }
        return columns
    }

    private func cellWeights(of labels: ObservedCells, at place: Int) throws(TableError) -> [Float] {
        guard case .labels(let cells) = columns[place] else { return labels.rows.map { _ in 1 } }
        let fix = "give every observed label a finite weight of 0 or more; 0 takes it out of training"
        var weights: [Float] = []
        weights.reserveCapacity(labels.rows.count)
        var next = 0
        for row in labels.rows {
            while next < cells.rows.count, cells.rows[next] < row { next += 1 }
            guard next < cells.rows.count, cells.rows[next] == row else {
                throw labelError(
                    "the weight of an observed label is missing", row: Int(row), column: names[place],
                    why: "the column holds the weights of '\(labels.name)'", fix: fix)
            }
            guard case .number(let weight) = cells.value(next), weight >= 0, Float(weight).isFinite else {
                throw labelError(
                    "the weight of a label is '\(cells.value(next).name)'", row: Int(row), column: names[place],
                    why: "weights are finite numbers of 0 or more", fix: fix)
            }
            weights.append(Float(weight))
        }
        return weights
    }
}
