import Tables

/// The observed labels of one column of an array: 12 bytes each, its own or a part of what all columns share.
struct NumberLabels: Sendable {
    /// Row indices from 0, ascending.
    var rows: ArraySlice<UInt32> = []
    /// One per entry of `rows`; finite.
    var values: ArraySlice<Double> = []
    /// One per entry of `rows`; nil where all weigh 1.
    var weights: [Float]?

    /// The same as cells, as the rules of an objective read them.
    func cells(name: String) -> ObservedCells {
        var cells = ObservedCells(name: name, rows: Array(rows), cells: values.map { .number($0) })
        cells.weights = weights
        return cells
    }
}

/// Which cells of a label array are observed, from a mask of its own: dense, one column, or sparse.
struct LabelMask {
    private enum Source {
        case array(NPYArray)
        case sparse(SparseMatrix<Float>)
    }

    private let source: Source
    private var cells: [Double] = []
    private var isObserved: [Bool]
    private var marked: [Int32] = []

    /// - Parameter columns: label columns.
    init(_ file: NumberFile, columns: Int) throws(TableError) {
        switch file {
        case .dense(let array):
            source = .array(array)
            cells = [Double](repeating: 0, count: array.columns)
        case .sparse(let matrix): source = .sparse(try matrix.floats())
        }
        isObserved = [Bool](repeating: false, count: columns)
    }

    /// Goes to a row.
    mutating func move(to row: Int) {
        switch source {
        case .array(let array):
            var output = cells.mutableSpan
            array.read(row: row, into: &output)
        case .sparse(let matrix):
            for column in marked { isObserved[Int(column) % isObserved.count] = false }
            marked.removeAll(keepingCapacity: true)
            for place in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] where matrix.values[place] != 0 {
                marked.append(matrix.columnIndices[place])
                isObserved[Int(matrix.columnIndices[place])] = true
            }
        }
    }

    /// Whether the row's cell of a label column is observed.
    func allows(_ column: Int) -> Bool {
        switch source {
        case .array(let array): cells[array.columns == 1 ? 0 : column] != 0
        case .sparse(let matrix): isObserved[matrix.columns == 1 ? 0 : column]
        }
    }
}
