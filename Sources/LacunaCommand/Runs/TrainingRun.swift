import Lacuna

/// One run of `train`: from a configuration to a folder with a model in it, and its result.
///
/// What is trained, one model or several, is a ``SingleTraining`` each; what they share is the ``RunSession``.
final class TrainingRun {
    let configuration: RunConfiguration
    let directory: RunDirectory
    let existing: RunDirectory.Existing
    let session: RunSession
    /// What is fitted on validation rows besides the model; nil for folds, and before the data are read.
    private(set) var fitting: DecisionFitting?

    /// The exit code of a run that Ctrl-C stopped: 128 + SIGINT, as shells have it.
    static let interruptedCode: Int32 = 130

    /// - Parameter configuration: resolved and valid.
    /// - Throws: `CommandError` where another run is at work in the folder.
    init(
        _ configuration: RunConfiguration, in directory: RunDirectory, existing: RunDirectory.Existing, isQuiet: Bool,
        tensorBoard: String? = nil, profile: StepProfile? = nil
    ) throws {
        self.configuration = configuration
        self.directory = directory
        self.existing = existing
        session = try RunSession(
            configuration, in: directory, existing: existing, isQuiet: isQuiet, tensorBoard: tensorBoard, profile: profile)
    }

    /// Trains, saves and scores.
    ///
    /// - Returns: nil where the run was stopped; it has said how to go on.
    func report() throws -> ResultReport? {
        if existing == .resume, let finished = try finishedReport() { return finished }
        let table = try LoadedTable.read(
            configuration.data, objectives: configuration.objectives, defaultHead: configuration.head,
            seed: configuration.training.seed)
        try check(configuration.training.monitor, table.objectives)
        if let folds = configuration.folds { return try trainFolds(folds, table) }
        let data = try table.trainingData(table.split(), unlabelled: configuration.training.unlabelled ?? .drop)
        say(data.warnings)
        fitting = try DecisionFitting(data, configuration.decisions, seed: configuration.training.seed)
        if let members = configuration.ensemble { return try trainMembers(members, data) }
        return try trainOne(data)
    }

    func say(_ warnings: [String]) {
        for warning in warnings { session.display.say(ErrorText.warning(warning)) }
    }

    /// The one model of a plain run.
    private func trainOne(_ data: TrainingData) throws -> ResultReport? {
        var training = training(data, settings: configuration.training, folder: directory.path)
        if configuration.compare {
            training.title = "shared"
            training.place = (1, data.objectives.count + 1)
        }
        if existing == .resume { try training.checkRemains() }
        session.writeFiles = { [directory] in try data.writeSplit(to: directory.file(RunDirectory.File.split)) }
        guard let outcome = try session.train(training) else { return nil }
        let decisions = try decisions(for: outcome.model)
        var report = try evaluate(outcome.model, decisions, on: data)
        report.training = TrainingFacts(outcome)
        report = report.adding(outcome.history, balancing: configuration.training.balancing)
        if configuration.compare {
            guard let compare = try comparison(with: outcome.model, on: data) else { return nil }
            report.compare = compare
        }
        try session.begin()
        try ModelFolder(directory.path).save(
            outcome.model, preprocessing: data.preprocessing.mappingPaths(FilePaths.absolute),
            training: configuration.training, history: outcome.history, identity: training.identity, decisions: decisions,
            files: try runFiles(),
            timedFiles: [(RunDirectory.File.metrics, report.file)])
        try training.checkpoints.removeAll()
        if configuration.compare { try FileSystem.remove(directory.file(RunDirectory.File.compare)) }
        return report
    }

    /// What the validation rows teach about the decisions of a finished model; its shortfalls are said.
    func decisions(for predictor: any Predictor) throws -> Decisions? {
        guard let decisions = try fitting?.fit(predictor) else { return nil }
        say(decisions.shortfalls)
        return decisions
    }

    /// A training on the parts of some data; of the validation rows it sees those that are not kept for a coverage.
    func training(_ data: TrainingData, settings: TrainingSettings, folder: String) -> SingleTraining {
        guard let train = data.datasets[.train] else { preconditionFailure("training data has a training part") }
        return SingleTraining(
            objectives: data.objectives, train: train, validation: fitting.map(\.rows.tuning) ?? data.datasets[.valid], encoder: configuration.encoder,
            settings: settings, folder: folder, identity: SingleTraining.identity(of: data.digest))
    }

    /// The files of the run that stand beside its model and are equal in equal runs.
    func runFiles() throws -> [(name: String, bytes: [UInt8])] {
        [
            (RunDirectory.File.configuration, Array(try session.configurationText().utf8)),
            (RunDirectory.File.split, try FileSystem.read(directory.file(RunDirectory.File.split))),
        ]
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

    /// The scores on every part of the data, and what the decisions do there.
    func evaluate(
        _ predictor: any Predictor, _ decisions: Decisions? = nil, on data: TrainingData
    ) throws -> ResultReport {
        try ResultReport(
            predictor, decisions,
            on: Part.allCases.compactMap { part in
                data.datasets[part].map { .init(split: part.rawValue, data: $0, rows: data.rowsOfPart[part] ?? [], all: data.split.rows(of: part)) }
            },
            rows: Dictionary(uniqueKeysWithValues: data.rowCounts.map { ($0.key.rawValue, $0.value) }),
            unlabelledDropped: data.droppedUnlabelled, sources: data.sources)
    }
}

extension ResultReport {
    /// What `metrics.json` holds.
    var file: [UInt8] { Array((json.pretty() + "\n").utf8) }
}

/// What a resumed run finds.
extension TrainingRun {
    /// The result of a finished run, or nil where there is something left to train.
    ///
    /// - Throws: ``TrainingError`` naming a setting that is not the old run's.
    func finishedReport() throws -> ResultReport? {
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
        for (name, now) in SingleTraining.identity(of: try DataDigest(configuration.data)).sorted(by: { $0.key < $1.key }) {
            if let was = was[name], was != now { throw TrainingError.changed(setting: name, was: was, now: now) }
        }
        session.display.say("The run in '\(directory.path)' is finished; nothing was changed.")
        return try ResultReport(reading: FileSystem.read(directory.file(RunDirectory.File.metrics)))
    }
}
