@testable import Lacuna
import TestSupport
import Testing

@Suite struct LabelWeightTests {
    private let tumor = Objective.binary("tumor")

    @Test(arguments: [-1, .nan, .infinity] as [Float])
    func `a weight that is negative or not finite is an error`(weight: Float) throws {
        let slot = try #require(refusal(tumor, rows: 2, .yesNo([true, false]), slotWeights: [1, weight]))
        #expect(slot.problem == "the slot weight is \(weight)" && slot.row == 1 && slot.objective == "tumor")
        let row = #expect(throws: DataError.self) {
            try Dataset(
                features: FeatureMatrix(rows: 2, columns: 1) { _, _ in 0 }, objectives: [tumor],
                labels: ["tumor": .yesNo([true, false])], rowWeights: [weight, 1])
        }
        #expect(row?.problem == "the weight of row 0 is \(weight)")
        let soft = Objective.categorical("tissue", classes: ["a", "b"])
        #expect(refusal(soft, rows: 1, .distributions([[0.5, 0.5]]), slotWeights: [weight]) != nil)
    }

    @Test func `weights have one per row and one per slot`() {
        #expect(refusal(tumor, rows: 2, .yesNo([true, false]), slotWeights: [1])?.problem == "1 slot weights against 2 slots")
        let error = #expect(throws: DataError.self) {
            try Dataset(
                features: FeatureMatrix(rows: 2, columns: 1) { _, _ in 0 }, objectives: [tumor],
                labels: ["tumor": .yesNo([true, false])], rowWeights: [1])
        }
        #expect(error?.problem == "1 row weights against 2 rows")
    }

    @Test(arguments: Reduction.allCases)
    func `a weight of 0 trains like a missing label, and is still scored`(reduction: Reduction) throws {
        var random = SeededGenerator(seed: 81)
        var problem = Problem.random(rows: 20, objectives: .everyKind, coverage: 0.8, using: &random)
        problem.slotWeights = [:]
        var missing = problem
        for (index, objective) in problem.objectives.enumerated() {
            let width = objective.kind.slotsPerRow
            var weights = [Float](repeating: 1, count: 20 * width)
            for place in 2 * width..<weights.count where Bool.random(using: &random) {
                weights[place] = 0
                missing.masks[index][place] = false
            }
            problem.slotWeights[objective.name] = weights
        }
        func trained(_ problem: Problem) throws -> Model {
            let model = try Model(features: 4, encoder: .dense(5), objectives: problem.objectives, threads: 1)
            try model.fit(problem.dataset(), TrainingSettings { $0.epochs = 2; $0.batchSize = 6; $0.reduction = reduction })
            return model
        }
        let weighted = try trained(problem)
        #expect(weighted.weights == (try trained(missing)).weights)
        let evaluation = try weighted.evaluate(problem.dataset())
        #expect(evaluation.objectives[0].scores.observed == problem.masks[0].filter { $0 }.count)
    }

    @Test func `rows of weight 0 are dropped from batches and divisors`() throws {
        var random = SeededGenerator(seed: 82)
        let problem = Problem.random(rows: 12, objectives: .everyKind, coverage: 1, using: &random)
        var padded = problem.selecting(rows: Array(0..<12) + [3, 4, 5])
        padded.rowWeights = Array(repeating: 1, count: 12) + [0, 0, 0]
        func trained(_ problem: Problem) throws -> (Model, History) {
            let model = try Model(features: 4, encoder: .dense(5), objectives: problem.objectives, threads: 1)
            let history = try model.fit(
                problem.dataset(), TrainingSettings { $0.epochs = 2; $0.batchSize = 5; $0.reduction = .batch })
            return (model, history)
        }
        let (plain, plainHistory) = try trained(problem), (more, moreHistory) = try trained(padded)
        #expect(plain.weights == more.weights)
        #expect(plainHistory.untimed == moreHistory.untimed)
        #expect(moreHistory.epochs[0].rows == 12)
    }

    @Test func `metrics are unweighted`() throws {
        var random = SeededGenerator(seed: 83)
        var problem = Problem.random(rows: 20, objectives: .everyKind, weighted: true, using: &random)
        let model = try Model(features: 4, encoder: .dense(5), objectives: problem.objectives, threads: 1)
        let weighted = try model.evaluate(problem.dataset())
        problem.rowWeights = nil
        problem.slotWeights = [:]
        let plain = try model.evaluate(problem.dataset())
        #expect(weighted.objectives.map(\.scores) == plain.objectives.map(\.scores))
        #expect(weighted.loss != plain.loss)
    }

    @Test func `a whole weight counts like that many copies of the row`() throws {
        var random = SeededGenerator(seed: 84)
        let base = Problem.random(rows: 6, objectives: .everyKind, coverage: 0.7, using: &random)
        var weighted = base
        weighted.rowWeights = [1, 3, 1, 2, 1, 1]
        let copied = base.selecting(rows: [0, 1, 1, 1, 2, 3, 3, 4, 5])
        for reduction in [Reduction.observed, .slots] {
            func gradient(_ problem: Problem) throws -> [String: [Float]] {
                try EngineDriver(problem.dataset(), encoder: .dense(4), scaled: false) { $0.reduction = reduction }
                    .gradient(Array(0..<problem.rows))
            }
            #expect(distance(try gradient(weighted), try gradient(copied)) < 3e-6)
        }
    }
}
