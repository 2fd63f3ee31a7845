import Lacuna

/// A search for settings: draws trials, trains them, and keeps a log that a killed search goes on from.
///
/// Trials are compared by the monitored value on the validation part; the test part is never looked at. A trial is a pure
/// function of seed and number, and its training is resumed from its checkpoint, so a search that was stopped ends as one that
/// was not.
final class TuningRun {
    /// When the search ends.
    struct Budget: Equatable, Sendable {
        var trials: Int?
        var minutes: Double?
    }

    enum Method: String, CaseIterable, Sendable {
        /// Every trial trains all epochs (Bergstra & Bengio 2012).
        case random
        /// Many begin, the best third of each rung goes on three times as long (Jamieson & Talwalkar 2016).
        case halving
    }

    let base: RunConfiguration
    let space: SearchSpace
    let method: Method
    let budget: Budget
    let folder: String
    private let display: ProgressDisplay
    private let isQuiet: Bool
    private(set) var log: TrialLog
    private let data: TrainingData
    /// By objective of the data: its declaration in the base.
    private let placeOfObjective: [Int]
    /// What trials are compared on: the validation rows that a run's early stopping sees.
    private let validation: Dataset
    private let clock = ContinuousClock()
    /// Training seconds of the trial in progress.
    private var started: ContinuousClock.Instant?

    /// A third goes on.
    private static let reduction = 3
    /// Trials of a bracket where minutes are the budget.
    private static let bracket = 27

    init(
        _ base: RunConfiguration, _ space: SearchSpace, method: Method, budget: Budget, folder: String, isQuiet: Bool
    ) throws {
        self.method = method
        self.budget = budget
        self.folder = folder
        self.isQuiet = isQuiet
        display = ProgressDisplay(isQuiet: isQuiet)
        // A value that a setting does not take is found before anything is trained.
        for dimension in space.dimensions {
            guard dimension.key != SearchSpace.weights else { continue }
            for word in dimension.values.extremes {
                let draw = SearchSpace.Draw(settings: [.init(key: dimension.key, value: word)], weightRange: nil)
                do { try draw.applied(to: base, trial: 0, seed: 0).validate() } catch let error as SettingError {
                    throw CommandError(error.problem, at: "--search", why: "'\(dimension.text)' can be \(word)", fix: error.fix)
                }
            }
        }
        data = try TrainingData.load(
            base.data, objectives: base.objectives, defaultHead: base.head, unlabelled: base.training.unlabelled ?? .drop,
            seed: base.training.seed)
        guard data.datasets[.valid] != nil, let validation = try DecisionFitting(data, base.decisions, seed: base.training.seed).rows.tuning else {
            throw CommandError(
                "there is no validation part", why: "trials are compared on it",
                fix: "give it a share, such as --split 0.8,0.1,0.1")
        }
        self.validation = validation
        let base = base.declaringEachObjective(of: data)
        let space = space.of(objectives: base.objectives.count)
        guard !space.dimensions.isEmpty else {
            throw CommandError("nothing is searched", at: "--search", why: "every usual setting is given", fix: "say what to search")
        }
        (self.base, self.space) = (base, space)
        placeOfObjective = base.objectives.count == data.objectives.count ? Array(data.objectives.indices)
            : data.declarations.map { base.objectives.firstIndex(of: $0) ?? 0 }
        if FileSystem.isDirectory(folder) { try Self.hold(folder) }
        let digests = SingleTraining.identity(of: data.digest)
        log = try TrialLog(
            FilePaths.join(folder, Self.logName),
            .init(
                method: method.rawValue, seed: base.training.seed, search: space.dimensions.map(\.text),
                base: try ConfigurationWriter.write(base), data: digests))
        for warning in data.warnings { display.say(ErrorText.warning(warning)) }
    }

    static let logName = "trials.jsonl", bestName = "best.yaml", trialsName = "trials"

