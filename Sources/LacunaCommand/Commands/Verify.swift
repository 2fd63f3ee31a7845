import ArgumentParser
import Lacuna

/// `lacuna verify`.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "verify",
        abstract: "Prove on your own data and settings that missing labels do not matter.",
        usage: """
            lacuna verify --data FILE --objective 'PATTERN:KIND' … [the flags of train]
            lacuna verify --config FILE [the flags of train]
            """,
        discussion: """
            Trains a few times for a few epochs (2, unless --epochs says otherwise) and compares what the trainings leave: \
            weights, optimizer, losses and metrics. Ends with exit code 0 where all is as it must be, and 1 where it is not.

            poison        every missing slot of the label arrays holds NaN, ±1e30, ±∞ or a wrong class under its mask, in all \
            parts: not a bit may differ from zeros there
            headPaths     the same on each way that linear heads are calculated
            control       one missing slot is let through: if that changed nothing, the checks could not fail
            files         your files are written again with other missing tokens, or your array with poison under its mask, \
            and read as yours are: not a bit may differ; skipped where files store nothing for a missing label
            accumulation  a batch of 64 rows at once and as 4 parts of 16: gradients equal to rounding; skipped with batch norm
            resume        a run stopped in the middle and resumed: not a bit may differ

            Every other flag is that of train. Calibrations, thresholds and conformal sets are fitted after each training and \
            compared as well. With --ensemble or --compare the first model's training is verified, with --folds that of \
            the first fold: the others differ by seed, objectives or rows. --out, --resume, --overwrite and --tensorboard \
            are taken and left aside: nothing is written but to a temporary folder, which is removed.

            EXAMPLES

              lacuna verify --data patients.csv --id patient --missing=-1 \\
                  --objective 'tumor:binary' --objective 'tissue:categorical'
              lacuna verify --data a.csv --data b.csv --objective 'tumor:binary' \\
                  --balance uncertainty --calibration isotonic
              lacuna verify --config runs/tox21/config.yaml
            """)

    @OptionGroup var settings: TrainingConfigurationOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @OptionGroup(title: "Left aside") var aside: LeftAsideOptions
    @Flag(
        help: """
            Train on the wrong labels that stand in missing slots, as a program that forgets its mask does: verify must then \
            fail, which shows that it can.
            """)
    var breakMask = false

    func run() throws {
        // A file's epochs are those of a whole training.
        let configuration = try settings.resolvedConfiguration(changing: { $0.training.epochs = 2 })
        let display = ProgressDisplay(isQuiet: output.quiet)
        let subject = Self.subject(configuration)
        if let subject, !output.quiet { display.say(subject) }
        let report = try TemporaryFolder.with { folder in
            try Verification(
                data: configuration.data, objectives: configuration.objectives, encoder: configuration.encoder,
                head: configuration.head, settings: configuration.training, decisions: configuration.decisions,
                folds: configuration.folds, folder: folder, breaksMask: breakMask
            ).run { title in if !output.quiet { display.say("checking: \(title)") } }
        }
        let text = output.json
            ? report.json(epochs: configuration.training.epochs, subject: subject).pretty() + "\n"
            : report.text(epochs: configuration.training.epochs)
        try System.output(text)
        if !report.passed { throw ExitCode.failure }
    }

    /// Which training is verified, where a run has several.
    private static func subject(_ configuration: RunConfiguration) -> String? {
        if let count = configuration.ensemble {
            return "verified is the training of member 1 of \(count); the others differ by their seeds alone"
        }
        if let count = configuration.folds {
            return "verified is the training of fold 1 of \(count); the others differ by their rows alone"
        }
        return configuration.compare ? "verified is the training of the shared model; the others differ by their objectives alone" : nil
    }
}

/// Flags of train about the folder that it writes; a train command can so be verified as it stands.
struct LeftAsideOptions: ParsableArguments {
    @Option(help: ArgumentHelp("The run's folder.", valueName: "dir")) var out: String?
    @Option(help: ArgumentHelp("TensorBoard's folder.", valueName: "dir")) var tensorboard: String?
    @Flag(help: "Whether the run would be gone on with.") var resume = false
    @Flag(help: "Whether the run would be replaced.") var overwrite = false
}
