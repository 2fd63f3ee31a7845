@testable import Lacuna
import TestSupport
import Testing

/// Distributions over classes as targets, beside one-hot and other objectives.
@Suite struct SoftTargetTests {
    private let classes = ["a", "b", "c"]
    private let features = FeatureMatrix([[1, 0], [0, 1], [1, 1], [-1, 0.5]])

    private func gradient(_ objectives: [Objective], _ labels: [String: Labels]) throws -> [String: [Float]] {
        try EngineDriver(
            Dataset(features: features, objectives: objectives, labels: labels), encoder: EncoderSpec([4], activation: .tanh)
        ).gradient([0, 1, 2, 3])
    }

    @Test func `a distribution with all its mass on one class is that class`() throws {
        let objectives: [Objective] = [.categorical("tissue", classes: classes)]
        let hard = try gradient(objectives, ["tissue": .indices([2, nil, 0, 1])])
        let soft = try gradient(
            objectives, ["tissue": .distributions([[0, 0, 1], nil, [1, 0, 0], [0, 1, 0]])])
        #expect(distance(hard, soft) < 1e-7)
    }

    @Test func `soft objectives side by side keep their own distributions`() throws {
        let objectives: [Objective] = [
            .categorical("first", classes: classes), .categorical("second", classes: classes), .categorical("third", classes: classes),
        ]
        let hard = try gradient(
            objectives, ["first": .indices([0, 1, nil, 2]), "second": .indices([2, 2, 1, nil]), "third": .indices([nil, 0, 0, 1])])
        let a: [[Float]?] = [[1, 0, 0], [0, 1, 0], nil, [0, 0, 1]], b: [[Float]?] = [[0, 0, 1], [0, 0, 1], [0, 1, 0], nil]
        let soft = try gradient(
            objectives, ["first": .distributions(a), "second": .distributions(b), "third": .indices([nil, 0, 0, 1])])
        #expect(distance(hard, soft) < 1e-7)
        let mixed = try gradient(
            objectives, ["first": .indices([0, 1, nil, 2]), "second": .distributions(b), "third": .indices([nil, 0, 0, 1])])
        #expect(distance(hard, mixed) < 1e-7)
    }

    @Test func `classes are balanced by the shares of soft targets`() throws {
        let objective = Objective.categorical("tissue", classes: classes, balance: true)
        let data = try Dataset(
            features: features, objectives: [objective],
            labels: ["tissue": .distributions([[0.5, 0.5, 0], [1, 0, 0], [0.5, 0, 0.5], [0, 1, 0]])])
        let model = try Model(features: 2, encoder: .dense(3), objectives: [objective], threads: 1)
        let loss = try #require(ObservedLabels(data).losses(model)[0] as? CategoricalCrossEntropy)
        // n ÷ (C · nᵧ) with shares 2, 1.5 and 0.5 of 4.
        #expect(isClose(try #require(loss.classWeights), [4 / 6.0, 4 / 4.5, 4 / 1.5]))
        try model.fit(data, epochs: 1)
    }

    @Test func `soft targets are scored by their most probable class and survive a choice of rows`() throws {
        let objectives: [Objective] = [.categorical("tissue", classes: classes)]
        let data = try Dataset(
            features: features, objectives: objectives,
            labels: ["tissue": .distributions([[0.2, 0.7, 0.1], nil, [0.6, 0.2, 0.2], [0, 0.1, 0.9]])])
        let model = try Model(features: 2, encoder: .dense(3), objectives: objectives, threads: 1)
        let whole = try model.evaluate(data)
        #expect(whole.objectives[0].scores.observed == 3)
        #expect(try model.evaluate(data.selecting(rows: [3, 2, 1, 0])).objectives[0].scores[.accuracy] == whole.objectives[0].scores[.accuracy])
    }

    @Test func `binary targets between 0 and 1 are the mixture of both labels`() throws {
        let objectives: [Objective] = [.binary("tumor", loss: BinaryCrossEntropy())]
        let half = try gradient(objectives, ["tumor": .numbers([0.25, nil, nil, nil])])
        let yes = try gradient(objectives, ["tumor": .numbers([1, nil, nil, nil])])
        let no = try gradient(objectives, ["tumor": .numbers([0, nil, nil, nil])])
        let mixed = yes.reduce(into: [String: [Float]]()) { mixed, tensor in
            mixed[tensor.key] = zip(tensor.value, no[tensor.key]!).map { 0.25 * $0 + 0.75 * $1 }
        }
        #expect(distance(half, mixed) < 1e-6)
    }
}
