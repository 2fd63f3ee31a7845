import ArgumentParser
import Lacuna

extension Runs {
    /// Trains, scores every part, and writes the run's folder.
    ///
    /// Nothing is written, and no old run removed, before the first step is done: until then settings or data can turn
    /// out to be wrong.
    ///
    /// - Returns: the report; that of the old run where it was finished before and nothing was done.
    static func train(
        _ configuration: RunConfiguration, in directory: RunDirectory, existing: RunDirectory.Existing, quiet: Bool,
        command: String
    ) throws -> ResultReport {
        let display = ProgressDisplay(isQuiet: quiet)
        if existing == .resume, ModelFolder(directory.path).isModel {
            try checkFinished(configuration, in: directory)
            display.say("the run in '\(directory.path)' is finished; nothing is left to do")
            return try ResultReport(directory)
        }
        let data = try TrainingData.load(
            configuration.data, objectives: configuration.objectives, defaultHead: configuration.head,
            unlabelled: configuration.training.unlabelled ?? .drop)
        try checkMonitor(configuration.training, data.objectives)
        guard let train = data.datasets[.train] else { throw TrainingError.nothingToLearn }
        warn(data.warnings, on: display)
        let model = try Model(
            features: train.features.columns, encoder: configuration.encoder, objectives: data.objectives,
            seed: configuration.training.seed, threads: configuration.training.threads)
        let store = CheckpointStore(folder: directory.file(RunDirectory.File.checkpoints))
        if existing == .resume, !store.isEmpty { display.say("going on from the checkpoint in '\(directory.path)'") }
        Interrupt.install()
        let identity = identity(of: configuration, data.digest)
        let clock = ContinuousClock(), start = clock.now
        let history: History
        var isCleared = existing != .overwrite, failure: (any Error)?
        var callbacks = callbacks(display, configuration.training)
        let afterStep = callbacks.afterStep
        callbacks.afterStep = { progress in
            if !isCleared {
                isCleared = true
                do { try directory.clear() } catch {
                    failure = error
                    return .stop
                }
            }
            return afterStep?(progress) ?? .proceed
        }
        do {
            history = try model.fit(
                train, validation: data.datasets[.valid], configuration.training,
                callbacks: callbacks, checkpoints: store,
                resume: existing == .resume, identity: identity)
        } catch {
            display.clear()
            throw error
        }
        display.clear()
        if let failure { throw failure }
        guard history.ending != .interrupted else {
            display.say("stopped, and saved in '\(directory.path)'; go on with:\n  \(command)")
            throw ExitCode(130)
        }
        if history.ending == .earlyStopping, let best = history.bestEpoch {
            display.say("stopped early: epoch \(best) was the best of \(history.epochs.count), and its weights are kept")
        }
        let report = try report(model, data, history, seconds: (clock.now - start).seconds)
        try save(model, data, history, report, configuration, identity, in: directory)
        try store.removeAll()
        return report
    }

    /// What must be equal for a run to be resumed, beside what the library knows by itself: settings by their flags, and
    /// what the files hold rather than where they lie.
    private static func identity(of configuration: RunConfiguration, _ digest: DataDigest) -> [String: String] {
        var identity = configuration.identity
        for (name, value) in digest.byFlag { identity["the content of \(name)"] = value }
        return identity
    }

    /// A finished run is not trained again; a changed setting would silently be ignored.
    private static func checkFinished(_ configuration: RunConfiguration, in directory: RunDirectory) throws {
        let was = try ModelFolder(directory.path).load(threads: 1, as: Preprocessing.self).identity
        let now = identity(of: configuration, try DataDigest(configuration.data))
        for name in Set(was.keys).union(now.keys).sorted() where was[name] != now[name] {
            throw TrainingError.changed(setting: name, was: was[name] ?? "none", now: now[name] ?? "none")
        }
    }

    /// A monitor that names no objective is a slip of the pen, told before any work.
    private static func checkMonitor(_ settings: TrainingSettings, _ objectives: [Objective]) throws {
        guard case .metric(let name, let metric) = settings.monitor else { return }
        guard let objective = objectives.first(where: { $0.name == name }) else {
            throw CommandError(
                "the monitor '\(settings.monitor.text)' names no objective", at: "--monitor",
                fix: NearestName.advice(for: name, among: objectives.map(\.name), what: "the objectives are"))
        }
        let known = Metric.all(for: objective.kind.name).map(\.rawValue)
        guard known.contains(metric.rawValue) else {
            throw CommandError(
                "objective '\(name)' is \(objective.kind.name.rawValue) and has no \(metric.rawValue)", at: "--monitor",
                fix: "its metrics are \(known.joined(separator: ", "))")
        }
    }

