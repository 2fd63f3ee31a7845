#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#else
import Darwin
#endif

/// What the scanner does with the fields of one column.
enum FieldUse: UInt8 {
    /// Stepped over.
    case skip
    /// A number goes to the row block; what is not plainly a number is kept for the reader.
    case number
    /// Kept for the reader unless empty.
    case filled
    /// Kept for the reader.
    case every
}

/// Walks a CSV or TSV file record by record (RFC 4180 quoting; LF or CRLF).
///
/// Plain numbers are parsed in the same pass that finds the field's end. All other fields wait in a list until their
/// record is known to be whole and to have the right number of fields, so a record is read entirely or not at all.
@safe final class RecordScanner {
    private let window: ByteWindow
    private var position: UnsafePointer<UInt8>
    private let delimiter: UInt8
    private var uses: [FieldUse]
    private var isHeader: Bool
    private var kept: [KeptField] = []
    /// The line on which the last record began.
    private(set) var recordLine = 1
    private var nextLine = 1
    /// Records delivered so far.
    private(set) var row = 0
    private var fieldCount = 0

    @safe private struct KeptField {
        var column: Int
        var start: UnsafePointer<UInt8>
        var end: UnsafePointer<UInt8>
        var hasEscapedQuotes: Bool
    }

    private enum Outcome { case whole, cutOff }

    /// - Parameter uses: one per column, or nil to read a header, whose width is not known yet.
    init(_ window: ByteWindow, delimiter: UInt8, uses: [FieldUse]?) {
        self.window = window
        self.delimiter = delimiter
        self.uses = uses ?? []
        isHeader = uses == nil
        unsafe position = window.start
    }

    /// Ends the header: the records from here on are data rows of `uses.count` fields.
    func beginData(_ uses: [FieldUse]) {
        self.uses = uses
        isHeader = false
        row = 0
    }

    /// Goes to the next record; false at the end of the file.
    ///
    /// Blank lines are no records, except in a table of one column, where they are an empty cell.
    func next(_ block: RowBlock, _ blockRow: Int) throws(TableError) -> Bool {
        while true {
            if unsafe position == window.end {
                if window.isLast { return false }
                try moveWindow()
                continue
            }
            if isHeader && nextLine == 1 { skipByteOrderMark() }
            if isHeader || uses.count > 1, let length = blankLineLength() {
                unsafe position += length
                nextLine += 1
                continue
            }
            if try unsafe scan(block.row(blockRow)) == .whole { break }
            try moveWindow()
        }
        row += 1
        return true
    }

    /// How many rows the file has if the rest is like the records so far.
    var estimatedRows: Double { Double(row) * Double(window.estimatedSize) / Double(max(textOffset, 1)) }

    /// Where the next record begins in the text; one past the text's end after a last line without a line feed.
    var textOffset: Int { unsafe window.offset + (position - window.start) }
    /// The lines passed so far.
    var lineCount: Int { nextLine - 1 }

    /// Calls `body` with every kept field of the record: its column and its bytes without quotes.
    func forEachKeptField(
        _ body: (_ column: Int, _ cell: Span<UInt8>) throws(TableError) -> Void
    ) throws(TableError) {
        for index in 0 ..< kept.count {
            let field = kept[index]
            if field.hasEscapedQuotes {
                let unescaped = unescape(field)
                try body(field.column, unescaped.span)
            } else {
                let bytes = unsafe UnsafeBufferPointer(start: field.start, count: field.end - field.start)
                let cell = unsafe Span(_unsafeElements: bytes)
                try body(field.column, cell)
            }
        }
    }

    private func unescape(_ field: KeptField) -> [UInt8] {
        var unquoted: [UInt8] = []
        var p = unsafe field.start
        while unsafe p < field.end {
            unsafe unquoted.append(p.pointee)
            unsafe p += p.pointee == Ascii.quote ? 2 : 1
        }
        return unquoted
    }

    private func moveWindow() throws(TableError) {
        try unsafe window.advance(from: position)
        unsafe position = window.start
    }

    private func skipByteOrderMark() {
        if unsafe window.end - position > 3 && position[0] == 0xEF && position[1] == 0xBB && position[2] == 0xBF {
            unsafe position += 3
        }
    }

    private func blankLineLength() -> Int? {
        if unsafe position[0] == Ascii.lineFeed { return 1 }
        return unsafe position[0] == Ascii.carriageReturn && position[1] == Ascii.lineFeed ? 2 : nil
    }

