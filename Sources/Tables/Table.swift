/// The columns of a text table, typed.
public struct Table: Sendable {
    /// Data rows, the header not counted; at least 1.
    public let rows: Int
    /// One per column of the file, in its order.
    public let columns: [Column]
    /// The path as the caller gave it.
    public let file: String
    /// From data rows to lines: kept when the columns are let go.
    package let lines: LineMap

    /// The line on which a data row begins in an editor; rows and lines are counted from 1.
    public func line(ofRow row: Int) -> Int { lines.line(ofRow: row) }
}

/// A column of a table, as it was read.
public enum Column: Sendable {
    /// Read for nothing.
    case skipped
    /// A feature of numbers.
    case numbers(NumberColumn)
    /// A feature of words, ids, or names of parts.
    case text(TextColumn)
    /// Observed labels.
    case labels(LabelColumn)
}

/// What a column is read for.
public enum ColumnRole: Sendable, Equatable {
    /// Not read.
    case skip
    /// Numbers or text, whichever its present cells are; text in any case with `forceText`.
    case feature(missing: MissingTokens, forceText: Bool)
    /// Observed cells only, each a number or a word.
    case label(missing: MissingTokens)
    /// Ids and split names: every cell a string, exactly as written (an empty cell is an empty string).
    case text
}

/// A feature column of numbers.
public struct NumberColumn: Sendable {
    /// `[rows]`; NaN where the cell is missing, else finite. Read as Double, then rounded to Float.
    public let values: [Float]
    /// How many cells are missing.
    public let missingCount: Int
}

/// A column of words, each stored once.
public struct TextColumn: Sendable, Equatable {
    /// `[rows]`; an index into `vocabulary`, −1 where the cell is missing (never for the role `.text`).
    public let codes: [Int32]
    /// In order of first appearance.
    public let vocabulary: [String]
}

/// The observed labels of one column; memory follows them, not the rows.
public struct LabelColumn: Sendable, Equatable {
    /// Row indices from 0, ascending.
    public let rows: [UInt32]
    /// One per entry of `rows`.
    public let cells: [LabelCell]
    /// The distinct words, in order of first appearance.
    public let words: [String]
}

/// An observed label as the file has it.
public enum LabelCell: Equatable, Sendable {
    /// A finite number.
    case number(Double)
    /// An index into `LabelColumn.words`.
    case word(UInt32)
}

/// From data rows to lines: they differ where quoted fields hold line breaks and where blank lines stand.
package struct LineMap: Sendable {
    private var rows: [Int] = []
    private var lines: [Int] = []

    /// Notes the line of `row`; rows come in ascending order.
    mutating func note(row: Int, line: Int) {
        if !rows.isEmpty && self.line(ofLast: row) == line { return }
        rows.append(row)
        lines.append(line)
    }

    /// Takes the lines of the part of the file after this one's.
    mutating func merge(_ next: LineMap, rowOffset: Int, lineOffset: Int) {
        for (row, line) in zip(next.rows, next.lines) { note(row: row + rowOffset, line: line + lineOffset) }
    }

    package func line(ofRow row: Int) -> Int {
        var (low, high) = (0, rows.count)
        while high - low > 1 {
            let middle = (low + high) / 2
            if rows[middle] <= row { low = middle } else { high = middle }
        }
        return lines[low] + row - rows[low]
    }

    private func line(ofLast row: Int) -> Int { lines[lines.count - 1] + row - rows[rows.count - 1] }
}
