import Lacuna
import Testing

@Suite struct ScoresByHandTests {
    @Test func `a tie between a positive and a negative counts one half`() throws {
        // Positive 0.8 beats both negatives, positive 0.4 ties with one and beats the other: 3.5 of 4 pairs.
        let ranking = Ranking(scores: [0.8, 0.4, 0.4, 0.1], labels: [1, 1, 0, 0])
        #expect(ranking.auroc == .value(0.875))
        // Thresholds 0.8 (precision 1, half the recall), 0.4 (precision 2/3, the other half).
        let expected: Double = 5 / 6
        #expect(try isNear(#require(ranking.averagePrecision.number), expected))
        #expect(ranking.positives == 2 && ranking.negatives == 2)
    }

    @Test func `zero and negative zero tie`() {
        #expect(Ranking(scores: [0, -0.0], labels: [1, 0]).auroc == .value(0.5))
        #expect(Ranking(scores: [-0.0, 0], labels: [1, 0]).auroc == .value(0.5))
    }

    @Test func `scores below zero rank as numbers do`() {
        let scores: [Float] = [-.greatestFiniteMagnitude, -1, -.leastNonzeroMagnitude, 0, .leastNonzeroMagnitude, 1e30]
        #expect(Ranking(scores: scores, labels: [0, 0, 0, 1, 1, 1]).auroc == .value(1))
    }

    @Test func `a probability of one half is a yes, and a soft label of one half too`() throws {
        let scores = Scores.binary(probabilities: [0.5, Float(0.5).nextDown, 0.5, 0.2], labels: [0.5, 0.75, 0.25, 0])
        #expect(scores[.accuracy] == .value(0.5))
        #expect(scores[.balancedAccuracy] == .value(0.5))
        #expect(scores[.f1] == .value(0.5))
        // Squares 0, 1/16, 1/16 and 1/25.
        #expect(try isNear(#require(scores[.brier]?.number), 0.04125, tolerance: 1e-7))
    }

    @Test func `a sure mistake costs 23 ln 2 nats`() throws {
        let loss = try #require(Scores.binary(probabilities: [0, 1], labels: [1, 0])[.logLoss]?.number)
        #expect(isNear(loss, 15.942385152878742))
        let ofClasses = Scores.categorical(probabilities: [0, 1], classes: 2, labels: [0])
        #expect(isNear(try #require(ofClasses[.logLoss]?.number), 15.942385152878742))
    }

    @Test func `the first of equally probable classes is predicted`() {
        let scores = Scores.categorical(probabilities: [0.4, 0.4, 0.2, 0.2, 0.4, 0.4], classes: 3, labels: [1, 1])
        #expect(scores[.accuracy] == .value(0.5))
    }

    @Test func `balanced accuracy asks the classes among the labels, macro F1 the predicted ones too`() throws {
        // Labels 0 0 1, predictions 0 2 1: recalls 1/2 and 1; F1 2/3, 1 and 0.
        let scores = Scores.categorical(
            probabilities: [1, 0, 0, 0, 0, 0, 1, 0, 0, 1, 0, 0], classes: 4, labels: [0, 0, 1])
        #expect(scores[.balancedAccuracy] == .value(0.75))
        let expected: Double = 5 / 9
        #expect(try isNear(#require(scores[.macroF1]?.number), expected))
    }

    @Test func `regression scores are in the target's units`() throws {
        let scores = Scores.regression(predictions: [1, 2, 6], targets: [1, 4, 4])
        #expect(try isNear(#require(scores[.rmse]?.number), 1.632993161855452))  // √(8/3)
        #expect(try isNear(#require(scores[.mae]?.number), 1.3333333333333333))
        #expect(try isNear(#require(scores[.r2]?.number), -0.3333333333333333))  // 1 − 8/6
    }

    @Test func `two levels swapped make kappa minus one`() {
        let scores = Scores.ordinal(predictions: [1, 0, 1, 0], labels: [0, 1, 0, 1], levels: 5)
        #expect(scores[.kappa] == .value(-1))
        #expect(scores[.mae] == .value(1))
        #expect(scores[.accuracy] == .value(0))
    }

    @Test func `a metric that a kind has not is absent, not undefined`() {
        #expect(Scores.regression(predictions: [1], targets: [1])[.auroc] == nil)
    }

    @Test func `every kind's main metric is one of its own and better when higher`() {
        for kind in ObjectiveKind.Name.allCases {
            #expect(Metric.all(for: kind).contains(Metric.main(for: kind)))
            #expect(Metric.main(for: kind).isBetterHigher)
        }
        #expect(Metric.allCases.filter { !$0.isBetterHigher } == [.logLoss, .brier, .rmse, .mae, .eceEqualMass, .eceEqualWidth])
        #expect(Metric.allCases.map(\.rawValue) == [
            "auroc", "averagePrecision", "accuracy", "balancedAccuracy", "f1", "macroF1", "logLoss", "brier", "rmse",
            "mae", "r2", "kappa", "precision", "recall", "logLossSkill", "eceEqualMass", "eceEqualWidth", "macroAUROC",
            "spearman",
        ])
    }
}

