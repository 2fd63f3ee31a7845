import Foundation
@testable import Lacuna
import TestSupport
import Testing

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

    private func train(_ folder: String, stopAfter: Int? = nil, keep: ((Int) -> Void)? = nil) throws -> Model {
        let model = try Model(features: 4, encoder: .dense(5), objectives: data.objectives, threads: 1)
        try model.fit(
            data, validation: data, settings,
            callbacks: Callbacks(afterEpoch: {
                keep?($0.epoch)
                return $0.epoch == stopAfter ? .stop : .proceed
            }), checkpoints: CheckpointStore(folder: folder), resume: true)
        return model
    }

    private func checkpoints(_ folder: String) -> [String] { FileSystem.names(in: folder) }

    /// A folder with the checkpoints of epochs 1 and 2, as a kill between writing one and removing the other leaves it.
    private func twoCheckpoints(_ folder: String) throws {
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
            try other.save(state, isLast: false)
            #expect(try other.load() == state)
            #expect(state.facts.stopping.bestEpoch != nil && state.best != nil)
        }
    }
}
