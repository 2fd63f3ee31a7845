/// A table divided into folds.
extension LoadedTable {
    /// Deals the rows to folds of equal size, over which every objective and every class of one is spread evenly.
    ///
    /// - Parameter count: how many, 2 or more.
    /// - Throws: ``SettingError`` for a count that the rows do not allow.
    public func folds(_ count: Int) throws(SettingError) -> Folds {
        try Folds.stratified(
            labels: labels, objectives: objectives, groups: rowGroups?.ofRow, rowWeights: rowWeights, count: count, seed: data.splitSeed)
    }

    /// The parts of one fold's training: its rows are test; of the others a tenth of all rows, drawn like a split of
    /// shares, are valid, and the rest train.
    ///
    /// - Parameters:
    ///   - fold: from 0.
    ///   - folds: of the table's rows.
    /// - Throws: ``SettingError`` as a split of shares does.
    public func division(testing fold: Int, of folds: Folds) throws(SettingError) -> Division {
        let rest = folds.foldOfRow.indices.filter { folds.foldOfRow[$0] != fold }
        let test = 1 / Double(folds.count)
        let valid = min(0.1 / (1 - test), 0.5)
        let inner = try Split.stratified(
            labels: labels.selecting(rows: rest), objectives: objectives, groups: rowGroups.map { groups in rest.map { groups.ofRow[$0] } },
            rowWeights: rowWeights.map { weights in rest.map { weights[$0] } }, fractions: [1 - valid, valid, 0],
            seed: data.splitSeed)
        var parts = [Part?](repeating: .test, count: rows)
        for (place, row) in rest.enumerated() { parts[row] = inner.partOfRow[place] }
        let split = Split(partOfRow: parts)
        return Division(
            split: split,
            record: .init(
                fractions: [(1 - test) * (1 - valid), (1 - test) * valid, test], seed: data.splitSeed, drawn: split,
                group: data.group))
    }
}