    /// Scans the record at `position`; every unquoted field ends at the latest at the window's last byte.
    private func scan(_ numbers: UnsafeMutablePointer<Double>) throws(TableError) -> Outcome {
        kept.removeAll(keepingCapacity: true)
        let end = unsafe window.end
        let delimiter = delimiter
        let powers = unsafe PowersOfTen.table
        let uses = uses
        let width = uses.count
        var p = unsafe position
        var column = 0
        var lines = 1
        while true {
            let use = column < width ? uses[column] : isHeader ? .every : .skip
            if use == .number {
                let first = unsafe p.pointee
                if first == delimiter {
                    unsafe numbers[column] = .nan
                    unsafe p += 1
                    column += 1
                    continue
                }
                let number = unsafe scanNumber(p, end, powers)
                if number.outcome == .value {
                    let after = unsafe p + number.length
                    let stop = unsafe after.pointee
                    if stop == delimiter {
                        unsafe numbers[column] = number.value
                        unsafe p = after + 1
                        column += 1
                        continue
                    }
                    if unsafe stop == Ascii.lineFeed || (stop == Ascii.carriageReturn && after[1] == Ascii.lineFeed) {
                        unsafe numbers[column] = number.value
                        unsafe p = after + (stop == Ascii.lineFeed ? 1 : 2)
                        break
                    }
                }
                unsafe numbers[column] = .nan
            }
            var field = unsafe KeptField(column: column, start: p, end: p, hasEscapedQuotes: false)
            if unsafe p.pointee == Ascii.quote {
                guard try unsafe scanQuoted(&p, &field, &lines) else { return .cutOff }
            } else {
                while unsafe p.pointee != delimiter && p.pointee != Ascii.lineFeed { unsafe p += 1 }
                unsafe field.end = p
                if unsafe p.pointee == Ascii.lineFeed && p > field.start && p[-1] == Ascii.carriageReturn {
                    unsafe field.end -= 1
                }
            }
            if unsafe use == .every || (use != .skip && field.end > field.start) { kept.append(field) }
            unsafe p += 1
            if unsafe p[-1] == Ascii.lineFeed { break }
            column += 1
        }
        recordLine = nextLine
        nextLine += lines
        unsafe position = p
        fieldCount = column + 1
        if !isHeader && fieldCount != width { throw raggedRow() }
        return .whole
    }

    /// Scans a quoted field and leaves `p` on the delimiter or line feed after it; false when the window ends before.
    private func scanQuoted(
        _ p: inout UnsafePointer<UInt8>, _ field: inout KeptField, _ lines: inout Int
    ) throws(TableError) -> Bool {
        let openedLine = nextLine + lines - 1
        unsafe p += 1
        unsafe field.start = p
        let end = unsafe window.end
        while true {
            while unsafe p < end && p.pointee != Ascii.quote {
                if unsafe p.pointee == Ascii.lineFeed { lines += 1 }
                unsafe p += 1
            }
            // A quote always has a byte after it, since the window ends with a line feed.
            if unsafe p == end { break }
            if unsafe p[1] != Ascii.quote {
                unsafe field.end = p
                unsafe p += 1
                if unsafe p.pointee == Ascii.carriageReturn && p[1] == Ascii.lineFeed { unsafe p += 1 }
                if unsafe p.pointee == delimiter || p.pointee == Ascii.lineFeed { return true }
                throw TableError(
                    "text follows a closing quote", file: window.file.path, row: isHeader ? nil : row + 1,
                    line: nextLine + lines - 1, why: "a quoted field ends with its quote; a quote inside is doubled",
                    fix: "double the quotes inside the field")
            }
            field.hasEscapedQuotes = true
            unsafe p += 2
        }
        guard window.isLast else { return false }
        throw TableError(
            "a quote is never closed", file: window.file.path, row: isHeader ? nil : row + 1, line: openedLine,
            why: "the field that opens on this line runs to the end of the file", fix: "close the quote, or double it")
    }

    private func raggedRow() -> TableError {
        let (found, wanted) = (fieldCount, uses.count)
        return TableError(
            "the row has \(found) \(found == 1 ? "field" : "fields"), the header \(wanted)", file: window.file.path,
            row: row + 1, line: recordLine, why: "every row must have one field per column",
            fix: found > wanted
                ? "quote fields that hold the separator" : "complete the row, or remove it")
    }
}
