import Foundation
@testable import Lacuna
import TestSupport
import Testing

/// Promise 5: a resumed run equals one that was never interrupted, byte for byte.
@Suite struct ResumeTests {
    /// A run that exercises one part of the state more than others.
    struct Plan: Sendable, CustomTestStringConvertible {
        var testDescription: String
        var encoder: EncoderSpec
        var change: @Sendable (inout TrainingSettings) -> Void
    }

    static let plans: [Plan] = [
        Plan(testDescription: "adam, dropout, cosine with warm-up, micro-batches", encoder: EncoderSpec([6], dropout: 0.3)) {
            $0.schedule = .cosine
            $0.warmup = 4
            $0.microBatch = 3
        },
        Plan(testDescription: "adamw, layer norm, step schedule, clipping", encoder: EncoderSpec([6], activation: .gelu, norm: .layer)) {
            $0.optimizer = .adamW()
            $0.schedule = .step(epochs: 2, factor: 0.5)
            $0.clip = 1
        },
        Plan(testDescription: "nesterov, batch norm, idle heads that move", encoder: EncoderSpec([6], activation: .tanh, norm: .batch)) {
            $0.optimizer = .sgd(momentum: 0.9, nesterov: true)
            $0.idleHeads = .move
        },
        Plan(testDescription: "early stopping, batch norm and dropout", encoder: EncoderSpec([12], dropout: 0.1, norm: .batch)) {
            $0.learningRate = 0.05
            $0.earlyStopping = 2
            $0.monitor = .loss
        },
        Plan(testDescription: "uncertainty with clipping and momentum", encoder: EncoderSpec([6], dropout: 0.1)) {
            $0.optimizer = .sgd(momentum: 0.9)
            $0.learningRate = 0.02
            $0.clip = 1
            $0.balancing = .uncertainty
        },
        Plan(testDescription: "dwa with frozen heads", encoder: EncoderSpec([12], norm: .batch)) {
            $0.learningRate = 0.05
            $0.earlyStopping = 1
            $0.freezeHeads = .best
            $0.balancing = .dwa
        },
        Plan(testDescription: "random weights, micro-batches", encoder: EncoderSpec([6])) {
            $0.microBatch = 4
            $0.balancing = .rlw
        },
    ]

    private let train: Dataset
    private let valid: Dataset

    init() throws {
        var random = SeededGenerator(seed: 171)
        // Few labels, so that outputs differ in their step counts.
        let problem = Problem.random(rows: 44, objectives: .everyKindWithTowers, coverage: 0.2, weighted: true, using: &random)
        train = try problem.selecting(rows: Array(0..<26)).dataset()
        valid = try problem.selecting(rows: [0, 1] + Array(26..<44)).dataset()
    }

    private struct Outcome: Equatable {
        var model: [NamedTensor]
        var state: TrainingState?
        var history: History
    }

    /// A new model, as a new process would make it: its first weights must not matter once there is a checkpoint.
    private func run(
        _ plan: Plan, in folder: String, seed: UInt64 = 1, _ callbacks: Callbacks = Callbacks(),
        clock: ManualClock? = nil, change: (inout TrainingSettings) -> Void = { _ in }
    ) throws -> Outcome {
        let model = try Model(features: 4, encoder: plan.encoder, objectives: train.objectives, seed: seed, threads: 1)
        var settings = TrainingSettings {
            $0.epochs = 4
            $0.batchSize = 6
        }
        plan.change(&settings)
        change(&settings)
        let history = try model.fit(
            train, validation: valid, settings, callbacks: callbacks,
            checkpoints: clock?.store(folder) ?? CheckpointStore(folder: folder), resume: true)
        return Outcome(model: model.engine.weights, state: try state(folder), history: history.untimed)
    }

    /// The newest checkpoint, without times.
    private func state(_ folder: String) throws -> TrainingState? {
        var state = try CheckpointStore(folder: folder).load()
        state?.facts.secondsInEpoch = 0
        if let history = state?.facts.history.untimed { state?.facts.history = history }
        return state
    }

