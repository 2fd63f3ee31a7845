/// Writes a CSV file row by row; the file appears under its name when `finish` has succeeded, and never half-written.
///
/// Lines end with LF. Fields are quoted where RFC 4180 needs it. A writer that is dropped before `finish`, or that fails,
/// leaves nothing behind. A file whose name ends with `.gz` is compressed.
public final class CSVWriter {
    private let file: AtomicFile
    private let columns: Int
    private var fields = 0

    /// Creates the file and writes the header.
    public init(path: String, header: [String]) throws(TableError) {
        precondition(!header.isEmpty, "a table has at least one column")
        file = try AtomicFile(path: path, isGzip: hasEnding(path, ".gz"))
        columns = header.count
        for name in header { try append(name) }
        try endRow()
    }

    /// Appends a field of text to the row.
    public func append(_ text: String) throws(TableError) {
        try beginField()
        let needsQuotes = text.utf8.contains { byte in
            byte == Ascii.comma || byte == Ascii.quote || byte == Ascii.lineFeed || byte == Ascii.carriageReturn
        }
        // A lone empty field would be a blank line, which readers skip; spaces at the ends are trimmed by some.
        let isFragile = text.isEmpty ? columns == 1 : text.first == " " || text.last == " "
        guard needsQuotes || isFragile else { return try file.write(text.utf8) }
        try file.write(Ascii.quote)
        for byte in text.utf8 {
            if byte == Ascii.quote { try file.write(Ascii.quote) }
            try file.write(byte)
        }
        try file.write(Ascii.quote)
    }

    /// Appends a number, written with the fewest digits that read back as the same Float; NaN is an empty field.
    public func append(_ number: Float) throws(TableError) {
        try beginField()
        if !number.isNaN { try file.write(number.description.utf8) }
    }

    /// Appends a number, written with the fewest digits that read back as the same Double; NaN is an empty field.
    public func append(_ number: Double) throws(TableError) {
        try beginField()
        if !number.isNaN { try file.write(number.description.utf8) }
    }

    /// Appends a whole number.
    public func append(_ number: Int) throws(TableError) {
        try beginField()
        try file.write(number.description.utf8)
    }

    /// Ends the row, which must have a field for every column.
    public func endRow() throws(TableError) {
        precondition(fields == columns, "the row has \(fields) fields, the header \(columns)")
        try file.write(Ascii.lineFeed)
        fields = 0
    }

    /// Writes what is left and gives the file its name.
    public func finish() throws(TableError) {
        precondition(fields == 0, "the last row was not ended")
        try file.finish()
    }

    private func beginField() throws(TableError) {
        if fields > 0 { try file.write(Ascii.comma) }
        fields += 1
    }
}
