import Tables

/// Reads the class of each row from one-hot columns.
///
/// A row that is all zero or all missing has no label. Anything else that is not a single 1 among zeros is an error: above
/// all, a −1 is never counted as "the last class", the silent bug of one-hot encoding a sentinel.
struct OneHotReader {
    let rules: LabelRules
    let source: SourceTable

    func labels(of columns: [ObservedCells]) throws(TableError) -> LabelRules.Labels {
        if rules.soft { return try shares(of: columns) }
        var observed = [Int32](repeating: 0, count: source.rows)
        var classes = [Int32](repeating: -1, count: source.rows)
        var weights = columns.contains { $0.weights != nil } ? [Float](repeating: 1, count: source.rows) : nil
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
                // The label is the 1, so its weight is the label's.
                if let weight = column.weights?[place] { weights?[row] = weight }
            }
        }
        var entries: [LabelTable.Entry] = []
        for row in 0..<source.rows where observed[row] > 0 {
            if observed[row] < columns.count { throw gap(columns, row: row, observed: Int(observed[row])) }
            if classes[row] >= 0 {
                entries.append(.init(row: row, value: Double(classes[row]), weight: weights?[row] ?? 1))
            }
        }
        return .init(columns: [entries])
    }

    /// Soft labels: the cells of a row are shares that sum to 1.
    private func shares(of columns: [ObservedCells]) throws(TableError) -> LabelRules.Labels {
        var positions: [Int: Int] = [:]
        var rows: [Int] = [], observed: [Int32] = [], weights: [Float] = []
        var shares: [Float] = [], sums: [Double] = []
        for (index, column) in columns.enumerated() {
            for (place, cell) in column.cells.enumerated() {
                let row = Int(column.rows[place])
                guard let share = share(cell, words: column.words) else {
                    throw illegal(column.value(place), row: row, column: column.name)
                }
                let position = positions[row] ?? rows.count
                if position == rows.count {
                    positions[row] = position
                    rows.append(row)
                    observed.append(0)
                    sums.append(0)
                    weights.append(1)
                    shares.append(contentsOf: repeatElement(0, count: columns.count))
                }
                observed[position] += 1
                sums[position] += share
                shares[position * columns.count + index] = Float(share)
                // A row is one label: the weight of its largest share.
                let held = shares[position * columns.count..<position * columns.count + index].max() ?? -1
                if let weight = column.weights?[place], Float(share) > held { weights[position] = weight }
            }
        }
        var entries: [LabelTable.Entry] = [], kept: [Float] = []
        for position in rows.indices.sorted(by: { rows[$0] < rows[$1] }) {
            let row = rows[position]
            if observed[position] < columns.count { throw gap(columns, row: row, observed: Int(observed[position])) }
            if sums[position] == 0 { continue }
            guard (sums[position] - 1).magnitude < 1e-4 else {
                throw source.labelError(
                    "the row's shares sum to \(plain((sums[position] * 1e6).rounded() / 1e6))", row: row, column: columns.first?.name,
                    why: "the columns of objective '\(rules.objective)' are soft labels, shares of one whole",
                    fix: "make them sum to 1, to 0.0001, or empty all its cells")
            }
            entries.append(.init(row: row, value: Double(kept.count / columns.count), weight: weights[position]))
            kept += shares[position * columns.count..<(position + 1) * columns.count]
        }
        return .init(columns: [entries], distributions: kept)
    }

    private func share(_ cell: LabelCell, words: [String]) -> Double? {
        if case .number(let number) = cell { return 0 <= number && number <= 1 ? number : nil }
        return bit(cell, words: words).map { $0 ? 1 : 0 }
    }

    private func gap(_ columns: [ObservedCells], row: Int, observed: Int) -> TableError {
        let gap = columns.first { column in !contains(column.rows, UInt32(row)) }
        return notOneHot(
            "\(columns.count - observed) of the row's \(columns.count) \(rules.soft ? "soft" : "one-hot") cells are missing",
            row: row, column: gap?.name)
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
            rules.soft ? "label \(shown) is no share in 0…1" : "label \(shown) is neither 0 nor 1", row: row, column: column,
            why: "objective '\(rules.objective)' is categorical over \(rules.soft ? "soft" : "one-hot") columns",
            fix: isFraction(value) && !rules.soft
                ? "if it is a share of one whole, say '\(rules.declaration):soft=true'" : rules.missingFix(value))
    }

    private func isFraction(_ value: LabelValue) -> Bool {
        if case .number(let number) = value { 0 < number && number < 1 } else { false }
    }

    private func notOneHot(_ problem: String, row: Int, column: String?) -> TableError {
        source.labelError(
            problem, row: row, column: column,
            why: rules.soft
                ? "a row of soft labels of objective '\(rules.objective)' is whole; all zero or all missing is no label"
                : "a one-hot row of objective '\(rules.objective)' is a single 1 among zeros; all zero or all missing is no label",
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
