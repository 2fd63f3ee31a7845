@testable import Lacuna
import TestSupport
import Testing

/// Balancing inside the engine and a run: the promises hold with it too.
@Suite struct BalancedTrainingTests {
    private struct Goldens: Decodable, Sendable {
        struct Case: Decodable, Sendable {
            var optimizer: String
            var rate: Double
            var total: Total
            var decay: Double
            var clip: Double?
            var nesterov: Bool
            var logVariances: [[Double]]
            var final: [String: [Double]]
        }
        var features: [Float]
        var labels: [String: [Float]]
        var masks: [String: [Bool]]
        var batches: [[Int]]
        var declared: [Float]
        var initial: [String: [Double]]
        var cases: [Case]
    }

    @Test(arguments: 0..<4)
    func `twenty steps of uncertainty end in PyTorch's weights and log variances to 1e-5`(number: Int) throws {
        let all = try Golden.load("balancing", as: Goldens.self)
        let golden = all.cases[number], rows = all.labels["yes"]!.count
        let objectives: [Objective] = [
            .binary("yes", weight: all.declared[0]), .categorical("class", classes: ["a", "b", "c"], weight: all.declared[1]),
            .regression("number", weight: all.declared[2]),
        ]
        let data = try Dataset(
            features: FeatureMatrix(rows: rows, columns: all.features.count / rows, values: all.features), objectives: objectives,
            labels: Dictionary(uniqueKeysWithValues: objectives.map { objective in
                (objective.name, Labels.array(all.labels[objective.name]!, columns: 1, mask: all.masks[objective.name]!))
            }))
        let optimizer: Optimizer =
            switch golden.optimizer {
            case "adam": .adam()
            case "adamw": .adamW()
            default: .sgd(momentum: 0.9, nesterov: golden.nesterov)
            }
        let balancer = ObjectiveBalancer(
            .uncertainty, objectives, counts: [1, 1, 1], total: golden.total, optimizer: optimizer, seed: 0)
        let driver = try EngineDriver(data, encoder: EncoderSpec([6], activation: .tanh), scaled: false) {
            $0.optimizer = optimizer
            $0.weightDecay = golden.decay
            $0.clip = golden.clip
            $0.total = golden.total
            $0.balancer = balancer
        }
        driver.model.engine.setWeights(
            driver.model.engine.weights.map { NamedTensor($0.name, $0.shape, .floats(all.initial[$0.name]!.map { Float($0) })) })
        for (step, expected) in golden.logVariances.enumerated() {
            try driver.step(all.batches[step % all.batches.count], rate: golden.rate)
            for (actual, value) in zip(balancer.state.logVariances, expected) {
                #expect(isClose(actual, value, relative: 0, absolute: 1e-5), "step \(step)")
            }
        }
        for (name, expected) in golden.final {
            #expect(isClose(try #require(driver.model.weights[name]), expected, relative: 0, absolute: 1e-5), "\(name)")
        }
    }

    private static let ways: [ObjectiveBalancing] = [.coverage(exponent: 0.5), .uncertainty, .dwa, .rlw]

    private func problem(seed: UInt64 = 311) -> Problem {
        var random = SeededGenerator(seed: seed)
        return Problem.random(rows: 40, objectives: .everyKindWithTowers, coverage: 0.3, weighted: true, using: &random)
    }

    private func run(
        _ way: ObjectiveBalancing, _ data: Dataset, _ change: (inout TrainingSettings) -> Void = { _ in }
    ) throws -> (model: Model, history: History) {
        let model = try Model(features: 4, encoder: EncoderSpec([6], dropout: 0.2), objectives: data.objectives, threads: 1)
        let history = try model.fit(
            data,
            TrainingSettings {
                $0.epochs = 4
                $0.batchSize = 7
                $0.learningRate = 0.02
                $0.balancing = way
                change(&$0)
            })
        return (model, history.untimed)
    }

    @Test(arguments: ways)
    func `what stands in a missing slot changes no bit of a balanced run, and the seed fixes it`(way: ObjectiveBalancing) throws {
        let problem = problem()
        let clean = try run(way, problem.dataset(missing: .masked(0)))
        for missing in [Problem.Missing.masked(.nan), .masked(-1e30), .maskedLabel] {
            let poisoned = try run(way, problem.dataset(missing: missing))
            #expect(poisoned.model.engine.weights == clean.model.engine.weights && poisoned.history == clean.history)
        }
        #expect(try run(way, problem.dataset()) .model.engine.weights != run(.static, problem.dataset()).model.engine.weights)
    }

