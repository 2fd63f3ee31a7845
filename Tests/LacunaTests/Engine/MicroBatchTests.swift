@testable import Lacuna
import TestSupport
import Testing

/// Promise 2: cutting a logical batch into micro-batches changes nothing but rounding.
@Suite struct MicroBatchTests {
    @Test(arguments: Reduction.allCases, [Normalization.none, .layer])
    func `micro-batches of any size have the gradient of the whole batch`(
        reduction: Reduction, norm: Normalization
    ) throws {
        for seed in [UInt64](1...4) {
            var random = SeededGenerator(seed: seed)
            let objectives = ([Objective].everyLoss + [.regression("own", loss: QuarticError())]).map { objective in
                var copy = objective
                if Bool.random(using: &random) { copy.head = .tower([3]) }
                return copy
            }
            let problem = Problem.random(
                rows: 17, objectives: objectives, coverage: Double.random(in: 0.1...0.8, using: &random),
                weighted: seed % 2 == 0, using: &random)
            let encoder = EncoderSpec([7, 5], activation: .silu, dropout: 0.3, norm: norm)
            let rows = Array((0..<17).shuffled(using: &random).prefix(11))
            func gradient(_ size: Int?) throws -> [String: [Float]] {
                try EngineDriver(problem.dataset(missing: .masked(.nan)), encoder: encoder, seed: seed) {
                    $0.reduction = reduction
                    $0.microBatch = size
                }.gradient(rows)
            }
            let whole = try gradient(nil)
            #expect(whole.values.contains { $0.contains { $0.magnitude > 1e-2 } })
            #expect(try gradient(11) == whole)
            for size in [1, 3, 7] { #expect(distance(try gradient(size), whole) < 2e-6, "size \(size)") }
        }
    }

    @Test(arguments: [1, 3, 7])
    func `a trained model is the same to rounding, with a short last batch and a short last part`(size: Int) throws {
        var random = SeededGenerator(seed: 41)
        let data = try Problem.random(rows: 26, objectives: .everyKindWithTowers, weighted: true, using: &random).dataset()
        func trained(_ microBatch: Int?) throws -> (Model, History) {
            let model = try Model(
                features: 4, encoder: EncoderSpec([6], dropout: 0.25, norm: .layer), objectives: data.objectives, threads: 1)
            let history = try model.fit(
                data,
                TrainingSettings {
                    $0.epochs = 3
                    $0.batchSize = 8
                    $0.microBatch = microBatch
                    $0.optimizer = .sgd(momentum: 0.9)
                    $0.clip = 2
                })
            return (model, history)
        }
        let (whole, wholeHistory) = try trained(nil), (cut, cutHistory) = try trained(size)
        #expect(distance(whole.weights, cut.weights) < 5e-6)
        for (a, b) in zip(wholeHistory.epochs, cutHistory.epochs) {
            #expect(isClose(a.trainingLoss, b.trainingLoss, relative: 1e-5))
            #expect(a.objectives.map(\.observed) == b.objectives.map(\.observed))
        }
    }

    @Test(arguments: Reduction.allCases, [HeadPath.dense, .observed])
    func `an objective that the batch does not observe adds exactly 0`(reduction: Reduction, path: HeadPath) throws {
        var random = SeededGenerator(seed: 42)
        let whole = Problem.random(rows: 14, objectives: .everyKind, coverage: 0.7, using: &random)
        var cut = whole
        // Rows 2 and on lose every label of the fourth objective; the training set keeps two.
        cut.masks[3] = cut.masks[3].indices.map { $0 < 2 }
        let rows = Array(2..<12)
        func gradient(_ problem: Problem, without: Int?) throws -> (EpochSums, [String: [Float]]) {
            let driver = try EngineDriver(problem.dataset(), encoder: EncoderSpec([5])) {
                $0.reduction = reduction
                if let without { $0.objectiveWeights[without] = 0 }
                $0.expectedWeights = [1, 1, 2, 1, 1]
            }
            (driver.model.engine as? NativeEngine)?.forcedPath = path
            let sums = try driver.step(rows, rate: 0)
            return (sums, driver.model.engine.optimizerState.reduce(into: [:]) { $0[$1.name] = $1.floats })
        }
        let (sums, gradient1) = try gradient(cut, without: nil)
        let (_, gradient2) = try gradient(cut, without: 3)
        #expect(sums.losses[3] == 0 && sums.weights[3] == 0 && sums.observed[3] == 0)
        #expect(gradient1 == gradient2)
        #expect(gradient1.values.allSatisfy { $0.allSatisfy { $0.isFinite } })
    }

    @Test func `dropout does not depend on the micro-batch, and differs from step to step and row to row`() throws {
        // With the identity as kernel and one feature of 1, hidden values are 0 or 1 ÷ 0.5; the head's gradient shows them.
        let objectives: [Objective] = [.regression("size")]
        let data = Dataset(
            features: FeatureMatrix(rows: 6, columns: 1) { _, _ in 1 }, objectives: objectives,
            labels: LabelTable(rows: 6, columns: [(0..<6).map { .init(row: $0, value: 1) }]))
        func hidden(row: Int, step: Int, microBatch: Int?) throws -> [Float] {
            let driver = try EngineDriver(data, encoder: EncoderSpec([32], dropout: 0.5), scaled: false) {
                $0.microBatch = microBatch
            }
            driver.model.engine.setWeights(
                driver.model.engine.weights.map { tensor in
                    let value: Float = tensor.name == "encoder.0.kernel" ? 1 : 0
                    return NamedTensor(tensor.name, tensor.shape, .floats(tensor.floats.map { _ in value }))
                })
            // Only the row in question has a label, so the head's gradient is −2 × its hidden values.
            let one = LabelTable(rows: 6, columns: [[.init(row: row, value: 1)]])
            driver.model.engine.prepare(
                EngineData(features: data.features, labels: try TargetTable(one, rowWeights: nil, scaling: [nil])), plan: driver.plan)
            for _ in 0..<step { try driver.step([0, 1, 2, 3, 4, 5], rate: 0) }
            driver.model.engine.prepare(
                EngineData(features: data.features, labels: try TargetTable(one, rowWeights: nil, scaling: [nil])), plan: driver.plan)
            try driver.step([0, 1, 2, 3, 4, 5], rate: 0)
            let gradient = driver.model.engine.optimizerState.first { $0.name == "first.heads.weight" }?.floats ?? []
            return gradient.map { $0 / -2 }
        }
        let base = try hidden(row: 4, step: 0, microBatch: nil)
        #expect(Set(base) == [0, 2])
        #expect(base.filter { $0 == 0 }.count > 6 && base.filter { $0 == 0 }.count < 26)
        for size in 1...5 { #expect(try hidden(row: 4, step: 0, microBatch: size) == base) }
        #expect(try hidden(row: 4, step: 1, microBatch: nil) != base)
        #expect(try hidden(row: 3, step: 0, microBatch: nil) != base)
    }

    @Test func `dropout drops the share that was asked for`() throws {
        let objectives: [Objective] = [.regression("size")]
        let data = Dataset(
            features: FeatureMatrix(rows: 1, columns: 1) { _, _ in 1 }, objectives: objectives,
            labels: LabelTable(rows: 1, columns: [[.init(row: 0, value: 1)]]))
        let driver = try EngineDriver(data, encoder: EncoderSpec([20_000], dropout: 0.2), scaled: false)
        driver.model.engine.setWeights(
            driver.model.engine.weights.map { tensor in
                let value: Float = tensor.name == "encoder.0.kernel" ? 1 : 0
                return NamedTensor(tensor.name, tensor.shape, .floats(tensor.floats.map { _ in value }))
            })
        let gradient = try #require(try driver.gradient([0])["heads.weight"])
        let dropped = Double(gradient.filter { $0 == 0 }.count) / 20_000
        #expect(isClose(dropped, 0.2, relative: 0, absolute: 0.01))
        let mean = gradient.reduce(0.0) { $0 + Double($1) / -2 } / 20_000
        #expect(isClose(mean, 1, relative: 0.02))
    }

    @Test func `batch norm refuses micro-batches`() throws {
        var random = SeededGenerator(seed: 43)
        let data = try Problem.random(rows: 8, objectives: .everyKind, using: &random).dataset()
        let model = try Model(features: 4, encoder: EncoderSpec([4], norm: .batch), objectives: data.objectives)
        let error = #expect(throws: SettingError.self) {
            try model.fit(data, TrainingSettings { $0.batchSize = 8; $0.microBatch = 4 })
        }
        #expect(error?.problem == "batch norm and micro-batches exclude each other")
        try model.fit(data, TrainingSettings { $0.batchSize = 8; $0.microBatch = 8; $0.epochs = 1 })
    }

    @Test func `batch norm with one row is finite`() throws {
        var random = SeededGenerator(seed: 44)
        let data = try Problem.random(rows: 5, objectives: .everyKind, coverage: 1, using: &random).dataset()
        let model = try Model(features: 4, encoder: EncoderSpec([4], norm: .batch), objectives: data.objectives, threads: 1)
        let history = try model.fit(data, TrainingSettings { $0.batchSize = 1; $0.epochs = 2 })
        #expect(history.epochs.allSatisfy { $0.trainingLoss.isFinite })
        #expect(model.engine.weights.allSatisfy { $0.floats.allSatisfy { $0.isFinite } })
    }

    @Test(arguments: [nil, 2])
    func `clipping acts once, on the norm of the whole gradient`(microBatch: Int?) throws {
        var random = SeededGenerator(seed: 45)
        let data = try Problem.random(rows: 9, objectives: .everyKindWithTowers, coverage: 0.8, using: &random).dataset()
        let encoder = EncoderSpec([5], activation: .tanh)
        let rows = Array(0..<9)
        let gradient = try EngineDriver(data, encoder: encoder).gradient(rows)
        let norm = gradient.values.joined().reduce(0.0) { $0 + Double($1) * Double($1) }.squareRoot()
        try #require(norm > 0.5)
        func moved(clip: Double) throws -> [String: [Float]] {
            let driver = try EngineDriver(data, encoder: encoder) {
                $0.optimizer = .sgd()
                $0.clip = clip
                $0.microBatch = microBatch
            }
            let before = driver.model.weights
            try driver.step(rows, rate: 1)
            return driver.model.weights.reduce(into: [:]) { moved, tensor in
                moved[tensor.key] = zip(before[tensor.key]!, tensor.value).map { $0 - $1 }
            }
        }
        let clipped = gradient.mapValues { $0.map { Float(Double($0) * 0.25 / norm) } }
        #expect(distance(try moved(clip: 0.25), clipped) < 5e-7)
        #expect(distance(try moved(clip: norm * 1.01), gradient) < 2e-6)
    }
}
