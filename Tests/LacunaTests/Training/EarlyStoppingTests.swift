@testable import Lacuna
import TestSupport
import Testing

@Suite struct EarlyStoppingTests {
    @Test func `patience counts epochs since the best, and equal is not better`() {
        var stopping = EarlyStopping(patience: 2, isBetterHigher: true)
        let better = [0.5, 0.6, 0.6, 0.7, nil, .nan].enumerated().map { stopping.observe($1, epoch: $0 + 1) }
        #expect(better == [true, true, false, true, false, false])
        #expect(stopping.best == 0.7 && stopping.bestEpoch == 4 && stopping.isExhausted)
        var lower = EarlyStopping(patience: nil, isBetterHigher: false)
        #expect([3.0, 2, 4].enumerated().map { lower.observe($1, epoch: $0 + 1) } == [true, true, false])
        #expect(!lower.isExhausted)
    }

    /// Labels that are noise: the training part is learnt by heart, the validation part gets worse.
    private func noise() throws -> (train: Dataset, valid: Dataset) {
        var random = SeededGenerator(seed: 121)
        var problem = Problem.random(rows: 60, objectives: .everyKind, coverage: 0.7, using: &random)
        for index in problem.labels.indices { problem.labels[index].shuffle(using: &random) }
        return try (
            problem.selecting(rows: Array(0..<30)).dataset(), problem.selecting(rows: Array(30..<60)).dataset())
    }

    @Test(arguments: [Monitor.loss, .macro, .metric(objective: "size", .mae), .metric(objective: "tumor", .auroc)])
    func `the final weights are those of the best epoch, and the run ends when patience does`(monitor: Monitor) throws {
        let (train, valid) = try noise()
        let model = try Model(
            features: 4, encoder: EncoderSpec([16], norm: .batch), objectives: train.objectives, threads: 1)
        var weights: [[NamedTensor]] = []
        let history = try model.fit(
            train, validation: valid,
            TrainingSettings {
                $0.epochs = 60
                $0.batchSize = 8
                $0.learningRate = 0.02
                $0.earlyStopping = 3
                $0.monitor = monitor
                $0.reduction = .observed
            },
            callbacks: Callbacks(afterEpoch: { _ in
                weights.append(model.engine.weights)
                return .proceed
            }))
        let best = try #require(history.bestEpoch)
        #expect(history.ending == .earlyStopping)
        #expect(history.epochs.count == best + 3)
        #expect(model.engine.weights == weights[best - 1])
        let values = history.epochs.compactMap(\.monitored)
        #expect(values[best - 1] == (monitor.isBetterHigher ? values.max() : values.min()))
        #expect(monitor.value(in: try model.evaluate(valid)).number == values[best - 1])
    }

    @Test func `without patience all epochs are trained and the last weights stay, the best epoch being told`() throws {
        let (train, valid) = try noise()
        let model = try Model(features: 4, encoder: .dense(16), objectives: train.objectives, threads: 1)
        var last: [NamedTensor] = []
        let history = try model.fit(
            train, validation: valid, TrainingSettings { $0.epochs = 12; $0.learningRate = 0.02 },
            callbacks: Callbacks(afterEpoch: { _ in
                last = model.engine.weights
                return .proceed
            }))
        #expect(history.ending == .allEpochs && history.epochs.count == 12)
        #expect(model.engine.weights == last)
        #expect(history.bestEpoch != nil)
    }

    @Test func `no validation part, or a monitor that is undefined, is an error before anything is trained`() throws {
        var random = SeededGenerator(seed: 122)
        let problem = Problem.random(
            rows: 20, objectives: [.binary("tumor"), .regression("size")], coverage: 1, using: &random)
        let train = try problem.dataset()
        var oneClass = problem
        oneClass.labels = [Array(repeating: 1, count: 20), Array(repeating: 2, count: 20)]
        var unlabelled = problem
        unlabelled.masks = [Array(repeating: false, count: 20), Array(repeating: false, count: 20)]
        let cases: [(Dataset?, Monitor, TrainingError)] = [
            (nil, .macro, .noValidation(monitor: "macro")),
            (train.selecting(rows: []), .loss, .noValidation(monitor: "loss")),
            (
                try oneClass.dataset(), .metric(objective: "tumor", .auroc),
                .undefinedMonitor(monitor: "tumor.auroc", reason: "only one class among the observed labels")
            ),
            (
                try oneClass.dataset(), .macro,
                .undefinedMonitor(monitor: "macro", reason: "no objective's main metric is defined")
            ),
            (try unlabelled.dataset(), .loss, .undefinedMonitor(monitor: "loss", reason: "no label is observed")),
            (
                train, .metric(objective: "nobody", .auroc),
                .undefinedMonitor(monitor: "nobody.auroc", reason: "no objective is named 'nobody'")
            ),
            (
                train, .metric(objective: "size", .auroc),
                .undefinedMonitor(monitor: "size.auroc", reason: "a regression objective has no auroc")
            ),
        ]
        let model = try Model(features: 4, encoder: .dense(3), objectives: problem.objectives, threads: 1)
        try model.fit(train, epochs: 1)
        let weights = model.engine.weights, predictions = try model.predict(train.features)
        // Other numbers than those the model was trained on: its scaling must survive the refusal.
        var shifted = problem
        shifted.labels[1] = shifted.labels[1].map { $0 * 100 }
        for (validation, monitor, expected) in cases {
            let error = #expect(throws: TrainingError.self) {
                try model.fit(
                    shifted.dataset(), validation: validation,
                    TrainingSettings { $0.earlyStopping = 2; $0.monitor = monitor })
            }
            #expect(error == expected)
            #expect(model.engine.weights == weights)
            #expect(try model.predict(train.features) == predictions)
        }
    }

    @Test func `a monitor is read and written as flags say it`() {
        for monitor in [Monitor.loss, .macro, .metric(objective: "a.b", .auroc), .metric(objective: "x", .rmse)] {
            #expect(Monitor(monitor.text) == monitor)
        }
        #expect(Monitor("a.b.auroc") == .metric(objective: "a.b", .auroc))
        #expect(Monitor("tumor.nothing") == nil && Monitor("tumor") == nil)
    }
}
