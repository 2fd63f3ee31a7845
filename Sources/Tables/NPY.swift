// npy by hand: the format is a Python literal followed by raw numbers. Considered: qoncept/swift-npy holds the whole array
// in memory, leaves Fortran order to the caller and knows no float16; numpy's own reader needs Python.

/// A table of numbers in an `.npy` file, mapped: opening costs nothing, and files larger than memory can be read by row.
///
/// All number types of numpy up to 8 bytes, both byte orders, C and Fortran order. A 1-D array is one column.
public struct NPYArray: Sendable {
    /// The path as the caller gave it.
    public let path: String
    /// As the file says: one or two sizes.
    public let shape: [Int]
    /// Rows of the array.
    public let rows: Int
    /// Columns of the array; 1 for an array of one dimension.
    public let columns: Int
    /// The type of number in the file.
    public let dtype: NPYType
    /// Whether the file holds one column after the other, so that the cells of a row lie apart.
    public var isByColumn: Bool { header.isFortranOrder && rows > 1 && columns > 1 }
    private let file: FileBytes
    private let header: NPYHeader

    /// Opens the array and checks that the file holds exactly what its header says.
    public init(path: String) throws(TableError) { try self.init(FileBytes(path: path)) }

    init(_ file: FileBytes) throws(TableError) {
        let path = file.path
        let header = try NPYHeader(file)
        guard header.shape.count == 1 || header.shape.count == 2 else {
            let shape = header.shape.map(String.init).joined(separator: ", ")
            throw TableError(
                "the array has \(header.shape.count) axes, its shape is (\(shape))", file: path, why: "rows and columns are read",
                fix: "reshape it to two axes before numpy.save")
        }
        (rows, columns) = (header.shape[0], header.shape.count == 2 ? header.shape[1] : 1)
        guard rows > 0 && columns > 0 else {
            throw TableError("the array has \(rows) rows and \(columns) columns", file: path, why: "there is nothing to read")
        }
        try NPYArray.checkSize(rows, columns, header, file)
        self.path = path
        shape = header.shape
        dtype = header.type
        self.file = file
        self.header = header
    }

    private static func checkSize(_ rows: Int, _ columns: Int, _ header: NPYHeader, _ file: FileBytes) throws(TableError) {
        let (count, overflow) = rows.multipliedReportingOverflow(by: columns)
        let (size, overflow2) = count.multipliedReportingOverflow(by: header.type.size)
        let found = file.count - header.dataOffset
        if !overflow && !overflow2 && size == found { return }
        let wanted = overflow || overflow2 ? "more bytes than can be counted" : "\(size) bytes"
        throw TableError(
            overflow || overflow2 || size > found ? "the array ends early" : "bytes follow the array", file: file.path,
            why: "its header says \(rows) × \(columns) \(header.type.rawValue), \(wanted); the file holds \(found)",
            fix: "copy or download it again, or write it again with numpy.save")
    }

    /// One element; integers beyond 2^53 are rounded.
    public func value(row: Int, column: Int) -> Double {
        precondition((0 ..< rows).contains(row) && (0 ..< columns).contains(column), "[\(row), \(column)] of \(shape)")
        var one = [0.0]
        var output = one.mutableSpan
        let index = header.isFortranOrder ? column * rows + row : row * columns + column
        file.decode(
            dtype, isBigEndian: header.isBigEndian, offset: header.dataOffset + index * dtype.size, stride: dtype.size,
            count: 1, into: &output)
        return one[0]
    }

    /// Writes one row to the first `columns` elements of `output`.
    public func read(row: Int, into output: inout MutableSpan<Double>) {
        precondition((0 ..< rows).contains(row), "row \(row) of \(rows)")
        let first = header.isFortranOrder ? row : row * columns
        file.decode(
            dtype, isBigEndian: header.isBigEndian, offset: header.dataOffset + first * dtype.size,
            stride: header.isFortranOrder ? rows * dtype.size : dtype.size, count: columns, into: &output)
    }

    /// Calls `body` with every row in turn, `[columns]`.
    public func forEachRow<Failure: Error>(
        _ body: (_ row: Int, _ values: Span<Double>) throws(Failure) -> Void
    ) throws(Failure) {
        var values = [Double](repeating: 0, count: columns)
        for row in 0 ..< rows {
            var output = values.mutableSpan
            read(row: row, into: &output)
            try body(row, values.span)
        }
    }

    /// All elements, `[rows × columns]`, row by row, rounded to Float; NaN and infinities stay.
    ///
    /// - Parameter isAllowed: whether a finite value that Float cannot hold may stand as an infinity, for it is declared missing.
    /// - Throws: at the first finite value that Float cannot hold and that is not allowed.
    public func floats(allowing isAllowed: (Double) -> Bool = { _ in false }) throws(TableError) -> [Float] {
        var result: [Float] = []
        result.reserveCapacity(rows * columns)
        try forEachRow { (row, values) throws(TableError) in
            for column in 0 ..< values.count {
                let rounded = Float(values[column])
                if rounded.isInfinite && values[column].isFinite && !isAllowed(values[column]) {
                    throw tooLarge(values[column], row, column)
                }
                result.append(rounded)
            }
        }
        return result
    }

    private func tooLarge(_ value: Double, _ row: Int, _ column: Int) -> TableError {
        TableError(
            "element [\(row), \(column)] is \(value)", file: path, row: row + 1, why: "a 32-bit float holds at most 3.4e38",
            fix: "scale the array")
    }
}

/// Writes a float32 array `[rows, columns]` in C order, row by row; the file appears under its name when `finish` has
/// succeeded, and never half-written.
public final class NPYWriter {
    private let file: AtomicFile
    private let rows: Int
    private let columns: Int
    private var written = 0

    /// Begins a file of `rows × columns` Float32.
    ///
    /// - Throws: ``TableError`` when the file cannot be made.
    public init(path: String, rows: Int, columns: Int) throws(TableError) {
        precondition(rows >= 0 && columns >= 0, "a shape has no negative sizes")
        (self.rows, self.columns) = (rows, columns)
        file = try AtomicFile(path: path)
        try file.write(NPYWriter.header(rows, columns))
    }

    /// Format 1.0, padded so that the data begins at a multiple of 64 bytes, as numpy does.
    private static func header(_ rows: Int, _ columns: Int) -> [UInt8] {
        var text = "{'descr': '<f4', 'fortran_order': False, 'shape': (\(rows), \(columns)), }"
        text += String(repeating: " ", count: 63 - (10 + text.utf8.count) % 64) + "\n"
        let length = text.utf8.count
        return [0x93] + Array("NUMPY".utf8) + [1, 0, UInt8(length & 255), UInt8(length >> 8)] + Array(text.utf8)
    }

    /// Appends the next row, `[columns]`.
    public func append(_ row: Span<Float>) throws(TableError) {
        precondition(row.count == columns, "the row has \(row.count) values, the array \(columns) columns")
        precondition(written < rows, "the array has \(rows) rows")
        for index in 0 ..< row.count {
            let bits = row[index].bitPattern
            for shift in 0 ..< 4 { try file.write(UInt8(truncatingIfNeeded: bits >> UInt32(8 * shift))) }
        }
        written += 1
    }

    /// Writes one row.
    ///
    /// - Throws: ``TableError`` when the file cannot be written.
    public func append(_ row: [Float]) throws(TableError) { try append(row.span) }

    /// Writes what is left and gives the file its name.
    public func finish() throws(TableError) {
        precondition(written == rows, "\(written) of \(rows) rows were written")
        try file.finish()
    }
}
