/// Which rows belong together, such as those of one patient: what `--group` names.
public struct RowGroups: Equatable, Sendable {
    /// The column that says it.
    public let column: String
    /// `[rows]`: the row's group, an index of ``names``.
    public let ofRow: [Int32]
    /// The distinct cells of the column, without spaces around them, in order of first appearance.
    public let names: [String]

    /// Groups that the caller knows.
    ///
    /// - Precondition: each of `ofRow` lies in `0 ..< names.count`.
    public init(column: String, ofRow: [Int32], names: [String]) {
        precondition(ofRow.allSatisfy { names.indices.contains(Int($0)) }, "a group is an index of the names")
        self.column = column
        self.ofRow = ofRow
        self.names = names
    }

    /// The given rows, in their order; the names stay.
    public func selecting(rows chosen: [Int]) -> RowGroups {
        RowGroups(column: column, ofRow: chosen.map { ofRow[$0] }, names: names)
    }

    /// The first group, in order of its second part's first row, that has rows in two parts: the group, and a row of each.
    func straddling(_ split: Split) -> (group: String, first: Int, second: Int)? {
        var firstRow = [Int](repeating: -1, count: names.count)
        for (row, part) in split.partOfRow.enumerated() where part != nil {
            let group = Int(ofRow[row])
            if firstRow[group] < 0 {
                firstRow[group] = row
            } else if split.partOfRow[firstRow[group]] != part {
                return (names[group], firstRow[group], row)
            }
        }
        return nil
    }
}