    private static func callbacks(_ display: ProgressDisplay, _ settings: TrainingSettings) -> Callbacks {
        Callbacks(
            afterStep: { progress in
                display.step(
                    epoch: progress.epoch, of: progress.epochs, step: progress.step, of: progress.steps,
                    rows: progress.rows, loss: progress.loss)
                return Interrupt.isRequested ? .stop : .proceed
            },
            afterEpoch: { epoch in
                display.epochEnded(
                    EpochSummary(
                        epoch: epoch.epoch, epochs: settings.epochs, loss: epoch.trainingLoss,
                        validLoss: epoch.validationLoss,
                        monitor: settings.monitor == .loss
                            ? nil : epoch.monitored.map { .init(name: settings.monitor.text, value: $0) },
                        rowsPerSecond: epoch.seconds > 0 ? Double(epoch.rows) / epoch.seconds : 0))
                return Interrupt.isRequested ? .stop : .proceed
            })
    }

    private static func report(
        _ model: Model, _ data: TrainingData, _ history: History, seconds: Double
    ) throws -> ResultReport {
        let parts = Part.allCases.filter { data.datasets[$0] != nil }
        var evaluations: [String: Evaluation] = [:]
        for part in parts { evaluations[part.rawValue] = try data.datasets[part].map { try model.evaluate($0) } }
        let coverage = data.coverage.map { byPart in
            Dictionary(uniqueKeysWithValues: byPart.map { ($0.key.rawValue, $0.value) })
        }
        var report = ResultReport(
            splits: parts.map(\.rawValue), objectives: model.objectives, evaluations: evaluations, coverage: coverage,
            labels: data.datasets.reduce(into: [:]) { $0[$1.key.rawValue] = $1.value.slotCoverage(rows: data.rowCounts[$1.key] ?? $1.value.rows) },
            rows: Dictionary(uniqueKeysWithValues: data.rowCounts.map { ($0.key.rawValue, $0.value) }))
        report.unlabelledDropped = data.droppedUnlabelled
        report.training = TrainingFacts(
            epochs: history.epochs.count, bestEpoch: history.bestEpoch ?? history.epochs.last?.epoch, seconds: seconds,
            stepMicroseconds: history.stepMicroseconds ?? 0, rowsPerSecond: history.rowsPerSecond ?? 0,
            parameters: model.parameterCount, peakMemoryMegabytes: System.peakMemoryMegabytes)
        return report
    }

    private static func save(
        _ model: Model, _ data: TrainingData, _ history: History, _ report: ResultReport,
        _ configuration: RunConfiguration, _ identity: [String: String], in directory: RunDirectory
    ) throws {
        let split = RunDirectory.File.split
        let folder = ModelFolder(directory.path)
        try folder.make()
        try data.writeSplit(to: directory.file(split))
        try folder.save(
            model, preprocessing: data.preprocessing, training: configuration.training, history: history,
            identity: identity,
            files: [
                (RunDirectory.File.configuration, Array(try ConfigurationWriter.write(configuration.withAbsolutePaths()).utf8)),
            ], timedFiles: [(RunDirectory.File.metrics, Array((report.json.pretty() + "\n").utf8))], existing: [split])
    }
}

extension RunConfiguration {
    /// Every setting by its flag, in its written form, but for the paths of data files.
    var identity: [String: String] {
        let paths: Set = ["data.file", "data.features", "data.labels", "data.labelNames", "data.mask"]
        var identity: [String: String] = [:]
        for setting in Setting.all where !paths.contains(setting.path) {
            identity[setting.flag] = setting.write(self)?.flagText ?? "none"
        }
        for (number, objective) in objectives.enumerated() {
            identity["objective \(number + 1)"] = SettingValue.mapping(objective.entries).flagText
        }
        return identity
    }

    /// The same run said from anywhere.
    func withAbsolutePaths() -> RunConfiguration {
        var result = self
        for path in DataDeclaration.paths {
            if let given = data[keyPath: path] { result.data[keyPath: path] = FilePaths.absolute(given) }
        }
        return result
    }
}

extension DataDigest {
    /// The digests under the flags that name the files.
    var byFlag: [(name: String, digest: String)] {
        [("--data", file), ("--features", features), ("--labels", labels), ("--mask", mask)]
            .compactMap { name, digest in digest.map { (name, $0) } }
    }
}
