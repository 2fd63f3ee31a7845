import Tables

/// Features `[rows × columns]`, Float32, row by row: in memory, sparse, or in a file that is read as rows are needed.
///
/// Selections of sparse and mapped features share them: they cost one row number each.
public struct FeatureMatrix: Sendable {
    /// How many rows.
    public let rows: Int
    /// How many features a row has, F.
    public let columns: Int
    var storage: Storage

    enum Storage: Sendable {
        /// `[rows · columns]`, row-major.
        case dense([Float])
        /// What is not stored is 0.
        case sparse(SparseFeatures)
        /// Rows of a file or of raw numbers, encoded as they are read.
        case encoded(EncodedFeatures)
        /// Matrices of the same rows, side by side.
        case joined([FeatureMatrix])
    }

    /// `[rows · columns]`, row-major. Where the features are sparse or mapped, this makes a dense copy of them.
    public var values: [Float] {
        if case .dense(let values) = storage { return values }
        var all: [Float] = []
        all.reserveCapacity(rows * columns)
        forEachRow { _, row in for column in 0..<row.count { all.append(row[column]) } }
        return all
    }

    /// Features from one flat array, row by row.
    ///
    /// - Precondition: `values.count == rows × columns`.
    public init(rows: Int, columns: Int, values: [Float]) {
        precondition(
            values.count == rows * columns, "\(values.count) values do not fill \(rows) × \(columns)")
        self.rows = rows
        self.columns = columns
        storage = .dense(values)
    }

    /// Features given row by row.
    ///
    /// - Precondition: all rows have the same length.
    public init(_ rows: [[Float]]) {
        let columns = rows.first?.count ?? 0
        precondition(rows.allSatisfy { $0.count == columns }, "the rows of a feature matrix differ in length")
        self.init(rows: rows.count, columns: columns, values: rows.flatMap { $0 })
    }

    /// Features computed cell by cell, row after row.
    ///
    /// - Parameters:
    ///   - rows: how many rows.
    ///   - columns: features of a row, F.
    ///   - value: the feature of a row and column, both counted from 0.
    public init(rows: Int, columns: Int, _ value: (_ row: Int, _ column: Int) -> Float) {
        var values: [Float] = []
        values.reserveCapacity(rows * columns)
        for row in 0..<rows {
            for column in 0..<columns { values.append(value(row, column)) }
        }
        self.init(rows: rows, columns: columns, values: values)
    }

    /// Sparse features in compressed rows, as `scipy.sparse.csr_matrix((values, columnIndices, rowStarts))`; what is not
    /// stored is 0. The first layer works on stored elements only.
    ///
    /// - Parameters:
    ///   - columns: features of a row, F.
    ///   - rowStarts: `[rows + 1]`, from 0, ascending: row r owns the elements `rowStarts[r] ..< rowStarts[r + 1]`.
    ///   - columnIndices: `[stored]`, in `0 ..< columns`, ascending within a row.
    ///   - values: `[stored]`.
    /// - Throws: ``DataError`` for parts that do not fit each other.
    public init(columns: Int, rowStarts: [Int], columnIndices: [Int32], values: [Float]) throws(DataError) {
        guard rowStarts.first == 0, rowStarts.last == values.count, columnIndices.count == values.count else {
            throw DataError(
                "\(values.count) values, \(columnIndices.count) columns and row starts from \(rowStarts.first ?? -1) to \(rowStarts.last ?? -1) do not fit each other",
                fix: "give row starts from 0 to the count of values, and one column for each value")
        }
        for row in 0..<rowStarts.count - 1 {
            guard rowStarts[row] <= rowStarts[row + 1], rowStarts[row + 1] <= values.count else {
                throw DataError("the row starts do not ascend", row: row, fix: "let each row begin where the one before ends")
            }
            for place in rowStarts[row]..<rowStarts[row + 1] {
                let column = columnIndices[place]
                guard column >= 0, Int(column) < columns, place == rowStarts[row] || columnIndices[place - 1] < column else {
                    throw DataError(
                        "column \(column) is out of order or range", row: row,
                        fix: "sort the columns of each row, each once, in 0 ..< \(columns)")
                }
            }
        }
        self.init(
            sparse: SparseMatrix(
                rows: rowStarts.count - 1, columns: columns, rowStarts: rowStarts, columnIndices: columnIndices, values: values))
    }

    init(sparse matrix: SparseMatrix<Float>) {
        (rows, columns) = (matrix.rows, matrix.columns)
        storage = .sparse(SparseFeatures(matrix: matrix, chosen: nil))
    }

    init(encoded: EncodedFeatures) {
        (rows, columns) = (encoded.rows, encoded.encoding.width)
        storage = .encoded(encoded)
    }

    init(rows: Int, columns: Int, storage: Storage) {
        (self.rows, self.columns, self.storage) = (rows, columns, storage)
    }

