import Foundation
@testable import Lacuna
import TestSupport
import Testing

@Suite struct SavedModelTests {
    private let data: Dataset

    init() throws {
        var random = SeededGenerator(seed: 191)
        let objectives: [Objective] = .everyKindWithTowers + [
            .regression("own", loss: QuarticError()), .regression("log", unit: "mg", loss: HuberError(delta: 0.5), transform: .log1p),
        ]
        var problem = Problem.random(rows: 20, objectives: objectives, using: &random)
        let last = problem.labels.count - 1
        problem.labels[last] = problem.labels[last].map { abs($0) }
        data = try problem.dataset()
    }

    private func trained(seed: UInt64 = 1, norm: Normalization = .batch) throws -> (model: Model, history: History) {
        let model = try Model(
            features: 4, encoder: EncoderSpec([6, 3], activation: .silu, dropout: 0.1, norm: norm),
            objectives: data.objectives, seed: seed, threads: 1)
        return (model, try model.fit(data, epochs: 2))
    }

    @Test(arguments: Normalization.allCases)
    func `a saved model predicts, evaluates and trains on as the one that was saved`(norm: Normalization) throws {
        try withTemporaryFolder { folder in
            let (model, history) = try trained(norm: norm)
            try model.save(to: folder, history: history)
            let loaded = try Model.load(from: folder, losses: [QuarticError()], threads: 1)
            #expect(loaded.engine.weights == model.engine.weights && loaded.scaling == model.scaling)
            #expect(loaded.encoder == model.encoder && loaded.features == 4)
            #expect(try loaded.predict(data.features) == model.predict(data.features))
            #expect(try loaded.evaluate(data) == model.evaluate(data))
            for (a, b) in zip(loaded.objectives, model.objectives) {
                #expect(ObjectiveRecord(a, scaling: nil) == ObjectiveRecord(b, scaling: nil))
            }
            try loaded.fit(data, epochs: 1)
            try model.fit(data, epochs: 1)
            #expect(loaded.engine.weights == model.engine.weights)
        }
    }

    @Test func `a loss of the user's own is found again by name, and its model predicts without it`() throws {
        try withTemporaryFolder { folder in
            let (model, _) = try trained()
            try model.save(to: folder)
            let without = try Model.load(from: folder, threads: 1)
            #expect(try without.predict(data.features) == model.predict(data.features))
            let evaluation = try without.evaluate(data), original = try model.evaluate(data)
            #expect(evaluation["own"]?.loss == nil && evaluation["own"]?.scores == original["own"]?.scores)
            #expect(evaluation["size"]?.loss != nil && evaluation.loss?.isFinite == true)
            let error = #expect(throws: SettingError.self) { try without.fit(data, epochs: 1) }
            #expect(error?.problem == "objective 'own' trains with the loss 'quartic', which is not at hand")
            #expect(error?.fix == "pass it when loading: Model.load(from:losses:)")
            // Saved again without the loss, it is still known by name.
            try without.save(to: "\(folder)/again")
            try Model.load(from: "\(folder)/again", losses: [QuarticError()], threads: 1).fit(data, epochs: 1)
        }
    }

    @Test func `losses of one name are told apart by their settings, and other settings are another loss`() throws {
        try withTemporaryFolder { folder in
            let losses = [ScaledError(factor: 1), ScaledError(factor: 5)]
            let objectives = [
                Objective.regression("low", loss: losses[0]), .regression("high", loss: losses[1]),
            ]
            let data = try Dataset(
                features: FeatureMatrix(rows: 4, columns: 1) { row, _ in Float(row) }, objectives: objectives,
                labels: ["low": .numbers([1, 2, nil, 3]), "high": .numbers([1, 2, nil, 3])])
            let model = try Model(features: 1, encoder: .dense(2), objectives: objectives, threads: 1)
            try model.fit(data, epochs: 1)
            try model.save(to: folder)
            let loaded = try Model.load(from: folder, losses: losses.reversed(), threads: 1)
            #expect(loaded.objectives.map { ($0.loss as? ScaledError)?.factor } == [1, 5])
            #expect(try loaded.evaluate(data) == model.evaluate(data))
            let other = try Model.load(from: folder, losses: [losses[0], ScaledError(factor: 4)], threads: 1)
            let error = #expect(throws: SettingError.self) { try other.fit(data, epochs: 1) }
            #expect(error?.problem == "objective 'high' trains with the loss 'scaled' with factor 5.0, which is not at hand")
        }
    }

    @Test func `equal weights are equal files, and another history or folder changes nothing in them`() throws {
        try withTemporaryFolder { folder in
            let (a, history) = try trained(), (b, _) = try trained(), (c, _) = try trained(seed: 2)
            try a.save(to: "\(folder)/a", history: history)
            try b.save(to: "\(folder)/b")
            try c.save(to: "\(folder)/c")
            for name in ["model.safetensors", "optimizer.safetensors"] {
                #expect(try bytes(of: "\(folder)/a/\(name)") == bytes(of: "\(folder)/b/\(name)"))
                #expect(try bytes(of: "\(folder)/a/\(name)") != bytes(of: "\(folder)/c/\(name)"))
            }
            #expect(files(in: "\(folder)/a") == ["checksums.sha256", "history.jsonl", "model.json", "model.safetensors", "optimizer.safetensors"])
        }
    }

