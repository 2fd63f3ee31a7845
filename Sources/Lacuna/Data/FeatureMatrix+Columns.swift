/// Matrices of the same rows side by side: what the models of folds take, each of which has an encoding of its own.
extension FeatureMatrix {
    /// The columns of all of them, in order.
    ///
    /// - Precondition: there is one or more, all of as many rows.
    static func joined(_ parts: [FeatureMatrix]) -> FeatureMatrix {
        if parts.count == 1 { return parts[0] }
        let rows = parts[0].rows
        precondition(parts.allSatisfy { $0.rows == rows }, "matrices of different rows")
        var places: [(part: Int, column: Int)] = []
        for (index, part) in parts.enumerated() { places += (0..<part.columns).map { (index, $0) } }
        return FeatureMatrix(rows: rows, columns: places.count) { row, column in
            parts[places[column].part][row, places[column].column]
        }
    }

    /// The given columns, in their order, of all rows.
    func selecting(columns chosen: Range<Int>) -> FeatureMatrix {
        if chosen == 0..<columns { return self }
        return FeatureMatrix(rows: rows, columns: chosen.count) { self[$0, chosen.lowerBound + $1] }
    }
}
