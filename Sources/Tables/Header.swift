/// The names in a table's first row.
public struct Header: Sendable, Equatable {
    /// Distinct and not empty, in the file's order, without the spaces around them.
    public let names: [String]
    /// The path as the caller gave it.
    public let file: String

    /// Reads the record that the scanner stands before.
    init(_ scanner: RecordScanner, file: String) throws(TableError) {
        guard try scanner.next(RowBlock(width: 0), 0) else {
            throw TableError("the table has no header", file: file, why: "the file holds blank lines only")
        }
        var names: [String] = []
        try scanner.forEachKeptField { (_, cell) throws(TableError) in
            try trimmed(cell) { (cell) throws(TableError) in
                guard let name = validText(cell), !name.utf8.contains(0) else {
                    throw TableError(
                        "the column name '\(messageText(cell))' is not UTF-8 text", file: file, line: scanner.recordLine,
                        why: "the file was written in another encoding", fix: "save it as UTF-8")
                }
                names.append(name)
            }
        }
        try Header.check(names, file: file, line: scanner.recordLine)
        self.names = names
        self.file = file
    }

    private static func check(_ names: [String], file: String, line: Int) throws(TableError) {
        if names.count == 1, names[0].contains(";") {
            throw TableError(
                "the header has no comma, but semicolons", file: file, line: line,
                why: "fields are separated by commas or tabs",
                fix: "save the table with commas")
        }
        if names.contains(where: { $0.utf8.contains(Ascii.carriageReturn) }) {
            throw TableError(
                "the header holds a carriage return", file: file, line: line,
                why: "lines end with LF or CRLF, not with CR alone",
                fix: "save the table with LF line ends")
        }
        var columns: [String: Int] = [:]
        for (index, name) in names.enumerated() {
            if name.isEmpty {
                throw TableError(
                    "column \(index + 1) has no name", file: file, line: line,
                    why: index == 0 ? "pandas writes its index so" : "columns are known by their names",
                    fix: index == 0 ? "write the table with index=False, or name the column" : "name the column")
            }
            if let first = columns.updateValue(index, forKey: name) {
                throw TableError(
                    "two columns have the same name", file: file, line: line, column: name,
                    why: "columns \(first + 1) and \(index + 1) are both called that", fix: "rename one of them")
            }
        }
    }
}

/// The first bytes of a text table, inflated; throws if the file is something else.
func textPrefix(_ file: FileBytes) throws(TableError) -> [UInt8] {
    let path = file.path
    if hasEnding(path, ".gz") && !file.isGzip {
        throw TableError(
            "this is not a gzip file", file: path, why: "its name ends with .gz, its bytes are not compressed",
            fix: "compress it, or name it as what it is")
    }
    if hasEnding(path, ".csv", ".tsv", ".tab", ".txt") && file.isGzip {
        throw TableError(
            "this is a gzip file", file: path, why: "its name does not end with .gz, its bytes are compressed",
            fix: "name it as what it is, or decompress it")
    }
    let head = try inflatedPrefix(file)
    switch FileKind(head) {
    case .npy:
        throw TableError(
            "this is an npy array, not a text table", file: path, fix: "pass it as an array: --features or --labels")
    case .zip:
        throw TableError(
            "this is a zip archive (npz and xlsx files are such), not a text table", file: path,
            fix: hasEnding(path, ".npz")
                ? "pass it as arrays: --features or --labels" : "save the table as CSV or TSV, in UTF-8")
    case .gzip:
        throw TableError("this is compressed twice, not a text table", file: path, fix: "decompress it once")
    case .other(let kind):
        throw TableError("this is \(kind), not a text table", file: path, fix: "save the table as CSV or TSV, in UTF-8")
    case .unknown:
        guard head.contains(0) else { break }
        throw TableError(
            "this is not a text table", file: path, why: "it holds NUL bytes", fix: "save the table as CSV or TSV, in UTF-8")
    }
    if hasEnding(path, ".npy", ".npz") {
        throw TableError(
            "this is not an array file, but text", file: path, why: "its name says otherwise",
            fix: "name it .csv or .tsv, or give the array")
    }
    try checkSeparator(path, head)
    return head
}

private func inflatedPrefix(_ file: FileBytes) throws(TableError) -> [UInt8] {
    guard file.isGzip else { return file.prefix(1 << 16) }
    let window = try ByteWindow(file, bufferSize: 1 << 16)
    try window.begin()
    let head = window.prefix(1 << 16)
    if head.isEmpty { throw TableError("the file is empty", file: file.path, why: "it inflates to nothing") }
    return head
}

/// A name that promises the other separator than the header has would make one column of the whole table.
private func checkSeparator(_ path: String, _ head: [UInt8]) throws(TableError) {
    let line = head.prefix { $0 != Ascii.lineFeed }
    let hasTab = line.contains(Ascii.tab), hasComma = line.contains(Ascii.comma)
    if hasEnding(path, ".tsv", ".tab", ".tsv.gz", ".tab.gz"), hasComma, !hasTab {
        throw TableError(
            "this is not tab-separated", file: path, why: "its name says so, its header has commas and no tab",
            fix: "name it .csv")
    }
    if hasEnding(path, ".csv", ".csv.gz"), hasTab, !hasComma {
        throw TableError(
            "this is not comma-separated", file: path, why: "its name says so, its header has tabs and no comma",
            fix: "name it .tsv")
    }
}

/// Tab or comma, by the name, else by the header.
func separator(path: String, head: [UInt8]) -> UInt8 {
    if hasEnding(path, ".tsv", ".tab", ".tsv.gz", ".tab.gz") { return Ascii.tab }
    let line = head.prefix { $0 != Ascii.lineFeed }
    return line.contains(Ascii.tab) && !line.contains(Ascii.comma) ? Ascii.tab : Ascii.comma
}
