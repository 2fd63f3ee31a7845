@testable import Lacuna
import TestSupport
import Testing

/// Divisors worked out by hand on three rows, with weights that are easy to add up.
///
/// All logits are 0, so a binary slot's loss is ln 2 (× the positive weight where the label is 1) and its gradient
/// σ(0) − y = ±½ (−½ × the positive weight); the squared error of y is y², its gradient −2y. What is read are the
/// gradients of the output biases.
@Suite struct ReductionTests {
    /// Two rows of the batch, and a third that only the training set holds.
    private func driver(_ reduction: Reduction, total: Total = .sum) throws -> EngineDriver {
        let objectives: [Objective] = [
            .binary("toxic", positiveWeight: 3, weight: 2),
            .multilabel("findings", labels: ["p", "q"], weight: 0.5),
            .regression("size", weight: 0),
            .regression("mass"),
        ]
        let data = try Dataset(
            features: FeatureMatrix(rows: 3, columns: 1) { _, _ in 1 }, objectives: objectives,
            labels: [
                "toxic": .yesNo([true, false, true]),
                "findings": .manyYesNo([[true, nil], [false, true], [nil, true]]),
                "size": .numbers([4, nil, nil]),
                "mass": .numbers([nil, 2, nil]),
            ],
            rowWeights: [1, 2, 4],
            slotWeights: ["toxic": [1, 0.5, 1], "findings": [3, 1, 1, 2, 1, 1]])
        // Weights w: toxic 1, 1 (and 4 in row 2); findings p 3, 2, q 4 (and 4); size 1; mass 2.
        let driver = try EngineDriver(data, encoder: .dense(2), scaled: false) {
            $0.reduction = reduction
            $0.total = total
        }
        driver.model.engine.setWeights(
            driver.model.engine.weights.map {
                NamedTensor($0.name, $0.shape, .floats($0.floats.map { _ in 0 }))
            })
        return driver
    }

    /// Gradients of the biases of toxic, p, q, size and mass: Σ w · g × the objective's weight, before the divisor.
    /// toxic: 2 (1 · −1.5 + 1 · 0.5); p: ½ (3 · −½ + 2 · ½); q: ½ (4 · −½); size: 0; mass: 2 · −4.
    private let numerators = [-2.0, -0.25, -1.0, 0, -8]

    /// Of a batch of rows 0 and 1. Training rows hold Σw of toxic 6, findings 13, size 1 and mass 2 over 3 rows.
    private static let divisors: [Reduction: [Double]] = [
        .observed: [2, 9, 9, 1, 2],
        .expected: [4, 26.0 / 3, 26.0 / 3, 2.0 / 3, 4.0 / 3],
        .batch: [2, 2, 2, 2, 2],
        .slots: [14, 14, 14, 14, 14],
    ]

    @Test(arguments: Reduction.allCases)
    func `a reduction divides by what it says`(reduction: Reduction) throws {
        let divisors = try #require(Self.divisors[reduction])
        let gradient = try #require(try driver(reduction).gradient([0, 1])["heads.bias"])
        let expected = zip(numerators, divisors).map { $0 / $1 }
        #expect(isClose(gradient, expected, relative: 1e-6), "\(gradient), not \(expected)")
    }

    @Test func `positive, class and objective weights never enter a divisor`() throws {
        // Σw · loss and Σw as the engine adds them up: ln 2 × (3 · 1 + 1 · 1) over 2, whatever the objective's weight.
        let sums = try driver(.observed).step([0, 1], rate: 0)
        let ln2 = 0.6931471805599453
        #expect(isClose(sums.losses[0], 4 * ln2))
        #expect(sums.weights == [2, 9, 1, 2])
        #expect(isClose(sums.losses[1], 9 * ln2))
        #expect(sums.losses[2...] == [16, 8])
        // All labels of a multilabel objective count.
        #expect(sums.observed == [2, 3, 1, 1])
    }

    @Test func `the average total divides by all declared objectives' weights, observed or not`() throws {
        let sum = try #require(try driver(.observed).gradient([1])["heads.bias"])
        let average = try #require(try driver(.observed, total: .average).gradient([1])["heads.bias"])
        // 2 + 0.5 + 0 + 1
        #expect(isClose(average, sum.map { Double($0) / 3.5 }))
    }

    @Test func `the mean over observed slots is the mean of the observed rows alone`() throws {
        var random = SeededGenerator(seed: 51)
        let problem = Problem.random(rows: 20, objectives: [.binary("toxic")], coverage: 0.3, using: &random)
        let observed = (0..<20).filter { problem.masks[0][$0] }
        let encoder = EncoderSpec([4], activation: .tanh)
        let masked = try EngineDriver(problem.dataset(), encoder: encoder).gradient(Array(0..<20))
        let alone = try EngineDriver(problem.selecting(rows: observed).dataset(), encoder: encoder)
            .gradient(Array(observed.indices))
        #expect(distance(masked, alone) < 1e-7)
    }

    @Test(arguments: [true, false])
    func `expected is additive over batches: whole batches add up to their union`(weighted: Bool) throws {
        var random = SeededGenerator(seed: 52)
        let problem = Problem.random(rows: 18, objectives: .everyKindWithTowers, weighted: weighted, using: &random)
        let encoder = EncoderSpec([5], activation: .tanh, norm: .layer)
        func gradient(_ rows: [Int]) throws -> [String: [Float]] {
            try EngineDriver(problem.dataset(), encoder: encoder) { $0.reduction = .expected }.gradient(rows)
        }
        // Rows × gradient is a sum over rows, so batches of unequal size weigh by their rows.
        let parts = [Array(0..<5), Array(5..<6), Array(6..<18)]
        let whole = try gradient(Array(0..<18))
        var added = whole.mapValues { $0.map { _ in Float(0) } }
        for part in parts {
            for (name, values) in try gradient(part) {
                for (index, value) in values.enumerated() { added[name]![index] += value * Float(part.count) / 18 }
            }
        }
        #expect(distance(whole, added) < 2e-6)
    }

    @Test func `expected over the whole training set is observed`() throws {
        var random = SeededGenerator(seed: 53)
        let problem = Problem.random(rows: 15, objectives: .everyKind, weighted: true, using: &random)
        func gradient(_ reduction: Reduction) throws -> [String: [Float]] {
            try EngineDriver(problem.dataset(), encoder: .dense(4)) { $0.reduction = reduction }.gradient(Array(0..<15))
        }
        #expect(distance(try gradient(.expected), try gradient(.observed)) < 1e-6)
    }

    @Test(arguments: Reduction.allCases)
    func `the order of rows does not matter, and an unlabelled row matters only to divisors that count rows`(
        reduction: Reduction
    ) throws {
        var random = SeededGenerator(seed: 54)
        var problem = Problem.random(rows: 10, objectives: .everyKind, using: &random)
        for index in problem.masks.indices {
            let width = problem.objectives[index].kind.slotsPerRow
            for slot in 9 * width..<10 * width { problem.masks[index][slot] = false }
        }
        func gradient(_ rows: [Int]) throws -> [String: [Float]] {
            try EngineDriver(problem.dataset(), encoder: .dense(4)) { $0.reduction = reduction }.gradient(rows)
        }
        let rows = Array(2..<9), base = try gradient(rows)
        #expect(distance(try gradient(rows.shuffled(using: &random)), base) < 1e-6)
        let more = try gradient(rows + [9])
        let shrunk = base.mapValues { $0.map { $0 * 7 / 8 } }
        #expect(distance(more, reduction == .batch || reduction == .expected ? shrunk : base) < 1e-6)
    }
}
