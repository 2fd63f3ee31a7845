import Lacuna

/// One training: a model of its own on the training and validation parts of some data, its checkpoints and, in the end,
/// its model in a folder. A run is one of these, or several that share a ``RunSession``.
struct SingleTraining {
    /// What it is called in progress and messages, such as "member 2/5"; nil where it is the whole run.
    var title: String?
    /// Its place among the trainings of the run, from 1, and how many those are.
    var place = (number: 1, count: 1)
    /// The objectives, in slot order; those of the data sets.
    let objectives: [Objective]
    let train: Dataset
    let validation: Dataset?
    let encoder: EncoderSpec
    let settings: TrainingSettings
    /// The folder of its model; checkpoints lie in a folder in it.
    let folder: String
    /// What must be equal when it is resumed, beside what the trainer knows.
    let identity: [String: String]

    /// What came of a training.
    struct Outcome {
        let model: Model
        let history: History
        let seconds: Double
    }

    var checkpoints: CheckpointStore {
        CheckpointStore(folder: FilePaths.join(folder, RunDirectory.File.checkpoints))
    }

    /// Trains to the end, or until a callback stops it: then the history says so, and the checkpoints wait.
    func run(_ callbacks: Callbacks, resume: Bool) throws -> Outcome {
        let clock = ContinuousClock(), start = clock.now
        let model = try Model(
            features: train.features.columns, encoder: encoder, objectives: objectives, seed: settings.seed,
            threads: settings.threads)
        let history = try model.fit(
            train, validation: validation, settings, callbacks: callbacks, checkpoints: checkpoints, resume: resume,
            identity: identity)
        return Outcome(model: model, history: history, seconds: (clock.now - start).seconds)
    }

    /// The model of a training that an earlier run brought to its end, or nil where there is something left to train.
    ///
    /// - Throws: ``ModelFileError`` where its files were changed or lost, ``TrainingError`` where it was of other data.
    func finished() throws -> Model? {
        let saved = ModelFolder(folder)
        guard saved.isModel else {
            try checkRemains()
            return nil
        }
        let loaded = try saved.load(threads: settings.threads, as: Preprocessing.self)
        for (name, now) in identity.sorted(by: { $0.key < $1.key }) {
            if let was = loaded.identity[name], was != now { throw TrainingError.changed(setting: name, was: was, now: now) }
        }
        return loaded.predictor as? Model
    }

    /// A finished training that has lost its `model.json` is not trained over.
    func checkRemains() throws(ModelFileError) {
        guard FileSystem.exists(FilePaths.join(folder, ModelFolder.tensorFile)), checkpoints.isEmpty else { return }
        throw ModelFileError(
            "it is missing, though the \(title == nil ? "run" : "training") in '\(folder)' is finished",
            file: FilePaths.join(folder, ModelFolder.factFile), fix: "restore it from a copy, or start anew with --overwrite")
    }

    /// What is to be equal in two runs on the same data.
    static func identity(of digest: DataDigest) -> [String: String] {
        let files = [
            ("file", digest.file ?? digest.files?.joined(separator: " ")), ("features", digest.features),
            ("labels", digest.labels), ("mask", digest.mask), ("cellWeights", digest.cellWeights),
        ]
        var identity: [String: String] = [:]
        for (name, digest) in files { identity["the content of data.\(name)"] = digest }
        return identity
    }
}

extension TrainingFacts {
    /// What one training took.
    init(_ outcome: SingleTraining.Outcome) {
        let history = outcome.history
        self.init(
            epochs: history.epochs.count, bestEpoch: history.bestEpoch ?? history.epochs.last?.epoch,
            seconds: outcome.seconds, stepMicroseconds: history.stepMicroseconds ?? 0,
            rowsPerSecond: history.rowsPerSecond ?? 0, parameters: outcome.model.parameterCount,
            peakMemoryMegabytes: System.peakMemoryMegabytes,
            program: .init(version: "lacuna \(Version.text)", platform: System.platform, threads: outcome.model.threads))
    }
}
