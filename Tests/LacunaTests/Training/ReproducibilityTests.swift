@testable import Lacuna
import TestSupport
import Testing

/// Promise 5: the same seed gives the same run.
@Suite struct ReproducibilityTests {
    private let data: Dataset

    init() throws {
        var random = SeededGenerator(seed: 101)
        data = try Problem.random(rows: 40, objectives: .everyKindWithTowers, weighted: true, using: &random).dataset()
    }

    private func trained(seed: UInt64, _ encoder: EncoderSpec) throws -> (Model, History) {
        let model = try Model(features: 4, encoder: encoder, objectives: data.objectives, seed: seed, threads: 1)
        let history = try model.fit(
            data, validation: data, TrainingSettings { $0.epochs = 3; $0.batchSize = 8; $0.seed = seed })
        return (model, history.untimed)
    }

    @Test(arguments: Normalization.allCases)
    func `the same seed ends in the same bits, another in others`(norm: Normalization) throws {
        let encoder = EncoderSpec([8, 6], activation: .gelu, dropout: 0.3, norm: norm)
        let (a, first) = try trained(seed: 1, encoder), (b, second) = try trained(seed: 1, encoder)
        #expect(a.engine.weights == b.engine.weights)
        #expect(a.engine.optimizerState == b.engine.optimizerState)
        #expect(first == second)
        #expect(try a.predict(data.features) == b.predict(data.features))
        let (c, _) = try trained(seed: 2, encoder)
        #expect(a.engine.weights != c.engine.weights)
    }

    @Test func `the seed of the settings alone changes shuffling and dropout`() throws {
        func weights(_ seed: UInt64, dropout: Float) throws -> [NamedTensor] {
            let model = try Model(
                features: 4, encoder: EncoderSpec([6], dropout: dropout), objectives: data.objectives, threads: 1)
            try model.fit(data, TrainingSettings { $0.epochs = 1; $0.batchSize = dropout > 0 ? 64 : 8; $0.seed = seed })
            return model.engine.weights
        }
        #expect(try weights(1, dropout: 0) != weights(2, dropout: 0))
        #expect(try weights(1, dropout: 0.5) != weights(2, dropout: 0.5))
    }

    @Test(arguments: [Optimizer.adam(), .sgd(momentum: 0.9)])
    func `a run depends on weights, data and settings, not on what the model's optimizer did before`(optimizer: Optimizer) throws {
        let (model, _) = try trained(seed: 1, EncoderSpec([6]))
        let copy = try Model(features: 4, encoder: EncoderSpec([6]), objectives: data.objectives, seed: 9, threads: 1)
        copy.engine.setWeights(model.engine.weights)
        let settings = TrainingSettings { $0.epochs = 2; $0.optimizer = optimizer }
        let first = try model.fit(data, settings), second = try copy.fit(data, settings)
        #expect(first.untimed == second.untimed)
        #expect(model.engine.weights == copy.engine.weights)
        #expect(model.engine.optimizerState == copy.engine.optimizerState)
    }

    @Test func `idle heads move again when a later run says so`() throws {
        let objectives: [Objective] = [.binary("tumor"), .regression("size")]
        let labels = LabelTable(
            rows: 3, columns: [[.init(row: 0, value: 1), .init(row: 1, value: 0)], [.init(row: 2, value: 4)]])
        let data = Dataset(
            features: FeatureMatrix([[1, 2], [0, 1], [2, 1]]), objectives: objectives, labels: labels)
        let model = try Model(features: 2, encoder: EncoderSpec([3], activation: .tanh), objectives: objectives, threads: 1)
        try model.fit(data, TrainingSettings { $0.epochs = 1; $0.batchSize = 1 })
        try model.fit(data, TrainingSettings { $0.epochs = 1; $0.batchSize = 1; $0.idleHeads = .move })
        let counts = model.engine.optimizerState.first { $0.name == "steps.slots" }?.integers
        #expect(counts == [3, 3])
    }

    @Test func `threads of the settings are those that train`() throws {
        let model = try Model(features: 4, encoder: .dense(2), objectives: data.objectives, threads: 2)
        try model.fit(data, TrainingSettings { $0.epochs = 1; $0.threads = 1 })
        #expect(model.engine.threads == 1)
        try model.fit(data, TrainingSettings { $0.epochs = 1 })
        #expect(model.engine.threads == 1)
    }

    @Test func `an epoch is a permutation drawn by seed and epoch alone`() {
        let rows = (0..<50).map { Int32($0 * 2) }
        var a = BatchSampler(rows: rows, batchSize: 8, seed: 3), b = BatchSampler(rows: rows, batchSize: 8, seed: 3)
        for epoch in 0..<4 { a.shuffle(epoch: epoch) }
        b.shuffle(epoch: 3)
        #expect(a.order == b.order && a.order.sorted() == rows && a.order != rows)
        #expect(a.steps == 7 && a.range(step: 6) == 48..<50)
        b.shuffle(epoch: 2)
        #expect(a.order != b.order)
        var other = BatchSampler(rows: rows, batchSize: 8, seed: 4)
        other.shuffle(epoch: 3)
        #expect(a.order != other.order)
    }
}
