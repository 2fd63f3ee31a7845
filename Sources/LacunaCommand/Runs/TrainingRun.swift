import Lacuna

/// One run of `train`: from a configuration to a folder with a model in it, and its result.
///
/// Nothing is written before the first step is done, so whatever is wrong with settings or data leaves the disk as it
/// was; a run that `--overwrite` replaces is there until then.
final class TrainingRun {
    private let configuration: RunConfiguration
    private let directory: RunDirectory
    private let existing: RunDirectory.Existing
    private let display: ProgressDisplay
    private let isQuiet: Bool
    private var hasBegun = false
    private var failure: (any Error)?

    /// The exit code of a run that Ctrl-C stopped: 128 + SIGINT, as shells have it.
    static let interruptedCode: Int32 = 130

    /// - Parameter configuration: resolved and valid.
    init(
        _ configuration: RunConfiguration, in directory: RunDirectory, existing: RunDirectory.Existing, isQuiet: Bool
    ) {
        self.configuration = configuration
        self.directory = directory
        self.existing = existing
        self.isQuiet = isQuiet
        display = ProgressDisplay(isQuiet: isQuiet)
    }

    /// Trains, saves and scores.
    ///
    /// - Returns: nil where the run was stopped; it has said how to go on.
    func report() throws -> ResultReport? {
        if FileSystem.isDirectory(directory.path) { try hold() }
        if existing == .resume, let finished = try finishedReport() { return finished }
        try checkRemains()
        let data = try TrainingData.load(
            configuration.data, objectives: configuration.objectives, defaultHead: configuration.head,
            unlabelled: configuration.training.unlabelled ?? .drop, seed: configuration.training.seed)
        for warning in data.warnings { display.say(ErrorText.warning(warning)) }
        guard let train = data.datasets[.train] else { preconditionFailure("training data has a training part") }
        let settings = configuration.training
        try check(settings.monitor, data.objectives)
        let model = try Model(
            features: train.features.columns, encoder: configuration.encoder, objectives: data.objectives,
            seed: settings.seed, threads: settings.threads)
        Interrupt.install()
        let clock = ContinuousClock(), start = clock.now
        let store = CheckpointStore(folder: directory.file(RunDirectory.File.checkpoints))
        let identity = Self.identity(of: data.digest)
        let history: History
        let isNew = !FileSystem.exists(directory.path)
        do {
            defer { display.clear() }
            history = try model.fit(
                train, validation: data.datasets[.valid], settings, callbacks: callbacks(for: data), checkpoints: store,
                resume: existing == .resume, identity: identity)
        } catch {
            // Without a checkpoint there is nothing to go on from: a folder made by this run is of no use.
            if isNew, hasBegun, store.isEmpty { try? FileSystem.remove(directory.path) }
            throw error
        }
        if let failure { throw failure }
        guard history.ending != .interrupted else {
            sayInterrupted(history)
            return nil
        }
        if !isQuiet, settings.earlyStopping != nil, let best = history.bestEpoch {
            display.say("kept the weights of epoch \(best), the best of \(history.epochs.count) by \(settings.monitor.text)")
        }
        let seconds = (clock.now - start).seconds
        let report = try evaluate(model, on: data, history: history, seconds: seconds)
        try save(model, data, history, identity, report)
        try store.removeAll()
        return report
    }

    /// Two runs in one folder would overwrite each other's checkpoints.
    private func hold() throws(CommandError) {
        guard System.hold(folder: directory.path) else {
            throw CommandError(
                "another run is at work in '\(directory.path)'", at: "--out", fix: "wait for it, or name another folder")
        }
    }

    /// A monitor that names no objective is a slip of the pen, told with the nearest name.
    private func check(_ monitor: Monitor, _ objectives: [Objective]) throws(CommandError) {
        guard case .metric(let name, let metric) = monitor else { return }
        guard let objective = objectives.first(where: { $0.name == name }) else {
            throw CommandError(
                "the monitor '\(monitor.text)' names no objective", at: "--monitor",
                fix: NearestName.advice(for: name, among: objectives.map(\.name), what: "the objectives are"))
        }
        let known = Metric.all(for: objective.kind.name)
        guard known.contains(metric) else {
            throw CommandError(
                "objective '\(name)' is \(objective.kind.name.rawValue) and has no \(metric.rawValue)", at: "--monitor",
                fix: "its metrics are \(known.map(\.rawValue).joined(separator: ", "))")
        }
    }

