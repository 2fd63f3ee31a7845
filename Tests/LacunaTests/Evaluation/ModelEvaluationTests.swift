@testable import Lacuna
import TestSupport
import Testing

/// What `evaluate` makes of a whole model and a data set.
@Suite struct ModelEvaluationTests {
    @Test func `a metric that labels cannot decide is undefined with its reason and stays out of the mean`() throws {
        let objectives: [Objective] = [
            .binary("both"), .binary("oneClass"), .binary("none"), .regression("size"), .regression("constant"),
            .categorical("tissue", classes: ["a", "b"]), .ordinal("grade", levels: ["1", "2"]),
        ]
        let data = try Dataset(
            features: FeatureMatrix([[0.1], [0.9], [0.4], [-0.3]]), objectives: objectives,
            labels: [
                "both": .yesNo([true, false, nil, true]), "oneClass": .yesNo([true, true, nil, true]),
                "size": .numbers([1, 2, 3, nil]), "constant": .numbers([5, 5, nil, nil]),
                "tissue": .indices([0, 0, nil, nil]), "grade": .indices([1, 1, nil, nil]),
            ])
        let model = try Model(features: 1, encoder: .dense(3), objectives: objectives, threads: 1)
        let evaluation = try model.evaluate(data)
        func reason(_ name: String, _ metric: Metric) -> String? { evaluation[name]?.scores[metric]?.reason }
        #expect(reason("both", .auroc) == nil)
        #expect(reason("oneClass", .auroc) == "only one class among the observed labels")
        #expect(reason("none", .auroc) == "no label is observed" && reason("none", .accuracy) == "no label is observed")
        #expect(reason("constant", .r2) != nil && reason("constant", .rmse) == nil)
        #expect(reason("grade", .kappa) != nil && reason("grade", .accuracy) == nil)
        #expect(evaluation["none"]?.loss == nil && evaluation["oneClass"]?.loss != nil)
        #expect(evaluation.objectives.map(\.scores.observed) == [3, 3, 0, 3, 2, 2, 2])
        #expect(evaluation.macro[.auroc]?.objectives == 1 && evaluation.macro[.auroc]?.candidates == 3)
        #expect(evaluation.macro[.auroc]?.score == evaluation["both"]?.scores[.auroc])
        #expect(evaluation.macro[.r2]?.objectives == 1)
        #expect(evaluation.loss?.isFinite == true && evaluation.rows == 4 && evaluation.diverged == nil)
    }

    @Test func `a multilabel objective is the mean over its labels and counts once`() throws {
        var random = SeededGenerator(seed: 151)
        let objectives: [Objective] = [.multilabel("findings", labels: ["p", "q", "r"]), .binary("tumor")]
        let data = try Problem.random(rows: 40, objectives: objectives, coverage: 0.6, using: &random).dataset()
        let model = try Model(features: 4, encoder: .dense(5), objectives: objectives, threads: 1)
        let evaluation = try model.evaluate(data)
        let findings = try #require(evaluation["findings"])
        #expect(findings.labels.map(\.name) == ["p", "q", "r"])
        let each = findings.labels.compactMap { $0.scores[.auroc]?.number }
        #expect(each.count == 3)
        let mean = each.reduce(0, +) / 3
        #expect(isClose(try #require(findings.scores[.auroc]?.number), mean, relative: 1e-12))
        let tumor = try #require(evaluation["tumor"]?.scores[.auroc]?.number)
        #expect(isClose(try #require(evaluation.macroMain), (mean + tumor) / 2, relative: 1e-12))
        #expect(evaluation.macro[.auroc]?.objectives == 2)
        #expect(findings.scores.observed == findings.labels.reduce(0) { $0 + $1.scores.observed })
    }

