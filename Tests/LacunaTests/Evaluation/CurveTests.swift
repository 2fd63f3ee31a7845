import Lacuna
import TestSupport
import Testing

/// Tests/Goldens/curves.json: scikit-learn's curves and numpy's bins.
private struct CurveGoldens: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        struct ROC: Decodable, Sendable { var falsePositiveRate, truePositiveRate, thresholds: [Double] }
        struct PrecisionRecall: Decodable, Sendable { var recall, precision, thresholds: [Double] }
        var name: String
        var probabilities: [Double]
        var labels: [Double]
        var count: Int
        var roc: ROC
        var precisionRecall: PrecisionRecall
        /// Count, mean probability, share of positives.
        var equalWidth, equalMass: [[Double]]
        var equalWidthECE, equalMassECE: Double
        var testDescription: String { name }
        var floats: [Float] { probabilities.map { Float($0) } }
    }
    var cases: [Case]
    static let all = try! Golden.load("curves", as: CurveGoldens.self).cases
}

private func near(_ a: [Double], _ b: [Double], _ tolerance: Double = 1e-12) -> Bool {
    a.count == b.count && zip(a, b).allSatisfy { isNear($0, $1, tolerance: tolerance) }
}

@Suite struct CurveTests {
    @Test(arguments: CurveGoldens.all)
    fileprivate func `the ROC curve is scikit-learn's`(golden: CurveGoldens.Case) {
        let points = RankingCurves.roc(probabilities: golden.floats, labels: golden.labels)
        #expect(near(points.map(\.falsePositiveRate), golden.roc.falsePositiveRate))
        #expect(near(points.map(\.truePositiveRate), golden.roc.truePositiveRate))
        #expect(points.dropFirst().map(\.threshold) == golden.roc.thresholds)
        #expect(points.first?.threshold == .infinity)
    }

    @Test(arguments: CurveGoldens.all)
    fileprivate func `the precision–recall curve is scikit-learn's, in the other order`(golden: CurveGoldens.Case) {
        let points = RankingCurves.precisionRecall(probabilities: golden.floats, labels: golden.labels)
        #expect(near(points.map(\.recall), golden.precisionRecall.recall))
        #expect(near(points.map(\.precision), golden.precisionRecall.precision))
        #expect(points.dropFirst().map(\.threshold) == golden.precisionRecall.thresholds)
    }

    @Test(arguments: CurveGoldens.all)
    fileprivate func `the curves enclose the metrics`(golden: CurveGoldens.Case) throws {
        let roc = RankingCurves.roc(probabilities: golden.floats, labels: golden.labels)
        let area = zip(roc, roc.dropFirst()).reduce(0.0) { sum, pair in
            sum + (pair.1.falsePositiveRate - pair.0.falsePositiveRate) * (pair.0.truePositiveRate + pair.1.truePositiveRate) / 2
        }
        let steps = RankingCurves.precisionRecall(probabilities: golden.floats, labels: golden.labels)
        let average = zip(steps, steps.dropFirst()).reduce(0.0) { $0 + ($1.1.recall - $1.0.recall) * $1.1.precision }
        let ranking = Ranking(scores: golden.floats, labels: golden.labels)
        #expect(isNear(area, try #require(ranking.auroc.number)))
        #expect(isNear(average, try #require(ranking.averagePrecision.number)))
    }

    @Test(arguments: CurveGoldens.all, Reliability.Kind.allCases)
    fileprivate func `reliability bins and their error are numpy's`(golden: CurveGoldens.Case, kind: Reliability.Kind) {
        let bins = Reliability.bins(probabilities: golden.floats, labels: golden.labels, count: golden.count, kind: kind)
        let expected = kind == .equalMass ? golden.equalMass : golden.equalWidth
        #expect(bins.map { Double($0.count) } == expected.map { $0[0] })
        #expect(near(bins.map(\.meanProbability), expected.map { $0[1] }))
        #expect(near(bins.map(\.observedShare), expected.map { $0[2] }))
        let error = kind == .equalMass ? golden.equalMassECE : golden.equalWidthECE
        #expect(isNear(Reliability.expectedCalibrationError(bins), error))
        for bin in bins { #expect(bin.lower <= bin.meanProbability && bin.meanProbability <= bin.upper + 1e-12) }
    }

    @Test func `with one class, without a slot and with a NaN there is no curve`() {
        #expect(RankingCurves.roc(probabilities: [0.1, 0.9], labels: [1, 1]).isEmpty)
        #expect(RankingCurves.precisionRecall(probabilities: [0.1, 0.9], labels: [0, 0]).isEmpty)
        #expect(RankingCurves.roc(probabilities: [], labels: []).isEmpty)
        #expect(RankingCurves.roc(probabilities: [0.1, .nan], labels: [1, 0]).isEmpty)
        #expect(Reliability.bins(probabilities: [], labels: [], kind: .equalMass).isEmpty)
    }
}
