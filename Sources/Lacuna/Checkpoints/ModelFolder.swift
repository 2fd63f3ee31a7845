#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Tables

/// A saved model: a folder with `model.safetensors` (tensors only, so equal weights are equal files), `model.json`
/// (everything prediction needs), and what else its maker puts there.
///
/// `model.json` is written last. It holds the digests of itself and of all files that are equal in equal runs; the digests
/// of the others, which hold times, stand in `checksums.sha256`. So a changed or truncated file is refused by its name.
public struct ModelFolder {
    /// The folder, as the caller gave it.
    public let path: String
    package static let tensorFile = "model.safetensors", factFile = "model.json"
    package static let optimizerFile = "optimizer.safetensors", historyFile = "history.jsonl"
    package static let checksumFile = "checksums.sha256"

    /// Names a folder; nothing is read or written.
    public init(_ path: String) { self.path = path }

    /// Whether a finished model is there.
    public var isModel: Bool { FileSystem.exists("\(path)/\(Self.factFile)") }

    /// What `model.json` says.
    struct Facts<Preprocessing: Codable>: Codable {
        var format = "lacuna"
        var version = 1
        /// "ensemble" where several models stand in folders of their own; nil for one model.
        var kind: String?
        /// Of an ensemble.
        var members: [MemberRecord]?
        var features: Int
        var encoder: EncoderSpec
        var objectives: [ObjectiveRecord]
        var training: TrainingSettings?
        /// What the run must be equal to when it is resumed.
        var identity: [String: String]
        var preprocessing: Preprocessing?
        /// What validation rows taught about decisions; absent in folders of older programs.
        var decisions: Decisions?
        /// SHA-256 of the files beside this one that hold no times.
        var files: [String: String]
        /// Names of those that do; their digests stand in `checksums.sha256`.
        var timedFiles: [String]
    }

    /// What a folder holds.
    package struct Loaded<Preprocessing: Codable> {
        /// A ``Model``, or an ``Ensemble`` where the folder holds several.
        package let predictor: any Predictor
        package let preprocessing: Preprocessing?
        package let training: TrainingSettings?
        /// What the run must be equal to when it is resumed.
        package let identity: [String: String]
        /// Calibrations, thresholds and conformal sets; nil where none were fitted.
        package let decisions: Decisions?
    }

    /// Stands for no preprocessing.
    public struct NoPreprocessing: Codable {}

    /// Saves a model, and around it whatever else belongs to the run.
    ///
    /// - Parameters:
    ///   - preprocessing: how features and labels are read from files, if they are.
    ///   - training: the settings it was trained with.
    ///   - decisions: calibrations, thresholds and conformal sets.
    ///   - files: further files by name, such as `config.yaml`; each is written whole.
    ///   - timedFiles: those that hold times, such as `metrics.json`.
    package func save(
        _ model: Model, preprocessing: (some Codable)?, training: TrainingSettings?, history: History?,
        identity: [String: String], decisions: Decisions? = nil, files: [(name: String, bytes: [UInt8])],
        timedFiles: [(name: String, bytes: [UInt8])]
    ) throws(ModelFileError) {
        var timed = timedFiles
        if let history { timed.append((Self.historyFile, try lines(history.epochs))) }
        let weights: [(name: String, content: FileBatch.Content)] = [
            (Self.tensorFile, .tensors { model.engine.weights }),
            (Self.optimizerFile, .tensors { model.engine.optimizerState }),
        ]
        try write(weights + contents(files), timed: timed) { digests in
            Facts(
                features: model.features, encoder: model.encoder,
                objectives: zip(model.objectives, model.scaling).map { ObjectiveRecord($0, scaling: $1) },
                training: training, identity: identity, preprocessing: preprocessing, decisions: decisions, files: digests,
                timedFiles: timed.map(\.name))
        }
    }

