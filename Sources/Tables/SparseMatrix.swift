/// A sparse matrix in compressed rows (CSR): memory follows what is stored.
///
/// Checked when it was read: row starts ascend, columns lie inside and ascend within a row, none twice.
public struct SparseMatrix<Value: BinaryFloatingPoint & Sendable>: Sendable, Equatable {
    /// Rows, with or without stored elements.
    public let rows: Int
    /// Columns, at most ``SparseFile/mostColumns``.
    public let columns: Int
    /// `[rows + 1]`: row r owns the elements `rowStarts[r] ..< rowStarts[r + 1]`.
    public let rowStarts: [Int]
    /// `[stored]`: the column of each element, ascending within a row.
    public let columnIndices: [Int32]
    /// `[stored]`; a stored 0 stays one.
    public let values: [Value]

    /// Puts checked parts together.
    ///
    /// - Precondition: the parts are as their documentation says.
    public init(rows: Int, columns: Int, rowStarts: [Int], columnIndices: [Int32], values: [Value]) {
        precondition(rowStarts.count == rows + 1 && rowStarts[rows] == values.count, "row starts of another matrix")
        precondition(columnIndices.count == values.count, "\(columnIndices.count) columns against \(values.count) values")
        self.rows = rows
        self.columns = columns
        self.rowStarts = rowStarts
        self.columnIndices = columnIndices
        self.values = values
    }

    /// Stored elements.
    public var stored: Int { values.count }
}

/// A sparse matrix in an `.npz` file, as `scipy.sparse.save_npz` writes it: opened, its shape known, its elements not yet
/// read.
public struct SparseFile: Sendable {
    /// The path as the caller gave it.
    public let path: String
    /// Rows of the matrix.
    public let rows: Int
    /// Columns of the matrix.
    public let columns: Int
    private let archive: NPZArchive
    /// A matrix has at most so many columns: a shape costs a file nothing, but each column costs its reader some memory.
    public static let mostColumns = 1 << 22
    /// Rows are counted in 32 bits.
    public static let mostRows = Int(Int32.max) - 1

    /// - Throws: ``TableError`` for another format than CSR, a shape beyond the limits, or parts that do not fit each other.
    init(_ archive: NPZArchive) throws(TableError) {
        self.archive = archive
        path = archive.path
        let format = try NPYHeader.text(archive.contents("format"))
        guard format == "csr" else {
            throw TableError(
                "the sparse matrix is stored as '\(format)'", file: path, why: "compressed rows, 'csr', are read",
                fix: "convert it first: scipy.sparse.save_npz(path, matrix.tocsr())")
        }
        let shape = try NPYVector(archive.contents("shape")).integers(upTo: Int(Int32.max) * 4096, what: "size")
        guard shape.count == 2 else {
            throw TableError("the sparse matrix has \(shape.count) axes", file: path, why: "rows and columns are read")
        }
        (rows, columns) = (shape[0], shape[1])
        guard rows > 0 && columns > 0 else {
            throw TableError("the sparse matrix has \(rows) rows and \(columns) columns", file: path, why: "there is nothing to read")
        }
        guard rows <= SparseFile.mostRows, columns <= SparseFile.mostColumns else {
            throw TableError(
                "the sparse matrix has \(rows) rows and \(columns) columns", file: path,
                why: "at most \(SparseFile.mostRows) rows and \(SparseFile.mostColumns) columns are read",
                fix: "drop columns that hold nothing")
        }
    }

    /// All stored elements, rounded to Float; NaN stays.
    ///
    /// - Parameter isAllowed: whether an infinity may stay, for it is declared missing.
    /// - Throws: ``TableError`` for row starts that do not ascend, a column out of range, a column twice in a row, and the
    ///   first value that Float cannot hold and that is not allowed.
    public func floats(allowing isAllowed: (Float) -> Bool = { _ in false }) throws(TableError) -> SparseMatrix<Float> {
        let matrix: SparseMatrix<Float> = try read()
        if let place = matrix.values.firstIndex(where: { $0.isInfinite && !isAllowed($0) }) {
            let row = matrix.row(of: place)
            throw TableError(
                "element [\(row), \(matrix.columnIndices[place])] is infinite or beyond the range of a 32-bit float", file: path,
                row: row + 1, why: "a 32-bit float holds at most 3.4e38", fix: "correct it, or scale the matrix")
        }
        return matrix
    }

    /// All stored elements; NaN and infinities stay.
    ///
    /// - Throws: ``TableError`` for row starts that do not ascend, a column out of range, or a column twice in a row.
    public func doubles() throws(TableError) -> SparseMatrix<Double> { try read() }

    private func read<Value>() throws(TableError) -> SparseMatrix<Value> {
        let starts = try rowStarts()
        let stored = starts[rows]
        // One part at a time: what was inflated of one is gone before the next is.
        var columnIndices = try indices(stored)
        var values: [Value] = []
        do {
            let data = try NPYVector(archive.contents("data"))
            guard data.count >= stored else { throw unfit("'data' has \(data.count) elements, the rows own \(stored)") }
            values.reserveCapacity(stored)
            data.forEach(first: stored) { values.append(Value($0)) }
        }
        try sortRows(starts, &columnIndices, &values)
        return SparseMatrix(rows: rows, columns: columns, rowStarts: starts, columnIndices: columnIndices, values: values)
    }

