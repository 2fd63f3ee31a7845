import Foundation
@testable import Lacuna
import TestSupport
import Testing

/// A time that passes only when it is told to.
final class ManualClock {
    var time = ContinuousClock.now
    func pass(_ seconds: Double) { time += .seconds(seconds) }
    func store(_ folder: String) -> CheckpointStore { CheckpointStore(folder: folder, now: { self.time }) }
}

/// A crash at any instant leaves the last good checkpoint readable.
@Suite struct CheckpointStoreTests {
    private let data: Dataset
    private let settings = TrainingSettings {
        $0.epochs = 4
        $0.batchSize = 8
        $0.earlyStopping = 4
        $0.monitor = .loss
    }

    init() throws {
        var random = SeededGenerator(seed: 181)
        data = try Problem.random(rows: 20, objectives: .everyKindWithTowers, using: &random).dataset()
    }

    /// - Parameter seconds: that each epoch takes.
    private func train(
        _ folder: String, seconds: Double = 3, stopAfter: Int? = nil, keep: ((Int) -> Void)? = nil
    ) throws -> Model {
        let clock = ManualClock()
        let model = try Model(features: 4, encoder: .dense(5), objectives: data.objectives, threads: 1)
        try model.fit(
            data, validation: data, settings,
            callbacks: Callbacks(afterEpoch: {
                keep?($0.epoch)
                clock.pass(seconds)
                return $0.epoch == stopAfter ? .stop : .proceed
            }), checkpoints: clock.store(folder), resume: true)
        return model
    }

    private func checkpoints(_ folder: String) -> [String] { FileSystem.names(in: folder) }

    /// A folder with the checkpoints of epochs 1 and 2, as a kill between writing one and removing the other leaves it.
    private func twoCheckpoints(_ folder: String) throws {
        // Epochs of three seconds: each is saved, and synced.
        let first = "epoch-000001-step-000000"
        _ = try train(folder, stopAfter: 2) { epoch in
            guard epoch == 2 else { return }
            try? FileManager.default.copyItem(atPath: "\(folder)/\(first)", toPath: "\(folder)-aside")
        }
        if !FileSystem.exists("\(folder)/\(first)") {
            try FileManager.default.copyItem(atPath: "\(folder)-aside", toPath: "\(folder)/\(first)")
        }
        try #require(checkpoints(folder) == [first, "epoch-000002-step-000000"])
    }

