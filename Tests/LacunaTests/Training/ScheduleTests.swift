@testable import Lacuna
import TestSupport
import Testing

@Suite struct ScheduleTests {
    private func schedule(_ name: String) -> Schedule {
        switch name {
        case "cosine": .cosine
        case "linear": .linear
        case "step": .step(epochs: 2, factor: 1 / 3.0)
        default: .constant
        }
    }

    @Test func `factors are those of PyTorch's schedulers`() {
        for golden in OptimizerGoldens.all.schedules {
            for (step, expected) in golden.factors.enumerated() {
                let factor = schedule(golden.name).factor(
                    step: step, of: golden.factors.count, stepsPerEpoch: 6, warmup: golden.warmup)
                #expect(isClose(factor, expected, relative: 1e-9, absolute: 1e-12), "\(golden.name), step \(step)")
            }
        }
    }

    @Test func `by hand: warm-up rises in a straight line, then the schedule runs from 1`() {
        func factors(_ schedule: Schedule) -> [Double] {
            (0..<6).map { schedule.factor(step: $0, of: 6, stepsPerEpoch: 2, warmup: 2) }
        }
        #expect(factors(.constant) == [0.5, 1, 1, 1, 1, 1])
        #expect(factors(.linear) == [0.5, 1, 1, 0.75, 0.5, 0.25])
        #expect(factors(.step(epochs: 1, factor: 0.5)) == [0.5, 1, 0.5, 0.5, 0.25, 0.25])
        for (a, b) in zip(factors(.cosine), [0.5, 1, 1, 0.8535533906, 0.5, 0.1464466094]) { #expect(isClose(a, b, relative: 1e-9)) }
        #expect(Schedule.cosine.factor(step: 0, of: 1, stepsPerEpoch: 1, warmup: 5) == 0.2)
    }

    @Test func `the rate of the schedule is the rate that moves the weights`() throws {
        var random = SeededGenerator(seed: 111)
        let data = try Problem.random(rows: 6, objectives: [.regression("size")], coverage: 1, using: &random).dataset()
        func moved(_ schedule: Schedule, warmup: Int) throws -> Float {
            let model = try Model(features: 4, encoder: .dense(3), objectives: data.objectives, threads: 1)
            let before = model.weights
            try model.fit(
                data,
                TrainingSettings {
                    $0.epochs = 1
                    $0.optimizer = .sgd()
                    $0.schedule = schedule
                    $0.warmup = warmup
                })
            return distance(before, model.weights)
        }
        let full = try moved(.constant, warmup: 0), fifth = try moved(.constant, warmup: 5)
        #expect(isClose(Double(fifth), Double(full) / 5, relative: 1e-3))
    }

    @Test func `settings out of range are named`() {
        func problem(_ change: (inout TrainingSettings) -> Void) -> String? {
            do { try TrainingSettings(change).validate(norm: .none) } catch { return error.problem }
            return nil
        }
        #expect(problem { _ in } == nil)
        #expect(problem { $0.epochs = 0 } == "epochs is 0; it is 1 or more")
        #expect(problem { $0.batchSize = -1 } == "batch size is -1; it is 1 or more")
        #expect(problem { $0.microBatch = 64 } == "micro-batch is 64, larger than the batch of 32")
        #expect(problem { $0.learningRate = 0 } == "learning rate is 0.0; it is above 0")
        #expect(problem { $0.learningRate = .nan } == "learning rate is nan; it is above 0")
        #expect(problem { $0.weightDecay = -1 } == "weight decay is -1.0; it is 0 or more")
        #expect(problem { $0.clip = 0 } == "clip is 0.0; it is above 0")
        #expect(problem { $0.warmup = -1 } == "warm-up is -1 steps; it is 0 or more")
        #expect(problem { $0.earlyStopping = 0 } == "early stopping's patience is 0; it is 1 or more")
        #expect(problem { $0.optimizer = .adam(beta1: 1) } == "beta1 is 1.0; it lies in 0 ..< 1")
        #expect(problem { $0.optimizer = .adamW(epsilon: 0) } == "epsilon is 0.0; it is above 0")
        #expect(problem { $0.optimizer = .sgd(momentum: 1) } == "momentum is 1.0; it lies in 0 ..< 1")
        #expect(problem { $0.optimizer = .sgd(nesterov: true) } == "nesterov needs momentum")
        #expect(problem { $0.schedule = .step(epochs: 0, factor: 0.1) } == "schedule step has epochs 0; it is 1 or more")
        #expect(problem { $0.schedule = .step(epochs: 1, factor: 2) } == "schedule step has factor 2.0; it lies in 0 ... 1, above 0")
    }
}
