@testable import Lacuna
import TestSupport
import Testing

@Suite struct PooledOutputsTests {
    private let data: Dataset
    private let model: Model

    init() throws {
        var random = SeededGenerator(seed: 411)
        let objectives: [Objective] = .everyKindWithTowers
        data = try Problem.random(rows: 40, objectives: objectives, coverage: 0.6, weighted: true, using: &random).dataset()
        model = try Model(features: 4, encoder: .dense(5), objectives: objectives, threads: 1)
        try model.fit(data, epochs: 3, learningRate: 0.02)
    }

    @Test func `outputs of parts, pooled, are the outputs of the whole`() throws {
        let parts = [(0..<40).filter { $0 % 3 == 1 }, (0..<40).filter { $0 % 3 == 0 }, (0..<40).filter { $0 % 3 == 2 }]
        let pooled = ObservedOutputs.pooled(
            try parts.map { (try model.outputs(of: data.selecting(rows: $0)), $0) }, rows: 40)
        let whole = try model.outputs(of: data)
        #expect(pooled.rows == 40)
        for (a, b) in zip(pooled.slots, whole.slots) {
            #expect(a.rows == b.rows && a.logits == b.logits && a.weights == b.weights)
            if b.distributions == nil { #expect(a.labels == b.labels) }
        }
        #expect(pooled.evaluation() == whole.evaluation())
    }

    @Test func `a regression is scored in its unit, whatever scale each model was trained on`() throws {
        let objectives: [Objective] = [.regression("size")]
        let features = FeatureMatrix(rows: 4, columns: 1) { row, _ in Float(row) }
        let data = try Dataset(features: features, objectives: objectives, labels: ["size": .numbers([1, 2, 30, 40])])
        func outputs(_ rows: [Int], _ scaling: TargetScaling, predicting values: [Double]) throws -> ObservedOutputs {
            let model = try Model(features: 1, encoder: .dense(2), objectives: objectives, threads: 1)
            model.scaling = [scaling]
            var outputs = try model.outputs(of: data.selecting(rows: rows))
            outputs.slots[0].logits = values.map { Float(($0 - scaling.mean) / scaling.deviation) }
            return outputs
        }
        let first = try outputs([0, 1], TargetScaling(transform: .identity, mean: 5, deviation: 2), predicting: [2, 2])
        let second = try outputs([2, 3], TargetScaling(transform: .identity, mean: 30, deviation: 8), predicting: [33, 40])
        let scores = ObservedOutputs.pooled([(first, [0, 1]), (second, [2, 3])], rows: 4).evaluation().objectives[0].scores
        #expect(isClose(try #require(scores[.mae]?.number), 1, absolute: 1e-5))
        #expect(isClose(try #require(scores[.rmse]?.number), (10.0 / 4).squareRoot(), absolute: 1e-5))
    }
}
