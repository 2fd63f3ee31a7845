import Tables

/// A data set ready for training: files read, labels checked, rows split, features encoded.
public struct TrainingData: Sendable {
    /// The objectives with their classes and losses, in slot order.
    public let objectives: [Objective]
    /// How each objective was declared; columns of one pattern share a declaration.
    public let declarations: [ObjectiveDeclaration]
    /// The parts that have rows. Of training, rows without a label of weight above 0 are left out where they are to be
    /// dropped.
    public let datasets: [Part: Dataset]
    /// The file's rows, from 0, that each data set holds, in its order.
    public let rowsOfPart: [Part: [Int]]
    /// All rows of each part, before any is dropped.
    public let rowCounts: [Part: Int]
    /// Training rows that were dropped, for they have no label of weight above 0.
    public let droppedUnlabelled: Int
    /// The share of slots observed among all rows of a part, per objective; a part without rows is absent.
    public let coverage: [[Part: Double]]
    /// The cells of the id column, one per row of the file.
    public let ids: [String]?
    /// Which rows of the file belong together; nil without a group column.
    public let rowGroups: RowGroups?
    /// `[rows of the file]`: the group of every row, a number from 0; nil without a group column.
    public var groups: [Int32]? { rowGroups?.ofRow }
    /// The name of each group, by its number; empty without a group column.
    public var groupNames: [String] { rowGroups?.names ?? [] }
    /// Which source each row came from; nil for arrays and for one table without a name.
    public let sources: RowSources?
    /// The part of every row of the file.
    public let split: Split
    /// What a person should know and may not have meant; one sentence each.
    public let warnings: [String]
    /// Of the files.
    public var digest: DataDigest { preprocessing.digest }
    /// What evaluation and prediction need; it goes into the saved model.
    public let preprocessing: Preprocessing

    /// Writes the part of every row: `row` (from 1, the header not counted), `id` (empty without an id column), `part`; of
    /// several sources also `source` and `sourceRow`, the row in its own file.
    public func writeSplit(to path: String) throws(TableError) {
        let writer = try CSVWriter(path: path, header: ["row", "id", "part"] + (sources == nil ? [] : ["source", "sourceRow"]))
        var rowsOfSource = [Int](repeating: 0, count: sources?.names.count ?? 0)
        for (row, part) in split.partOfRow.enumerated() {
            try writer.append(row + 1)
            try writer.append(ids?[row] ?? "")
            try writer.append(part?.rawValue ?? "")
            if let sources {
                let source = Int(sources.ofRow[row])
                rowsOfSource[source] += 1
                try writer.append(sources.names[source])
                try writer.append(rowsOfSource[source])
            }
            try writer.endRow()
        }
        try writer.finish()
    }
}

extension Dataset {
    /// The share of slots observed, per objective; nil without rows.
    public var coverage: [Double?] {
        let counts = labels.observedCounts()
        var slot = 0
        return objectives.map { objective in
            let slots = objective.kind.slotsPerRow
            defer { slot += slots }
            if rows == 0 { return nil }
            return Double(counts[slot..<slot + slots].reduce(0, +)) / Double(rows * slots)
        }
    }
}

extension LoadedTable {
    /// Writes the fold of every row: `row` (from 1, the header not counted), `id` (empty without an id column), `fold`
    /// (from 1).
    public func writeFolds(_ folds: Folds, to path: String) throws(TableError) {
        let writer = try CSVWriter(path: path, header: ["row", "id", "fold"])
        let ids = ids
        for (row, fold) in folds.foldOfRow.enumerated() {
            try writer.append(row + 1)
            try writer.append(ids?[row] ?? "")
            try writer.append(fold + 1)
            try writer.endRow()
        }
        try writer.finish()
    }
}
