@testable import Lacuna
import TestSupport
import Testing

/// Promise 7: an objective without labels stands still.
@Suite struct IdleHeadTests {
    private static let optimizers: [Optimizer] = [
        .adam(), .adamW(), .sgd(), .sgd(momentum: 0.9), .sgd(momentum: 0.9, nesterov: true),
    ]

    /// Objectives with a problem in which rows 0–7 observe everything and rows 8–15 nothing of the third objective and
    /// only the first label of the fourth.
    private func problem(_ objectives: [Objective]) -> Problem {
        var random = SeededGenerator(seed: 71)
        var problem = Problem.random(rows: 16, objectives: objectives, coverage: 1, using: &random)
        for place in 8..<16 { problem.masks[2][place] = false }
        for row in 8..<16 { for slot in 1..<3 { problem.masks[3][row * 3 + slot] = false } }
        return problem
    }

    private let objectives: [Objective] = [
        .binary("tumor"), .categorical("tissue", classes: ["a", "b", "c"]), .regression("size"),
        .multilabel("findings", labels: ["p", "q", "r"]), .ordinal("grade", levels: ["1", "2", "3"]),
    ]

    @Test(arguments: optimizers, [false, true])
    func `outputs of unobserved slots do not move, not even by momentum or weight decay`(
        optimizer: Optimizer, hasTowers: Bool
    ) throws {
        var objectives = objectives
        if hasTowers { for index in objectives.indices { objectives[index].head = .tower([4]) } }
        for path in [HeadPath.dense, .observed] {
            let driver = try EngineDriver(problem(objectives).dataset(), encoder: .dense(6)) {
                $0.optimizer = optimizer
                $0.weightDecay = 0.1
            }
            (driver.model.engine as? NativeEngine)?.forcedPath = path
            let model = driver.model
            // Momentum and step counts first: everything is observed.
            for _ in 0..<3 { try driver.step(Array(0..<8)) }
            let still = [model.output("size"), model.output("findings", slot: 1), model.output("findings", slot: 2)]
            let moving = [
                model.output("tumor"), model.output("tissue"), model.output("findings", slot: 0), model.output("grade"),
            ]
            let tower = model.weights["towers.size.0.kernel"]
            for _ in 0..<3 { try driver.step(Array(8..<16)) }
            #expect([model.output("size"), model.output("findings", slot: 1), model.output("findings", slot: 2)] == still)
            #expect(model.weights["towers.size.0.kernel"] == tower)
            let moved = [
                model.output("tumor"), model.output("tissue"), model.output("findings", slot: 0), model.output("grade"),
            ]
            for (before, after) in zip(moving, moved) {
                // A categorical or ordinal objective moves whole, every weight of it.
                #expect(zip(before, after).contains { $0 != $1 })
            }
            if case .adam = optimizer {
                let counts = model.engine.optimizerState.first { $0.name == "steps.slots" }?.integers
                #expect(counts == [6, 6, 3, 6, 3, 3, 6])
            }
        }
    }

    @Test func `an observed categorical objective moves whole, also the classes that no row has`() throws {
        let data = try Dataset(
            features: FeatureMatrix([[1, 2], [0.5, -1]]),
            objectives: [.categorical("tissue", classes: ["a", "b", "c", "d"]), .ordinal("grade", levels: ["1", "2", "3", "4"])],
            labels: ["tissue": .indices([1, 1]), "grade": .indices([0, 0])])
        let driver = try EngineDriver(data, encoder: EncoderSpec([3], activation: .tanh)) { $0.optimizer = .adam() }
        let before = driver.model.weights
        try driver.step([0, 1])
        for name in ["heads.weight", "heads.bias"] {
            #expect(zip(before[name]!, driver.model.weights[name]!).allSatisfy { $0 != $1 })
        }
    }

    @Test func `under move, momentum and decay carry unobserved outputs on: the classic drift`() throws {
        let driver = try EngineDriver(problem(objectives).dataset(), encoder: .dense(6)) {
            $0.optimizer = .adam()
            $0.idleHeads = .move
        }
        for _ in 0..<3 { try driver.step(Array(0..<8)) }
        let before = driver.model.output("size")
        try driver.step(Array(8..<16))
        #expect(driver.model.output("size") != before)
    }

