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
    private(set) var columns: [Content]
    /// Features that are not in memory column by column, in place of `columns`.
    let raw: RawSource?
    /// The file that holds the features.
    let featuresFile: String
    /// The file that holds the labels; the same for a table.
    let labelsFile: String
    private let table: Table?
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
        lineOfRow: (@Sendable (Int) -> Int)? = nil
    ) {
        self.rows = rows
        self.names = names
        self.columns = columns
        self.featuresFile = featuresFile
        self.labelsFile = labelsFile
        self.raw = raw
        self.lineOfRow = lineOfRow
        self.table = nil
    }

    init(_ table: Table, names: [String]) {
        rows = table.rows
        self.names = names
        (featuresFile, labelsFile) = (table.file, table.file)
        columns = table.columns.enumerated().map { place, column in
            switch column {
            case .skipped: .skipped
            case .numbers(let numbers): .feature(.numbers(.init(numbers.values, count: table.rows)))
            case .labels(let labels):
                .labels(ObservedCells(name: names[place], rows: labels.rows, cells: labels.cells, words: labels.words))
            case .text(let text): .feature(.words(codes: text.codes, vocabulary: text.vocabulary))
            }
        }
        self.table = table
        raw = nil
        lineOfRow = nil
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
        TableError(
            problem, file: labelsFile, row: row.map { $0 + 1 }, line: row.flatMap { line(of: $0) }, column: column, why: why,
            fix: fix)
    }

    func error(_ problem: LabelProblem, row: Int, column: String) -> TableError {
        labelError(problem.problem, row: row, column: column, why: problem.why, fix: problem.fix)
    }

    /// An error about features that knows its row (from 1) and column, with file and line added.
    func located(_ error: TableError) -> TableError {
        var error = error
        error.file = error.file ?? featuresFile
        if let row = error.row, error.line == nil { error.line = line(of: row - 1) }
        return error
    }

    private func line(of row: Int) -> Int? { table?.line(ofRow: row + 1) ?? lineOfRow?(row + 1) }
}
