@testable import Lacuna
import TestSupport
import Testing

/// Early stopping objective by objective: heads that go back to their own best epoch and stand still.
@Suite struct FrozenHeadTests {
    // MARK: The engine

    private func problem(_ objectives: [Objective]) -> Problem {
        var random = SeededGenerator(seed: 321)
        return Problem.random(rows: 16, objectives: objectives, coverage: 0.7, using: &random)
    }

    @Test(
        arguments: [Optimizer.adam(), .adamW(), .sgd(momentum: 0.9, nesterov: true)],
        [(HeadPath.dense, IdleHeads.still), (.observed, .still), (.dense, .move)])
    func `frozen heads stand still, all else moves as if they did not`(
        optimizer: Optimizer, way: (path: HeadPath, idle: IdleHeads)
    ) throws {
        for objectives in [[Objective].everyKind, .everyKindWithTowers] {
            func driver() throws -> EngineDriver {
                let driver = try EngineDriver(problem(objectives).dataset(), encoder: .dense(6)) {
                    $0.optimizer = optimizer
                    $0.weightDecay = 0.1
                    $0.idleHeads = way.idle
                }
                (driver.model.engine as? NativeEngine)?.forcedPath = way.path
                // Momentum first.
                for _ in 0..<3 { try driver.step(Array(0..<8)) }
                return driver
            }
            let free = try driver(), held = try driver()
            held.model.engine.freeze(objectives: [0, 2, 4])
            let heads = (0..<5).map { held.model.engine.head(of: $0) }
            try free.step(Array(4..<12))
            try held.step(Array(4..<12))
            for index in 0..<5 {
                let now = held.model.engine.head(of: index)
                if index % 2 == 0 {
                    #expect(now == heads[index])
                } else {
                    #expect(now != heads[index] && now == free.model.engine.head(of: index))
                }
            }
            // A frozen head's loss still teaches the encoder.
            #expect(held.model.weights["encoder.0.kernel"] == free.model.weights["encoder.0.kernel"])
            // Let go, it moves again.
            held.model.engine.freeze(objectives: [])
            try held.step(Array(4..<12))
            #expect((0..<5).allSatisfy { held.model.engine.head(of: $0) != heads[$0] })
        }
    }

    @Test(arguments: [HeadPath.dense, .observed])
    func `frozen heads have no part in the norm that clipping looks at`(path: HeadPath) throws {
        let driver = try EngineDriver(problem(.everyKindWithTowers).dataset(), encoder: .dense(6)) {
            $0.optimizer = .sgd()
            $0.clip = 0.01
        }
        (driver.model.engine as? NativeEngine)?.forcedPath = path
        driver.model.engine.freeze(objectives: Array(0..<5))
        let before = driver.model.weights
        try driver.step(Array(0..<8), rate: 1)
        var squares = 0.0
        for (name, values) in driver.model.weights {
            for (a, b) in zip(values, before[name]!) { squares += Double(a - b) * Double(a - b) }
        }
        #expect(isClose(squares.squareRoot(), 0.01, relative: 1e-3))
    }

    @Test func `a head is taken out and put back whole`() throws {
        for objectives in [[Objective].everyKind, .everyKindWithTowers] {
            let driver = try EngineDriver(problem(objectives).dataset(), encoder: .dense(6))
            let engine = driver.model.engine, before = engine.weights
            let heads = (0..<5).map { engine.head(of: $0) }
            try driver.step(Array(0..<8))
            let encoder = engine.weights.filter { $0.name.hasPrefix("encoder.") }
            for index in 0..<5 { engine.setHead(heads[index], of: index) }
            #expect(engine.weights.filter { $0.name.hasPrefix("encoder.") } == encoder)
            #expect(engine.weights.filter { !$0.name.hasPrefix("encoder.") } == before.filter { !$0.name.hasPrefix("encoder.") })
        }
    }

    // MARK: A run

    /// Some objectives are noise, which a run learns by heart early; the others can be learned.
    private func data() throws -> (train: Dataset, valid: Dataset) {
        var random = SeededGenerator(seed: 322)
        var problem = Problem.random(rows: 90, objectives: .everyKindWithTowers, coverage: 0.8, using: &random)
        for index in [0, 2] { problem.labels[index].shuffle(using: &random) }
        return try (problem.selecting(rows: Array(0..<50)).dataset(), problem.selecting(rows: Array(50..<90)).dataset())
    }

    private func settings(_ change: (inout TrainingSettings) -> Void = { _ in }) -> TrainingSettings {
        TrainingSettings {
            $0.epochs = 40
            $0.batchSize = 8
            $0.learningRate = 0.02
            $0.earlyStopping = 3
            $0.freezeHeads = .best
            change(&$0)
        }
    }