    @Test(arguments: plans)
    func `resuming after every epoch equals never having stopped`(plan: Plan) throws {
        try withTemporaryFolder { folder in
            let whole = try run(plan, in: "\(folder)/whole")
            for epoch in 1..<whole.history.epochs.count {
                let part = "\(folder)/\(epoch)"
                let stopped = try run(plan, in: part, Callbacks(afterEpoch: { $0.epoch == epoch ? .stop : .proceed }))
                #expect(stopped.history.ending == .interrupted && stopped.history.epochs.count == epoch)
                #expect(try run(plan, in: part, seed: 77) == whole, "epoch \(epoch)")
            }
        }
    }

    @Test(arguments: plans, [0, 1.5])
    func `a run killed between two checkpoints goes on from the older one and equals one never stopped`(
        plan: Plan, seconds: Double
    ) throws {
        try withTemporaryFolder { folder in
            // What kills in the second epoch, the third, … find. Its time goes by in the callback before an epoch's save.
            let clock = ManualClock(), own = "\(folder)/whole"
            var killed: [(folder: String, epochs: Int)] = []
            let whole = try run(
                plan, in: own,
                Callbacks(afterEpoch: { epoch in
                    let copy = "\(folder)/\(epoch.epoch)"
                    if (try? FileManager.default.copyItem(atPath: own, toPath: copy)) != nil {
                        let saved = try? CheckpointStore(folder: copy).load()
                        killed.append((copy, saved?.facts.epochsDone ?? 0))
                    }
                    clock.pass(seconds)
                    return .proceed
                }), clock: clock)
            let last = whole.history.epochs.count
            let saved = seconds == 0 ? [1, 1, 1] : [1, 1, 3]
            try #require(killed.map(\.epochs) == Array(saved.prefix(last - 1)))
            for kill in killed { #expect(try run(plan, in: kill.folder, seed: 77) == whole, "\(kill)") }
        }
    }

    @Test(arguments: plans)
    func `resuming from the middle of an epoch, again and again, equals never having stopped`(plan: Plan) throws {
        try withTemporaryFolder { folder in
            let whole = try run(plan, in: "\(folder)/whole")
            // Every process does two steps and is told to stop.
            var runs = 0, last: Outcome
            repeat {
                var steps = 0
                last = try run(
                    plan, in: "\(folder)/part", seed: UInt64(runs + 1) + (runs > 0 ? 50 : 0),
                    Callbacks(afterStep: { _ in
                        steps += 1
                        return steps == 2 ? .stop : .proceed
                    }))
                runs += 1
            } while last.history.ending == .interrupted && runs < 100
            #expect(runs > 4)
            #expect(last == whole)
            let names = ["last.safetensors", "optimizer.safetensors"]
            for name in names { #expect(try newest("\(folder)/whole", name) == newest("\(folder)/part", name)) }
        }
    }

    private func newest(_ folder: String, _ file: String) throws -> [UInt8] {
        let name = try #require(FileSystem.names(in: folder).last { $0.hasPrefix("epoch-") })
        return try bytes(of: "\(folder)/\(name)/\(file)")
    }

    @Test(arguments: plans)
    func `resuming a finished run changes nothing`(plan: Plan) throws {
        try withTemporaryFolder { folder in
            let whole = try run(plan, in: folder)
            let before = files(in: folder).map { "\(folder)/\($0)" }
            let contents = try before.map(bytes)
            #expect(try run(plan, in: folder, seed: 5) == whole)
            #expect(files(in: folder).map { "\(folder)/\($0)" } == before)
            #expect(try before.map(bytes) == contents)
        }
    }

    @Test func `resuming where there is no checkpoint begins at the beginning`() throws {
        try withTemporaryFolder { folder in
            let whole = try run(Self.plans[0], in: "\(folder)/whole")
            try FileManager.default.createDirectory(atPath: "\(folder)/empty", withIntermediateDirectories: true)
            #expect(try run(Self.plans[0], in: "\(folder)/empty") == whole)
            #expect(try run(Self.plans[0], in: "\(folder)/not/yet/there") == whole)
        }
    }

    @Test func `a changed setting is an error that names it, with both values`() throws {
        try withTemporaryFolder { folder in
            _ = try run(Self.plans[1], in: folder, Callbacks(afterEpoch: { _ in .stop }))
            func changed(_ change: (inout TrainingSettings) -> Void) -> TrainingError? {
                do { _ = try run(Self.plans[1], in: folder, change: change) } catch { return error as? TrainingError }
                return nil
            }
            #expect(changed { $0.batchSize = 7 } == .changed(setting: "batchSize", was: "6", now: "7"))
            #expect(changed { $0.learningRate = 0.5 } == .changed(setting: "learningRate", was: "0.001", now: "0.5"))
            #expect(changed { $0.seed = 3 } == .changed(setting: "seed", was: "0", now: "3"))
            #expect(changed { $0.epochs = 9 } == .changed(setting: "epochs", was: "4", now: "9"))
            #expect(changed { $0.clip = nil } == .changed(setting: "clip", was: "1.0", now: "none"))
            #expect(changed { $0.reduction = .slots } == .changed(setting: "reduction", was: "observed", now: "slots"))
            #expect(changed { $0.total = .average } == .changed(setting: "total", was: "sum", now: "average"))
            #expect(changed { $0.idleHeads = .move } == .changed(setting: "idleHeads", was: "still", now: "move"))
            #expect(changed { $0.weightDecay = 0 } == .changed(setting: "weightDecay", was: "0.004", now: "0.0"))
            #expect(changed { $0.warmup = 1 } == .changed(setting: "warmup", was: "0", now: "1"))
            #expect(changed { $0.microBatch = 2 } == .changed(setting: "microBatch", was: "none", now: "2"))
            #expect(changed { $0.earlyStopping = 2 } == .changed(setting: "earlyStopping", was: "none", now: "2"))
            #expect(changed { $0.balancing = .coverage(exponent: 0.5) } == .changed(setting: "balance", was: "static", now: "coverage:0.5"))
            #expect(
                changed { $0.earlyStopping = 2; $0.freezeHeads = .best } == .changed(setting: "earlyStopping", was: "none", now: "2"))
            #expect(changed { $0.monitor = .loss } == .changed(setting: "monitor", was: "macro", now: "loss"))
            #expect(changed { $0.optimizer = .adamW(beta1: 0.8) } != nil && changed { $0.schedule = .linear } != nil)
            #expect(changed { $0.unlabelled = .keep } != nil)
            #expect(
                "\(TrainingError.changed(setting: "seed", was: "0", now: "3"))"
                    == "the run to resume has seed 0, this one 3; resume with seed 0, or start anew in another folder")
        }
    }

