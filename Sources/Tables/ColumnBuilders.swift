/// What the reader knows of a cell's place, for errors.
struct CellPlace {
    let file: String
    let column: String
    let row: Int
    let line: Int

    func error(_ problem: String, why: String? = nil, fix: String? = nil) -> TableError {
        TableError(problem, file: file, row: row, line: line, column: column, why: why, fix: fix)
    }
}

/// A feature column on the first pass: its numbers, and how many of its cells are words.
final class FeatureBuilder {
    let missing: MissingTokens
    var values: [Float] = []
    /// NaN in `values`: missing cells and words.
    var gaps = 0
    var wordCount = 0
    var firstWordRow: Int?
    var firstInfiniteRow: Int?
    private var infiniteCount = 0

    init(missing: MissingTokens) { self.missing = missing }

    /// Takes a cell that is not plainly a number, in data row `row`; returns the value for the row block.
    func value(ofOddCell cell: Span<UInt8>, row: Int) -> Double {
        if missing.containsWord(cell) { return .nan }
        if let number = parseNumber(cell) {
            if number.isFinite { return number }
            if !missing.contains(number) { noteInfinite(row) }
            return .nan
        }
        if isInfinityWord(cell) {
            noteInfinite(row)
        } else {
            wordCount += 1
            firstWordRow = firstWordRow ?? row
        }
        return .nan
    }

    func take(_ block: RowBlock, column: Int, rows: Int, firstRow: Int) {
        let (missingCount, tooLarge) = block.append(column: column, rows: rows, missing: missing.numbers, to: &values)
        gaps += missingCount
        if let tooLarge { firstInfiniteRow = min(firstInfiniteRow ?? .max, firstRow + tooLarge) }
    }

    /// Takes the rows of a builder that read the part of the file after this one's.
    func merge(_ next: FeatureBuilder, rowOffset: Int) {
        values.append(contentsOf: next.values)
        next.values = []
        gaps += next.gaps
        wordCount += next.wordCount
        infiniteCount += next.infiniteCount
        firstWordRow = firstWordRow ?? next.firstWordRow.map { $0 + rowOffset }
        firstInfiniteRow = firstInfiniteRow ?? next.firstInfiniteRow.map { $0 + rowOffset }
    }

    private func noteInfinite(_ row: Int) {
        infiniteCount += 1
        firstInfiniteRow = firstInfiniteRow ?? row
    }

    var missingCount: Int { gaps - wordCount - infiniteCount }
    var numberCount: Int { values.count - gaps }

    var column: NumberColumn { NumberColumn(values: values, missingCount: missingCount) }

    enum Verdict {
        case numbers
        case text
        /// The cells are of both sorts; the row is the first of the rarer one.
        case mixed(row: Int, numbersAreRarer: Bool)
        case infinite(row: Int)
    }

    /// What the column is. `inf` counts as text only where nothing is a number.
    var verdict: Verdict {
        if wordCount > 0 && numberCount == 0 { return .text }
        if let firstInfiniteRow, wordCount == 0 || firstInfiniteRow < (firstWordRow ?? .max) {
            return .infinite(row: firstInfiniteRow)
        }
        guard let firstWordRow else { return .numbers }
        if wordCount <= numberCount { return .mixed(row: firstWordRow, numbersAreRarer: false) }
        let firstNumber = values.firstIndex { !$0.isNaN } ?? 0
        return .mixed(row: firstNumber + 1, numbersAreRarer: true)
    }
}

/// A column of strings.
final class TextBuilder {
    /// Nil: every cell is kept as written.
    let missing: MissingTokens?
    private var codes: [Int32] = []
    private var words = Words()

    init(missing: MissingTokens?) { self.missing = missing }

    func append(_ cell: Span<UInt8>, at place: @autoclosure () -> CellPlace) throws(TableError) {
        if let missing, missing.containsWord(cell) { return codes.append(-1) }
        if let missing, !missing.numbers.isEmpty, let number = parseNumber(cell), missing.contains(number) {
            return codes.append(-1)
        }
        let (index, isNew) = words.insert(cell)
        if isNew { try checkText(cell, at: place()) }
        codes.append(index)
    }

    /// Takes the rows of a builder that read the part of the file after this one's.
    func merge(_ next: TextBuilder) {
        let numbers = words.merge(next.words)
        codes.append(contentsOf: next.codes.lazy.map { $0 < 0 ? $0 : numbers[Int($0)] })
    }

