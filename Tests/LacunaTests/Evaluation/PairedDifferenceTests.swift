@testable import Lacuna
import TestSupport
import Testing

@Suite struct PairedDifferenceTests {
    private let data: Dataset
    private let first: ObservedOutputs
    private let second: ObservedOutputs

    init() throws {
        var random = SeededGenerator(seed: 421)
        let objectives: [Objective] = .everyKindWithTowers
        let data = try Problem.random(rows: 60, objectives: objectives, coverage: 0.7, using: &random).dataset()
        self.data = data
        func outputs(_ seed: UInt64, epochs: Int) throws -> ObservedOutputs {
            let model = try Model(features: 4, encoder: .dense(6), objectives: objectives, seed: seed, threads: 1)
            try model.fit(data, epochs: epochs, learningRate: 0.03, seed: seed)
            return try model.outputs(of: data)
        }
        first = try outputs(1, epochs: 12)
        second = try outputs(2, epochs: 1)
    }

    @Test func `with all weights 1 the main metric is what the evaluation says`() throws {
        for (index, objective) in first.objectives.enumerated() {
            let own = first.selecting(objective: index), metric = Metric.main(for: objective.kind.name)
            let wanted = try #require(own.evaluation().objectives[0].scores[metric]?.number)
            let values = own.slots.indices.map { slot in
                MainMetric(own, slot: slot).value(weights: [Double](repeating: 1, count: own.slots[slot].count))
            }
            #expect(isClose(values.reduce(0, +) / Double(values.count), wanted, absolute: 1e-9), "\(objective.name)")
            #expect(own.evaluation().objectives[0].scores == first.evaluation().objectives[index].scores)
        }
    }

    @Test func `an entry of weight 2 counts as two entries`() throws {
        for index in first.objectives.indices {
            let own = first.selecting(objective: index)
            for slot in own.slots.indices {
                let weights = own.slots[slot].rows.map { Double($0 % 3) }
                var repeated = own
                let entries = weights.indices.flatMap { [Int](repeating: $0, count: Int(weights[$0])) }
                let old = own.slots[slot]
                repeated.slots[slot].rows = entries.map { old.rows[$0] }
                repeated.slots[slot].labels = entries.map { old.labels[$0] }
                repeated.slots[slot].weights = entries.map { old.weights[$0] }
                repeated.slots[slot].logits = entries.flatMap { old.logits[$0 * old.width..<($0 + 1) * old.width] }
                let plain = MainMetric(repeated, slot: slot).value(weights: entries.map { _ in 1 })
                let weighted = MainMetric(own, slot: slot).value(weights: weights)
                #expect(isClose(weighted, plain, absolute: 1e-9), "\(own.objectives[0].name)")
            }
        }
    }

    @Test func `a model does not differ from itself, and the difference turns with the order`() throws {
        for index in first.objectives.indices {
            let (a, b) = (first.selecting(objective: index), second.selecting(objective: index))
            let same = try #require(PairedDifference(a, a, resamples: 50))
            #expect(same.difference == 0 && same.lower == 0 && same.upper == 0)
            let there = try #require(PairedDifference(a, b, resamples: 100, seed: 3))
            let back = try #require(PairedDifference(b, a, resamples: 100, seed: 3))
            #expect(there.difference == -back.difference && there.first == back.second)
            #expect(isClose(try #require(there.lower), -(try #require(back.upper)), absolute: 1e-12))
            #expect(try #require(there.lower) <= #require(there.upper))
            #expect(there == PairedDifference(a, b, resamples: 100, seed: 3))
        }
    }

    @Test func `rows of one group are drawn together: doubled rows tell no more than single ones`() throws {
        let doubled = data.selecting(rows: (0..<60).flatMap { [$0, $0] })
        let groups = (0..<60).flatMap { [Int32($0), Int32($0)] }
        let objectives = data.objectives
        func outputs(_ seed: UInt64, of rows: Dataset) throws -> ObservedOutputs {
            let model = try Model(features: 4, encoder: .dense(6), objectives: objectives, seed: seed, threads: 1)
            return try model.outputs(of: rows).selecting(objective: 0)
        }
        let single = try #require(PairedDifference(outputs(1, of: data), outputs(2, of: data), resamples: 200))
        let grouped = try #require(
            PairedDifference(outputs(1, of: doubled), outputs(2, of: doubled), groups: groups, resamples: 200))
        let apart = try #require(PairedDifference(outputs(1, of: doubled), outputs(2, of: doubled), resamples: 200))
        func width(_ pair: PairedDifference) throws -> Double { try #require(pair.upper) - #require(pair.lower) }
        #expect(isClose(try #require(grouped.lower), try #require(single.lower), absolute: 1e-9))
        #expect(isClose(try #require(grouped.upper), try #require(single.upper), absolute: 1e-9))
        #expect(try width(apart) < width(grouped))
    }

    @Test func `what the labels do not decide is no comparison`() throws {
        let objectives: [Objective] = [.binary("x")]
        let data = try Dataset(
            features: FeatureMatrix([[1], [2], [3]]), objectives: objectives, labels: ["x": .yesNo([true, true, nil])])
        let outputs = try Model(features: 1, encoder: .dense(2), objectives: objectives, threads: 1).outputs(of: data)
        #expect(PairedDifference(outputs, outputs) == nil)
    }
}
