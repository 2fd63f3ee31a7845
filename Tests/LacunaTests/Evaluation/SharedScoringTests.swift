@testable import Lacuna
import TestSupport
import Testing

/// Scoring many objectives: in runs, on several threads, in blocks of rows.
@Suite struct SharedScoringTests {
    /// Every kind many times over, with weights, and some cells that are bounds or uncertain.
    private func data(rows: Int, copies: Int, hasStates: Bool) throws -> Dataset {
        var random = SeededGenerator(seed: 211)
        let objectives = (0..<copies).flatMap { copy in
            [Objective].everyKindWithTowers.map { kind in
                var objective = kind
                objective.name += "\(copy)"
                return objective
            }
        }
        let problem = Problem.random(rows: rows, objectives: objectives, coverage: 0.4, weighted: true, using: &random)
        let plain = try problem.dataset()
        guard hasStates else { return plain }
        var labels = plain.labels
        labels.states = labels.values.map { _ in
            Bool.random(using: &random) ? .known : CellState.allCases.randomElement(using: &random)!
        }
        return Dataset(features: plain.features, objectives: objectives, labels: labels, rowWeights: plain.rowWeights)
    }

    @Test(arguments: [false, true])
    func `an evaluation is the same to the bit for any number of threads`(hasStates: Bool) throws {
        let data = try data(rows: 200, copies: 40, hasStates: hasStates)
        let model = try Model(features: 4, encoder: .dense(3), objectives: data.objectives, threads: 1)
        var outputs = try model.outputs(of: data)
        let costs = outputs.slots.reduce(0) { $0 + $1.count + Shares.costOfItem }
        try #require(costs > Shares.leastCost)
        let alone = outputs.evaluation()
        for threads in [2, 3, 7] {
            outputs.threads = threads
            #expect(outputs.evaluation() == alone, "\(threads) threads")
            model.engine.threads = threads
            #expect(try model.outputs(of: data).slots == outputs.slots, "\(threads) threads")
        }
    }

    @Test(arguments: [false, true], [1, 300, 4000])
    func `a slot has the entries of its rows, in their order, however many are grouped at once`(hasStates: Bool, size: Int) throws {
        let data = try data(rows: 700, copies: 1, hasStates: hasStates)
        let model = try Model(features: 4, encoder: .dense(3), objectives: data.objectives, threads: 1)
        let outputs = model.observedOutputs(of: data, blockSize: size)
        let table = data.labels, logits = model.engine.logits(data.features, rows: 0..<data.rows)
        var expected = outputs.slots.map { slot in
            ObservedOutputs.Slot(objective: slot.objective, width: slot.width, distributions: slot.distributions)
        }
        for row in 0..<data.rows {
            for place in table.rowStarts[row]..<table.rowStarts[row + 1] {
                let slot = Int(table.slotIndices[place]), start = row * model.plan.outputs + model.plan.slots[slot].output
                expected[slot].append(
                    row: row, logits: logits[start..<start + expected[slot].width], label: table.values[place],
                    weight: (data.rowWeights?[row] ?? 1) * (table.slotWeights?[place] ?? 1), state: table.state(place))
            }
        }
        #expect(outputs.slots == expected)
    }

    @Test func `objectives whose labels lie in one part of the rows alone have no entries of the others`() throws {
        let data = try Dataset(
            features: FeatureMatrix(rows: 600, columns: 1) { row, _ in Float(row) }, objectives: [.binary("a"), .binary("b"), .binary("c")],
            labels: [
                "a": .numbers((0..<600).map { $0 < 3 ? 1 : nil }), "b": .numbers((0..<600).map { $0 > 596 ? 0 : nil }),
            ])
        let model = try Model(features: 1, encoder: .dense(2), objectives: data.objectives, threads: 1)
        for size in [1, 1 << 20] {
            #expect(model.observedOutputs(of: data, blockSize: size).slots.map(\.rows) == [[0, 1, 2], [597, 598, 599], []])
        }
    }

    @Test(arguments: [1, 2, 3, 8, 100], [0, 1, 5, 700])
    func `runs cover all items once, in order, and none has much more to do than its share`(threads: Int, items: Int) {
        var random = SeededGenerator(seed: 212)
        for largest in [1, 100, 10_000] {
            let costs = (0..<items).map { _ in Int.random(in: 0..<largest, using: &random) }
            let runs = Shares(costs: costs, threads: threads).runs
            #expect(runs.flatMap { Array($0) } == Array(0..<items))
            #expect(runs.count <= max(threads, 1))
            let total = costs.reduce(0) { $0 + $1 + Shares.costOfItem }
            guard total >= Shares.leastCost else {
                #expect(runs.count == 1)
                continue
            }
            let share = total / threads + largest + Shares.costOfItem
            for run in runs { #expect(run.reduce(0) { $0 + costs[$1] + Shares.costOfItem } <= share) }
        }
    }

    @Test func `the mean over objectives takes each metric where it is defined, whatever the order of kinds`() {
        let a = Scores.binary(probabilities: [0.2, 0.7, 0.9], labels: [0, 1, 1])
        let b = Scores.regression(predictions: [1, 2, 4], targets: [1, 2, 3])
        let c = Scores.binary(probabilities: [0.2, 0.7], labels: [1, 1])
        for order in [[a, b, c], [b, a, c], [c, a, b], [a, c, b]] {
            let macro = MacroScores(order)
            #expect(macro[.auroc]?.candidates == 2 && macro[.auroc]?.objectives == 1)
            #expect(macro[.auroc]?.score == a[.auroc] && macro[.mae]?.score == b[.mae])
            #expect(macro[.accuracy]?.objectives == 2 && macro[.kappa] == nil)
        }
        #expect(MacroScores([c])[.auroc]?.score.reason == "only one class among the observed labels")
        let none = Scores.binary(probabilities: [], labels: [])
        #expect(MacroScores([c, none])[.auroc]?.score.reason == "undefined for every objective")
    }
}