    /// Searches until the budget is spent.
    ///
    /// - Returns: the result, or nil where the user stopped the search; it was said how to go on.
    func result() throws -> TuningResult? {
        Interrupt.install()
        if !FileSystem.isDirectory(folder) {
            try FileSystem.makeFolder(folder)
            try Self.hold(folder)
        }
        try log.write()
        switch method {
        case .random: try searchAtRandom()
        case .halving: try searchByHalving()
        }
        display.clear()
        guard !Interrupt.isRequested else {
            display.say("Stopped; all trials so far are in '\(log.path)'. The same command goes on.")
            return nil
        }
        let result = TuningResult(log: log, monitor: base.training.monitor, bestFile: FilePaths.join(folder, Self.bestName))
        guard let best = result.best else {
            throw CommandError(
                "no trial has a score", at: log.path, why: log.entries.first?.failure,
                fix: "look at the log; a lower learning rate or another --monitor may help")
        }
        let winner = try configuration(of: best.trial)
        let text = try ConfigurationWriter.write(
            winner.withAbsolutePaths(),
            comment: "The best of \(result.trials) trials. Train it with: lacuna train --config THIS_FILE --out FOLDER")
        try FileSystem.write(Array(text.utf8), to: FilePaths.join(folder, Self.bestName))
        try FileSystem.remove(FilePaths.join(folder, Self.trialsName))
        return result
    }

    /// Two searches in one folder would write over each other's log.
    private static func hold(_ folder: String) throws(CommandError) {
        guard System.hold(folder: folder) else {
            throw CommandError("another search is at work in '\(folder)'", at: "--out", fix: "wait for it, or name another folder")
        }
    }

    private func searchAtRandom() throws {
        var trial = 1
        while !isSpent(next: trial) {
            try train(trial: trial, rung: 0, until: base.training.epochs)
            if Interrupt.isRequested { return }
            trial += 1
        }
    }

    private func searchByHalving() throws {
        var first = 1
        while !isSpent(next: first) {
            let count = budget.trials.map { min($0 - first + 1, $0) } ?? Self.bracket
            var contenders = Array(first..<first + count)
            for (rung, epochs) in Self.rungs(trials: count, epochs: base.training.epochs).enumerated() {
                for trial in contenders {
                    // Time ends a bracket between two trials; the rest of the rung is not judged.
                    if budget.trials == nil, isSpent(next: trial), log.entry(trial: trial, rung: rung) == nil { return }
                    try train(trial: trial, rung: rung, until: epochs)
                    if Interrupt.isRequested { return }
                }
                contenders = best(of: contenders, rung: rung, keep: max(1, contenders.count / Self.reduction))
                for trial in first..<first + count where !contenders.contains(trial) { try FileSystem.remove(trialFolder(trial)) }
            }
            first += count
        }
    }

    /// Epochs at which the rungs end; the last one is the whole.
    static func rungs(trials: Int, epochs: Int) -> [Int] {
        var rungs = [epochs]
        var left = trials
        while left >= reduction, rungs[0] >= reduction {
            rungs.insert(max(1, rungs[0] / reduction), at: 0)
            left /= reduction
        }
        return rungs
    }

    private func best(of trials: [Int], rung: Int, keep: Int) -> [Int] {
        let scored = trials.compactMap { trial in log.entry(trial: trial, rung: rung)?.score.map { (trial, $0) } }
        let higher = base.training.monitor.isBetterHigher
        // Equal scores: the earlier trial.
        let sorted = scored.sorted { a, b in a.1 == b.1 ? a.0 < b.0 : higher ? a.1 > b.1 : a.1 < b.1 }
        return sorted.prefix(keep).map(\.0).sorted()
    }

    private func isSpent(next trial: Int) -> Bool {
        if let trials = budget.trials, trial > trials { return true }
        if let minutes = budget.minutes, log.seconds >= minutes * 60 { return true }
        return Interrupt.isRequested
    }

    /// The settings of a trial on top of the base.
    func configuration(of trial: Int) throws -> RunConfiguration {
        try space.draw(trial: trial, seed: base.training.seed).applied(to: base, trial: trial, seed: base.training.seed)
    }