    private func callbacks(for data: TrainingData) -> Callbacks {
        let monitor = configuration.training.monitor.text
        let epochs = configuration.training.epochs
        return Callbacks(
            afterStep: { [self] progress in
                if !hasBegun {
                    hasBegun = true
                    do { try begin(data) } catch {
                        failure = error
                        return .stop
                    }
                }
                display.step(
                    epoch: progress.epoch, of: progress.epochs, step: progress.step, of: progress.steps,
                    rows: progress.rows, loss: progress.loss)
                return Interrupt.isRequested ? .stop : .proceed
            },
            afterEpoch: { [self] epoch in
                display.epochEnded(
                    EpochSummary(
                        epoch: epoch.epoch, epochs: epochs, loss: epoch.trainingLoss, validLoss: epoch.validationLoss,
                        monitor: monitor == "loss" ? nil : epoch.monitored.map { .init(name: monitor, value: $0) },
                        rowsPerSecond: epoch.seconds > 0 ? Double(epoch.rows) / epoch.seconds : 0))
                return Interrupt.isRequested ? .stop : .proceed
            })
    }

    /// The first step has shown that all fits: the folder may be made, or an old run removed.
    private func begin(_ data: TrainingData) throws {
        if existing == .overwrite { try directory.clear() }
        try directory.removePartialFiles()
        if !FileSystem.isDirectory(directory.path) {
            try FileSystem.makeFolder(directory.path)
            try hold()
        }
        try FileSystem.write(
            Array(configurationText().utf8), to: directory.file(RunDirectory.File.configuration), sync: false)
        try data.writeSplit(to: directory.file(RunDirectory.File.split))
    }

    private func evaluate(_ model: Model, on data: TrainingData, history: History, seconds: Double) throws -> ResultReport {
        var evaluations: [(split: String, evaluation: Evaluation)] = []
        var sources = SourceScores(data.sources)
        for part in Part.allCases {
            guard let dataset = data.datasets[part] else { continue }
            let outputs = try model.outputs(of: dataset)
            evaluations.append((part.rawValue, outputs.evaluation()))
            sources.add(part.rawValue, outputs, rows: data.rowsOfPart[part] ?? [], of: data.split.rows(of: part))
        }
        var report = ResultReport(
            objectives: data.objectives, evaluations: evaluations,
            rows: Dictionary(uniqueKeysWithValues: data.rowCounts.map { ($0.key.rawValue, $0.value) }),
            unlabelledDropped: data.droppedUnlabelled,
            training: TrainingFacts(
                epochs: history.epochs.count, bestEpoch: history.bestEpoch ?? history.epochs.last?.epoch, seconds: seconds,
                stepMicroseconds: history.stepMicroseconds ?? 0, rowsPerSecond: history.rowsPerSecond ?? 0,
                parameters: model.parameterCount, peakMemoryMegabytes: System.peakMemoryMegabytes))
        report.sources = sources.results(data.objectives)
        return report
    }

    private func save(
        _ model: Model, _ data: TrainingData, _ history: History, _ identity: [String: String], _ report: ResultReport
    ) throws {
        // A run that ended before its files were written is resumed without a step.
        if !hasBegun { try begin(data) }
        let split = try FileSystem.read(directory.file(RunDirectory.File.split))
        try ModelFolder(directory.path).save(
            model, preprocessing: data.preprocessing.mappingPaths(FilePaths.absolute), training: configuration.training,
            history: history,
            identity: identity,
            files: [
                (RunDirectory.File.configuration, Array(try configurationText().utf8)),
                (RunDirectory.File.split, split),
            ], timedFiles: [(RunDirectory.File.metrics, Array((report.json.pretty() + "\n").utf8))])
    }

