@testable import Lacuna
import TestSupport
import Testing

/// Layers that move as soon as their gradients are known, against the same layers that wait for the end of the step.
@Suite struct LayerMovesTests {
    private static let specs = [
        EncoderSpec([72, 50]), EncoderSpec([72, 50], activation: .tanh, dropout: 0.2), EncoderSpec([72, 50], norm: .layer),
        EncoderSpec([72, 50], activation: .gelu, norm: .batch),
    ]

    /// Rows, widths and a tower whose kernels' gradients are used up where they are made: too large for the kernels of small
    /// products, too few rows for the BLAS.
    private func problem(sparse: Bool) throws -> Dataset {
        var random = SeededGenerator(seed: 91)
        let rows = 120, features = 90
        // As many towers as threads: then they move at once.
        let towers = (0..<3).map { Objective.binary("t\($0)", head: .tower([90])) }
        #expect(!Products.isSmall(m: 50, n: 90, k: 35), "towers so small do not gain from moving at once")
        var problem = Problem.random(
            rows: rows, features: features, objectives: [.binary("a"), .categorical("b", classes: ["x", "y", "z"])] + towers,
            coverage: 0.7, using: &random)
        guard sparse else { return try problem.dataset() }
        var starts = [0], columns: [Int32] = [], values: [Float] = []
        for _ in 0..<rows {
            for column in 0..<features where Float.random(in: 0..<1, using: &random) < 0.15 {
                columns.append(Int32(column))
                values.append(Float.random(in: -2...2, using: &random))
            }
            starts.append(values.count)
        }
        problem.features = try FeatureMatrix(columns: features, rowStarts: starts, columnIndices: columns, values: values)
        return try problem.dataset()
    }

    private func trained(
        _ data: Dataset, _ spec: EncoderSpec, _ optimizer: Optimizer, threads: Int, waits: Bool
    ) throws -> (weights: [String: [Float]], hasMoved: Bool) {
        let model = try Model.trained(on: data, spec, threads: threads) {
            $0.epochs = 5
            $0.batchSize = 60
            $0.optimizer = optimizer
            $0.weightDecay = 0.01
            // No gradient is as long as that, but the norm of all of them has to be known before anything moves.
            $0.clip = waits ? 1e30 : nil
        }
        return (model.weights, try #require(model.engine as? NativeEngine).updater.hasMovedEncoder)
    }

    @Test(arguments: specs, [false, true])
    func `layers that move at once end where layers that wait do`(spec: EncoderSpec, sparse: Bool) throws {
        let data = try problem(sparse: sparse)
        // With so large an ε, what is but rounding (biases under batch norm) moves by as little.
        for optimizer in [Optimizer.adam(epsilon: 1e-3), .adamW(epsilon: 1e-3), .sgd(momentum: 0.9)] {
            let waiting = try trained(data, spec, optimizer, threads: 1, waits: true)
            let atOnce = try trained(data, spec, optimizer, threads: 1, waits: false)
            #expect(!waiting.hasMoved)
            #expect(atOnce.hasMoved == optimizer.isAdam)
            #expect(distance(waiting.weights, atOnce.weights) < 5e-5)
        }
    }

    @Test(arguments: [false, true])
    func `they move to the same bits every time, and to the same place on several threads`(sparse: Bool) throws {
        let data = try problem(sparse: sparse), spec = EncoderSpec([260, 50]), optimizer = Optimizer.adam(epsilon: 1e-3)
        let one = try trained(data, spec, optimizer, threads: 1, waits: false)
        #expect(one.hasMoved)
        for threads in [1, 2, 3] {
            let first = try trained(data, spec, optimizer, threads: threads, waits: false)
            #expect(try trained(data, spec, optimizer, threads: threads, waits: false).weights == first.weights)
            // The BLAS's pieces of a product are others.
            #expect(distance(first.weights, one.weights) < 1e-5)
        }
    }

    @Test func `threads share out all columns of sparse rows, however unevenly they are filled`() throws {
        let columns = 300, rows = 64
        var starts = [0], columnOf: [Int32] = []
        for row in 0..<rows {
            // Nearly all elements stand in the first columns.
            for column in 0..<columns where column < 20 || (row * 7 + column) % 97 == 0 { columnOf.append(Int32(column)) }
            starts.append(columnOf.count)
        }
        let features = try FeatureMatrix(
            columns: columns, rowStarts: starts, columnIndices: columnOf, values: columnOf.map { Float($0) + 1 })
        guard case .sparse(let sparse) = features.storage else {
            Issue.record("sparse rows are not kept sparse")
            return
        }
        let chosen = Memory<Int32>(3), turned = TurnedRows()
        chosen.view.copy(from: [5, 63, 5])
        turned.turn(SparseRows(matrix: sparse.matrix, rows: chosen.view))
        for column in 0..<columns {
            let own = Int(turned.starts[column])..<Int(turned.starts[column + 1])
            let expected = [5, 63, 5].indices.filter { place in
                sparse[[5, 63, 5][place], column] != 0
            }
            #expect(own.map { Int(turned.rows[$0]) } == expected)
            #expect(own.allSatisfy { turned.values[$0] == Float(column) + 1 })
        }
        for threads in [1, 2, 3, 7] {
            let seen = Memory<Int32>(columns)
            turned.forEachShare(of: columns, outputs: 1 << 20, Workers(count: threads)) { own in
                for column in own { seen.view[column] += 1 }
            }
            #expect(seen.view.array.allSatisfy { $0 == 1 })
        }
    }
}
