import ArgumentParser
import Lacuna

/// `lacuna verify`.
struct Verify: ParsableCommand {
    static let configuration = CommandConfiguration(
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
            files         your file is written again with other missing tokens, or your array with poison under its mask, \
            and read as yours is: not a bit may differ
            accumulation  a batch of 64 rows at once and as 4 parts of 16: gradients equal to rounding; skipped with batch norm
            resume        a run stopped in the middle and resumed: not a bit may differ

            Every other flag is that of train. Nothing is written but to a temporary folder, which is removed.

            EXAMPLES

              lacuna verify --data patients.csv --missing=-1 --objective 'tumor:binary' --objective 'tissue:categorical'
              lacuna verify --config runs/tox21/config.yaml
            """)

    @OptionGroup var settings: TrainingConfigurationOptions
    @OptionGroup(title: "Output") var output: OutputOptions
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
        let report = try TemporaryFolder.with { folder in
            try Verification(
                data: configuration.data, objectives: configuration.objectives, encoder: configuration.encoder,
                head: configuration.head, settings: configuration.training, folder: folder, breaksMask: breakMask
            ).run { title in if !output.quiet { display.say("checking: \(title)") } }
        }
        let text = output.json
            ? report.json(epochs: configuration.training.epochs).pretty() + "\n"
            : report.text(epochs: configuration.training.epochs)
        try System.output(text)
        if !report.passed { throw ExitCode.failure }
    }
}
