// CSV and TSV, by hand. Considered, with the reason against each:
// - SwiftCSV takes the whole text as one String and gives every cell as another: many times the memory of the numbers,
//   an allocation per cell, no gzip.
// - CodableCSV streams, but decodes cells to Strings or Codable values: an allocation per cell; no gzip.
// - TabularData has typed columns, but exists on Apple's systems only.
// - DuckDB and Arrow read fast, but bring a C++ library many times the size of this package.
// None of them says which row, line and column was wrong in the way this project promises, nor keeps labels sparse.

/// A CSV or TSV file, plain or gzip, read in two steps: the header first, so that the caller can say what each column is
/// for, then the rows.
///
/// Fields are quoted as in RFC 4180; lines end with LF or CRLF; a byte-order mark is skipped. A file is tab-separated if
/// its name ends with `.tsv`, `.tab` or `.tsv.gz`, or if its header holds a tab and no comma. Blank lines are skipped,
/// except in a table of one column.
public struct TableReader: Sendable {
    /// The columns' names, in the file's order; distinct, not empty, without the spaces around them.
    public let header: [String]
    /// The path as the caller gave it.
    public let path: String
    let delimiter: UInt8
    let bufferSize: Int
    /// A thread is worth its start for so many bytes of text.
    let partSize: Int
    /// A piece for one thread has at least so many records as long as the header.
    let recordsPerPiece: Int

    /// Opens the file, checks that it is a text table and reads its header.
    public init(path: String) throws(TableError) {
        try self.init(path: path, bufferSize: 1 << 18, partSize: 1 << 21, recordsPerPiece: 64)
    }

    /// - Parameters:
    ///   - bufferSize: the inflated bytes held at once; half of the most, and the least, that a piece for one thread has
    ///     where the header is short.
    ///   - partSize: the least bytes that a thread of its own is worth.
    ///   - recordsPerPiece: none in tests, so that pieces are as small as they ask for.
    init(path: String, bufferSize: Int, partSize: Int, recordsPerPiece: Int = 0) throws(TableError) {
        let file = try FileBytes(path: path)
        let head = try textPrefix(file)
        self.path = path
        self.bufferSize = bufferSize
        self.partSize = partSize
        self.recordsPerPiece = recordsPerPiece
        delimiter = separator(path: path, head: head)
        let scanner = try RecordScanner(
            ByteWindow(file, bufferSize: min(bufferSize, headerSize)), delimiter: delimiter, uses: nil)
        header = try Header(scanner, file: path).names
    }

    /// Reads all data rows.
    ///
    /// - Parameters:
    ///   - roles: one per column of `header`.
    ///   - threads: how many pieces of a large file are read at once; the result is the same for any number. A gzip file is
    ///     inflated by one of them at a time; one too small for several threads is inflated on a second one, a very small one
    ///     on the caller's.
    /// - Throws: the first ragged row, infinite label or unreadable cell with its place; then, by column, the first
    ///   infinite feature or the first cell of the rarer sort in a feature column that mixes numbers and words.
    public func read(_ roles: [ColumnRole], threads: Int = processorCount()) throws(TableError) -> Table {
        precondition(roles.count == header.count, "\(roles.count) roles for \(header.count) columns")
        let first = try Pass.read(roles, self, threads)
        guard first.rows > 0 else {
            throw TableError(
                "the table has no data rows", file: path, why: "nothing follows the header",
                fix: "add rows below the header")
        }
        let rereads = try textFeatures(first.builders)
        var columns = first.builders.map(\.column)
        if rereads.contains(where: { $0 != .skip }) {
            let second = try Pass.read(rereads, self, threads)
            for (index, role) in rereads.enumerated() where role != .skip { columns[index] = second.builders[index].column }
        }
        return Table(rows: first.rows, columns: columns, file: path, lines: first.lines)
    }

    /// Roles for reading again the feature columns that turned out to be text; throws for the first that is neither sort.
    private func textFeatures(_ builders: [Builder]) throws(TableError) -> [ColumnRole] {
        var result = [ColumnRole](repeating: .skip, count: builders.count)
        for (index, builder) in builders.enumerated() {
            guard case .feature(let feature) = builder else { continue }
            switch feature.verdict {
            case .numbers: break
            case .text: result[index] = .feature(missing: feature.missing, forceText: true)
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

    /// How many threads the file has work for. Text shrinks to a third or less.
    func worthwhileThreads(_ file: FileBytes) -> Int {
        (file.isGzip ? 3 * file.count : file.count) / max(partSize, 1)
    }

    /// About how many bytes each piece of a file has that several threads read: few for a small table, since memory follows
    /// them, and more for a large one, since each piece has a cost of its own. That cost grows with the columns, so a piece of
    /// a wide table has many rows too, which are taken to be about as long as the header.
    ///
    /// - Parameter header: the bytes before the first data row.
    func pieceSize(_ file: FileBytes, header: Int) -> Int {
        max(bufferSize, min(file.count / 64, 2 * bufferSize), min(recordsPerPiece * header, largestPiece))
    }

    /// A scanner that stands before the first data row, and that shall read those rows unless it `stopsThere`.
    func scanner(_ uses: [FieldUse], stopsThere: Bool = false) throws(TableError) -> RecordScanner {
        let size = stopsThere ? min(bufferSize, headerSize) : bufferSize
        let window = try ByteWindow(FileBytes(path: path), bufferSize: size)
        let scanner = RecordScanner(window, delimiter: delimiter, uses: nil)
        _ = try scanner.next(RowBlock(width: 0), 0)
        scanner.beginData(uses)
        return scanner
    }
}

/// What is inflated at first where only the header is wanted.
private let headerSize = 1 << 16
/// Bounds the memory of a table whose header is far longer than its rows.
private let largestPiece = 1 << 24
