import Lacuna

/// What the trainings of one run share: its folder, which is made at the first step of the first one, the progress
/// display, and the user's wish to stop.
///
/// Nothing is written before the first step is done, so whatever is wrong with settings or data leaves the disk as it
/// was; a run that `--overwrite` replaces is there until then.
final class RunSession {
    let directory: RunDirectory
    let existing: RunDirectory.Existing
    let display: ProgressDisplay
    let isQuiet: Bool
    /// Where TensorBoard's files go, or nil for none.
    private let tensorBoard: String?
    private let configuration: RunConfiguration
    /// Told of the steps of all trainings.
    private let profile: StepProfile?
    /// Whether the folder is this run's own making.
    private let isNew: Bool
    private var hasBegun = false
    private var hasFinishedOne = false
    private var hasSaidHeads = false
    private var failure: (any Error)?
    /// Writes the run's own files into its folder, when it is there.
    var writeFiles: () throws -> Void = {}

    init(
        _ configuration: RunConfiguration, in directory: RunDirectory, existing: RunDirectory.Existing, isQuiet: Bool,
        tensorBoard: String? = nil, profile: StepProfile? = nil
    ) throws(CommandError) {
        self.configuration = configuration
        self.directory = directory
        self.existing = existing
        self.isQuiet = isQuiet
        self.tensorBoard = tensorBoard
        self.profile = profile
        display = ProgressDisplay(isQuiet: isQuiet)
        isNew = !FileSystem.exists(directory.path)
        if FileSystem.isDirectory(directory.path) { try hold() }
    }

    /// Two runs in one folder would overwrite each other's checkpoints.
    private func hold() throws(CommandError) {
        guard System.hold(folder: directory.path) else {
            throw CommandError(
                "another run is at work in '\(directory.path)'", at: "--out", fix: "wait for it, or name another folder")
        }
    }

    /// Trains one of the run's models.
    ///
    /// - Returns: nil where the user stopped it; how to go on was said.
    func train(_ training: SingleTraining) throws -> SingleTraining.Outcome? {
        Interrupt.install()
        let outcome: SingleTraining.Outcome
        do {
            defer { display.clear() }
            outcome = try training.run(
                callbacks(for: training).recording(in: events(of: training)) { [self] in failure = $0 },
                resume: existing == .resume)
        } catch {
            // Without a checkpoint there is nothing to go on from: a folder made by this run is of no use.
            if isNew, hasBegun, !hasFinishedOne, training.checkpoints.isEmpty { try? FileSystem.remove(directory.path) }
            throw error
        }
        if let failure { throw failure }
        guard outcome.history.ending != .interrupted else {
            sayInterrupted(outcome.history, training)
            return nil
        }
        hasFinishedOne = true
        if !isQuiet, let kept = outcome.history.kept(training.settings) {
            display.say((training.title.map { "\($0): " } ?? "") + kept)
        }
        return outcome
    }

    /// Of several trainings each has a folder of its own, as in the run's folder.
    private func events(of training: SingleTraining) -> TensorBoardLog? {
        tensorBoard.map { folder in
            let own = training.folder.dropFirst(directory.path.count).drop { $0 == "/" }
            return TensorBoardLog(folder: own.isEmpty ? folder : FilePaths.join(folder, String(own)))
        }
    }

    private func callbacks(for training: SingleTraining) -> Callbacks {
        let monitor = training.settings.monitor.text
        let epochs = training.settings.epochs
        display.begin(training.title, number: training.place.number, of: training.place.count)
        return Callbacks(
            afterStep: { [self] progress in
                if !hasBegun {
                    do { try begin() } catch {
                        failure = error
                        return .stop
                    }
                }
                if !hasSaidHeads, let use = progress.headUse {
                    hasSaidHeads = true
                    if !isQuiet { display.say(use.sentence) }
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
            }, profile: profile)
    }

    /// Makes the folder, or takes the old run out of it, once: the first step has shown that all fits. A run that ended
    /// before its files were written is resumed without a step, and then this is due when they are.
    func begin() throws {
        guard !hasBegun else { return }
        hasBegun = true
        if existing == .overwrite { try directory.clear() }
        try directory.removePartialFiles()
        if !FileSystem.isDirectory(directory.path) {
            try FileSystem.makeFolder(directory.path)
            try hold()
        }
        try FileSystem.write(
            Array(configurationText().utf8), to: directory.file(RunDirectory.File.configuration), sync: false)
        try writeFiles()
    }

    /// The settings of the run, as its folder keeps them.
    func configurationText() throws -> String { try Self.text(of: configuration) }

    static func text(of configuration: RunConfiguration) throws -> String {
        try ConfigurationWriter.write(
            configuration.withAbsolutePaths(),
            comment: "All settings of this run. Repeat it with: lacuna train --config THIS_FILE --out ANOTHER_FOLDER")
    }

    /// A word that a shell reads back as it is.
    private func quoted(_ word: String) -> String {
        "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    /// Notes that an earlier run has finished a training: the folder is of use, whatever becomes of the others.
    func noteFinishedTraining() { hasFinishedOne = true }

    /// A wish to stop that came between two trainings.
    func isStopped(before training: SingleTraining) -> Bool {
        guard Interrupt.isRequested else { return false }
        display.say("Stopped before \(training.title ?? "the training"); all before it is saved. To go on:\n\(command)")
        return true
    }

    private func sayInterrupted(_ history: History, _ training: SingleTraining) {
        let done = history.epochs.count
        let of = training.title.map { " of \($0)" } ?? ""
        display.say("Stopped after \(done) \(done == 1 ? "epoch" : "epochs")\(of) and saved. To go on:\n\(command)")
    }

    private var command: String {
        """
          lacuna train --config \(quoted(directory.file(RunDirectory.File.configuration))) \
        --out \(quoted(directory.path)) --resume
        """
    }
}

extension HeadUse {
    /// What a run says once.
    var sentence: String {
        let share = "\(NumberText.count(observed)) of \(NumberText.count(pairs)) outputs (\(NumberText.percent(Double(observed) / Double(pairs))))"
        return switch way {
        case .observedLabels: "Heads are calculated for observed labels alone: \(share) in the first batch."
        case .allOutputs: "Heads are calculated in one product over all outputs, \(share) observed in the first batch."
        }
    }
}
