import Tables

/// Reads the class of each row from one-hot columns.
///
/// A row that is all zero or all missing has no label. Anything else that is not a single 1 among zeros is an error: above
/// all, a −1 is never counted as "the last class", the silent bug of one-hot encoding a sentinel.
struct OneHotReader {
    let rules: LabelRules
    let source: SourceTable

    func entries(of columns: [ObservedCells]) throws(TableError) -> [LabelTable.Entry] {
        var observed = [Int32](repeating: 0, count: source.rows)
        var classes = [Int32](repeating: -1, count: source.rows)
        for (index, column) in columns.enumerated() {
            for (place, cell) in column.cells.enumerated() {
                let row = Int(column.rows[place])
                observed[row] += 1
                guard let isOne = bit(cell, words: column.words) else {
                    throw illegal(column.value(place), row: row, column: column.name)
                }
                if !isOne { continue }
                if classes[row] >= 0 {
                    throw notOneHot(
                        "the row has a 1 in '\(columns[Int(classes[row])].name)' and in '\(column.name)'", row: row,
                        column: column.name)
                }
                classes[row] = Int32(index)
            }
        }
        var entries: [LabelTable.Entry] = []
        for row in 0..<source.rows where observed[row] > 0 {
            if observed[row] < columns.count {
                let gap = columns.first { column in !contains(column.rows, UInt32(row)) }
                throw notOneHot(
                    "\(columns.count - Int(observed[row])) of the row's \(columns.count) one-hot cells are missing",
                    row: row, column: gap?.name)
            }
            if classes[row] >= 0 { entries.append(.init(row: row, value: Double(classes[row]))) }
        }
        return entries
    }

    private func bit(_ cell: LabelCell, words: [String]) -> Bool? {
        switch cell {
        case .number(let number): number == 1 ? true : number == 0 ? false : nil
        case .word(let word): ["true": true, "false": false][words[Int(word)].lowercased()]
        }
    }

    private func illegal(_ value: LabelValue, row: Int, column: String) -> TableError {
        let shown = if case .word(let word) = value { "'\(word)'" } else { value.name }
        return source.labelError(
            "label \(shown) is neither 0 nor 1", row: row, column: column,
            why: "objective '\(rules.objective)' is categorical over one-hot columns", fix: rules.missingFix(value))
    }

    private func notOneHot(_ problem: String, row: Int, column: String?) -> TableError {
        source.labelError(
            problem, row: row, column: column,
            why: "a one-hot row of objective '\(rules.objective)' is a single 1 among zeros; all zero or all missing is no label",
            fix: "correct the row, or empty all its cells")
    }

    /// Whether the ascending rows hold this one.
    private func contains(_ rows: [UInt32], _ row: UInt32) -> Bool {
        var (low, high) = (0, rows.count)
        while low < high {
            let middle = (low + high) / 2
            if rows[middle] < row { low = middle + 1 } else { high = middle }
        }
        return low < rows.count && rows[low] == row
    }
}
