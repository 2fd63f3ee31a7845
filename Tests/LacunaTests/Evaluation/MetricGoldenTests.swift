import Lacuna
import Testing

@Suite struct MetricGoldenTests {
    @Test func `goldens name the versions that made them`() {
        #expect(MetricGoldens.all.versions["scikit-learn"] == "1.9.1")
        #expect(MetricGoldens.all.versions.keys.sorted() == ["numpy", "python", "scikit-learn", "scipy"])
    }

    @Test(arguments: MetricGoldens.all.binary)
    func `binary scores equal scikit-learn's`(golden: MetricGoldens.Binary) throws {
        let scores = Scores.binary(probabilities: golden.probabilities.map(Float.init), labels: golden.labels)
        #expect(scores.observed == golden.labels.count)
        #expect(scores.entries.map(\.metric) == Metric.all(for: .binary))
        #expect(golden.expected.count == scores.entries.count)
        expect(scores, near: golden.expected, golden.name)
        let logLoss = try #require(scores[.logLoss]?.number)
        #expect(isNear(logLoss, golden.logLossFloat32, tolerance: 2e-6), "as float32 sums it")
    }

    @Test(arguments: MetricGoldens.all.categorical)
    func `categorical scores equal scikit-learn's`(golden: MetricGoldens.Categorical) throws {
        let scores = Scores.categorical(
            probabilities: golden.probabilities.map(Float.init), classes: golden.classes, labels: golden.labels)
        #expect(scores.observed == golden.labels.count)
        #expect(scores.entries.map(\.metric) == Metric.all(for: .categorical))
        #expect(golden.expected.count == scores.entries.count)
        expect(scores, near: golden.expected, golden.name)
        let logLoss = try #require(scores[.logLoss]?.number)
        #expect(isNear(logLoss, golden.logLossFloat32, tolerance: 2e-6), "as float32 sums it")
    }

    @Test(arguments: MetricGoldens.all.regression)
    func `regression scores equal scikit-learn's`(golden: MetricGoldens.Regression) {
        let scores = Scores.regression(predictions: golden.predictions.map(Float.init), targets: golden.targets)
        #expect(scores.observed == golden.targets.count)
        #expect(scores.entries.map(\.metric) == Metric.all(for: .regression))
        #expect(golden.expected.count == scores.entries.count)
        expect(scores, near: golden.expected, golden.name)
    }

    @Test(arguments: MetricGoldens.all.ordinal)
    func `ordinal scores equal scikit-learn's`(golden: MetricGoldens.Ordinal) {
        let scores = Scores.ordinal(predictions: golden.predictions, labels: golden.labels, levels: golden.levels)
        #expect(scores.observed == golden.labels.count)
        // The others ask the levels' probabilities.
        #expect(scores.entries.map(\.metric) == Array(Metric.all(for: .ordinal).prefix(4)))
        #expect(golden.expected.count == scores.entries.count)
        expect(scores, near: golden.expected, golden.name)
    }

    @Test(arguments: MetricGoldens.all.multilabel)
    func `a multilabel objective without gaps equals scikit-learn's macro average`(golden: MetricGoldens.Multilabel) {
        let labels = (0..<golden.width).map { label in
            let slots = stride(from: label, to: golden.labels.count, by: golden.width)
            return Scores.binary(
                probabilities: slots.map { Float(golden.probabilities[$0]) }, labels: slots.map { golden.labels[$0] })
        }
        let scores = Scores.multilabel(labels)
        #expect(scores.observed == golden.labels.count)
        #expect(scores.entries.map(\.metric) == Metric.all(for: .multilabel))
        expect(scores, near: golden.expected, golden.name)
    }
}