    func contents(_ files: [(name: String, bytes: [UInt8])]) -> [(name: String, content: FileBatch.Content)] {
        files.map { ($0.name, .bytes($0.bytes)) }
    }

    /// Writes files and the `model.json` that vouches for them. A full disk leaves the model that was there; a kill leaves
    /// that one, the new one, or, for the instant in which files take their names, none.
    ///
    /// - Parameter facts: what `model.json` says, given the digests of the files that hold no times.
    func write<Preprocessing: Codable>(
        _ files: [(name: String, content: FileBatch.Content)], timed: [(name: String, bytes: [UInt8])],
        facts: ([String: String]) -> Facts<Preprocessing>
    ) throws(ModelFileError) {
        try make()
        var batch = FileBatch(folder: path, isNew: false), digests: [String: String] = [:]
        do throws(ModelFileError) {
            for (name, content) in files { digests[name] = try batch.write(name, content) }
            if !timed.isEmpty {
                // The form that sha256sum --check reads.
                var sums = ""
                for (name, bytes) in timed { sums += "\(try batch.write(name, .bytes(bytes)))  \(name)\n" }
                _ = try batch.write(Self.checksumFile, .bytes(Array(sums.utf8)))
            }
            _ = try batch.write(Self.factFile, .bytes(sealed(facts(digests))))
            try batch.close(sync: true)
            // An old model.json would vouch for files that are being replaced.
            try FileSystem.remove("\(path)/\(Self.factFile)")
            try batch.putIntoPlace()
        } catch {
            batch.discard()
            throw error
        }
    }

    /// Makes the folder, where it is not there.
    package func make() throws(ModelFileError) { try FileSystem.makeFolder(path) }

    /// Loads a model, or an ensemble of them, and its preprocessing.
    ///
    /// - Parameters:
    ///   - losses: losses of one's own that the model was trained with; without them it predicts, but does not train on.
    ///   - as: the type the model was saved with.
    /// - Throws: ``ModelFileError`` naming the file that is missing, truncated or changed.
    package func load<Preprocessing: Codable>(
        losses: [any Loss] = [], threads: Int? = nil, as: Preprocessing.Type
    ) throws(ModelFileError) -> Loaded<Preprocessing> {
        guard FileSystem.isDirectory(path) else {
            throw ModelFileError("there is no such folder", file: path, fix: "give the folder that train wrote with --out")
        }
        guard isModel else {
            throw ModelFileError(
                "there is no model.json in it", file: path,
                fix: FileSystem.exists("\(path)/checkpoints")
                    ? "its training has not finished: go on with --resume" : "give the folder that train wrote with --out")
        }
        let facts: Facts<Preprocessing> = try unsealed(FileReader("\(path)/\(Self.factFile)").bytes())
        for (name, digest) in try facts.files.sorted(by: { $0.key < $1.key }) + timedDigests(of: facts.timedFiles) {
            let file = "\(path)/\(name)"
            guard FileSystem.exists(file) || name == Self.tensorFile else { continue }
            guard try FileReader(file).digest() == digest else {
                throw ModelFileError(
                    "it is not as it was written: truncated or changed", file: file,
                    fix: "restore it from a copy, or train again")
            }
        }
        guard facts.format == "lacuna", facts.version == 1 else {
            throw ModelFileError(
                "it is of format \(facts.format), version \(facts.version); this program reads lacuna, version 1",
                file: "\(path)/\(Self.factFile)", fix: "use the program that wrote it")
        }
        let predictor: any Predictor =
            if let members = facts.members {
                try ensemble(members, facts, losses: losses, threads: threads)
            } else { try model(facts, losses: losses, threads: threads) }
        if let decisions = facts.decisions, !decisions.fits(predictor.objectives) {
            throw ModelFileError(
                "its decisions are not of its objectives", file: "\(path)/\(Self.factFile)",
                fix: "restore it from a copy, or train again")
        }
        if let preprocessing = facts.preprocessing as? Lacuna.Preprocessing, !preprocessing.fits(predictor.objectives, features: facts.features) {
            throw ModelFileError(
                "what it says of the data does not fit its objectives and features", file: "\(path)/\(Self.factFile)",
                fix: "restore it from a copy, or train again")
        }
        return Loaded(
            predictor: predictor, preprocessing: facts.preprocessing, training: facts.training, identity: facts.identity,
            decisions: facts.decisions)
    }

