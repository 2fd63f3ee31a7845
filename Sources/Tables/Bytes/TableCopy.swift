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
        let file = try AtomicFile(path: output, isGzip: hasEnding(output, ".gz"))
        let window = try ByteWindow(FileBytes(path: path), bufferSize: bufferSize)
        try window.begin()
        var copier = RecordEnds(delimiter: delimiter, blankIsRecord: header.count == 1)
        while true {
            let bytes = unsafe UnsafeBufferPointer(start: window.start, count: window.end - window.start)
            var start = 0
            try copier.forEachEnd(in: unsafe Span(_unsafeElements: bytes)) { (record, end) throws(TableError) in
                try unsafe file.write(bytes[start..<end])
                try file.write(delimiter)
                try file.write((record == 0 ? quoted(column) : value(record - 1)).utf8)
                start = end
            }
            try unsafe file.write(bytes[start...])
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

/// Finds where the records of a table end, under the same rules as ``RecordScanner``, in pieces that end with a line feed.
private struct RecordEnds {
    private enum Place { case fieldStart, unquoted, quoted, quoteInQuoted }

    private let delimiter: UInt8
    /// Whether a blank line below the header is an empty cell, as in a table of one column.
    private let blankIsRecord: Bool
    private var place = Place.fieldStart
    private var isRecordStart = true
    private var record = 0

    init(delimiter: UInt8, blankIsRecord: Bool) {
        self.delimiter = delimiter
        self.blankIsRecord = blankIsRecord
    }

    /// Calls `body` with each record's number, the header's being 0, and where its last field ends, before CR and LF.
    mutating func forEachEnd(
        in bytes: Span<UInt8>, _ body: (_ record: Int, _ end: Int) throws(TableError) -> Void
    ) throws(TableError) {
        var index = record == 0 && isRecordStart && startsWithByteOrderMark(bytes) ? 3 : 0
        while index < bytes.count {
            let byte = bytes[index]
            switch place {
            case .quoted:
                if byte == Ascii.quote { place = .quoteInQuoted }
            case .quoteInQuoted where byte == Ascii.quote:
                place = .quoted
            default:
                if byte == Ascii.lineFeed {
                    let hasReturn = index > 0 && bytes[index - 1] == Ascii.carriageReturn
                    if !isRecordStart || (blankIsRecord && record > 0) {
                        try body(record, hasReturn ? index - 1 : index)
                        record += 1
                    }
                    place = .fieldStart
                    isRecordStart = true
                } else if isRecordStart, byte == Ascii.carriageReturn, index + 1 < bytes.count, bytes[index + 1] == Ascii.lineFeed {
                    // The line is blank so far, and ends with the next byte.
                } else {
                    isRecordStart = false
                    if byte == delimiter {
                        place = .fieldStart
                    } else if place == .fieldStart {
                        place = byte == Ascii.quote ? .quoted : .unquoted
                    } else {
                        place = .unquoted
                    }
                }
            }
            index += 1
        }
    }

    private func startsWithByteOrderMark(_ bytes: Span<UInt8>) -> Bool {
        bytes.count > 3 && bytes[0] == 0xEF && bytes[1] == 0xBB && bytes[2] == 0xBF
    }
}