    var column: TextColumn { TextColumn(codes: codes, vocabulary: words.strings) }
}

/// The observed labels of a column.
final class LabelBuilder {
    let missing: MissingTokens
    private var rows: [UInt32] = []
    private var cells: [LabelCell] = []
    private var words = Words()

    init(missing: MissingTokens) { self.missing = missing }

    func append(_ cell: Span<UInt8>, row: Int, at place: @autoclosure () -> CellPlace) throws(TableError) {
        if missing.containsWord(cell) { return }
        if let number = parseNumber(cell) {
            if missing.contains(number) { return }
            if number.isInfinite { throw infinite(cell, place()) }
            cells.append(.number(number))
        } else if isInfinityWord(cell) {
            throw infinite(cell, place())
        } else {
            let (index, isNew) = words.insert(cell)
            if isNew { try checkText(cell, at: place()) }
            cells.append(.word(UInt32(index)))
        }
        rows.append(UInt32(row - 1))
    }

    /// Takes the rows of a builder that read the part of the file after this one's.
    func merge(_ next: LabelBuilder, rowOffset: Int) {
        let numbers = words.merge(next.words)
        rows.append(contentsOf: next.rows.lazy.map { $0 + UInt32(rowOffset) })
        cells.append(
            contentsOf: next.cells.lazy.map { cell in
                if case .word(let index) = cell { .word(UInt32(numbers[Int(index)])) } else { cell }
            })
    }

    private func infinite(_ cell: Span<UInt8>, _ place: CellPlace) -> TableError {
        let text = messageText(cell)
        return place.error(
            "label '\(text)' is infinite", why: "an observed label must be finite",
            fix: "leave the cell empty, or pass --missing '\(text)'")
    }

    var column: LabelColumn { LabelColumn(rows: rows, cells: cells, words: words.strings) }
}

/// `inf` or `infinity` in any case, with or without a sign.
func isInfinityWord(_ cell: Span<UInt8>) -> Bool {
    let signed = cell.count > 3 && (cell[0] == Ascii.minus || cell[0] == Ascii.plus)
    let word = cell.extracting((signed ? 1 : 0) ..< cell.count)
    return lowercaseEquals(word, "inf") || lowercaseEquals(word, "infinity")
}

/// Refuses what is not text: invalid UTF-8 and NUL.
func checkText(_ cell: Span<UInt8>, at place: CellPlace) throws(TableError) {
    for index in 0 ..< cell.count where cell[index] == 0 {
        throw place.error("the cell holds a NUL byte", why: "this is not a text table", fix: "write it as UTF-8 text")
    }
    guard validText(cell) == nil else { return }
    throw place.error(
        "the cell '\(messageText(cell))' is not UTF-8", why: "the file was written in another encoding",
        fix: "save it as UTF-8")
}

/// One column's builder.
enum Builder {
    case skip
    case feature(FeatureBuilder)
    case text(TextBuilder)
    case label(LabelBuilder)

    init(_ role: ColumnRole) {
        switch role {
        case .skip: self = .skip
        case .feature(let missing, forceText: true): self = .text(TextBuilder(missing: missing))
        case .feature(let missing, forceText: false): self = .feature(FeatureBuilder(missing: missing))
        case .label(let missing): self = .label(LabelBuilder(missing: missing))
        case .text: self = .text(TextBuilder(missing: nil))
        }
    }

    var use: FieldUse {
        switch self {
        case .skip: .skip
        case .feature: .number
        case .text: .every
        case .label: .filled
        }
    }

    var column: Column {
        switch self {
        case .skip: .skipped
        case .feature(let builder): .numbers(builder.column)
        case .text(let builder): .text(builder.column)
        case .label(let builder): .labels(builder.column)
        }
    }
}

extension Builder {
    /// Takes the rows of a builder of the same kind that read the part of the file after this one's.
    func merge(_ next: Builder, rowOffset: Int) {
        switch (self, next) {
        case (.feature(let builder), .feature(let next)): builder.merge(next, rowOffset: rowOffset)
        case (.text(let builder), .text(let next)): builder.merge(next)
        case (.label(let builder), .label(let next)): builder.merge(next, rowOffset: rowOffset)
        default: break
        }
    }
}
