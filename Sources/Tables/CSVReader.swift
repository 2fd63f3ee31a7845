// CSV and TSV, by hand. Considered, with the reason against each:
// - SwiftCSV takes the whole text as one String and gives every cell as another: many times the memory of the numbers,
//   an allocation per cell, no gzip.
// - CodableCSV streams, but decodes cells to Strings or Codable values: an allocation per cell; no gzip.
// - TabularData has typed columns, but exists on Apple's systems only.
// - DuckDB and Arrow read fast, but bring a C++ library many times the size of this package.
// None of them says which row, line and column was wrong in the way this project promises, nor keeps labels sparse.

/// A CSV or TSV file, plain or gzip, read in two steps: the header first, so that the caller can say what each column is for.
///
/// Fields are quoted as in RFC 4180; lines end with LF or CRLF; a byte-order mark is skipped. A file is tab-separated if
/// its name ends with `.tsv`, `.tab` or `.tsv.gz`, or if its header holds a tab and no comma. Blank lines are skipped,
/// except in a table of one column.
public struct TableReader: Sendable {
    /// The columns' names, in the file's order; distinct and not empty.
    public let header: [String]
    /// The path as the caller gave it.
    public let path: String
    private let delimiter: UInt8
    private let bufferSize: Int

    /// Opens the file, checks that it is a text table and reads its header.
    public init(path: String) throws(TableError) {
        try self.init(path: path, bufferSize: 1 << 20)
    }

    /// - Parameter bufferSize: the inflated bytes held at once.
    init(path: String, bufferSize: Int) throws(TableError) {
        let file = try FileBytes(path: path)
        let head = try textPrefix(file)
        self.path = path
        self.bufferSize = bufferSize
        delimiter = separator(path: path, head: head)
        let scanner = try RecordScanner(
            ByteWindow(file, bufferSize: bufferSize), delimiter: delimiter, uses: nil)
        header = try Header(scanner, file: path).names
    }

    /// Reads all data rows.
    ///
    /// - Parameter roles: one per column of `header`.
    /// - Throws: the first ragged row, infinite label or unreadable cell with its place; then, by column, the first
    ///   infinite feature or the first cell of the rarer sort in a feature column that mixes numbers and words.
    public func read(_ roles: [ColumnRole]) throws(TableError) -> Table {
        precondition(roles.count == header.count, "\(roles.count) roles for \(header.count) columns")
        var first = Pass(roles.map(Builder.init), reader: self)
        try first.run()
        guard first.rows > 0 else {
            throw TableError(
                "the table has no data rows", file: path, why: "nothing follows the header", fix: "add rows below the header")
        }
        let rereads = try textFeatures(first.builders, roles)
        var columns = first.builders.map(\.column)
        if rereads.contains(where: { if case .text = $0 { true } else { false } }) {
            var second = Pass(rereads, reader: self)
            try second.run()
            for (index, builder) in second.builders.enumerated() {
                if case .text = builder { columns[index] = builder.column }
            }
        }
        return Table(rows: first.rows, columns: columns, file: path, lines: first.lines)
    }

    /// Builders of the feature columns that turned out to be text; throws for the first column that is neither sort.
    private func textFeatures(_ builders: [Builder], _ roles: [ColumnRole]) throws(TableError) -> [Builder] {
        var result = [Builder](repeating: .skip, count: builders.count)
        for (index, builder) in builders.enumerated() {
            guard case .feature(let feature) = builder else { continue }
            switch feature.verdict {
            case .numbers: break
            case .text: result[index] = .text(TextBuilder(missing: feature.missing))
            case .infinite(let row): throw try infinite(feature, index, row)
            case .mixed(let row, let numbersAreRarer): throw try mixed(feature, index, row, numbersAreRarer)
            }
        }
        return result
    }

    private func infinite(_ feature: FeatureBuilder, _ index: Int, _ row: Int) throws(TableError) -> TableError {
        let (text, place) = try cell(row: row, column: index)
        return place.error(
            "feature '\(text)' is infinite", why: "a feature must be finite as a 32-bit float (at most 3.4e38)",
            fix: "leave the cell empty, or declare it with --missing-features '\(text)'")
    }