    @Test(arguments: [Monitor.macro, .loss])
    func `each head ends as it was in its own best epoch, on the encoder of the best epoch`(monitor: Monitor) throws {
        let (train, valid) = try data()
        let model = try Model(features: 4, encoder: .dense(12), objectives: train.objectives, threads: 1)
        var heads: [[[Float]]] = [], encoders: [[NamedTensor]] = []
        let history = try model.fit(
            train, validation: valid, settings { $0.monitor = monitor },
            callbacks: Callbacks(afterEpoch: { _ in
                heads.append((0..<5).map { model.engine.head(of: $0) })
                encoders.append(model.engine.weights.filter { $0.name.hasPrefix("encoder.") })
                return .proceed
            }))
        let last = try #require(history.epochs.last)
        #expect(Set(last.objectives.map(\.bestEpoch)).count > 1)
        #expect(history.ending == .earlyStopping && last.epoch < 40)
        for index in 0..<5 {
            let best = try #require(last.objectives[index].bestEpoch), frozen = try #require(last.objectives[index].frozenAfter)
            #expect(frozen == best + 3)
            #expect(model.engine.head(of: index) == heads[best - 1][index])
            for epoch in frozen...last.epoch { #expect(heads[epoch - 1][index] == heads[best - 1][index]) }
            // Its own value: the best of the epochs in which it learned.
            let name = Metric.main(for: model.objectives[index].kind.name).rawValue
            let values = history.epochs[..<frozen].compactMap { epoch in
                monitor == .loss ? epoch.objectives[index].validationLoss.map { -$0 } : epoch.objectives[index].validation[name]
            }
            #expect(values.count == frozen && values[best - 1] == values.max())
            for epoch in history.epochs[..<(frozen - 1)] { #expect(epoch.objectives[index].frozenAfter == nil) }
        }
        #expect(last.epoch == last.objectives.compactMap(\.frozenAfter).max())
        let best = try #require(history.bestEpoch)
        #expect(model.engine.weights.filter { $0.name.hasPrefix("encoder.") } == encoders[best - 1])
    }

    @Test func `when the epochs are over first, heads that still learn go back to their own best epoch too`() throws {
        let (train, valid) = try data()
        let model = try Model(features: 4, encoder: .dense(12), objectives: train.objectives, threads: 1)
        var heads: [[[Float]]] = []
        let history = try model.fit(
            train, validation: valid, settings { $0.epochs = 4; $0.earlyStopping = 30 },
            callbacks: Callbacks(afterEpoch: { _ in
                heads.append((0..<5).map { model.engine.head(of: $0) })
                return .proceed
            }))
        #expect(history.ending == .allEpochs)
        for (index, record) in try #require(history.epochs.last).objectives.enumerated() {
            #expect(record.frozenAfter == nil)
            #expect(try model.engine.head(of: index) == heads[#require(record.bestEpoch) - 1][index])
        }
    }

    @Test func `an objective that the validation part cannot judge follows the run, one without its metric its loss`() throws {
        var random = SeededGenerator(seed: 323)
        var problem = Problem.random(
            rows: 60, objectives: [.binary("tumor"), .binary("scar"), .regression("size")], coverage: 1, using: &random)
        // In the validation part nobody has a label for tumor, and all scars are of one class.
        for row in 30..<60 {
            problem.masks[0][row] = false
            problem.labels[1][row] = 1
        }
        let train = try problem.selecting(rows: Array(0..<30)).dataset()
        let valid = try problem.selecting(rows: Array(30..<60)).dataset()
        let model = try Model(features: 4, encoder: .dense(8), objectives: train.objectives, threads: 1)
        let history = try model.fit(train, validation: valid, settings { $0.earlyStopping = 2 })
        let last = try #require(history.epochs.last)
        #expect(last.objectives[0].bestEpoch == nil && last.objectives[0].frozenAfter == nil)
        let losses = history.epochs.compactMap { $0.objectives[1].validationLoss }
        let frozen = last.objectives[1].frozenAfter ?? last.epoch
        #expect(try losses[#require(last.objectives[1].bestEpoch) - 1] == losses[..<frozen].min())
        if history.ending == .earlyStopping { #expect(last.objectives[1].frozenAfter != nil && last.objectives[2].frozenAfter != nil) }
    }

    @Test func `frozen heads need patience, and a monitor that is each one's own`() {
        let none = #expect(throws: SettingError.self) { try settings { $0.earlyStopping = nil }.validate(norm: .none) }
        #expect(none?.problem == "heads are frozen by early stopping, and there is none")
        let one = #expect(throws: SettingError.self) {
            try settings { $0.monitor = .metric(objective: "tumor", .auroc) }.validate(norm: .none)
        }
        #expect(one?.problem == "the monitor tumor.auroc watches one objective, frozen heads watch each one by itself")
    }
}
