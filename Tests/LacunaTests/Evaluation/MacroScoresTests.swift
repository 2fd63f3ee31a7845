import Lacuna
import Testing

@Suite struct MacroScoresTests {
    /// AUROC 1, 0.5 and undefined.
    let right = Scores.binary(probabilities: [0.1, 0.9, 0.2, 0.3, 0.8], labels: [0, 1, 0, 0, 1])
    let tied = Scores.binary(probabilities: [0.5, 0.5], labels: [0, 1])
    let oneClass = Scores.binary(probabilities: [0.5, 0.5], labels: [1, 1])

    @Test func `a macro value is the mean of defined objectives and says over how many`() throws {
        let scores = MacroScores([right, tied, oneClass])
        let auroc = try #require(scores[.auroc])
        #expect(auroc.score == .value(0.75))
        #expect(auroc.objectives == 2)
        #expect(auroc.candidates == 3)
        #expect(scores[.accuracy]?.objectives == 3)
    }

    @Test func `an objective with few labels counts as much as one with many: no pooling`() {
        let many = Scores.binary(
            probabilities: Array(repeating: [0.9, 0.1], count: 500).flatMap(\.self),
            labels: Array(repeating: [1, 0], count: 500).flatMap(\.self))
        #expect(MacroScores([many, tied])[.auroc]?.score == .value(0.75))
        #expect(MacroScores([many, tied])[.accuracy]?.score == .value(0.75))
    }

    @Test func `a multilabel objective is the mean of its labels and counts once`() {
        let findings = Scores.multilabel([right, tied, oneClass])
        #expect(findings[.auroc] == .value(0.75))
        #expect(findings.observed == 9)
        #expect(MacroScores([findings, tied])[.auroc]?.score == .value(0.625))
        #expect(MacroScores([findings, tied])[.auroc]?.objectives == 2)
    }

    @Test func `kinds share the metrics they have in common, in the metrics' order`() {
        let regression = Scores.regression(predictions: [1, 2], targets: [1, 3])
        let ordinal = Scores.ordinal(predictions: [0, 1], labels: [0, 2], levels: 3)
        let scores = MacroScores([ordinal, regression, right])
        #expect(scores.entries.map(\.metric) == Metric.allCases.filter { $0 != .macroF1 && $0 != .macroAUROC })
        #expect(scores[.mae] == .init(metric: .mae, score: .value(0.5), objectives: 2, candidates: 2))
        #expect(scores[.macroF1] == nil)
    }

    @Test func `a mean without a value gives the reason that all share, else says that none has one`() {
        let noLabel = Scores.binary(probabilities: [], labels: [])
        #expect(
            Scores.multilabel([oneClass, oneClass])[.auroc]
                == .undefined(reason: "only one class among the observed labels"))
        #expect(Scores.multilabel([oneClass, noLabel])[.auroc] == .undefined(reason: "undefined for every label"))
        #expect(
            MacroScores([oneClass, noLabel])[.auroc]
                == .init(
                    metric: .auroc, score: .undefined(reason: "undefined for every objective"), objectives: 0,
                    candidates: 2))
        #expect(MacroScores([]).entries.isEmpty)
    }

    @Test func `the monitored mean takes each objective's main metric`() {
        let regression = Scores.regression(predictions: [2, 2], targets: [1, 3])
        let mean = MacroScores.main(of: [(.binary, right), (.regression, regression), (.binary, oneClass)])
        #expect(mean.score == .value(0.5))
        #expect(mean.objectives == 2)
        let none = MacroScores.main(of: [])
        #expect(none.score == .undefined(reason: "no objective has this metric"))
        #expect(none.objectives == 0)
    }
}