    @Test func `metrics are those of what predict gives`() throws {
        var random = SeededGenerator(seed: 152)
        let objectives: [Objective] = [.binary("tumor"), .regression("size"), .ordinal("grade", levels: ["1", "2", "3"])]
        let problem = Problem.random(rows: 30, objectives: objectives, coverage: 0.6, using: &random)
        let data = try problem.dataset()
        let model = try Model(features: 4, encoder: .dense(5), objectives: objectives, threads: 1)
        try model.fit(data, epochs: 5, learningRate: 0.02)
        let evaluation = try model.evaluate(data), predictions = try model.predict(data.features)
        func rows(_ index: Int) -> [Int] { (0..<30).filter { problem.masks[index][$0] } }
        guard case .binary(let p) = predictions["tumor"], case .regression(let sizes) = predictions["size"],
            case .ordinal(let levels, let shares, _) = predictions["grade"]
        else { return }
        #expect(
            evaluation["tumor"]?.scores
                == .binary(probabilities: rows(0).map { p[$0] }, labels: rows(0).map { Double(problem.labels[0][$0]) }))
        #expect(
            evaluation["size"]?.scores
                == .regression(predictions: rows(1).map { sizes[$0] }, targets: rows(1).map { Double(problem.labels[1][$0]) }))
        var probabilities: [Float] = []
        for row in rows(2) { probabilities += shares[row * 3..<(row + 1) * 3] }
        let grades = Scores.ordinal(
            predictions: rows(2).map { levels[$0] }, labels: rows(2).map { Int(problem.labels[2][$0]) }, levels: 3,
            probabilities: probabilities)
        #expect(evaluation["grade"]?.scores == grades)
    }

    @Test func `a regression is predicted in its unit, and scored on the scale it trains on`() throws {
        let features = FeatureMatrix(rows: 40, columns: 1) { row, _ in Float(row) / 20 - 1 }
        let values = (0..<40).map { 1000 + 500 * (Double($0) / 20 - 1) }
        for transform in Transform.allCases {
            let objectives: [Objective] = [.regression("price", transform: transform)]
            let data = try Dataset(features: features, objectives: objectives, labels: ["price": .numbers(values)])
            let model = try Model(features: 1, encoder: EncoderSpec([8], activation: .tanh), objectives: objectives, threads: 1)
            try model.fit(data, epochs: 80, batchSize: 8, learningRate: 0.01)
            guard case .regression(let predicted) = try model.predict(features)["price"] else { return }
            for (a, b) in zip(predicted, values) { #expect(isClose(Double(a), b, relative: 0.15)) }
            let rmse = try #require(try model.evaluate(data)["price"]?.scores[.rmse]?.number)
            #expect(transform == .log1p ? rmse < 0.15 : rmse > 0.5)
        }
    }

    @Test func `scaling is that of the observed training labels of positive weight`() throws {
        let objectives: [Objective] = [.regression("size")]
        let data = try Dataset(
            features: FeatureMatrix(rows: 5, columns: 1) { row, _ in Float(row) }, objectives: objectives,
            labels: ["size": .numbers([2, 6, nil, 1e6, 1e9])], rowWeights: [1, 3, 1, 0, 1],
            slotWeights: ["size": [1, 1, 1, 1, 0]])
        let model = try Model(features: 1, encoder: .dense(2), objectives: objectives, threads: 1)
        try model.fit(data, epochs: 1)
        #expect(model.scaling[0] == TargetScaling(transform: .identity, mean: 4, deviation: 2))
        #expect(TargetScaling(of: [7, 7, 7], transform: .identity).deviation == 1)
    }

    @Test func `balanced weights count observed training labels`() throws {
        let objectives: [Objective] = [
            .binary("tumor", balance: true), .multilabel("many", labels: ["p", "q"], balance: true),
            .categorical("tissue", classes: ["a", "b", "c"], balance: true),
        ]
        let data = try Dataset(
            features: FeatureMatrix(rows: 4, columns: 1) { _, _ in 0 }, objectives: objectives,
            labels: [
                "tumor": .yesNo([true, false, false, nil]),
                "many": .manyYesNo([[true, true], [true, nil], [false, true], nil]),
                "tissue": .indices([0, 0, 2, nil]),
            ])
        let model = try Model(features: 1, encoder: .dense(2), objectives: objectives, threads: 1)
        let losses = ObservedLabels(data).losses(model)
        #expect((losses[0] as? BinaryCrossEntropy)?.positiveWeight == 2)
        #expect((losses[1] as? BinaryCrossEntropy)?.positiveWeight == 0.5)
        // One class alone: nothing to balance.
        #expect((losses[2] as? BinaryCrossEntropy)?.positiveWeight == 1)
        #expect((losses[3] as? CategoricalCrossEntropy)?.classWeights == [0.5, 1, 1])
    }
}
