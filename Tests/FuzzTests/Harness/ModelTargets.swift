@testable import Lacuna
@testable import LacunaCommand
import Tables
import TestSupport

/// Loaders of saved models and checkpoints.
extension Target {
    private static let modelWords = [
        "null", "-1", "1e300", "\"kind\":\"ensemble\"", "\"members\":[", "=== raw\n", "=== model.json\n", "=== model.safetensors\n", "oneHot", "standardised",
        "bits", "constant", "scaled", "isotonic", "temperature", "\"F32\"", "\"I32\"", "\"F64\"", "__metadata__", "batch", "log1p", "multilabel", "ordinal",
    ]

    static func safetensors(_ workspace: Workspace) throws -> Target {
        let tensors = [
            NamedTensor("a", [2, 3], .floats([1, 2, 3, 4, 5, .nan])), NamedTensor("b", [0, 4], .floats([])), NamedTensor("steps", [2], .integers([1, -1])),
        ]
        let golden = try TestSupport.bytes(of: Golden.folder.appending(path: "tensors.safetensors").path)
        let seeds = [golden, SafeTensors.encode(tensors), SafeTensors.encode(tensors, metadata: ["format": "pt"])]
        return Target(
            name: "safetensors", form: .bundle, words: ["\"F32\"", "\"I32\"", "\"BF16\"", "__metadata__", "data_offsets", "shape", "[0,0]", "-1"],
            seeds: seeds.map { Bundle([("x.safetensors", $0)]).bytes }
        ) { bytes in
            let file = Bundle(bytes)["x.safetensors"] ?? bytes
            return [
                Attempt(path: "x.safetensors") {
                    // The caller, who knows the file, names it.
                    do throws(ModelFileError) { _ = try SafeTensors.decode(file) } catch { throw error.named("x.safetensors") }
                }
            ]
        }
    }

    /// One model, with its preprocessing and decisions: loaded, and put to work.
    static func model(_ workspace: Workspace) throws -> Target {
        let run = try RunFolder("run", in: workspace)
        return Target(
            name: "model", form: .bundle, words: modelWords,
            seeds: [
                Bundle([("model.json", run.facts())]).bytes, Bundle([("model.safetensors", run.files["model.safetensors"] ?? [])]).bytes,
                Bundle([("model.json", run.files["model.json"] ?? []), ("raw", [])]).bytes,
                Bundle([("checksums.sha256", run.files["checksums.sha256"] ?? []), ("raw", [])]).bytes,
            ]
        ) { bytes in
            try run.write(Bundle(bytes))
            return [Attempt(path: workspace.folder) { try use(run.path, data: workspace.path("run.csv"), workspace) }]
        }
    }

    /// Two models whose predictions are averaged.
    static func ensemble(_ workspace: Workspace) throws -> Target {
        let run = try RunFolder("pair", in: workspace, members: 2)
        return Target(
            name: "ensemble", form: .bundle, words: modelWords + ["\"folder\":\"members/1\"", "\"columns\":[0,4]", "members/2"],
            seeds: [
                Bundle([("model.json", run.facts())]).bytes, Bundle([("members/1/model.json", run.facts("members/1/"))]).bytes,
                Bundle([("members/2/model.safetensors", run.files["members/2/model.safetensors"] ?? [])]).bytes,
            ]
        ) { bytes in
            try run.write(Bundle(bytes))
            return [Attempt(path: workspace.folder) { try use(run.path, data: workspace.path("pair.csv"), workspace) }]
        }
    }

    /// What evaluate and predict do with a model and a file.
    private static func use(_ folder: String, data: String, _ workspace: Workspace) throws {
        let loaded = try ModelFolder(folder).load(threads: 1, as: Preprocessing.self)
        let model = loaded.predictor
        guard let preprocessing = loaded.preprocessing else { return }
        var declaration = DataDeclaration()
        declaration.file = data
        let rows = try preprocessing.features(from: declaration)
        let writer = try PredictionWriter(
            objectives: model.objectives, decisions: loaded.decisions, labels: preprocessing.labels, hasSpread: model.memberCount > 1,
            rows: rows.features.rows, keys: [], path: workspace.path("predictions.csv"), format: .csv)
        try model.forEachPrediction(rows.features) { try writer.append(loaded.decisions?.calibrated($0) ?? $0) }
        try writer.finish()
        for part in [nil, Part.valid] {
            let labelled = try preprocessing.dataset(from: declaration, objectives: model.objectives, part: part)
            let outputs = try model.outputs(of: labelled.dataset)
            _ = outputs.evaluation()
            _ = loaded.decisions?.evaluation(of: outputs)
        }
    }

    /// A training that was stopped after two of three epochs, and goes on.
    static func checkpoint(_ workspace: Workspace) throws -> Target {
        var random = SeededGenerator(seed: 5)
        let data = try Problem.random(rows: 14, objectives: .everyKindWithTowers, using: &random).dataset()
        let settings = TrainingSettings {
            $0.epochs = 3
            $0.batchSize = 5
            $0.earlyStopping = 2
            $0.monitor = .loss
            $0.freezeHeads = .best
            $0.balancing = .uncertainty
        }
        let folder = workspace.path("checkpoints")
        func train(resume: Bool, _ callbacks: Callbacks = Callbacks()) throws {
            let model = try Model(features: 4, encoder: EncoderSpec([3], norm: .batch), objectives: data.objectives, threads: 1)
            try model.fit(data, validation: data, settings, callbacks: callbacks, checkpoints: CheckpointStore(folder: folder), resume: resume)
        }
        try train(resume: false, Callbacks(afterEpoch: { $0.epoch == 2 ? .stop : .proceed }))
        let name = FileSystem.names(in: folder)[0], own = "\(folder)/\(name)"
        var files: [String: [UInt8]] = [:]
        for file in FileSystem.names(in: own) { files[file] = try FileSystem.read("\(own)/\(file)") }
        let originals = files
        return Target(
            name: "checkpoint", form: .bundle, words: modelWords + ["=== state.json\n", "=== last.safetensors\n", "=== digests.json\n"],
            seeds: originals.sorted { $0.key < $1.key }.map { Bundle([($0.key, $0.value)]).bytes }
        ) { bytes in
            let bundle = Bundle(bytes)
            try FileSystem.remove(folder)
            try FileSystem.makeFolder(own)
            var digests: [String] = []
            for (file, original) in originals where file != "digests.json" {
                let changed = bundle[file] ?? original
                try workspace.put(changed, "checkpoints/\(name)/\(file)")
                digests.append("\"\(file)\":\"\(SHA256.hexDigest(of: changed))\"")
            }
            try workspace.put(bundle["digests.json"] ?? Array("{\(digests.joined(separator: ","))}".utf8), "checkpoints/\(name)/digests.json")
            return [Attempt(path: folder) { try train(resume: true) }]
        }
    }
}
