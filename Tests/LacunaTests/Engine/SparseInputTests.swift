import TestSupport
import Testing

@testable import Lacuna

/// Sparse rows in the first layer against the same rows dense, and observed logits against all of them.
@Suite struct SparseInputTests {
    private func problem(rows: Int = 48, features: Int = 23) throws -> (dense: Dataset, sparse: Dataset) {
        var random = SeededGenerator(seed: 81)
        var problem = Problem.random(rows: rows, features: features, objectives: .everyKindWithTowers, weighted: true, using: &random)
        problem.features = FeatureMatrix(rows: rows, columns: features) { _, _ in
            Float.random(in: 0..<1, using: &random) < 0.2 ? Float.random(in: -2...2, using: &random) : 0
        }
        let dense = try problem.dataset()
        var starts = [0], columns: [Int32] = [], values: [Float] = []
        for row in 0..<rows {
            for column in 0..<features where problem.features[row, column] != 0 {
                columns.append(Int32(column))
                values.append(problem.features[row, column])
            }
            starts.append(values.count)
        }
        problem.features = try FeatureMatrix(columns: features, rowStarts: starts, columnIndices: columns, values: values)
        return (dense, try problem.dataset())
    }

    @Test(arguments: [nil, 5], [Normalization.none, .layer])
    func `gradients and steps are those of dense rows, whole or cut`(micro: Int?, norm: Normalization) throws {
        let (dense, sparse) = try problem()
        #expect(dense.features == sparse.features)
        let spec = EncoderSpec([9, 6], activation: .tanh, dropout: 0.3, norm: norm)
        let ours = try EngineDriver(sparse, encoder: spec) { $0.microBatch = micro }
        let theirs = try EngineDriver(dense, encoder: spec) { $0.microBatch = micro }
        let rows = [3, 1, 44, 3, 20, 7, 8, 9, 30, 31, 2, 40]
        let (a, b) = (try ours.gradient(rows), try theirs.gradient(rows))
        for (name, values) in b { #expect(isClose(a[name] ?? [], values.map { Double($0) }, relative: 1e-4, absolute: 1e-5), "\(name)") }
        // Steps on different rows: what one leaves behind would show in the next.
        for start in [0, 12, 24, 36, 5] {
            try ours.step(Array(start..<start + 12), rate: 0.05)
            try theirs.step(Array(start..<start + 12), rate: 0.05)
        }
        for (mine, other) in zip(ours.model.engine.weights, theirs.model.engine.weights) {
            #expect(isClose(mine.floats, other.floats.map { Double($0) }, relative: 1e-3, absolute: 1e-4), "\(mine.name)")
        }
        let (left, right) = (try ours.model.predict(sparse.features), try ours.model.predict(dense.features))
        for (x, y) in zip(left.objectives, right.objectives) where x.name != "grade" {
            #expect(isClose(x.values.numbers, y.values.numbers.map { Double($0) }, relative: 1e-4, absolute: 1e-5), "\(x.name)")
        }
    }

    @Test func `two runs on sparse rows are equal bit for bit, and a run on a selection equals one on a copy`() throws {
        let (_, sparse) = try problem()
        let rows = (0..<48).filter { $0 % 5 != 0 }
        func weights(_ data: Dataset) throws -> [NamedTensor] {
            let model = try Model(features: 23, encoder: .dense(7), objectives: data.objectives, seed: 2, threads: 1)
            try model.fit(data, epochs: 3, batchSize: 8)
            return model.engine.weights
        }
        let view = sparse.selecting(rows: rows)
        guard case .sparse(let features) = view.features.storage else {
            Issue.record("a selection of sparse rows is not sparse")
            return
        }
        #expect(features.chosen?.count == rows.count)
        #expect(try weights(view) == weights(view))
    }

    @Test func `an encoder without layers takes sparse rows`() throws {
        let (dense, sparse) = try problem()
        let linear = EncoderSpec([])
        guard (try? linear.validate()) != nil else { return }
        let ours = try EngineDriver(sparse, encoder: linear), theirs = try EngineDriver(dense, encoder: linear)
        #expect(try ours.gradient([1, 2, 3]) == theirs.gradient([1, 2, 3]))
    }

    @Test(arguments: [0.05, 0.5, 1])
    func `observed logits are those of prediction, to the bit`(coverage: Double) throws {
        var random = SeededGenerator(seed: 82)
        let objectives = [Objective].everyKindWithTowers + (0..<40).map { .binary("b\($0)") }
        let data = try Problem.random(rows: 37, features: 5, objectives: objectives, coverage: coverage, using: &random).dataset()
        let model = try Model(features: 5, encoder: .dense(33, 17), objectives: objectives, seed: 4, threads: 1)
        let engine = model.engine, plan = model.plan
        for range in [0..<37, 3..<4, 10..<29] {
            let all = engine.logits(data.features, rows: range)
            let observed = engine.observedLogits(data.features, rows: range, labels: data.labels)
            var expected: [Float] = []
            for row in range {
                for place in data.labels.rowStarts[row]..<data.labels.rowStarts[row + 1] {
                    let slot = plan.slots[Int(data.labels.slotIndices[place])]
                    let first = (row - range.lowerBound) * plan.outputs + slot.output
                    expected += all[first..<first + slot.width]
                }
            }
            #expect(observed.map(\.bitPattern) == expected.map(\.bitPattern))
        }
    }
}
