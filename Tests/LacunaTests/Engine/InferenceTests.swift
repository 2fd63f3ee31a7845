@testable import Lacuna
import TestSupport
import Testing

/// Logits for prediction against the reference network, and against what training sees.
@Suite struct InferenceTests {
    @Test(arguments: Activation.allCases, [Normalization.none, .layer])
    func `logits are those of the reference network, without dropout`(activation: Activation, norm: Normalization) throws {
        var random = SeededGenerator(seed: 201)
        let data = try Problem.random(rows: 9, objectives: .everyKindWithTowers, using: &random).dataset()
        let driver = try EngineDriver(data, encoder: EncoderSpec([6, 5], activation: activation, dropout: 0.5, norm: norm))
        for _ in 0..<3 { try driver.step(Array(0..<9), rate: 0.1) }
        let logits = driver.model.engine.logits(data.features, rows: 2..<9), outputs = driver.model.plan.outputs
        let hidden = driver.reference.hidden(driver.inputs(Array(2..<9)))
        for (index, objective) in data.objectives.enumerated() {
            let expected = driver.reference.logits(hidden, objective: index)
            let first = driver.model.plan.slots[driver.model.plan.slotsOfObjective[index].lowerBound].output
            let count = objective.kind.slotsPerRow * objective.kind.logitsPerSlot
            for row in 0..<7 {
                let actual = Array(logits[row * outputs + first..<row * outputs + first + count])
                #expect(isClose(actual, expected[row].flatMap { $0 }, relative: 1e-5, absolute: 2e-6), "\(objective.name)")
            }
        }
    }

    @Test(arguments: [[256], [37, 5], [512, 64]], [3, 40, 1024])
    func `a row's prediction depends on neither its place nor its neighbours nor the threads, to the bit`(
        widths: [Int], features: Int
    ) throws {
        var random = SeededGenerator(seed: 203)
        let objectives = [Objective].everyKindWithTowers
        let rows = 700
        let few = (0..<rows).map { _ in (0..<features).map { _ in Float.random(in: -2...2, using: &random) } }
        // Every row stands in other company: forward, backward, alone.
        let one = try Model(features: features, encoder: EncoderSpec(widths), objectives: objectives, seed: 5, threads: 1)
        let two = try Model(features: features, encoder: EncoderSpec(widths), objectives: objectives, seed: 5, threads: 2)
        let forward = try one.predict(FeatureMatrix(few))
        let backward = try two.predict(FeatureMatrix(few.reversed()))
        for (ours, theirs) in zip(forward.objectives, backward.objectives) {
            let width = ours.values.numbers.count / rows
            let a = (0..<rows).map { Array(ours.values.numbers[$0 * width..<($0 + 1) * width]) }
            let b = (0..<rows).map { Array(theirs.values.numbers[$0 * width..<($0 + 1) * width]) }
            #expect(a == b.reversed(), "\(ours.name)")
        }
        for row in [0, 1, 255, 256, 699] {
            let alone = try two.predict(FeatureMatrix([few[row]]))
            for (ours, theirs) in zip(forward.objectives, alone.objectives) {
                let width = theirs.values.numbers.count
                #expect(
                    Array(ours.values.numbers[row * width..<(row + 1) * width]) == theirs.values.numbers,
                    "\(ours.name), row \(row)")
            }
        }
    }

    @Test func `probabilities come from logits, and ordinal ones never rise with the level`() throws {
        var random = SeededGenerator(seed: 202)
        for _ in 0..<50 {
            let logits = (0..<4).map { _ in Float.random(in: -6...6, using: &random) }
            let slot = Probabilities.Ordinal(logits, start: 0, count: 4)
            #expect(zip(slot.above, slot.above.dropFirst()).allSatisfy { $0 >= $1 })
            #expect(slot.level == slot.above.filter { $0 > 0.5 }.count)
            #expect(isClose(slot.levels.reduce(0) { $0 + Double($1) }, 1, relative: 1e-6) && slot.levels.allSatisfy { $0 >= 0 })
        }
        #expect(Probabilities.Ordinal([.nan, 3], start: 0, count: 2).above.allSatisfy { $0.isNaN })
        var shares: [Float] = []
        Probabilities.softmax([1e30, -1e30, 0], start: 0, classes: 3, into: &shares)
        #expect(shares == [1, 0, 0])
        #expect(Probabilities.sigmoid(-1e30) == 0 && Probabilities.sigmoid(1e30) == 1 && Probabilities.sigmoid(.nan).isNaN)
    }

    @Test func `a balanced multilabel objective trains each label with its own positive weight`() throws {
        var random = SeededGenerator(seed: 203)
        let many = Problem.random(rows: 30, objectives: [.multilabel("many", labels: ["p", "q", "r"], balance: true)], using: &random)
        var single = many
        single.labels = []
        single.masks = []
        single.objectives = (0..<3).map { slot in
            let labels = (0..<30).map { many.labels[0][$0 * 3 + slot] }, mask = (0..<30).map { many.masks[0][$0 * 3 + slot] }
            single.labels.append(labels)
            single.masks.append(mask)
            let observed = (0..<30).filter { mask[$0] }.map { labels[$0] }, positives = observed.reduce(0, +)
            return .binary("b\(slot)", positiveWeight: (Float(observed.count) - positives) / positives)
        }
        let together = try EngineDriver(many.dataset(), encoder: .dense(5)) { $0.reduction = .batch }
        let apart = try EngineDriver(single.dataset(), encoder: .dense(5)) { $0.reduction = .batch }
        apart.model.engine.setWeights(together.model.engine.weights)
        #expect(distance(try together.gradient(Array(0..<30)), try apart.gradient(Array(0..<30))) < 1e-6)
    }
}
