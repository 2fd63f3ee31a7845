/// One reading of the file from the first data row to the last, or of a part of it.
struct Pass {
    var builders: [Builder]
    var rows = 0
    var lines = LineMap()
    private let reader: TableReader
    /// The rows for which number columns have room.
    private var capacity = 0

    init(_ roles: [ColumnRole], reader: TableReader) {
        builders = roles.map(Builder.init)
        self.reader = reader
    }

    /// Reads the whole file, a large one in pieces by several threads.
    static func read(_ roles: [ColumnRole], _ reader: TableReader, _ threads: Int) throws(TableError) -> Pass {
        if let pass = try readPieces(roles, reader, threads) { return pass }
        var pass = Pass(roles, reader: reader)
        try pass.run(try reader.scanner(pass.builders.map(\.use)))
        return pass
    }

    /// Nil if one thread should read the file: it is small, or some piece is not whole in itself.
    ///
    /// A text is cut at line feeds, and one may stand inside a quoted field. Then the piece before it ends in an open
    /// quote, which is an error there; so if every piece reads without error, every cut was between two records. Any
    /// error makes one thread read the file from the start, which finds the first one with its right place.
    private static func readPieces(_ roles: [ColumnRole], _ reader: TableReader, _ threads: Int) throws(TableError) -> Pass? {
        let file = try FileBytes(path: reader.path)
        let threads = min(threads, reader.worthwhileThreads(file))
        guard threads > 1 else { return nil }
        let uses = roles.map { Builder($0).use }
        let header = try reader.scanner(uses, stopsThere: true)
        let text = try TextCutter(file, from: header.textOffset, pieceSize: reader.pieceSize(file, header: header.textOffset))
        let whole = Growing(Pass(roles, reader: reader), linesBefore: header.lineCount)
        // More pieces than threads, so that one that is slow to be read does not stop the others.
        let pipeline = Pipeline(mostInAir: threads + 2) { () throws(TableError) in
            try text.next().map { piece in (piece, text.estimatedSize - header.textOffset) }
        } work: { (piece, textSize) throws(TableError) in
            let scanner = RecordScanner(ByteWindow(piece.bytes, part: piece.range), delimiter: reader.delimiter, uses: uses)
            var pass = Pass(roles, reader: reader)
            try pass.run(scanner)
            return Part(pass: pass, lines: scanner.lineCount, size: piece.range.count, textSize: textSize)
        } take: { (part) in
            whole.take(part)
        }
        guard (try? pipeline.run(threads: threads)) != nil else { return nil }
        return whole.pass
    }

    /// What one piece of the text came to.
    private struct Part {
        let pass: Pass
        let lines: Int
        /// Bytes of the piece, and of the whole text as far as was known then.
        let size, textSize: Int
    }

    /// The pass that takes one part after the other.
    private final class Growing {
        var pass: Pass
        private var lines: Int
        private var size = 0

        init(_ pass: Pass, linesBefore: Int) {
            self.pass = pass
            lines = linesBefore
        }

        func take(_ part: Part) {
            size += part.size
            let rows = pass.rows + part.pass.rows
            pass.reserve(rows, expecting: Double(rows) * Double(part.textSize) / Double(size))
            for (builder, other) in zip(pass.builders, part.pass.builders) { builder.merge(other, rowOffset: pass.rows) }
            pass.lines.merge(part.pass.lines, rowOffset: pass.rows, lineOffset: lines)
            pass.rows = rows
            lines += part.lines
        }
    }

    private mutating func run(_ scanner: RecordScanner) throws(TableError) {
        let block = RowBlock(width: builders.count)
        var filled = 0
        while try scanner.next(block, filled) {
            lines.note(row: scanner.row, line: scanner.recordLine)
            try takeKeptFields(scanner, block, filled)
            filled += 1
            if filled == block.capacity { take(block, &filled, expecting: scanner.estimatedRows) }
        }
        take(block, &filled, expecting: nil)
    }

    /// Makes room for so many rows, and where there was too little, for as many as the text may have: growing by doubling
    /// would touch twice the memory.
    ///
    /// - Parameter expected: rows of the whole text; nil: there are no more.
    private mutating func reserve(_ rows: Int, expecting expected: Double?) {
        guard rows > capacity else { return }
        capacity = expected.map { max(rows + rows / 16, Int($0 * 1.02) + 16) } ?? rows
        for case .feature(let builder) in builders { builder.values.reserveCapacity(capacity) }
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

    private mutating func take(_ block: RowBlock, _ filled: inout Int, expecting expected: Double?) {
        reserve(rows + filled, expecting: expected)
        for (index, builder) in builders.enumerated() {
            guard case .feature(let feature) = builder else { continue }
            feature.take(block, column: index, rows: filled, firstRow: rows + 1)
        }
        rows += filled
        filled = 0
    }
}