    @Test func `a finished run holds one checkpoint, with last and best weights, optimizer and state`() throws {
        try withTemporaryFolder { folder in
            _ = try train("\(folder)/run")
            #expect(checkpoints("\(folder)/run") == ["epoch-000004-step-000000"])
            #expect(
                checkpoints("\(folder)/run/epoch-000004-step-000000")
                    == ["best.safetensors", "digests.json", "last.safetensors", "optimizer.safetensors", "state.json"])
        }
    }

    @Test func `what a kill left half-written is ignored, and gone after the next save`() throws {
        try withTemporaryFolder { folder in
            let whole = try train("\(folder)/whole"), run = "\(folder)/run"
            _ = try train(run, stopAfter: 2)
            try FileManager.default.createDirectory(atPath: "\(run)/.partial", withIntermediateDirectories: true)
            try write([1, 2, 3], to: "\(run)/.partial/last.safetensors")
            let resumed = try train(run)
            #expect(resumed.engine.weights == whole.engine.weights)
            #expect(checkpoints(run) == ["epoch-000004-step-000000"])
        }
    }

    @Test func `of quick epochs the first is saved, then one every two seconds, and the last`() throws {
        try withTemporaryFolder { folder in
            // What a kill during epoch 2, 3, 4 would leave; then the end.
            var seen: [[String]] = []
            _ = try train(folder, seconds: 1) { if $0 > 1 { seen.append(checkpoints(folder)) } }
            seen.append(checkpoints(folder))
            #expect(seen == [
                ["epoch-000001-step-000000-unsynced"], ["epoch-000001-step-000000-unsynced"],
                ["epoch-000003-step-000000"], ["epoch-000004-step-000000"],
            ])
        }
    }

    @Test func `a save that takes long makes the next one wait twenty times as long`() {
        let start = ContinuousClock.now
        var pace = CheckpointPace()
        #expect(pace.isDue(at: start))
        pace.saved(from: start, to: start + .seconds(3))
        #expect(!pace.isDue(at: start + .seconds(62.9)) && pace.isDue(at: start + .seconds(63)))
        pace.saved(from: start + .seconds(63), to: start + .seconds(63.01))
        #expect(!pace.isDue(at: start + .seconds(65)) && pace.isDue(at: start + .seconds(65.01)))
    }

    @Test func `a run that goes on has its checkpoint, and does not save after its first epoch`() {
        let start = ContinuousClock.now, pace = CheckpointPace(resumedAt: start)
        #expect(!pace.isDue(at: start + .seconds(1.9)) && pace.isDue(at: start + .seconds(2)))
    }

    @Test func `checkpoints of the first two seconds are not synced, unless the run is interrupted or has a synced one`() throws {
        try withTemporaryFolder { folder in
            _ = try train("\(folder)/quick", seconds: 0)
            #expect(checkpoints("\(folder)/quick") == ["epoch-000004-step-000000-unsynced"])
            _ = try train("\(folder)/stopped", seconds: 0, stopAfter: 2)
            #expect(checkpoints("\(folder)/stopped") == ["epoch-000002-step-000000"])
            _ = try train("\(folder)/stopped", seconds: 0)
            #expect(checkpoints("\(folder)/stopped") == ["epoch-000004-step-000000"])
        }
    }

    @Test(arguments: parts)
    func `a power failure in the first seconds, which empties files that were never synced, begins the run anew`(
        file: String
    ) throws {
        try withTemporaryFolder { folder in
            let whole = try train("\(folder)/whole"), run = "\(folder)/run"
            _ = try train(run, seconds: 0) { epoch in
                if epoch == 2 { try? FileManager.default.copyItem(atPath: run, toPath: "\(folder)/killed") }
            }
            try hurt("\(folder)/killed/epoch-000001-step-000000-unsynced/\(file)", "emptied")
            let state = try CheckpointStore(folder: "\(folder)/killed").load()
            #expect(state == nil)
            #expect(try train("\(folder)/killed").engine.weights == whole.engine.weights)
            #expect(checkpoints("\(folder)/killed") == ["epoch-000004-step-000000"])
        }
    }

    @Test(arguments: parts)
    func `a file of an unsynced checkpoint that is there and cannot be read is an error, not a run begun anew`(file: String) throws {
        try withTemporaryFolder { folder in
            _ = try train(folder, seconds: 0)
            let path = "\(folder)/epoch-000004-step-000000-unsynced/\(file)"
            try FileManager.default.removeItem(atPath: path)
            // A folder in its place: root, who may read every file, cannot read that either.
            try FileManager.default.createDirectory(atPath: path, withIntermediateDirectories: false)
            let error = #expect(throws: ModelFileError.self) { try CheckpointStore(folder: folder).load() }
            #expect(error?.file == path && error?.problem == "it cannot be read")
        }
    }

    @Test func `the first two seconds are those of the run, however long its store was there before`() throws {
        try withTemporaryFolder { folder in
            let clock = ManualClock(), store = clock.store(folder)
            clock.pass(10)
            let model = try Model(features: 4, encoder: .dense(5), objectives: data.objectives, threads: 1)
            try model.fit(data, validation: data, settings, checkpoints: store)
            #expect(checkpoints(folder) == ["epoch-000004-step-000000-unsynced"])
        }
    }

    private static let parts = ["best.safetensors", "digests.json", "last.safetensors", "optimizer.safetensors", "state.json"]

    @Test(arguments: parts, ["truncated", "emptied", "changed", "removed"])
    func `a newest checkpoint that is broken gives way to the one before, and the run ends as if nothing had happened`(
        file: String, damage: String
    ) throws {
        try withTemporaryFolder { folder in
            let run = "\(folder)/run"
            try twoCheckpoints(run)
            try hurt("\(run)/epoch-000002-step-000000/\(file)", damage)
            #expect(try CheckpointStore(folder: run).load()?.facts.epochsDone == 1)
            #expect(try train(run).engine.weights == train("\(folder)/whole").engine.weights)
            #expect(checkpoints(run) == ["epoch-000004-step-000000"])
        }
    }

    @Test(arguments: parts)
    func `when all are broken, the error names the newest one's file`(file: String) throws {
        try withTemporaryFolder { folder in
            let run = "\(folder)/run"
            try twoCheckpoints(run)
            try hurt("\(run)/epoch-000001-step-000000/last.safetensors", "truncated")
            let path = "\(run)/epoch-000002-step-000000/\(file)"
            try hurt(path, "truncated")
            let error = #expect(throws: ModelFileError.self) { try train(run) }
            #expect(error?.file == path)
        }
    }

    private func hurt(_ path: String, _ damage: String) throws {
        var content = try bytes(of: path)
        switch damage {
        case "truncated": content.removeLast(content.count / 3 + 1)
        case "emptied": content = []
        case "changed": content[content.count / 2] ^= 1
        default:
            try FileManager.default.removeItem(atPath: path)
            return
        }
        try write(content, to: path)
    }

    @Test func `a folder without checkpoints, or none at all, holds nothing`() throws {
        try withTemporaryFolder { folder in
            for path in [folder, "\(folder)/missing"] {
                let store = CheckpointStore(folder: path)
                let state = try store.load()
                #expect(state == nil)
                #expect(store.isEmpty)
            }
        }
    }

    @Test func `state survives the way to the disk and back`() throws {
        try withTemporaryFolder { folder in
            _ = try train(folder, stopAfter: 2)
            let state = try #require(try CheckpointStore(folder: folder).load())
            let other = CheckpointStore(folder: "\(folder)/copy")
            try other.save(state.parts, isInterrupted: false)
            #expect(try other.load() == state)
            #expect(state.facts.stopping.bestEpoch != nil && state.best != nil)
        }
    }
}
