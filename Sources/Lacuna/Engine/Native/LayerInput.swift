internal import LacunaKernels
import Tables

/// The rows of a batch as the first layer takes them.
enum LayerInput {
    /// `[rows, columns]`.
    case dense(View<Float>)
    /// Rows of a sparse matrix, multiplied where they lie.
    case sparse(SparseRows)

    var isSparse: Bool { if case .sparse = self { true } else { false } }
}

/// Some rows of a sparse matrix.
struct SparseRows {
    let matrix: SparseMatrix<Float>
    /// `[rows]`: rows of the matrix.
    let rows: View<Int32>

    /// out = rows · kernel, with kernel `[columns, outputs]`; what `out` has beyond the rows becomes 0.
    func multiply(_ kernel: View<Float>, outputs: Int, into out: View<Float>, _ workers: Workers) {
        precondition(kernel.count >= matrix.columns * outputs && out.count >= rows.count * outputs, "a product leaves its memory")
        unsafe withElements { starts, columns, values in
            workers.split(rows.count, work: rows.count * outputs * 16) { own in
                unsafe lacuna_sparse_forward(
                    own.count, outputs, rows.base + own.lowerBound, starts, columns, values, kernel.base,
                    out.base + own.lowerBound * outputs)
            }
        }
        out.slice(rows.count * outputs, out.count - rows.count * outputs).fill(0)
    }

    /// gradient += rowsᵀ · d, with d `[rows, outputs]`: only the gradient's rows of stored columns are touched.
    func addGradient(of d: View<Float>, outputs: Int, to gradient: View<Float>, _ workers: Workers) {
        precondition(gradient.count >= matrix.columns * outputs && d.count >= rows.count * outputs, "a product leaves its memory")
        unsafe withElements { starts, columns, values in
            workers.split(outputs, grain: 16, work: rows.count * outputs * 16) { own in
                unsafe lacuna_sparse_backward(
                    rows.count, outputs, own.lowerBound, own.count, rows.base, starts, columns, values, d.base, gradient.base)
            }
        }
    }

    /// Zeroes what ``addGradient(of:outputs:to:)`` can have touched: the rows of stored columns, or all where the elements are
    /// more than the columns.
    func clear(_ gradient: View<Float>, outputs: Int, _ workers: Workers) {
        precondition(gradient.count >= matrix.columns * outputs, "a gradient of another size")
        if elements >= matrix.columns {
            let all = matrix.columns * outputs
            return workers.split(all, grain: 16, work: all) { own in gradient.slice(own.lowerBound, own.count).fill(0) }
        }
        unsafe withElements { starts, columns, _ in
            unsafe lacuna_sparse_clear(rows.count, outputs, rows.base, starts, columns, gradient.base)
        }
    }

    /// Stored elements of the rows.
    var elements: Int {
        var count = 0
        for index in 0..<rows.count {
            let row = Int(rows[index])
            count += matrix.rowStarts[row + 1] - matrix.rowStarts[row]
        }
        return count
    }

    fileprivate func withElements(
        _ body: (UnsafePointer<Int>?, UnsafePointer<Int32>?, UnsafePointer<Float>?) -> Void
    ) {
        unsafe matrix.rowStarts.withUnsafeBufferPointer { starts in
            unsafe matrix.columnIndices.withUnsafeBufferPointer { columns in
                unsafe matrix.values.withUnsafeBufferPointer { values in
                    unsafe body(starts.baseAddress, columns.baseAddress, values.baseAddress)
                }
            }
        }
    }
}

/// The elements of some sparse rows, by column.
final class TurnedRows {
    private let startMemory = Memory<Int32>()
    private let rowMemory = Memory<Int32>()
    private let valueMemory = Memory<Float>()

    /// `[columns + 1]`: where each column's elements begin.
    var starts: View<Int32> { startMemory.view }
    /// Positions in the rows, which ascend within a column, and the values there.
    var rows: View<Int32> { rowMemory.view }
    var values: View<Float> { valueMemory.view }

    /// Takes the elements of other rows.
    func turn(_ sparse: SparseRows) {
        let elements = sparse.elements, columns = sparse.matrix.columns
        _ = (startMemory.room(for: columns + 2), rowMemory.room(for: elements), valueMemory.room(for: elements))
        unsafe sparse.withElements { starts, columnOf, values in
            unsafe lacuna_turn_rows(
                sparse.rows.count, columns, sparse.rows.base, starts, columnOf, values, startMemory.view.base, rowMemory.view.base,
                valueMemory.view.base)
        }
    }

    /// Cuts the columns into a range for each thread. Every column costs something, each of its elements about a sixth of that.
    func forEachShare(of columns: Int, outputs: Int, _ workers: Workers, _ body: (Range<Int>) -> Void) {
        let starts = starts
        func cost(_ column: Int) -> Int { 6 * column + Int(starts[column]) }
        workers.share(0..<columns, work: cost(columns) * outputs, runningCost: cost) { _, own in body(own) }
    }
}

/// Brings rows of features together for a pass, from wherever they are stored.
final class InputGather {
    private let input = Memory<Float>()
    private let numbers = Memory<Int32>()

    /// - Parameters:
    ///   - rows: of `features`, in the order of the pass.
    ///   - padded: rows of the input; those beyond the given ones are 0.
    ///   - keepsSparse: whether the first layer takes sparse rows.
    /// - Returns: valid until the next call.
    func gather(
        _ features: FeatureMatrix, rows: View<Int32>, padded: Int, keepsSparse: Bool, workers: Workers
    ) -> LayerInput {
        let width = features.columns
        let out: View<Float>
        switch features.storage {
        case .sparse(let sparse) where keepsSparse:
            return .sparse(SparseRows(matrix: sparse.matrix, rows: matrixRows(sparse, rows)))
        case .dense(let values):
            out = input.room(for: padded * width)
            unsafe values.withUnsafeBufferPointer { values in
                workers.split(rows.count, work: rows.count * width) { own in
                    unsafe lacuna_gather(
                        own.count, width, rows.base + own.lowerBound, values.baseAddress, out.base + own.lowerBound * width)
                }
            }
        default:
            out = input.room(for: padded * width)
            // Decoding and encoding a number costs several copies of one.
            workers.split(rows.count, work: 4 * rows.count * width) { own in
                var reader = features.reader
                for row in own {
                    let target = out.slice(row * width, width)
                    var span = unsafe MutableSpan(_unsafeStart: target.base, count: width)
                    reader.copy(row: Int(rows[row]), into: &span)
                }
            }
        }
        out.slice(rows.count * width, (padded - rows.count) * width).fill(0)
        return .dense(out)
    }

    private func matrixRows(_ sparse: SparseFeatures, _ rows: View<Int32>) -> View<Int32> {
        guard let chosen = sparse.chosen else { return rows }
        let out = numbers.room(for: rows.count)
        for index in 0..<rows.count { out[index] = chosen[Int(rows[index])] }
        return out
    }
}