    private func trialFolder(_ trial: Int) -> String { FilePaths.join(FilePaths.join(folder, Self.trialsName), "\(trial)") }

    /// Trains a trial up to an epoch and logs it, unless the log has it.
    private func train(trial: Int, rung: Int, until epochs: Int) throws {
        guard log.entry(trial: trial, rung: rung) == nil else { return }
        let configuration = try configuration(of: trial)
        let drawn = space.draw(trial: trial, seed: base.training.seed)
        var settings = Dictionary(uniqueKeysWithValues: drawn.settings.map { ($0.key, $0.value) })
        if drawn.weightRange != nil {
            settings[SearchSpace.weights] = configuration.objectives.map { "\($0.weight)" }.joined(separator: "|")
        }
        let start = clock.now
        var entry = TrialLog.Entry(trial: trial, rung: rung, epochs: 0, seconds: 0, settings: settings)
        do {
            guard let history = try fit(configuration, trial: trial, until: epochs) else { return }
            entry.epochs = history.epochs.count
            let values = history.epochs.compactMap(\.monitored)
            let higher = base.training.monitor.isBetterHigher
            entry.score = configuration.training.earlyStopping == nil ? history.epochs.last?.monitored : higher ? values.max() : values.min()
            if entry.score == nil { entry.failure = "\(base.training.monitor.text) is undefined on the validation part" }
        } catch let error as TrainingError {
            guard error.isDivergence else { throw error }
            entry.failure = error.problem
        }
        entry.seconds = (clock.now - start).seconds
        try log.append(entry)
        if !isQuiet { display.say(TuningResult.line(entry, monitor: base.training.monitor.text)) }
        // What is not gone on with needs no checkpoint.
        if entry.score == nil || epochs == base.training.epochs { try FileSystem.remove(trialFolder(trial)) }
    }

    /// - Returns: nil where the user stopped it.
    private func fit(_ configuration: RunConfiguration, trial: Int, until epochs: Int) throws -> History? {
        guard let train = data.datasets[.train] else { preconditionFailure("training data has a training part") }
        let objectives = zip(data.objectives, placeOfObjective).map { objective, place in
            var copy = objective
            copy.weight = configuration.objectives[place].weight
            return copy
        }
        let settings = configuration.training
        let training = SingleTraining(
            title: "trial \(trial)", objectives: objectives, train: train, validation: validation,
            encoder: configuration.encoder, settings: settings, folder: trialFolder(trial),
            identity: SingleTraining.identity(of: data.digest))
        display.begin("trial \(trial)", number: 1, of: 1)
        let outcome = try training.run(
            Callbacks(
                afterStep: { [display] progress in
                    display.step(
                        epoch: progress.epoch, of: progress.epochs, step: progress.step, of: progress.steps, rows: progress.rows,
                        loss: progress.loss)
                    return Interrupt.isRequested ? .stop : .proceed
                },
                afterEpoch: { epoch in epoch.epoch >= epochs || Interrupt.isRequested ? .stop : .proceed }), resume: true)
        display.clear()
        let isWhole = outcome.history.epochs.count >= epochs || outcome.history.ending != .interrupted
        return isWhole ? outcome.history : nil
    }
}

extension RunConfiguration {
    /// Beyond so many, objectives that one pattern declares keep one weight.
    private static let mostDeclared = 64

    /// The same with one declaration for each objective, so that each can have a weight of its own.
    ///
    /// - Parameter data: read with these declarations.
    func declaringEachObjective(of data: TrainingData) -> RunConfiguration {
        guard data.objectives.count <= Self.mostDeclared else { return self }
        var result = self
        result.objectives = zip(data.objectives, data.declarations).map { objective, declaration in
            var copy = declaration
            if declaration.group == nil, case .glob = declaration.columns { copy.columns = .exact(objective.name) }
            return copy
        }
        return result
    }
}

extension TrainingError {
    /// Whether numbers ran away: a trial's own failure, where every other error is the search's.
    fileprivate var isDivergence: Bool {
        switch self {
        case .diverged, .weightsDiverged: true
        default: false
        }
    }
}