    private func mixed(
        _ feature: FeatureBuilder, _ index: Int, _ row: Int, _ numbersAreRarer: Bool
    ) throws(TableError) -> TableError {
        let (text, place) = try cell(row: row, column: index)
        let present = feature.wordCount + feature.numberCount
        return place.error(
            numbersAreRarer ? "feature '\(text)' is a number among words" : "feature '\(text)' is not a number",
            why: numbersAreRarer
                ? "\(feature.wordCount) of \(present) cells in this column are words"
                : "\(feature.numberCount) of \(present) cells in this column are numbers",
            fix: "declare it with --missing-features '\(text)', or pass --text '\(header[index])'")
    }

    /// The text of one cell for a message, found by reading the file again.
    private func cell(row: Int, column: Int) throws(TableError) -> (text: String, place: CellPlace) {
        var uses = [FieldUse](repeating: .skip, count: header.count)
        uses[column] = .every
        let scanner = try self.scanner(uses)
        let block = RowBlock(width: header.count)
        var text = ""
        while scanner.row < row, try scanner.next(block, 0) {}
        try scanner.forEachKeptField { (_, cell) throws(TableError) in
            text = try trimmed(cell) { cell in messageText(cell) }
        }
        return (text, CellPlace(file: path, column: header[column], row: row, line: scanner.recordLine))
    }

    /// A scanner that stands before the first data row.
    fileprivate func scanner(_ uses: [FieldUse]) throws(TableError) -> RecordScanner {
        let window = try ByteWindow(FileBytes(path: path), bufferSize: bufferSize)
        let scanner = RecordScanner(window, delimiter: delimiter, uses: nil)
        _ = try scanner.next(RowBlock(width: 0), 0)
        scanner.beginData(uses)
        return scanner
    }
}

/// One reading of the file from the first data row to the last.
private struct Pass {
    var builders: [Builder]
    var rows = 0
    var lines = LineMap()
    private let reader: TableReader

    init(_ builders: [Builder], reader: TableReader) {
        self.builders = builders
        self.reader = reader
    }

    mutating func run() throws(TableError) {
        let scanner = try reader.scanner(builders.map(\.use))
        let block = RowBlock(width: builders.count)
        var filled = 0
        while try scanner.next(block, filled) {
            lines.note(row: scanner.row, line: scanner.recordLine)
            try takeKeptFields(scanner, block, filled)
            filled += 1
            if filled == block.capacity {
                if rows == 0 { reserve(scanner.estimatedRows) }
                take(block, &filled)
            }
        }
        take(block, &filled)
    }

    /// Growing step by step would leave copies behind and touch twice the memory.
    private func reserve(_ rows: Int) {
        for case .feature(let builder) in builders { builder.values.reserveCapacity(rows) }
    }

    private func takeKeptFields(_ scanner: RecordScanner, _ block: RowBlock, _ blockRow: Int) throws(TableError) {
        let row = scanner.row
        try scanner.forEachKeptField { (index, cell) throws(TableError) in
            func place() -> CellPlace {
                CellPlace(file: reader.path, column: reader.header[index], row: row, line: scanner.recordLine)
            }
            switch builders[index] {
            case .skip: break
            case .feature(let builder):
                let value = try trimmed(cell) { cell in builder.value(ofOddCell: cell, row: row) }
                block.set(value, row: blockRow, column: index)
            case .text(let builder) where builder.missing == nil:
                try builder.append(cell, at: place())
            case .text(let builder):
                try trimmed(cell) { (cell) throws(TableError) in try builder.append(cell, at: place()) }
            case .label(let builder):
                try trimmed(cell) { (cell) throws(TableError) in try builder.append(cell, row: row, at: place()) }
            }
        }
    }

    private mutating func take(_ block: RowBlock, _ filled: inout Int) {
        for (index, builder) in builders.enumerated() {
            guard case .feature(let feature) = builder else { continue }
            feature.take(block, column: index, rows: filled, firstRow: rows + 1)
        }
        rows += filled
        filled = 0
    }
}
