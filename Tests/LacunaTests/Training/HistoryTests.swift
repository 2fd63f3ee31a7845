@testable import Lacuna
import TestSupport
import Testing

@Suite struct HistoryTests {
    private let train: Dataset
    private let valid: Dataset

    init() throws {
        var random = SeededGenerator(seed: 131)
        let problem = Problem.random(rows: 50, objectives: .everyKind, weighted: true, using: &random)
        train = try problem.selecting(rows: Array(0..<30)).dataset()
        valid = try problem.selecting(rows: Array(30..<50)).dataset()
    }

    @Test(arguments: [Reduction.observed, .slots], Total.allCases)
    func `an epoch records losses, observed slots, metrics and rate of every objective`(reduction: Reduction, total: Total) throws {
        let model = try Model(features: 4, encoder: .dense(6), objectives: train.objectives, threads: 1)
        let history = try model.fit(
            train, validation: valid,
            TrainingSettings {
                $0.epochs = 3
                $0.batchSize = 7
                $0.reduction = reduction
                $0.total = total
                $0.schedule = .linear
                $0.learningRate = 0.01
            })
        #expect(history.epochs.map(\.epoch) == [1, 2, 3])
        let last = history.epochs[2], evaluation = try model.evaluate(valid)
        let loss = try #require(evaluation.loss)
        let labelled = (0..<30).filter { row in
            let table = train.labels
            return (train.rowWeights?[row] ?? 1) > 0
                && (table.rowStarts[row]..<table.rowStarts[row + 1]).contains { (table.slotWeights?[$0] ?? 1) > 0 }
        }.count
        #expect(last.rows == labelled && last.steps == (labelled + 6) / 7)
        let steps = Double(3 * last.steps)
        #expect(isClose(last.learningRate, 0.01 * (1 - (steps - 1) / steps)))
        var whole = 0.0, weights = 0.0
        for (index, objective) in train.objectives.enumerated() {
            let record = last.objectives[index], result = evaluation.objectives[index]
            #expect(record.name == objective.name)
            #expect(record.validationObserved == result.scores.observed)
            for entry in result.scores.entries { #expect(record.validation[entry.metric.rawValue] == entry.score.number) }
            whole += Double(objective.weight) * (try #require(record.trainingLoss))
            weights += Double(objective.weight)
            if reduction == .observed { #expect(record.validationLoss == result.loss) }
        }
        #expect(isClose(last.trainingLoss, total == .sum ? whole : whole / weights, relative: 1e-12))
        #expect(last.monitored == evaluation.macroMain)
        if reduction == .observed {
            #expect(isClose(try #require(last.validationLoss), total == .sum ? loss : loss / weights, relative: 1e-12))
        }
        // Every observed slot of positive weight counts once an epoch.
        let table = try TargetTable(train.labels, rowWeights: train.rowWeights, scaling: model.slotScaling)
        #expect(last.objectives.reduce(0) { $0 + $1.observed } == table.targets.count)
        #expect(last.seconds > 0 && (history.stepMicroseconds ?? 0) > 0 && (history.rowsPerSecond ?? 0) > 0)
    }

    @Test func `training losses are the mean over observed slots of the weights of the moment`() throws {
        let model = try Model(features: 4, encoder: .dense(6), objectives: train.objectives, threads: 1)
        let settings = TrainingSettings { $0.epochs = 1; $0.batchSize = 64; $0.learningRate = 1e-12 }
        let first = try model.fit(train, settings).epochs[0]
        // With one batch and no motion to speak of, training and evaluation see the same network.
        let evaluation = try model.evaluate(train)
        for (record, result) in zip(first.objectives, evaluation.objectives) {
            #expect(isClose(try #require(record.trainingLoss), try #require(result.loss), relative: 1e-5))
        }
    }

    @Test func `without a validation part there is no validation to record`() throws {
        let model = try Model(features: 4, encoder: .dense(6), objectives: train.objectives, threads: 1)
        let epoch = try model.fit(train, epochs: 1).epochs[0]
        #expect(epoch.validationLoss == nil && epoch.monitored == nil)
        #expect(epoch.objectives.allSatisfy { $0.validationLoss == nil && $0.validation.isEmpty && $0.validationObserved == 0 })
    }

    @Test func `callbacks hear of every step and epoch, and may stop the run after either`() throws {
        func run(_ callbacks: Callbacks) throws -> History {
            let model = try Model(features: 4, encoder: .dense(4), objectives: train.objectives, threads: 1)
            return try model.fit(train, TrainingSettings { $0.epochs = 3; $0.batchSize = 10; $0.unlabelled = .keep }, callbacks: callbacks)
        }
        var heard: [[Int]] = [], epochs: [Int] = []
        _ = try run(
            Callbacks(
                afterStep: {
                    heard.append([$0.epoch, $0.epochs, $0.step, $0.steps, $0.rows])
                    #expect($0.loss.isFinite && $0.loss > 0)
                    return .proceed
                },
                afterEpoch: {
                    epochs.append($0.epoch)
                    return .proceed
                }))
        #expect(heard == (1...3).flatMap { epoch in (1...3).map { [epoch, 3, $0, 3, $0 * 10] } })
        #expect(epochs == [1, 2, 3])
        let byStep = try run(Callbacks(afterStep: { $0.epoch == 2 && $0.step == 2 ? .stop : .proceed }))
        #expect(byStep.ending == .interrupted && byStep.epochs.count == 1)
        let byEpoch = try run(Callbacks(afterEpoch: { $0.epoch == 2 ? .stop : .proceed }))
        #expect(byEpoch.ending == .interrupted && byEpoch.epochs.count == 2)
        let atTheEnd = try run(Callbacks(afterEpoch: { $0.epoch == 3 ? .stop : .proceed }))
        #expect(atTheEnd.ending == .allEpochs)
    }

    @Test func `an objective without training labels is an error that names it, and so are no labels at all`() throws {
        var random = SeededGenerator(seed: 132)
        var problem = Problem.random(rows: 6, objectives: [.binary("tumor"), .regression("size")], using: &random)
        let model = try Model(features: 4, encoder: .dense(4), objectives: problem.objectives, threads: 1)
        problem.masks[1] = Array(repeating: false, count: 6)
        #expect(throws: TrainingError.nothingObserved(objective: "size")) { try model.fit(problem.dataset(), epochs: 1) }
        problem.masks[0] = problem.masks[1]
        #expect(throws: TrainingError.nothingToLearn) { try model.fit(problem.dataset(), epochs: 1) }
        #expect(throws: TrainingError.nothingToLearn) {
            try model.fit(problem.selecting(rows: []).dataset(), epochs: 1)
        }
    }

    @Test func `a data set of other objectives is refused`() throws {
        let model = try Model(features: 4, encoder: .dense(4), objectives: [.binary("tumor")])
        let error = #expect(throws: DataError.self) { try model.fit(train, epochs: 1) }
        #expect(error?.problem == "the data set's objectives are not the model's")
        #expect(throws: DataError.self) { try model.evaluate(train) }
    }
}
