import Lacuna
import Tables

/// One run of `split`: from a file to the same file with a column more.
struct SplitRun {
    let data: DataDeclaration
    let objectives: [ObjectiveDeclaration]
    /// nil: parts by shares.
    let folds: Int?
    let seed: UInt64
    /// nil: the usual name.
    let column: String?
    let out: String

    /// Divides the rows, writes the file and counts what each part has.
    func report() throws -> SplitReport {
        let name = column ?? (folds == nil ? "split" : "fold")
        try checkOut(column: name)
        let fractions = data.split ?? DataDeclaration.defaultSplit
        try Split.check(fractions: fractions)
        let reader = try copiedTable.map { try TableReader(path: $0) }
        if let reader { try check(reader, column: name) }
        let rows = try UndividedRows.load(data, objectives: objectives)
        var warnings = rows.warnings
        if objectives.isEmpty, rows.times == nil {
            warnings.append("no objective is declared: rows are drawn without looking at labels")
        }
        let clock = ContinuousClock(), start = clock.now
        let partOfRow: [Int], names: [String], shares: [Double]
        if let folds {
            partOfRow = try rows.folds(count: folds, seed: seed).foldOfRow
            names = (1...folds).map { "\($0)" }
            shares = Array(repeating: 1 / Double(folds), count: folds)
        } else {
            let (split, notes) = try rows.split(fractions: fractions, seed: seed)
            warnings += notes
            partOfRow = split.partOfRow.map { part in part.flatMap { Part.allCases.firstIndex(of: $0) } ?? -1 }
            names = Part.allCases.map(\.rawValue)
            shares = fractions
        }
        let seconds = (clock.now - start).seconds
        let summary = SplitSummary(rows, partOfRow: partOfRow, names: names, shares: shares)
        for part in summary.parts where part.share > 0 && part.rows == 0 {
            warnings.append("\(folds == nil ? "the part '\(part.name)'" : "fold \(part.name)") has no row")
        }
        try write(partOfRow.map { $0 < 0 ? "" : names[$0] }, rows.sources, column: name, reader: reader)
        return SplitReport(
            summary: summary, method: rows.times != nil ? .time : objectives.isEmpty ? .random : .stratified,
            data: data, isFolds: folds != nil, seed: seed, column: name, out: out,
            seconds: seconds, warnings: warnings)
    }

    /// The one table that is written anew with its column. Beside arrays, a libsvm file and several tables, the parts stand in
    /// a table of their own.
    private var copiedTable: String? { data.files.count == 1 && data.libsvmFile == nil ? data.file : nil }

    private func write(_ parts: [String], _ sources: RowSources?, column: String, reader: TableReader?) throws {
        if let reader { return try reader.copy(to: out, adding: column) { parts[$0] } }
        let writer = try CSVWriter(path: out, header: ownColumns + [column])
        var rowsOfSource = [Int](repeating: 0, count: sources?.names.count ?? 0)
        for (row, part) in parts.enumerated() {
            try writer.append(row + 1)
            if let sources {
                let source = Int(sources.ofRow[row])
                rowsOfSource[source] += 1
                try writer.append(sources.names[source])
                try writer.append(rowsOfSource[source])
            }
            try writer.append(part)
            try writer.endRow()
        }
        try writer.finish()
    }

    /// The first columns of a table of parts alone.
    private var ownColumns: [String] { data.files.count > 1 ? ["row", "source", "sourceRow"] : ["row"] }

    private func checkOut(column: String) throws(CommandError) {
        if FileSystem.isDirectory(out) {
            throw CommandError("the output '\(out)' is a folder", at: "--out", fix: "name a file")
        }
        for input in data.paths
        where FileSystem.isSame(ArrayPath(input).file, out) {
            throw CommandError(
                "--out is a file that is read", at: out, why: "your data is never overwritten", fix: "name another file")
        }
        guard column.contains(where: { !$0.isWhitespace }), column.first?.isWhitespace == false, column.last?.isWhitespace == false
        else {
            throw CommandError(
                "the column's name is '\(column)'", at: "--column", why: "readers drop the spaces around a name",
                fix: "give it a name without them")
        }
        if copiedTable == nil, ownColumns.contains(column) {
            throw CommandError(
                "the file has a column '\(column)' already", at: "--column", fix: "give another name")
        }
    }

    private func check(_ reader: TableReader, column: String) throws {
        let name = out.lowercased()
        let ends = { (endings: [String]) in endings.contains { name.hasSuffix($0) || name.hasSuffix($0 + ".gz") } }
        if ends(reader.isTabSeparated ? [".csv"] : [".tsv", ".tab"]) {
            let (is_, named) = reader.isTabSeparated ? ("tabs", ".tsv") : ("commas", ".csv")
            throw CommandError(
                "the table has \(is_) between its fields, and the output's name says otherwise", at: out,
                why: "all but the new column stays as it is", fix: "name it \(named)")
        }
        guard reader.header.contains(column) else { return }
        throw TableError(
            "the table has a column '\(column)' already", file: reader.path, column: column,
            why: "a column is never overwritten", fix: "give the new one another name with --column NAME")
    }
}