@Suite struct UndefinedScoreTests {
    @Test func `no label leaves every metric of every kind undefined`() {
        let all: [ObjectiveKind.Name: Scores] = [
            .binary: .binary(probabilities: [], labels: []),
            .categorical: .categorical(probabilities: [], classes: 3, labels: []),
            .multilabel: .multilabel([.binary(probabilities: [], labels: []), .binary(probabilities: [], labels: [])]),
            .regression: .regression(predictions: [], targets: []),
            .ordinal: .ordinal(predictions: [], labels: [], levels: 3),
        ]
        for kind in ObjectiveKind.Name.allCases {
            let entries = Metric.all(for: kind).map {
                Scores.Entry(metric: $0, score: .undefined(reason: "no label is observed"))
            }
            #expect(all[kind] == Scores(observed: 0, entries: entries))
        }
        #expect(Ranking(scores: [], labels: []).auroc == .undefined(reason: "no label is observed"))
    }

    @Test(arguments: [0.0, 1.0]) func `one class decides neither ranking nor balance, but the rest`(label: Double) {
        let scores = Scores.binary(probabilities: [0.25, 0.75], labels: [label, label])
        for metric in [Metric.auroc, .averagePrecision, .balancedAccuracy] {
            #expect(scores[metric] == .undefined(reason: "only one class among the observed labels"))
        }
        #expect(scores[.accuracy] == .value(0.5))
        #expect(scores[.brier] == .value(0.3125))
        #expect(scores[.logLoss]?.number != nil)
        #expect(scores.observed == 2)
    }

    @Test func `F1 is undefined only when nothing is or is called positive`() {
        #expect(
            Scores.binary(probabilities: [0.1, 0.2], labels: [0, 0])[.f1]
                == .undefined(reason: "no positive label and no positive prediction"))
        #expect(Scores.binary(probabilities: [0.1, 0.7], labels: [0, 0])[.f1] == .value(0))
        #expect(Scores.binary(probabilities: [0.1, 0.2], labels: [0, 1])[.f1] == .value(0))
    }

    @Test func `one class among categorical labels leaves balanced accuracy undefined`() {
        let scores = Scores.categorical(probabilities: [0.6, 0.4, 0.3, 0.7], classes: 2, labels: [0, 0])
        #expect(scores[.balancedAccuracy] == .undefined(reason: "only one class among the observed labels"))
        #expect(scores[.accuracy] == .value(0.5))
        #expect(scores[.macroF1] == .value(1.0 / 3))
    }

    @Test(arguments: [[1, 1], [0, 2]]) func `one level among ordinal labels leaves kappa undefined`(levels: [Int]) {
        let scores = Scores.ordinal(predictions: levels, labels: [1, 1], levels: 3)
        #expect(scores[.kappa] == .undefined(reason: "only one level among the observed labels"))
        #expect(scores[.mae]?.number != nil)
    }

    @Test func `R² needs two values that differ`() {
        let one = Scores.regression(predictions: [2], targets: [1])
        #expect(one[.r2] == .undefined(reason: "only one value is observed"))
        #expect(one[.rmse] == .value(1))
        // The mean of three times 0.1 is not 0.1, so the spread alone would be above zero.
        let equal = Scores.regression(predictions: [1, 2, 3], targets: [0.1, 0.1, 0.1])
        #expect(equal[.r2] == .undefined(reason: "all observed values are equal"))
    }

    @Test func `an error too large for a number is undefined, never infinite`() {
        let scores = Scores.regression(predictions: [0, 0], targets: [1e200, -1e200])
        #expect(scores[.rmse] == .undefined(reason: "the result is too large for a number"))
        #expect(scores[.r2] == .undefined(reason: "the result is too large for a number"))
        #expect(scores[.mae] == .value(1e200))
    }

    @Test(arguments: [Float.nan, .infinity, -.infinity])
    func `a prediction that is not finite is said, not trapped on and not hidden`(junk: Float) {
        let all: [Scores] = [
            .binary(probabilities: [0.2, junk, 0.9], labels: [0, 1, 1]),
            .categorical(probabilities: [0.2, 0.8, junk, 0.9], classes: 2, labels: [0, 1]),
            .regression(predictions: [1, junk], targets: [1, 2]),
        ]
        for scores in all {
            #expect(scores.observed > 0)
            #expect(scores.entries.allSatisfy { $0.score == .undefined(reason: "a prediction is not finite") })
        }
        let ranking = Ranking(scores: [0.2, junk], labels: [0, 1])
        #expect(ranking.auroc == .undefined(reason: "a prediction is not finite"))
        #expect(ranking.averagePrecision == .undefined(reason: "a prediction is not finite"))
    }
}