    @Test func `another model or other data is an error too`() throws {
        try withTemporaryFolder { folder in
            let plan = Self.plans[1]
            _ = try run(plan, in: folder, Callbacks(afterEpoch: { _ in .stop }))
            func fails(_ objectives: [Objective], _ encoder: EncoderSpec, _ data: Dataset) -> Bool {
                do {
                    let model = try Model(features: 4, encoder: encoder, objectives: objectives, threads: 1)
                    var settings = TrainingSettings {
                        $0.epochs = 4
                        $0.batchSize = 6
                    }
                    plan.change(&settings)
                    try model.fit(data, validation: valid, settings, checkpoints: CheckpointStore(folder: folder), resume: true)
                    return false
                } catch { return error is TrainingError }
            }
            var heavier = train.objectives
            heavier[0].weight = 3
            #expect(fails(heavier, plan.encoder, train))
            #expect(fails(train.objectives, EncoderSpec([7], activation: .gelu, norm: .layer), train))
            #expect(fails(train.objectives, plan.encoder, train.selecting(rows: Array(0..<25))))
            #expect(!fails(train.objectives, plan.encoder, train))
        }
    }

    @Test func `facts of the caller's own, such as a file's digest, have to be equal too`() throws {
        try withTemporaryFolder { folder in
            func fit(_ identity: [String: String]) throws {
                let model = try Model(features: 4, encoder: .dense(3), objectives: train.objectives, threads: 1)
                try model.fit(
                    train, TrainingSettings { $0.epochs = 1 }, checkpoints: CheckpointStore(folder: folder), resume: true,
                    identity: identity)
            }
            try fit(["digest of train.csv": "a1"])
            try fit(["digest of train.csv": "a1"])
            #expect(throws: TrainingError.changed(setting: "digest of train.csv", was: "a1", now: "b2")) {
                try fit(["digest of train.csv": "b2"])
            }
            #expect(throws: TrainingError.changed(setting: "digest of train.csv", was: "a1", now: "none")) { try fit([:]) }
        }
    }
}
