@testable import Lacuna
import TestSupport
import Testing

/// Promise 1: what stands in a missing slot changes nothing, bit for bit.
@Suite struct MissingNeverMattersTests {
    /// Everything that a training run gives away.
    private struct Outcome: Equatable {
        var weights: [NamedTensor]
        var optimizer: [NamedTensor]
        var history: History
        var evaluation: Evaluation
        var predictions: Predictions
    }

    private func train(
        _ problem: Problem, _ missing: Problem.Missing, _ encoder: EncoderSpec, _ settings: TrainingSettings
    ) throws -> Outcome {
        let data = try problem.dataset(missing: missing)
        let model = try Model(
            features: data.features.columns, encoder: encoder, objectives: problem.objectives, seed: 3, threads: 1)
        let history = try model.fit(data, validation: data, settings)
        return try Outcome(
            weights: model.engine.weights, optimizer: model.engine.optimizerState, history: history.untimed,
            evaluation: model.evaluate(data), predictions: model.predict(data.features))
    }

    private static let junk: [Problem.Missing] = [
        .maskedLabel, .masked(.nan), .masked(.infinity), .masked(-.infinity), .masked(1e30), .masked(-1), .masked(77),
        .sentinel(-1), .sentinel(-999), .notANumber,
    ]

    @Test(arguments: Reduction.allCases)
    func `what stands in a missing slot changes no weight, loss or metric, whatever the loss`(reduction: Reduction) throws {
        var random = SeededGenerator(seed: 21)
        let objectives: [Objective] = .everyLoss + [.regression("own", loss: QuarticError())]
        let problem = Problem.random(rows: 30, objectives: objectives, coverage: 0.4, using: &random)
        let settings = TrainingSettings {
            $0.epochs = 2
            $0.batchSize = 8
            $0.reduction = reduction
        }
        let encoder = EncoderSpec([6], dropout: 0.2)
        let expected = try train(problem, .masked(0), encoder, settings)
        for missing in Self.junk {
            #expect(try train(problem, missing, encoder, settings) == expected, "\(missing)")
        }
    }

    @Test(arguments: [UInt64](1...12))
    func `what stands in a missing slot changes nothing over random shapes, coverages and weights`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let pool = [Objective].everyLoss + .everyKindWithTowers
        let objectives = Array(pool.shuffled(using: &random).prefix(Int.random(in: 1...5, using: &random)))
        let problem = Problem.random(
            rows: Int.random(in: 4...40, using: &random), features: Int.random(in: 1...6, using: &random),
            objectives: objectives, coverage: Double.random(in: 0.05...0.9, using: &random), weighted: Bool.random(using: &random),
            using: &random)
        let settings = TrainingSettings {
            $0.epochs = 2
            $0.batchSize = Int.random(in: 1...16, using: &random)
            $0.microBatch = Bool.random(using: &random) ? 1 : nil
            $0.optimizer = [.adam(), .adamW(), .sgd(momentum: 0.9, nesterov: true)].randomElement(using: &random)!
            $0.idleHeads = Bool.random(using: &random) ? .still : .move
            $0.clip = Bool.random(using: &random) ? 1 : nil
        }
        let encoder = EncoderSpec(
            [5, 3], activation: Activation.allCases.randomElement(using: &random)!, dropout: 0.1,
            norm: Bool.random(using: &random) ? .layer : .none)
        let expected = try train(problem, .masked(0), encoder, settings)
        for missing in Self.junk {
            #expect(try train(problem, missing, encoder, settings) == expected, "\(missing)")
        }
    }

    @Test func `a wrong class under a mask is never looked at`() throws {
        let features = FeatureMatrix(rows: 4, columns: 1) { row, _ in Float(row) }
        let objectives: [Objective] = [.categorical("tissue", classes: ["a", "b", "c"])]
        let mask = [true, false, true, true]
        let a = try Dataset(
            features: features, objectives: objectives, labels: ["tissue": .array([0, 99, 2, 1], mask: mask)])
        let b = try Dataset(features: features, objectives: objectives, labels: ["tissue": .indices([0, nil, 2, 1])])
        #expect(a.labels == b.labels)
    }

    @Test(arguments: [HeadPath.dense, .observed])
    func `the gradient of an output that no row observes is exactly 0`(path: HeadPath) throws {
        var random = SeededGenerator(seed: 22)
        let problem = Problem.random(rows: 12, objectives: .everyKind, using: &random)
        for absent in problem.objectives.indices {
            var without = problem
            for row in 2..<8 {
                let width = problem.objectives[absent].kind.slotsPerRow
                for slot in 0..<width { without.masks[absent][row * width + slot] = false }
            }
            let driver = try EngineDriver(without.dataset(missing: .masked(.nan)), encoder: EncoderSpec([5]))
            (driver.model.engine as? NativeEngine)?.forcedPath = path
            let before = driver.model.output(problem.objectives[absent].name)
            try driver.step(Array(2..<8), rate: 0.1)
            #expect(driver.model.output(problem.objectives[absent].name) == before)
        }
    }

    @Test func `under move, SGD leaves the outputs of unobserved slots where they are, for their gradient is 0`() throws {
        var random = SeededGenerator(seed: 23)
        var problem = Problem.random(rows: 8, objectives: .everyKindWithTowers, using: &random)
        for index in problem.masks.indices where index > 0 {
            problem.masks[index] = problem.masks[index].indices.map { $0 < problem.objectives[index].kind.slotsPerRow }
        }
        let driver = try EngineDriver(problem.dataset(missing: .masked(.infinity)), encoder: EncoderSpec([5])) {
            $0.optimizer = .sgd()
            $0.idleHeads = .move
        }
        let before = driver.model.weights
        let outputs = problem.objectives.map { driver.model.output($0.name) }
        try driver.step([1, 2, 3, 4, 5], rate: 0.5)
        for (index, objective) in problem.objectives.enumerated() where index > 0 {
            #expect(driver.model.output(objective.name) == outputs[index])
        }
        #expect(driver.model.output("tumor") != outputs[0])
        #expect(driver.model.weights["towers.size.0.kernel"] == before["towers.size.0.kernel"])
        #expect(driver.model.weights["encoder.0.kernel"] != before["encoder.0.kernel"])
    }
}
