import Tables

/// The columns that were asked for, from a table or from arrays, and where their cells stand.
struct SourceTable {
    enum Content {
        case skipped
        case feature(FeatureColumn.Values)
        case labels(ObservedCells)
        case numbers(NumberLabels)
    }

    let rows: Int
    let names: [String]
    var columns: [Content]
    /// Features that are not in memory column by column, in place of `columns`.
    let raw: RawSource?
    /// The file that holds the features.
    let featuresFile: String
    /// The file that holds the labels; the same for a table.
    let labelsFile: String
    /// Which source each row came from; nil for arrays and for one table without a name.
    let sources: RowSources?
    /// What a person should know, one sentence each.
    let warnings: [String]
    private let pieces: [Piece]

    /// The rows of one file.
    struct Piece {
        let file: String
        let firstRow: Int
        let lines: LineMap
        /// What renamed columns are called in the file.
        let originalNames: [String: String]
    }
    /// The line of each row (from 1) of a text file that is no table.
    private let lineOfRow: (@Sendable (Int) -> Int)?

    /// Features as a file stores them, and which raw column each place holds.
    struct RawSource {
        let features: RawFeatures
        /// By place among `names`; −1 where no feature is.
        let columnOfPlace: [Int]
    }

    init(
        rows: Int, names: [String], columns: [Content], raw: RawSource? = nil, featuresFile: String, labelsFile: String,
        lineOfRow: (@Sendable (Int) -> Int)? = nil, warnings: [String] = []
    ) {
        self.rows = rows
        self.names = names
        self.columns = columns
        self.featuresFile = featuresFile
        self.labelsFile = labelsFile
        self.raw = raw
        self.lineOfRow = lineOfRow
        self.warnings = warnings
        (pieces, sources) = ([], nil)
    }

    init(
        rows: Int, names: [String], columns: [Content], pieces: [Piece], sources: RowSources?, warnings: [String]
    ) {
        self.rows = rows
        self.names = names
        self.columns = columns
        self.pieces = pieces
        self.sources = sources
        self.warnings = warnings
        let files = pieces.map(\.file).joined(separator: ", ")
        (featuresFile, labelsFile) = (files, files)
        (raw, lineOfRow) = (nil, nil)
    }

    /// The feature columns at these places.
    func features(at places: [Int]) -> [FeatureColumn] {
        places.compactMap { place in
            guard case .feature(let values) = columns[place] else { return nil }
            return FeatureColumn(name: names[place], values: values)
        }
    }

    /// The observed cells of the label columns at these places.
    func labels(at places: [Int]) -> [ObservedCells] {
        places.compactMap { place in
            switch columns[place] {
            case .labels(let cells): cells
            case .numbers(let labels): labels.cells(name: names[place])
            case .skipped, .feature: nil
            }
        }
    }

    /// Observed cells of all label columns together.
    var observedCells: Int {
        columns.reduce(0) { sum, column in
            switch column {
            case .labels(let cells): sum + cells.rows.count
            case .numbers(let labels): sum + labels.rows.count
            case .skipped, .feature: sum
            }
        }
    }

    /// Forgets label columns that have been read, so that their memory is free for what is made of them.
    mutating func release(labelsAt places: [Int]) {
        for place in places { columns[place] = .skipped }
    }

    /// Every cell of a column that was read as text.
    func text(at place: Int) -> [String] {
        guard case .feature(.words(let codes, let vocabulary)) = columns[place] else { return [] }
        return codes.map { $0 < 0 ? "" : vocabulary[Int($0)] }
    }

    /// An error about a label, or a whole column of them; rows count from 0 here.
    func labelError(
        _ problem: String, row: Int? = nil, column: String? = nil, why: String? = nil, fix: String? = nil
    ) -> TableError {
        let error = TableError(problem, row: row.map { $0 + 1 }, column: column, why: why, fix: fix)
        return placed(error, otherwise: labelsFile)
    }

    func error(_ problem: LabelProblem, row: Int, column: String) -> TableError {
        labelError(problem.problem, row: row, column: column, why: problem.why, fix: problem.fix)
    }

    /// An error about features that knows its row (from 1) and column, with file and line added.
    func located(_ error: TableError) -> TableError { placed(error, otherwise: featuresFile) }

    /// The error with the file that holds its row, and the row and column as that file has them.
    private func placed(_ error: TableError, otherwise file: String) -> TableError {
        var error = error
        guard let row = error.row, let piece = pieces.last(where: { $0.firstRow < row }), error.file == nil else {
            if error.file == nil, let row = error.row { error.line = lineOfRow?(row) }
            error.file = error.file ?? file
            return error
        }
        error.file = piece.file
        error.row = row - piece.firstRow
        error.line = piece.lines.line(ofRow: row - piece.firstRow)
        error.column = error.column.map { piece.originalNames[$0] ?? $0 }
        return error
    }
}
