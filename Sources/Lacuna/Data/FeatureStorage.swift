import Tables

/// Rows of a sparse matrix.
struct SparseFeatures: Sendable {
    let matrix: SparseMatrix<Float>
    /// The matrix's rows, in the order wanted; nil for all.
    let chosen: [Int32]?

    /// The elements of a row.
    func places(ofRow row: Int) -> Range<Int> {
        let row = chosen.map { Int($0[row]) } ?? row
        return matrix.rowStarts[row]..<matrix.rowStarts[row + 1]
    }

    subscript(row: Int, column: Int) -> Float {
        let place = places(ofRow: row).first { Int(matrix.columnIndices[$0]) == column }
        return place.map { matrix.values[$0] } ?? 0
    }

    func copy(row: Int, into output: inout MutableSpan<Float>) {
        for column in 0..<matrix.columns { output[column] = 0 }
        for place in places(ofRow: row) { output[Int(matrix.columnIndices[place])] = matrix.values[place] }
    }

    func selecting(rows: [Int]) -> SparseFeatures {
        SparseFeatures(matrix: matrix, chosen: RowChoice.of(rows, within: chosen))
    }
}

/// Rows of raw features, encoded as they are read: nothing of them is kept.
struct EncodedFeatures: Sendable {
    let source: RawFeatures
    let encoding: RowEncoding
    /// The source's rows, in the order wanted; nil for all.
    let chosen: [Int32]?

    var rows: Int { chosen?.count ?? source.rows }

    func copy(row: Int, into output: inout MutableSpan<Float>, scratch: inout [Double]) {
        source.read(row: chosen.map { Int($0[row]) } ?? row, into: &scratch)
        encoding.encode(scratch.span, into: &output)
    }

    func selecting(rows: [Int]) -> EncodedFeatures {
        EncodedFeatures(source: source, encoding: encoding, chosen: RowChoice.of(rows, within: chosen))
    }
}

enum RowChoice {
    static func of(_ rows: [Int], within chosen: [Int32]?) -> [Int32] {
        rows.map { chosen?[$0] ?? Int32($0) }
    }

    static func all(_ chosen: [Int32]?, of rows: Int) -> [Int32] { chosen ?? (0..<rows).map { Int32($0) } }
}

/// Features as a file stores them, before they are encoded: a mapped array, or a sparse matrix.
struct RawFeatures: Sendable {
    enum Source: Sendable {
        case array(NPYArray)
        case sparse(SparseMatrix<Float>)
    }

    let source: Source
    /// Numbers that mean missing, beside NaN; those of a sparse matrix are NaN already.
    let missing: NumericTokens
    /// Whether any cell is missing.
    let hasGaps: Bool

    var rows: Int {
        switch source {
        case .array(let array): array.rows
        case .sparse(let matrix): matrix.rows
        }
    }

    var columns: Int {
        switch source {
        case .array(let array): array.columns
        case .sparse(let matrix): matrix.columns
        }
    }

    /// A mapped array, read through once: every cell is finite as a Float, or missing.
    ///
    /// - Parameter isWanted: by column: whether it is a feature; others may hold anything.
    /// - Throws: `TableError` naming the first that is neither.
    init(mapping array: NPYArray, missing: NumericTokens, isWanted: [Bool], names: [String]) throws(TableError) {
        var hasGaps = false
        if array.dtype.canBeOdd || !missing.isEmpty {
            try array.forEachRow { (row, values) throws(TableError) in
                for column in 0..<values.count {
                    let value = values[column]
                    if value.magnitude <= 3e38 && missing.isEmpty || !isWanted[column] { continue }
                    if value.isNaN || missing.contains(Double(Float(value))) {
                        hasGaps = true
                    } else if Float(value).isInfinite {
                        throw RawFeatures.infinite(value, file: array.path, row: row, column: names[column])
                    }
                }
            }
        }
        source = .array(array)
        self.missing = missing
        self.hasGaps = hasGaps
    }

    /// A sparse matrix: its declared missing numbers become NaN.
    init(_ matrix: SparseMatrix<Float>, missing: NumericTokens) {
        var values = matrix.values
        if !missing.isEmpty {
            for place in values.indices where missing.contains(Double(values[place])) { values[place] = .nan }
        }
        hasGaps = values.contains(where: \.isNaN)
        source = .sparse(
            SparseMatrix(
                rows: matrix.rows, columns: matrix.columns, rowStarts: matrix.rowStarts, columnIndices: matrix.columnIndices,
                values: values))
        self.missing = missing
    }

    static func infinite(_ value: some BinaryFloatingPoint, file: String, row: Int, column: String) -> TableError {
        TableError(
            "feature \(value) is infinite", file: file, row: row + 1, column: column,
            why: "a feature must be finite as a 32-bit float (at most 3.4e38)", fix: "correct it, or write NaN where it is missing")
    }

    /// Writes a row's numbers, rounded to Float, NaN where missing, to `cells`, which grows to `columns`.
    func read(row: Int, into cells: inout [Double]) {
        if cells.count != columns { cells = [Double](repeating: 0, count: columns) }
        var output = cells.mutableSpan
        switch source {
        case .array(let array):
            array.read(row: row, into: &output)
            for column in 0..<output.count {
                let value = Double(Float(output[column]))
                output[column] = !missing.isEmpty && missing.contains(value) ? .nan : value
            }
        case .sparse(let matrix):
            for column in 0..<output.count { output[column] = 0 }
            for place in matrix.rowStarts[row]..<matrix.rowStarts[row + 1] {
                output[Int(matrix.columnIndices[place])] = Double(matrix.values[place])
            }
        }
    }
}

extension NPYType {
    /// Whether an element can be NaN, infinite, or beyond Float.
    fileprivate var canBeOdd: Bool {
        switch self {
        case .float16, .float32, .float64: true
        case .bool, .int8, .int16, .int32, .int64, .uint8, .uint16, .uint32, .uint64: false
        }
    }
}

/// The declared missing tokens that are numbers, also as a 32-bit float holds them: 0.1 in a float32 array is a token 0.1.
struct NumericTokens: Sendable {
    private let numbers: [Double]

    init(_ tokens: MissingTokens) {
        numbers = tokens.words.flatMap { word -> [Double] in
            if case .number(let number) = LabelValue(parsing: word) { return [number, Double(Float(number))] }
            // inf and -inf are words in a table and numbers in an array.
            return Double(word).flatMap { $0.isInfinite ? [$0] : nil } ?? []
        }
    }

    var isEmpty: Bool { numbers.isEmpty }
    func contains(_ value: Double) -> Bool { numbers.contains(value) }
}
