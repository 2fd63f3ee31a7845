/// A few rows of parsed numbers, row by row as a file has them, before they move to their columns.
///
/// Writing each cell straight to its column would touch as many distant cache lines per row as there are columns.
@safe final class RowBlock {
    let capacity: Int
    private let width: Int
    private let cells: UnsafeMutablePointer<Double>
    private let column: UnsafeMutablePointer<Float>

    init(width: Int) {
        self.width = width
        capacity = max(16, min(256, 16384 / max(width, 1)))
        unsafe cells = .allocate(capacity: max(width, 1) * capacity)
        unsafe column = .allocate(capacity: capacity)
    }

    deinit {
        unsafe cells.deallocate()
        unsafe column.deallocate()
    }

    func row(_ index: Int) -> UnsafeMutablePointer<Double> {
        unsafe cells + index * width
    }

    func set(_ value: Double, row: Int, column: Int) {
        precondition(row < capacity && column < width)
        unsafe cells[row * width + column] = value
    }

    /// Appends one column of the first `rows` rows, rounded to Float; values equal to a missing number become NaN.
    ///
    /// - Returns: how many of them are NaN, and the first row whose value is finite here but infinite as Float.
    func append(
        column index: Int, rows: Int, missing: [Double], to values: inout [Float]
    ) -> (missing: Int, firstTooLarge: Int?) {
        let first = unsafe cells + index
        for number in missing {
            for row in 0 ..< rows where unsafe first[row &* width] == number { unsafe first[row &* width] = .nan }
        }
        var missingCount = 0
        var tooLarge = 0
        for row in 0 ..< rows {
            let rounded = unsafe Float(first[row &* width])
            missingCount &+= rounded.isNaN ? 1 : 0
            tooLarge &+= rounded.isInfinite ? 1 : 0
            unsafe column[row] = rounded
        }
        unsafe values.append(contentsOf: UnsafeBufferPointer(start: column, count: rows))
        guard tooLarge > 0 else { return (missingCount, nil) }
        return (missingCount, (0 ..< rows).first { unsafe column[$0].isInfinite })
    }
}