    private func model(
        _ facts: Facts<some Codable>, losses: [any Loss], threads: Int?
    ) throws(ModelFileError) -> Model {
        let objectives = facts.objectives.map { $0.objective(losses: losses) }
        let file = "\(path)/\(Self.tensorFile)", tensors = try SafeTensors.read(file)
        let model: Model
        do {
            // A model takes the memory of its weights: they must be there before it is made.
            let found = tensors.reduce(0) { $0 + $1.count }
            if let wanted = try Model.weightCount(features: facts.features, encoder: facts.encoder, objectives: objectives), wanted != found {
                throw ModelFileError("it has \(found) weights, the model that model.json describes \(wanted)", file: file)
            }
            model = try Model(
                features: facts.features, encoder: facts.encoder, objectives: objectives,
                seed: facts.training?.seed ?? 0, threads: threads ?? facts.training?.threads)
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError("it describes no model: \(error)", file: "\(path)/\(Self.factFile)")
        }
        model.scaling = facts.objectives.map(\.scaling)
        try model.setWeights(tensors, file: file)
        return model
    }

    /// Names and digests of the files that hold times.
    private func timedDigests(of names: [String]) throws(ModelFileError) -> [(key: String, value: String)] {
        // The model and its facts are enough to predict with; checksums are of the files beside them.
        guard names.contains(where: { FileSystem.exists("\(path)/\($0)") }) else { return [] }
        let file = "\(path)/\(Self.checksumFile)"
        var digests: [(key: String, value: String)] = []
        for line in String(decoding: try FileReader(file).bytes(), as: UTF8.self).split(separator: "\n") {
            let parts = line.split(separator: " ", omittingEmptySubsequences: true)
            guard parts.count == 2, parts[0].count == 64 else {
                throw ModelFileError("it is not as it was written: truncated or changed", file: file)
            }
            digests.append((String(parts[1]), String(parts[0])))
        }
        // Without its line, a changed file would pass.
        guard digests.map(\.key) == names else {
            throw ModelFileError("it is not as it was written: truncated or changed", file: file)
        }
        return digests
    }

    private func lines(_ epochs: [History.Epoch]) throws(ModelFileError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        var bytes: [UInt8] = []
        do { for epoch in epochs { bytes += [UInt8](try encoder.encode(epoch)) + [0x0A] } } catch {
            throw ModelFileError("the history has no JSON form: \(error)", file: "\(path)/\(Self.historyFile)")
        }
        return bytes
    }

    static let sealStart = ",\n  \"sha256\" : \"", sealEnd = "\"\n}\n"

    private func sealed(_ facts: some Encodable) throws(ModelFileError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .prettyPrinted, .withoutEscapingSlashes]
        do { return Self.sealed([UInt8](try encoder.encode(facts))) } catch {
            throw ModelFileError("the model has no JSON form: \(error)", file: "\(path)/\(Self.factFile)")
        }
    }

    /// The same JSON with one more key at its end: the digest of all that stands before it.
    ///
    /// - Parameter json: an object that ends with "\n}".
    static func sealed(_ json: [UInt8]) -> [UInt8] {
        let bytes = Array(json.dropLast(2))
        return bytes + Array((sealStart + SHA256.hexDigest(of: bytes) + sealEnd).utf8)
    }

    private func unsealed<T: Decodable>(_ bytes: [UInt8]) throws(ModelFileError) -> T {
        let file = "\(path)/\(Self.factFile)"
        let sealLength = Self.sealStart.utf8.count + 64 + Self.sealEnd.utf8.count
        guard bytes.count > sealLength else {
            throw ModelFileError("it is not as it was written: truncated or changed", file: file)
        }
        let body = Array(bytes[..<(bytes.count - sealLength)])
        let seal = Array((Self.sealStart + SHA256.hexDigest(of: body) + Self.sealEnd).utf8)
        guard Array(bytes[(bytes.count - sealLength)...]) == seal else {
            throw ModelFileError(
                "it is not as it was written: truncated or changed", file: file,
                fix: "restore it from a copy, or train again")
        }
        do { return try JSONDecoder().decode(T.self, from: Data(bytes)) } catch {
            throw ModelFileError("its JSON does not say what a model says: \(error)", file: file)
        }
    }
}