    private func configurationText() throws -> String {
        try ConfigurationWriter.write(
            configuration.withAbsolutePaths(),
            comment: "All settings of this run. Repeat it with: lacuna train --config THIS_FILE --out ANOTHER_FOLDER")
    }

    private static func identity(of digest: DataDigest) -> [String: String] {
        let files = [
            ("file", digest.file ?? digest.files?.joined(separator: " ")), ("features", digest.features),
            ("labels", digest.labels), ("mask", digest.mask), ("cellWeights", digest.cellWeights),
        ]
        var identity: [String: String] = [:]
        for (name, digest) in files { identity["the content of data.\(name)"] = digest }
        return identity
    }
}

/// What a resumed run finds.
extension TrainingRun {
    /// The result of a finished run, or nil where there is something left to train.
    ///
    /// - Throws: ``TrainingError`` naming a setting that is not the old run's.
    private func finishedReport() throws -> ResultReport? {
        let file = directory.file(RunDirectory.File.configuration)
        let folder = ModelFolder(directory.path)
        // Loading looks for files that were changed since; a changed configuration would be taken for another run's.
        let was = folder.isModel ? try folder.load(threads: 1, as: Preprocessing.self).identity : nil
        if FileSystem.exists(file) {
            let old = try RunConfiguration.read(file: file).resolved()
            try old.compare(with: configuration.withAbsolutePaths())
        }
        guard let was else { return nil }
        // The data may have been changed as well.
        for (name, now) in Self.identity(of: try DataDigest(configuration.data)).sorted(by: { $0.key < $1.key }) {
            if let was = was[name], was != now { throw TrainingError.changed(setting: name, was: was, now: now) }
        }
        display.say("The run in '\(directory.path)' is finished; nothing was changed.")
        return try ResultReport(reading: FileSystem.read(directory.file(RunDirectory.File.metrics)))
    }

    /// A word that a shell reads back as it is.
    private func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// A finished run that has lost its `model.json` is not trained over.
    private func checkRemains() throws {
        let tensors = directory.file(ModelFolder.tensorFile)
        guard existing == .resume, FileSystem.exists(tensors),
            CheckpointStore(folder: directory.file(RunDirectory.File.checkpoints)).isEmpty
        else { return }
        throw ModelFileError(
            "it is missing, though the run in '\(directory.path)' is finished",
            file: directory.file(ModelFolder.factFile), fix: "restore it from a copy, or start anew with --overwrite")
    }

    private func sayInterrupted(_ history: History) {
        let done = history.epochs.count
        display.say(
            """
            Stopped after \(done) \(done == 1 ? "epoch" : "epochs") and saved. To go on:
              lacuna train --config \(quoted(directory.file(RunDirectory.File.configuration))) \
            --out \(quoted(directory.path)) --resume
            """)
    }
}

extension RunConfiguration {
    /// The same run, told from anywhere on this machine.
    func withAbsolutePaths() -> RunConfiguration {
        var result = self
        result.data.mapPaths(FilePaths.absolute)
        return result
    }

    /// - Throws: ``TrainingError`` for the first setting in which another run differs from this one. Where files
    ///   lie may differ, for their content is compared later; threads are compared by the trainer, who counts cores.
    fileprivate func compare(with other: RunConfiguration) throws(TrainingError) {
        let moved = [
            "data.file", "data.features", "data.labels", "data.labelNames", "data.mask", "data.cellWeights", "training.threads",
        ]
        guard let key = differences(from: other).first(where: { !moved.contains($0) }) else { return }
        guard let setting = Setting.all.first(where: { $0.path == key }) else {
            let was = objectives.map { SettingValue.mapping($0.entries).flagText }
            let now = other.objectives.map { SettingValue.mapping($0.entries).flagText }
            let place = (0..<max(was.count, now.count)).first { place in
                place >= was.count || place >= now.count || was[place] != now[place]
            } ?? 0
            throw .changed(
                setting: "objective \(place + 1)", was: place < was.count ? was[place] : "none",
                now: place < now.count ? now[place] : "none")
        }
        throw .changed(
            setting: key, was: setting.write(self)?.flagText ?? "none", now: setting.write(other)?.flagText ?? "none")
    }
}