    @Test(arguments: ways, [1, 3])
    func `micro-batches change a balanced run by rounding alone`(way: ObjectiveBalancing, size: Int) throws {
        let data = try problem().dataset()
        func sgd(_ settings: inout TrainingSettings) { settings.optimizer = .sgd(momentum: 0.9) }
        let whole = try run(way, data, sgd)
        let cut = try run(way, data) {
            sgd(&$0)
            $0.microBatch = size
        }
        #expect(distance(whole.model.weights, cut.model.weights) < 1e-5)
        for (a, b) in zip(whole.history.epochs, cut.history.epochs) {
            for (x, y) in zip(a.objectives, b.objectives) {
                #expect(isClose(try #require(x.weight), try #require(y.weight), relative: 1e-5))
            }
        }
    }

    @Test func `coverage to the power of 0 is static, bit for bit`() throws {
        let data = try problem().dataset()
        let a = try run(.coverage(exponent: 0), data), b = try run(.static, data)
        #expect(a.model.engine.weights == b.model.engine.weights)
    }

    @Test func `the history has each objective's mean weight, the declared one times its factor`() throws {
        let data = try problem().dataset(), declared = data.objectives.map { Double($0.weight) }
        for epoch in try run(.static, data).history.epochs { #expect(epoch.objectives.map(\.weight) == declared) }
        // In one batch all are observed: the factors add up to how many there are.
        for way in [ObjectiveBalancing.coverage(exponent: 1), .dwa, .rlw] {
            for epoch in try run(way, data, { $0.batchSize = 64 }).history.epochs {
                let factors = try zip(epoch.objectives, declared).map { try #require($0.weight) / $1 }
                #expect(isClose(factors.reduce(0, +), 5, relative: 1e-12))
            }
        }
        let coverage = try run(.coverage(exponent: 1), data) { $0.batchSize = 64 }.history.epochs[0]
        let products = try zip(coverage.objectives, declared).map { try #require($0.weight) / $1 * Double($0.observed) }
        for product in products { #expect(isClose(product, products[0], relative: 1e-12)) }
        // What was not observed in an epoch has no weight there; here one objective is observed in one row alone.
        var rare = problem()
        rare.masks[4] = rare.masks[4].indices.map { $0 == 0 }
        let history = try run(.rlw, rare.dataset()) { $0.epochs = 1; $0.batchSize = 4 }.history
        #expect(history.epochs[0].objectives[4].weight != nil && history.epochs[0].objectives[4].observed == 1)
    }

    @Test func `a factor out of a weight's range stops the step, names the objective and moves nothing`() throws {
        let data = try problem().dataset()
        let balancer = ObjectiveBalancer(
            .uncertainty, data.objectives, counts: [1, 1, 1, 1, 1], total: .sum, optimizer: .adam(), seed: 0)
        var state = balancer.state
        state.logVariances[3] = -200
        balancer.restore(state)
        let driver = try EngineDriver(data, encoder: .dense(4)) { $0.balancer = balancer }
        let before = driver.model.engine.weights
        #expect(throws: Divergence(objective: 3)) { try driver.step(Array(0..<10)) }
        #expect(driver.model.engine.weights == before && balancer.state == state)
    }

    @Test func `of two objectives of very different size, uncertainty evens out what they add`() throws {
        var random = SeededGenerator(seed: 312)
        let problem = Problem.random(
            rows: 60, objectives: [.regression("small"), .regression("large", weight: 40)], coverage: 1, using: &random)
        let balanced = try run(.uncertainty, problem.dataset()) { $0.epochs = 60 }.history
        let last = try #require(balanced.epochs.last)
        // With s at its optimum, exp(−s) L / 2 is ½: each objective adds its declared weight times one half.
        let shares = try last.objectives.map { try #require($0.weight) * #require($0.trainingLoss) }
        #expect(shares[1] / shares[0] / 40 > 0.4 && shares[1] / shares[0] / 40 < 2.5)
    }
}