extension Model {
    /// Saves the model to a folder: `model.safetensors`, `model.json` and `optimizer.safetensors`, and with a history
    /// `history.jsonl`.
    ///
    /// - Parameters:
    ///   - folder: made where it is not there; a model in it is replaced.
    ///   - preprocessing: how features and labels are read from files. With it the command evaluates the model and
    ///     predicts with it; without it only programs do.
    ///   - history: what `fit` returned.
    ///   - decisions: what ``Decisions/fit(tuning:conformal:choices:coverage:)`` returned; the command then applies it.
    /// - Throws: ``ModelFileError`` when a file cannot be written; no half-written file keeps its name.
    public func save(
        to folder: String, preprocessing: Preprocessing? = nil, history: History? = nil, decisions: Decisions? = nil
    ) throws(ModelFileError) {
        try ModelFolder(folder).save(
            self, preprocessing: preprocessing, training: nil, history: history, identity: [:], decisions: decisions,
            files: [], timedFiles: [])
    }

    /// Loads a model that ``save(to:preprocessing:history:decisions:)`` or the command saved.
    ///
    /// - Parameters:
    ///   - folder: the folder that was saved to.
    ///   - losses: losses of one's own, found by name and settings. Without one that the model was trained with, it
    ///     predicts but does not train on.
    ///   - threads: of matrix products; nil: those of training.
    /// - Returns: the model with its weights and target scaling; the optimizer begins afresh.
    /// - Throws: ``ModelFileError`` naming the file that is missing, truncated or changed.
    public static func load(
        from folder: String, losses: [any Loss] = [], threads: Int? = nil
    ) throws(ModelFileError) -> Model {
        let loaded = try ModelFolder(folder).load(losses: losses, threads: threads, as: ModelFolder.NoPreprocessing.self)
        if let model = loaded.predictor as? Model { return model }
        throw ModelFileError(
            "it holds an ensemble, not one model", file: folder,
            fix: "load it with Ensemble.load(from:), or one of the folders in it")
    }

    /// - Throws: ``ModelFileError`` when names or shapes are not this model's.
    func setWeights(_ tensors: [NamedTensor], file: String) throws(ModelFileError) {
        try Self.check(tensors, against: engine.weights.map(TensorShape.init), file: file)
        engine.setWeights(tensors)
    }

    /// - Throws: ``ModelFileError`` when names or shapes are not those of `known`.
    static func check(_ tensors: [NamedTensor], against known: [TensorShape], file: String) throws(ModelFileError) {
        let given = Dictionary(tensors.map { ($0.name, $0) }) { first, _ in first }
        guard given.count == known.count else {
            throw ModelFileError("it has \(given.count) tensors, the model \(known.count)", file: file)
        }
        for tensor in known {
            guard let other = given[tensor.name] else {
                throw ModelFileError("it has no tensor '\(tensor.name)'", file: file)
            }
            guard other.shape == tensor.shape, case .floats = other.values else {
                throw ModelFileError(
                    "tensor '\(tensor.name)' has shape \(other.shape), the model's has \(tensor.shape)", file: file)
            }
        }
    }
}