    @Test func `checksums that name other files, or none, are refused`() throws {
        try withTemporaryFolder { folder in
            let (model, history) = try trained()
            try model.save(to: folder, history: history)
            let path = "\(folder)/checksums.sha256", good = String(decoding: try bytes(of: path), as: UTF8.self)
            let bad = [
                "", "history", good.replacing("history.jsonl", with: "hostory.jsonl"), good + good.replacing("history", with: "other"),
                good.replacing("  ", with: "\t"), String(good.dropFirst()),
            ]
            for text in bad {
                try write(Array(text.utf8), to: path)
                let error = #expect(throws: ModelFileError.self) { try Model.load(from: folder) }
                #expect(error?.file == path, "\(text)")
            }
            try FileManager.default.removeItem(atPath: path)
            #expect(throws: ModelFileError.self) { try Model.load(from: folder) }
            try write(Array(good.utf8), to: path)
            _ = try Model.load(from: folder)
        }
    }

    @Test(arguments: ["history.jsonl", "model.json", "model.safetensors", "optimizer.safetensors"])
    func `a file that was changed by one byte or truncated is refused by its name`(file: String) throws {
        try withTemporaryFolder { folder in
            let (model, history) = try trained()
            try model.save(to: folder, history: history)
            let path = "\(folder)/\(file)", good = try bytes(of: path)
            func refused() -> Bool {
                do { _ = try Model.load(from: folder) } catch {
                    return error.file == path && error.problem == "it is not as it was written: truncated or changed"
                }
                return false
            }
            var random = SeededGenerator(seed: 192)
            let places = [0, good.count - 1, good.count / 2] + (0..<12).map { _ in Int.random(in: good.indices, using: &random) }
            for place in places {
                var changed = good
                changed[place] ^= UInt8(1 << Int.random(in: 0..<8, using: &random))
                try write(changed, to: path)
                #expect(refused(), "byte \(place)")
            }
            for length in [0, 1, 7, 100, good.count / 2, good.count - 1] where length < good.count {
                try write(Array(good[..<length]), to: path)
                #expect(refused(), "\(length) bytes")
            }
            try write(good + [10], to: path)
            #expect(refused())
            try write(good, to: path)
            _ = try Model.load(from: folder)
        }
    }

    @Test func `a folder that is no finished model says which it is`() throws {
        try withTemporaryFolder { folder in
            func error(_ path: String) -> ModelFileError? {
                do { _ = try Model.load(from: path) } catch { return error }
                return nil
            }
            #expect(error("\(folder)/none")?.problem == "there is no such folder")
            #expect(error(folder)?.problem == "there is no model.json in it")
            try FileManager.default.createDirectory(atPath: "\(folder)/checkpoints", withIntermediateDirectories: true)
            #expect(error(folder)?.fix == "its training has not finished: go on with --resume")
            let (model, _) = try trained()
            try model.save(to: folder)
            try FileManager.default.removeItem(atPath: "\(folder)/model.safetensors")
            #expect(error(folder)?.file == "\(folder)/model.safetensors")
        }
    }

    @Test func `a disk that takes no more leaves the model that was there, whole, and nothing half-written`() throws {
        try withTemporaryFolder { folder in
            let (old, history) = try trained(), (new, _) = try trained(seed: 2)
            try old.save(to: folder, history: history)
            let before = files(in: folder), contents = try before.map { try bytes(of: "\(folder)/\($0)") }
            // A folder where a file wants to be written: for one file after the other, nothing can be.
            for name in before {
                let obstacle = "\(folder)/\(name).partial"
                try FileManager.default.createDirectory(atPath: obstacle, withIntermediateDirectories: false)
                let error = #expect(throws: ModelFileError.self) { try new.save(to: folder, history: history) }
                #expect(error?.file == "\(folder)/\(name)")
                try FileManager.default.removeItem(atPath: obstacle)
                #expect(files(in: folder) == before, "\(name)")
                #expect(try before.map { try bytes(of: "\(folder)/\($0)") } == contents, "\(name)")
            }
            try new.save(to: folder, history: history)
            #expect(try Model.load(from: folder, losses: [QuarticError()], threads: 1).engine.weights == new.engine.weights)
        }
    }

    @Test func `files that cannot take their names do not stay under others`() throws {
        try withTemporaryFolder { folder in
            let (model, history) = try trained()
            // A folder with something in it, where a file wants its name.
            try FileManager.default.createDirectory(atPath: "\(folder)/history.jsonl/mine", withIntermediateDirectories: true)
            let error = #expect(throws: ModelFileError.self) { try model.save(to: folder, history: history) }
            #expect(error?.file == "\(folder)/history.jsonl")
            #expect(!FileSystem.names(in: folder).contains { $0.hasSuffix(".partial") })
        }
    }

    @Test func `a model saved over another leaves no file of the way there`() throws {
        try withTemporaryFolder { folder in
            let (model, history) = try trained()
            try model.save(to: folder, history: history)
            let before = files(in: folder)
            try write([1, 2, 3], to: "\(folder)/model.safetensors.partial")
            try model.save(to: folder, history: history)
            #expect(files(in: folder) == before)
        }
    }
}
