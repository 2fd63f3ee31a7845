@testable import Lacuna
import TestSupport
import Testing

/// The other half of promise 1: a NaN that no mask covers is never hidden.
@Suite struct DivergenceTests {
    private let data: Dataset

    init() throws {
        var random = SeededGenerator(seed: 31)
        data = try Problem.random(rows: 20, objectives: .everyKind, using: &random).dataset()
    }

    @Test func `a diverged run stops and names objective, epoch and step`() throws {
        let model = try Model(features: 4, encoder: .dense(8), objectives: data.objectives, threads: 1)
        let settings = TrainingSettings {
            $0.learningRate = 1e30
            $0.batchSize = 5
        }
        let error = #expect(throws: TrainingError.self) { try model.fit(data, settings) }
        #expect(error == .diverged(objective: "tumor", epoch: 1, step: 2))
        #expect(
            "\(try #require(error))"
                == "objective 'tumor' diverged in epoch 1, step 2: its loss is not finite; lower the learning rate, or clip the gradient")
    }

    @Test(arguments: [true, false])
    func `a loss of the user's own that writes NaN stops the run and is named`(isGradient: Bool) throws {
        var objectives = data.objectives
        objectives.append(.binary("mine", loss: BrokenLoss(isGradient: isGradient)))
        let labels = LabelTable(rows: 3, columns: (0..<9).map { slot in slot < 8 ? [] : [.init(row: 1, value: 1)] })
        let data = Dataset(
            features: FeatureMatrix(rows: 3, columns: 2) { _, _ in 1 }, objectives: objectives, labels: labels)
        let driver = try EngineDriver(data, encoder: .dense(4))
        let before = driver.model.engine.weights
        #expect(throws: Divergence(objective: 5)) { try driver.step([0, 1, 2]) }
        #expect(driver.model.engine.weights == before)
    }

    @Test(arguments: Activation.allCases, Normalization.allCases)
    func `activations and norms let NaN pass`(activation: Activation, norm: Normalization) throws {
        let driver = try EngineDriver(data, encoder: EncoderSpec([6, 5], activation: activation, norm: norm))
        driver.model.engine.setWeights(
            driver.model.engine.weights.map { tensor in
                guard tensor.name == "encoder.0.bias" else { return tensor }
                return NamedTensor(tensor.name, tensor.shape, .floats([.nan] + Array(repeating: 0, count: 5)))
            })
        #expect(throws: Divergence.self) { try driver.step(Array(0..<8)) }
        #expect(driver.model.engine.logits(data.features, rows: 0..<4).allSatisfy { $0.isNaN })
    }

    @Test(arguments: Activation.allCases)
    func `an activation with a NaN in a tower names the tower's objective`(activation: Activation) throws {
        var random = SeededGenerator(seed: 32)
        let data = try Problem.random(rows: 9, objectives: .everyKindWithTowers, using: &random).dataset()
        let driver = try EngineDriver(data, encoder: EncoderSpec([6], activation: activation))
        driver.model.engine.setWeights(
            driver.model.engine.weights.map { tensor in
                guard tensor.name == "towers.findings.0.bias" else { return tensor }
                return NamedTensor(tensor.name, tensor.shape, .floats([.nan, 0, 0]))
            })
        let before = driver.model.engine.weights.filter { $0.name == "encoder.0.kernel" }
        #expect(throws: Divergence(objective: 2)) { try driver.step(Array(0..<9)) }
        #expect(driver.model.engine.weights.filter { $0.name == "encoder.0.kernel" } == before)
    }

    @Test(arguments: [Optimizer.adam(), .sgd(momentum: 0.9)], [HeadPath.observed, .dense])
    func `a tower that diverges leaves all weights and the optimizer as they were`(optimizer: Optimizer, path: HeadPath) throws {
        var random = SeededGenerator(seed: 35)
        let objectives = (0..<30).map { Objective.binary("t\($0)", head: $0 % 10 == 9 ? .tower([3]) : .linear) }
        let data = try Problem.random(rows: 9, objectives: objectives, coverage: 0.8, using: &random).dataset()
        let driver = try EngineDriver(data, encoder: .dense(6)) { $0.optimizer = optimizer }
        let engine = try #require(driver.model.engine as? NativeEngine)
        engine.forcedPath = path
        // Moments and step counts that a step could change.
        _ = try driver.step(Array(0..<9))
        let state = engine.optimizerState
        let sound = engine.weights
        // The last tower: all before it have been calculated when its losses show the NaN.
        let broken = "towers.t29.0.bias"
        engine.setWeights(sound.map { $0.name == broken ? NamedTensor($0.name, $0.shape, .floats([.nan, 0, 0])) : $0 })
        #expect(throws: Divergence(objective: 29)) { try driver.step(Array(0..<9)) }
        #expect(engine.weights.filter { $0.name != broken } == sound.filter { $0.name != broken })
        #expect(engine.optimizerState == state)
        #expect(engine.updater.movesHeadsAtOnce == (path == .observed && optimizer.isAdam))
    }

    @Test func `weights that end an epoch without being finite are named`() throws {
        var random = SeededGenerator(seed: 33)
        let data = try Problem.random(rows: 4, objectives: [.regression("size")], coverage: 1, using: &random).dataset()
        let model = try Model(features: 4, encoder: .dense(3, activation: .tanh), objectives: data.objectives, threads: 1)
        let settings = TrainingSettings {
            $0.epochs = 1
            $0.optimizer = .sgd()
            $0.learningRate = 1e39
        }
        let error = #expect(throws: TrainingError.self) { try model.fit(data, settings) }
        guard case .weightsDiverged(_, let epoch) = error else {
            Issue.record("not about weights: \(String(describing: error))")
            return
        }
        #expect(epoch == 1)
    }

    @Test func `a diverged prediction on the validation part stops the run instead of dropping out of the mean`() throws {
        var random = SeededGenerator(seed: 34)
        let problem = Problem.random(rows: 12, objectives: [.regression("size")], coverage: 1, using: &random)
        let valid = Dataset(
            features: FeatureMatrix(rows: 12, columns: 4) { _, _ in 3e38 }, objectives: problem.objectives,
            labels: try problem.dataset().labels)
        let model = try Model(features: 4, encoder: .dense(3), objectives: problem.objectives, threads: 1)
        #expect(throws: TrainingError.diverged(objective: "size", epoch: 1, step: 1)) {
            try model.fit(problem.dataset(), validation: valid, TrainingSettings { $0.epochs = 2 })
        }
    }
}
