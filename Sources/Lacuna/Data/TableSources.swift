import Tables

/// One table, or several as one: columns are united by name, rows follow file after file.
struct TableSources {
    /// Every column that some file has, in order of first appearance; then, of several files, ``sourceColumn``.
    let names: [String]
    /// Columns of the files: all of `names` but the source.
    let fileColumns: Int
    private let files: [Source]

    /// The column that says where a row came from: there for splits and groups, no feature and no label.
    static let sourceColumn = "source"

    private struct Source {
        let file: DataFile
        let reader: TableReader
        /// In the file's order, after renaming.
        let names: [String]
        /// The place of each column in the united table.
        let places: [Int]
    }

    /// Opens the files and reads their headers.
    ///
    /// - Parameter inherited: renames of training.
    init(_ given: [DataFile], rename: [String], inherited: [String]) throws(TableError) {
        var labels: Set<String> = []
        for file in given where !labels.insert(file.label).inserted {
            throw TableError(
                "two sources are called '\(file.label)'", file: file.path, why: "rows, splits and reports go by a source's name",
                fix: "name one of them: --data NAME=\(file.path)")
        }
        var readers: [TableReader] = []
        for file in given { readers.append(try TableReader(path: file.path)) }
        let renamed = try Renames.apply(
            rename, inherited: inherited, to: zip(given, readers).map { .init(file: $0, names: $1.header) })
        var places: [String: Int] = [:]
        var names: [String] = []
        files = zip(zip(given, readers), renamed).map { source, own in
            let united = own.map { name in
                let place = places[name] ?? names.count
                if place == names.count {
                    places[name] = place
                    names.append(name)
                }
                return place
            }
            return Source(file: source.0, reader: source.1, names: own, places: united)
        }
        fileColumns = names.count
        // A column of that name in a file is the file's own.
        let isNamed = given.count > 1 || given.contains { $0.name != nil }
        if isNamed, places[Self.sourceColumn] == nil { names.append(Self.sourceColumn) }
        self.names = names
    }

    /// By file: the place of each of its columns in the united table.
    var placesOfFiles: [[Int]] { files.map(\.places) }

    /// What messages about all files name.
    var description: String { files.map(\.file.path).joined(separator: ", ") }

    /// Reads the columns, one role for each of `names`. Each file is let go once its cells are taken over, so that memory holds
    /// the united columns and one file.
    func read(_ roles: [ColumnRole]) throws(TableError) -> SourceTable {
        var united = UnitedColumns(names: names, roles: roles)
        var pieces: [SourceTable.Piece] = []
        var warnings: [String] = []
        var rowsOfFile: [Int] = []
        for source in files {
            let table = try source.reader.read(source.places.map { roles[$0] })
            var renamed: [String: String] = [:]
            for (name, own) in zip(source.names, source.reader.header) where name != own { renamed[name] = own }
            pieces.append(
                .init(file: source.file.path, firstRow: united.rows, lines: table.lines, originalNames: renamed))
            rowsOfFile.append(table.rows)
            let has = Set(source.places)
            let lacks = names.indices.prefix(fileColumns).filter { roles[$0] != .skip && !has.contains($0) }
            if !lacks.isEmpty { warnings.append(Self.warning(source.file.label, lacks.map { names[$0] }, rows: table.rows)) }
            try united.append(table, places: source.places, file: source.file.path)
        }
        let isNamed = files.count > 1 || files.contains { $0.file.name != nil }
        let sources = isNamed ? RowSources(names: files.map(\.file.label), ofRow: Self.rows(rowsOfFile)) : nil
        if let sources, names.count > fileColumns { united.setSource(sources, at: fileColumns) }
        return SourceTable(
            rows: united.rows, names: names, columns: united.finished(), pieces: pieces, sources: sources, warnings: warnings)
    }

    private static func rows(_ counts: [Int]) -> [Int32] {
        counts.enumerated().flatMap { repeatElement(Int32($0.offset), count: $0.element) }
    }

    private static func warning(_ source: String, _ names: [String], rows: Int) -> String {
        let shown = names.prefix(6).map { "'\($0)'" }.joined(separator: ", ") + (names.count > 6 ? ", …" : "")
        return "source '\(source)' lacks the \(names.count == 1 ? "column" : "columns") \(shown): "
            + "missing in its \(counted(rows, "row"))"
    }
}
