/// Features `[rows × columns]`, Float32, row by row.
public struct FeatureMatrix: Sendable, Equatable {
    /// How many rows.
    public let rows: Int
    /// How many features a row has, F.
    public let columns: Int
    /// `[rows · columns]`, row-major.
    public internal(set) var values: [Float]

    /// Features from one flat array, row by row.
    ///
    /// - Precondition: `values.count == rows × columns`.
    public init(rows: Int, columns: Int, values: [Float]) {
        precondition(
            values.count == rows * columns, "\(values.count) values do not fill \(rows) × \(columns)")
        self.rows = rows
        self.columns = columns
        self.values = values
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

    /// The feature of a row and column, both counted from 0.
    public subscript(row: Int, column: Int) -> Float {
        get { values[row * columns + column] }
        set { values[row * columns + column] = newValue }
    }

    /// The given rows, in their order.
    public func selecting(rows chosen: [Int]) -> FeatureMatrix {
        var selected: [Float] = []
        selected.reserveCapacity(chosen.count * columns)
        for row in chosen { selected.append(contentsOf: values[row * columns..<(row + 1) * columns]) }
        return FeatureMatrix(rows: chosen.count, columns: columns, values: selected)
    }
}