    @Test(arguments: optimizers)
    func `a batch that observes nothing moves nothing, batch-norm statistics included`(optimizer: Optimizer) throws {
        var random = SeededGenerator(seed: 72)
        var problem = Problem.random(rows: 8, objectives: .everyKindWithTowers, coverage: 1, using: &random)
        for index in problem.masks.indices {
            let width = problem.objectives[index].kind.slotsPerRow
            for place in 4 * width..<8 * width { problem.masks[index][place] = false }
        }
        let driver = try EngineDriver(problem.dataset(missing: .masked(.nan)), encoder: EncoderSpec([5], norm: .batch)) {
            $0.optimizer = optimizer
            $0.weightDecay = 0.1
        }
        try driver.step(Array(0..<4))
        let weights = driver.model.engine.weights, state = driver.model.engine.optimizerState
        let sums = try driver.step(Array(4..<8))
        #expect(driver.model.engine.weights == weights)
        #expect(driver.model.engine.optimizerState == state)
        #expect(sums.losses.allSatisfy { $0 == 0 } && sums.observed.allSatisfy { $0 == 0 })
        try driver.step(Array(0..<8))
        #expect(driver.model.weights["encoder.0.norm.mean"] != weights.first { $0.name == "encoder.0.norm.mean" }?.floats)
    }

    @Test func `the schedule goes on over batches that observe nothing`() throws {
        let objectives: [Objective] = [.regression("size")]
        let data = Dataset(
            features: FeatureMatrix(rows: 4, columns: 1) { row, _ in Float(row + 1) }, objectives: objectives,
            labels: LabelTable(rows: 4, columns: [[.init(row: 0, value: 1), .init(row: 1, value: 2)]]))
        let model = try Model(features: 1, encoder: .dense(2), objectives: objectives, threads: 1)
        let history = try model.fit(
            data,
            TrainingSettings {
                $0.epochs = 4
                $0.batchSize = 1
                $0.unlabelled = .keep
                $0.schedule = .linear
            })
        // 16 steps, of which 8 observe nothing: the last step's factor is 1 − 15 ÷ 16.
        #expect(history.epochs.map(\.steps) == [4, 4, 4, 4])
        #expect(isClose(history.epochs[3].learningRate, 0.001 / 16))
    }

    /// With an encoder that stands still, an objective trained beside others on batches that only sometimes observe it
    /// must end exactly where it ends alone, fed those batches only: same moments, same step counts.
    @Test(arguments: optimizers, [HeadPath.dense, .observed])
    func `per-output step counts equal training that objective alone on its own batches`(
        optimizer: Optimizer, path: HeadPath
    ) throws {
        var random = SeededGenerator(seed: 73)
        let objectives: [Objective] = [
            .binary("tumor"), .categorical("tissue", classes: ["a", "b", "c"]), .ordinal("grade", levels: ["1", "2", "3"]),
        ]
        let problem = Problem.random(rows: 30, objectives: objectives, coverage: 0.25, using: &random)
        let batches = (0..<10).map { Array($0 * 3..<$0 * 3 + 3) }
        for (index, objective) in objectives.enumerated() {
            var alone = problem
            alone.objectives = [objective]
            alone.labels = [problem.labels[index]]
            alone.masks = [problem.masks[index]]
            let together = try frozen(problem, optimizer, path), single = try frozen(alone, optimizer, .dense)
            for batch in batches {
                try stepHeads(together, batch)
                if batch.contains(where: { problem.masks[index][$0] }) { try stepHeads(single, batch) }
            }
            #expect(distance(["": together.model.output(objective.name)], ["": single.model.output(objective.name)]) < 1e-6)
        }
    }

    private func frozen(_ problem: Problem, _ optimizer: Optimizer, _ path: HeadPath) throws -> EngineDriver {
        let driver = try EngineDriver(problem.dataset(), encoder: EncoderSpec([5], activation: .tanh)) { $0.optimizer = optimizer }
        (driver.model.engine as? NativeEngine)?.forcedPath = path
        return driver
    }

    /// A step after which the encoder is put back.
    private func stepHeads(_ driver: EngineDriver, _ rows: [Int]) throws {
        let engine = driver.model.engine
        let encoder = engine.weights.filter { $0.name.hasPrefix("encoder.") }
        try driver.step(rows)
        engine.setWeights(engine.weights.filter { !$0.name.hasPrefix("encoder.") } + encoder)
    }
}
