import Tables

/// The columns that say something about a row as a whole.
extension SourceTable {
    /// The weight of each row.
    ///
    /// - Throws: `TableError` naming the first row whose weight is missing, not a number or negative.
    func rowWeights(at place: Int) throws(TableError) -> [Float] {
        guard case .labels(let cells) = columns[place] else { return [] }
        let fix = "give every row a finite weight of 0 or more; 0 takes the row out of training"
        var weights: [Float] = []
        weights.reserveCapacity(rows)
        for index in cells.cells.indices {
            let row = Int(cells.rows[index])
            if row > weights.count { break }
            guard case .number(let weight) = cells.value(index) else {
                throw rowError("the weight '\(cells.value(index).name)' is not a number", row: row, place: place, fix: fix)
            }
            guard weight >= 0, Float(weight).isFinite else {
                throw rowError("the weight is \(plain(weight))", row: row, place: place, why: "weights are finite and 0 or more", fix: fix)
            }
            weights.append(Float(weight))
        }
        if weights.count < rows {
            throw rowError("the weight is missing", row: weights.count, place: place, why: "every row has a weight", fix: fix)
        }
        return weights
    }

    /// The part that each row's cell names.
    ///
    /// - Throws: `TableError` naming the first row whose cell names none.
    func split(at place: Int) throws(TableError) -> Split {
        guard case .feature(.words(let codes, let vocabulary)) = columns[place] else { return Split(partOfRow: []) }
        let known = vocabulary.map { Part(named: $0) }
        var parts: [Part?] = []
        parts.reserveCapacity(rows)
        for (row, code) in codes.enumerated() {
            guard code >= 0, let part = known[Int(code)] else {
                let cell = code < 0 ? "" : trimmed(vocabulary[Int(code)])
                throw rowError(
                    cell.isEmpty ? "the row names no part" : "'\(cell)' is no part", row: row, place: place,
                    why: "a split column says train, valid (or validation, val) or test in every row",
                    fix: "correct it, or draw parts with --split 0.8,0.1,0.1")
            }
            parts.append(part)
        }
        return Split(partOfRow: parts)
    }

    private func rowError(
        _ problem: String, row: Int, place: Int, why: String? = nil, fix: String
    ) -> TableError {
        labelError(problem, row: row, column: names[place], why: why, fix: fix)
    }
}
