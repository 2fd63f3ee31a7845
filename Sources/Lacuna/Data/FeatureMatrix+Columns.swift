/// Matrices of the same rows side by side: what the models of folds take, each of which has an encoding of its own.
extension FeatureMatrix {
    /// The columns of all of them, in order. However they are stored, nothing is copied.
    ///
    /// - Precondition: there is one or more, all of as many rows.
    static func joined(_ parts: [FeatureMatrix]) -> FeatureMatrix {
        if parts.count == 1 { return parts[0] }
        let rows = parts[0].rows
        precondition(parts.allSatisfy { $0.rows == rows }, "matrices of different rows")
        return FeatureMatrix(rows: rows, columns: parts.reduce(0) { $0 + $1.columns }, storage: .joined(parts))
    }

    /// The given columns, in their order, of all rows. Those of one that was joined are itself; others are copied.
    func selecting(columns chosen: Range<Int>) -> FeatureMatrix {
        if chosen == 0..<columns { return self }
        if case .joined(let parts) = storage {
            var first = 0
            for part in parts {
                if chosen == first..<first + part.columns { return part }
                first += part.columns
            }
        }
        var values: [Float] = []
        values.reserveCapacity(rows * chosen.count)
        forEachRow { _, row in for column in chosen { values.append(row[column]) } }
        return FeatureMatrix(rows: rows, columns: chosen.count, values: values)
    }
}