    private func rowStarts() throws(TableError) -> [Int] {
        let vector = try NPYVector(archive.contents("indptr"))
        guard vector.count == rows + 1 else {
            throw unfit("'indptr' has \(vector.count) elements; \(rows) rows have \(rows + 1)")
        }
        let starts = try vector.integers(upTo: 1 << 52, what: "row start")
        for row in 0 ..< rows where starts[row + 1] < starts[row] || (row == 0 && starts[0] != 0) {
            throw unfit("the row starts do not ascend from 0: row \(row) begins at \(starts[row]) and ends at \(starts[row + 1])")
        }
        return starts
    }

    private func indices(_ stored: Int) throws(TableError) -> [Int32] {
        let vector = try NPYVector(archive.contents("indices"))
        guard vector.count >= stored else { throw unfit("'indices' has \(vector.count) elements, the rows own \(stored)") }
        var result: [Int32] = []
        result.reserveCapacity(stored)
        var bad: Double?
        vector.forEach(first: stored) { value in
            if value >= 0 && value < Double(columns) && value == value.rounded(.towardZero) {
                result.append(Int32(value))
            } else {
                bad = bad ?? value
                result.append(0)
            }
        }
        if let bad { throw unfit("a column is \(bad); there are \(columns)") }
        return result
    }

    /// Brings the columns of every row into ascending order, which scipy does not promise.
    private func sortRows<Value>(_ starts: [Int], _ columns: inout [Int32], _ values: inout [Value]) throws(TableError) {
        for row in 0 ..< rows {
            let range = starts[row] ..< starts[row + 1]
            var isSorted = true
            for place in range.dropFirst() where columns[place] <= columns[place - 1] { isSorted = false }
            if isSorted { continue }
            let order = range.sorted { columns[$0] < columns[$1] }
            let (sorted, moved) = (order.map { columns[$0] }, order.map { values[$0] })
            for (offset, place) in range.enumerated() {
                if offset > 0, sorted[offset] == sorted[offset - 1] {
                    throw TableError(
                        "the row stores column \(sorted[offset]) twice", file: path, row: row + 1, why: "which of the two holds is not said",
                        fix: "call matrix.sum_duplicates() before scipy.sparse.save_npz")
                }
                (columns[place], values[place]) = (sorted[offset], moved[offset])
            }
        }
    }

    private func unfit(_ why: String) -> TableError {
        TableError(
            "the parts of the sparse matrix do not fit each other", file: path, why: why,
            fix: "write it again with scipy.sparse.save_npz")
    }
}

extension SparseMatrix {
    /// The row that owns a stored element.
    public func row(of place: Int) -> Int {
        var (low, high) = (0, rows)
        while high - low > 1 {
            let middle = (low + high) / 2
            if rowStarts[middle] <= place { low = middle } else { high = middle }
        }
        return low
    }
}

/// One axis of numbers in an npy file, possibly none.
struct NPYVector {
    let count: Int
    private let file: FileBytes
    private let header: NPYHeader

    init(_ file: FileBytes) throws(TableError) {
        self.file = file
        header = try NPYHeader(file)
        guard header.shape.count == 1 else {
            throw TableError(
                "the array has \(header.shape.count) axes", file: file.path, why: "it is a part of a sparse matrix, and has one")
        }
        count = header.shape[0]
        let (size, overflow) = count.multipliedReportingOverflow(by: header.type.size)
        guard !overflow, size == file.count - header.dataOffset else {
            throw TableError(
                "the array has another size than its header says", file: file.path,
                why: "the header says \(count) \(header.type.rawValue), the file holds \(file.count - header.dataOffset) bytes",
                fix: "copy or download it again, or write it anew")
        }
    }

    /// Calls `body` with the first elements, in order.
    func forEach(first wanted: Int, _ body: (Double) -> Void) {
        precondition(wanted <= count, "\(wanted) of \(count) elements")
        var buffer = [Double](repeating: 0, count: min(wanted, 4096))
        var done = 0
        while done < wanted {
            let length = min(wanted - done, buffer.count)
            var output = buffer.mutableSpan
            file.decode(
                header.type, isBigEndian: header.isBigEndian, offset: header.dataOffset + done * header.type.size,
                stride: header.type.size, count: length, into: &output)
            for index in 0 ..< length { body(buffer[index]) }
            done += length
        }
    }

    /// All elements as whole numbers from 0.
    func integers(upTo most: Int, what: String) throws(TableError) -> [Int] {
        var result: [Int] = []
        result.reserveCapacity(count)
        var bad: Double?
        forEach(first: count) { value in
            if value >= 0 && value <= Double(most) && value == value.rounded(.towardZero) {
                result.append(Int(value))
            } else {
                bad = bad ?? value
                result.append(0)
            }
        }
        if let bad { throw TableError("a \(what) is \(bad)", file: file.path, why: "it lies in 0 … \(most)") }
        return result
    }
}
