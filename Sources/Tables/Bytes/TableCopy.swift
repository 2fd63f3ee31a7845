extension TableReader {
    /// Writes the table again with one more column at the end. Every byte of the table stays as it is, quotes, line ends,
    /// blank lines and byte-order mark included; only a last line that lacks a line break gets one.
    ///
    /// - Parameters:
    ///   - output: gzip where its name ends with `.gz`, whatever the input is. It may not be the table itself.
    ///   - column: the new column's name, quoted where it needs it.
    ///   - value: of each data row, from 0; a word without separators, quotes or line breaks.
    /// - Throws: `TableError`: the table has that column already, or a file cannot be read or written.
    public func copy(to output: String, adding column: String, value: (_ row: Int) -> String) throws(TableError) {
        guard !header.contains(column) else {
            throw TableError(
                "the table has a column '\(column)' already", file: path, column: column,
                why: "a column is never overwritten", fix: "give the new one another name with --column NAME")
        }
        // The last column's fields are enough: what stands before them is copied as it is.
        let last = header.indices.map { $0 == header.count - 1 }
        try copy(to: output, stoppingAt: last) { (piece, file, bytes) throws(TableError) in
            try file.write(bytes)
            guard piece.isWhole else { return }
            try file.write(delimiter)
            try file.write((piece.record == 0 ? quoted(column) : value(piece.record - 1)).utf8)
        }
    }

    /// Writes the table again with other text in some cells; all else stays byte for byte.
    ///
    /// - Parameters:
    ///   - output: as in ``copy(to:adding:value:)``.
    ///   - columns: `[columns]`: those with cells that are replaced.
    ///   - replacement: the text of a cell, by data row and column from 0; nil: the cell stays. Without separators, quotes and
    ///     line breaks.
    /// - Throws: `TableError` when a file cannot be read or written.
    package func copy(
        to output: String, replacingIn columns: [Bool], _ replacement: (_ row: Int, _ column: Int) -> String?
    ) throws(TableError) {
        try copy(to: output, stoppingAt: columns) { (piece, file, bytes) throws(TableError) in
            guard piece.record > 0, let text = replacement(piece.record - 1, piece.column) else { return try file.write(bytes) }
            if piece.isWhole { try file.write(text.utf8) }
        }
    }

    /// Copies all but the fields of some columns, and lets `body` write those, or pieces of them.
    private func copy(
        to output: String, stoppingAt columns: [Bool],
        _ body: (_ piece: FieldWalker.Piece, _ file: AtomicFile, _ bytes: [UInt8]) throws(TableError) -> Void
    ) throws(TableError) {
        let file = try AtomicFile(path: output, isGzip: hasEnding(output, ".gz"))
        let window = try ByteWindow(FileBytes(path: path), bufferSize: bufferSize)
        try window.begin()
        var walker = FieldWalker(delimiter: delimiter, columns: columns)
        while true {
            let bytes = unsafe UnsafeBufferPointer(start: window.start, count: window.end - window.start)
            var copied = 0
            try walker.forEachPiece(in: unsafe Span(_unsafeElements: bytes)) { (piece) throws(TableError) in
                try unsafe file.write(bytes[copied..<piece.range.lowerBound])
                try body(piece, file, unsafe Array(bytes[piece.range]))
                copied = piece.range.upperBound
            }
            try unsafe file.write(bytes[copied...])
            if window.isLast { break }
            try unsafe window.advance(from: window.end)
        }
        try file.finish()
    }

    private func quoted(_ name: String) -> String {
        let special = name.utf8.contains { [delimiter, Ascii.quote, Ascii.lineFeed, Ascii.carriageReturn].contains($0) }
        guard special || name.first == " " || name.last == " " else { return name }
        return "\"" + name.split(separator: "\"", omittingEmptySubsequences: false).joined(separator: "\"\"") + "\""
    }

    /// Whether fields are separated by tabs.
    public var isTabSeparated: Bool { delimiter == Ascii.tab }
}

/// Finds the fields of a table with their quotes, under the same rules as ``RecordScanner``, in windows that end with a
/// line feed.
private struct FieldWalker {
    /// A field, or the piece of a quoted one that lies in a window.
    struct Piece {
        /// The header is 0.
        let record: Int
        let column: Int
        /// In the window, quotes included.
        let range: Range<Int>
        /// Whether the field ends here.
        let isWhole: Bool
    }

    private enum Place { case fieldStart, unquoted, quoted, quoteInQuoted }

    private let delimiter: UInt8
    /// `[columns]`: those whose fields are told of.
    private let columns: [Bool]
    /// Whether a blank line below the header is an empty cell, as in a table of one column.
    private let blankIsRecord: Bool
    private var place = Place.fieldStart
    private var record = 0
    private var column = 0

    init(delimiter: UInt8, columns: [Bool]) {
        self.delimiter = delimiter
        self.columns = columns
        blankIsRecord = columns.count == 1
    }

    private var isWanted: Bool { column < columns.count && columns[column] }

    private var isRecordStart: Bool { column == 0 && place == .fieldStart }

    mutating func forEachPiece(
        in bytes: Span<UInt8>, _ body: (Piece) throws(TableError) -> Void
    ) throws(TableError) {
        var index = record == 0 && isRecordStart && startsWithByteOrderMark(bytes) ? 3 : 0
        var start = index
        while index < bytes.count {
            let byte = bytes[index]
            index += 1
            switch place {
            case .quoted:
                if byte == Ascii.quote { place = .quoteInQuoted }
                continue
            case .quoteInQuoted where byte == Ascii.quote:
                place = .quoted
                continue
            default: break
            }
            if byte == Ascii.lineFeed {
                let hasReturn = index - 2 >= start && bytes[index - 2] == Ascii.carriageReturn
                let end = hasReturn ? index - 2 : index - 1
                let isBlank = column == 0 && end == start && place != .quoteInQuoted
                if !isBlank || (blankIsRecord && record > 0) {
                    if isWanted { try body(Piece(record: record, column: column, range: start..<end, isWhole: true)) }
                    record += 1
                }
                (place, column, start) = (.fieldStart, 0, index)
            } else if byte == delimiter {
                if isWanted { try body(Piece(record: record, column: column, range: start..<index - 1, isWhole: true)) }
                (place, column, start) = (.fieldStart, column + 1, index)
            } else {
                place = place == .fieldStart && byte == Ascii.quote ? .quoted : .unquoted
            }
        }
        // A window ends inside a field only within quotes.
        guard start < bytes.count, isWanted else { return }
        try body(Piece(record: record, column: column, range: start..<bytes.count, isWhole: false))
    }

    private func startsWithByteOrderMark(_ bytes: Span<UInt8>) -> Bool {
        bytes.count > 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
    }
}
