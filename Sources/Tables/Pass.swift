/// One reading of the file from the first data row to the last, or of a part of it.
struct Pass {
    var builders: [Builder]
    var rows = 0
    var lines = LineMap()
    private let reader: TableReader

    init(_ builders: [Builder], reader: TableReader) {
        self.builders = builders
        self.reader = reader
    }

    /// Reads the whole file, a large plain one in parts at once.
    static func read(_ roles: [ColumnRole], _ reader: TableReader, _ threads: Int) throws(TableError) -> Pass {
        if let merged = try readParts(roles, reader, threads) { return merged }
        var pass = Pass(roles.map(Builder.init), reader: reader)
        try pass.run(try reader.scanner(pass.builders.map(\.use)), shareOfFile: 1)
        return pass
    }

    /// Nil if one thread should read the file: it is small, compressed, or some part is not whole in itself.
    ///
    /// A file is cut at line feeds, and one may stand inside a quoted field. Then the part before it ends in an open
    /// quote, which is an error there; so if every part reads without error, every cut was between two records. Any
    /// error makes one thread read the file from the start, which finds the first one with its right place.
    private static func readParts(_ roles: [ColumnRole], _ reader: TableReader, _ threads: Int) throws(TableError) -> Pass? {
        let file = try FileBytes(path: reader.path)
        let uses = roles.map { Builder($0).use }
        let header = try reader.scanner(uses)
        let dataStart = header.textOffset
        let count = min(threads, (file.count - dataStart) / max(reader.partSize, 1))
        guard count > 1 && !file.isGzip else { return nil }
        var cuts = [dataStart]
        for index in 1 ... count {
            let cut = file.lineEnd(from: dataStart + (file.count - dataStart) * index / count - 1)
            if cut > cuts.last! { cuts.append(cut) }
        }
        let parts = concurrently(cuts.count - 1) { [cuts] index -> (pass: Pass, lines: Int)? in
            let part = cuts[index] ..< cuts[index + 1]
            let scanner = RecordScanner(ByteWindow(file, part: part), delimiter: reader.delimiter, uses: uses)
            var pass = Pass(roles.map(Builder.init), reader: reader)
            // The first part's columns take the other parts' rows in the end.
            let share = index == 0 ? Double(part.count) / Double(file.count) : 1
            guard (try? pass.run(scanner, shareOfFile: share)) != nil else { return nil }
            return (pass, scanner.lineCount)
        }
        return merge(parts, firstLine: header.lineCount)
    }

    private static func merge(_ parts: [(pass: Pass, lines: Int)?], firstLine: Int) -> Pass? {
        guard parts.allSatisfy({ $0 != nil }), let first = parts.first ?? nil else { return nil }
        var merged = first.pass
        merged.lines = LineMap()
        merged.lines.merge(first.pass.lines, rowOffset: 0, lineOffset: firstLine)
        var lines = firstLine + first.lines
        for case .some(let next) in parts.dropFirst() {
            for (builder, other) in zip(merged.builders, next.pass.builders) { builder.merge(other, rowOffset: merged.rows) }
            merged.lines.merge(next.pass.lines, rowOffset: merged.rows, lineOffset: lines)
            merged.rows += next.pass.rows
            lines += next.lines
        }
        return merged
    }

    /// - Parameter shareOfFile: how much of all rows the scanner will deliver.
    private mutating func run(_ scanner: RecordScanner, shareOfFile: Double) throws(TableError) {
        let block = RowBlock(width: builders.count)
        var filled = 0
        while try scanner.next(block, filled) {
            lines.note(row: scanner.row, line: scanner.recordLine)
            try takeKeptFields(scanner, block, filled)
            filled += 1
            if filled == block.capacity {
                if rows == 0 { reserve(Int(Double(scanner.estimatedRows) / shareOfFile)) }
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