    /// The feature of a row and column, both counted from 0. Setting one makes sparse or mapped features dense.
    public subscript(row: Int, column: Int) -> Float {
        get {
            precondition(column >= 0 && column < columns, "column \(column) of \(columns)")
            switch storage {
            case .dense(let values): return values[row * columns + column]
            case .sparse(let sparse): return sparse[row, column]
            case .encoded(let encoded):
                var cells = [Float](repeating: 0, count: columns), scratch: [Double] = []
                var output = cells.mutableSpan
                encoded.copy(row: row, into: &output, scratch: &scratch)
                return cells[column]
            case .joined(let parts):
                var column = column
                for part in parts {
                    if column < part.columns { return part[row, column] }
                    column -= part.columns
                }
                preconditionFailure("the parts have fewer columns than the whole")
            }
        }
        set {
            var all = values
            // The array is taken out before it changes, so that it is not copied.
            storage = .dense([])
            all[row * columns + column] = newValue
            storage = .dense(all)
        }
    }

    /// The given rows, in their order.
    public func selecting(rows chosen: [Int]) -> FeatureMatrix {
        switch storage {
        case .dense(let values):
            var selected: [Float] = []
            selected.reserveCapacity(chosen.count * columns)
            for row in chosen { selected.append(contentsOf: values[row * columns..<(row + 1) * columns]) }
            return FeatureMatrix(rows: chosen.count, columns: columns, values: selected)
        case .sparse(let sparse):
            return FeatureMatrix(rows: chosen.count, columns: columns, storage: .sparse(sparse.selecting(rows: chosen)))
        case .encoded(let encoded):
            return FeatureMatrix(rows: chosen.count, columns: columns, storage: .encoded(encoded.selecting(rows: chosen)))
        case .joined(let parts): return .joined(parts.map { $0.selecting(rows: chosen) })
        }
    }
}

extension FeatureMatrix: Equatable {
    /// Whether shape and values are equal, however they are stored.
    public static func == (a: FeatureMatrix, b: FeatureMatrix) -> Bool {
        guard a.rows == b.rows, a.columns == b.columns else { return false }
        if case .dense(let left) = a.storage, case .dense(let right) = b.storage { return left == right }
        var reader = b.reader, isEqual = true
        var other = [Float](repeating: 0, count: b.columns)
        a.forEachRow { row, values in
            guard isEqual else { return }
            var output = other.mutableSpan
            reader.copy(row: row, into: &output)
            for column in 0..<values.count where values[column] != other[column] { isEqual = false }
        }
        return isEqual
    }
}

extension FeatureMatrix {
    /// Reads rows one by one, with memory for one row of a file.
    struct Reader {
        private let matrix: FeatureMatrix
        private var scratch: [Double] = []
        private var parts: [Reader] = []
        private var rowOfPart: [Float] = []

        init(_ matrix: FeatureMatrix) {
            self.matrix = matrix
            guard case .joined(let joined) = matrix.storage else { return }
            parts = joined.map { Reader($0) }
            rowOfPart = [Float](repeating: 0, count: joined.map(\.columns).max() ?? 0)
        }

        /// Writes a row to the first `columns` elements of `output`.
        mutating func copy(row: Int, into output: inout MutableSpan<Float>) {
            switch matrix.storage {
            case .dense(let values):
                let start = row * matrix.columns
                for column in 0..<matrix.columns { output[column] = values[start + column] }
            case .sparse(let sparse): sparse.copy(row: row, into: &output)
            case .encoded(let encoded): encoded.copy(row: row, into: &output, scratch: &scratch)
            case .joined:
                var first = 0, own = rowOfPart
                // Taken out for the time of the loop, so that it is not copied.
                rowOfPart = []
                for index in parts.indices {
                    let width = parts[index].matrix.columns
                    var part = own.mutableSpan
                    parts[index].copy(row: row, into: &part)
                    for column in 0..<width { output[first + column] = part[column] }
                    first += width
                }
                rowOfPart = own
            }
        }
    }

    var reader: Reader { Reader(self) }

    /// Calls `body` with every row in turn, `[columns]`.
    func forEachRow(_ body: (_ row: Int, _ values: Span<Float>) -> Void) {
        var reader = reader
        var values = [Float](repeating: 0, count: columns)
        for row in 0..<rows {
            var output = values.mutableSpan
            reader.copy(row: row, into: &output)
            body(row, values.span)
        }
    }

    /// The first feature that is not finite, row by row; memory for one row.
    func firstNotFinite() -> (row: Int, column: Int, value: Float)? {
        switch storage {
        case .dense(let values):
            return values.firstIndex { !$0.isFinite }.map { ($0 / columns, $0 % columns, values[$0]) }
        case .sparse(let sparse):
            for row in 0..<rows {
                for place in sparse.places(ofRow: row) where !sparse.matrix.values[place].isFinite {
                    return (row, Int(sparse.matrix.columnIndices[place]), sparse.matrix.values[place])
                }
            }
            return nil
        case .encoded, .joined:
            var found: (row: Int, column: Int, value: Float)?
            forEachRow { row, values in
                guard found == nil else { return }
                for column in 0..<values.count where !values[column].isFinite {
                    found = (row, column, values[column])
                    return
                }
            }
            return found
        }
    }
}
