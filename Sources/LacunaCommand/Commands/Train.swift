import ArgumentParser
import Lacuna

/// `lacuna train`.
struct Train: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "train",
        abstract: "Train one model for all objectives, and score it.",
        usage: """
            lacuna train --data FILE --objective 'PATTERN:KIND' … --out DIR
            lacuna train --features X.npy --labels Y.npy --objective 'PATTERN:KIND' … --out DIR
            lacuna train --config FILE --out DIR [FLAGS that win over the file]
            """,
        discussion: """
            Writes a folder with the model, its preprocessing, the history, the metrics and the resolved \
            configuration; prints the scores on every part.

            EXAMPLES

              lacuna train --data tox21.csv.gz --id id --split-column split \\
                  --objective 'NR-*:binary' --objective 'SR-*:binary' \\
                  --early-stopping 5 --out runs/tox21
              lacuna train --data patients.csv --id patient --missing=-1,9 \\
                  --objective 'tumor:binary:weight=2' --objective 'tissue:categorical' \\
                  --objective 'findings=finding_*:multilabel:loss=asl' \\
                  --objective 'size:regression:transform=log1p,unit=mm' --out runs/patients
              lacuna train --features x.npy --labels y.npy --missing -1 \\
                  --objective 't*:binary' --out runs/arrays
              lacuna train --features x.npz --labels y.npz \\
                  --objective 't*:binary' --out runs/sparse
              lacuna train --data tags.svm.gz \\
                  --objective 'tags=t*:multilabel' --out runs/tags
              lacuna train --data a.csv --data b.csv --rename 'b.csv:tumour=tumor' \\
                  --objective 'tumor:binary:uncertain=-1:soft(0.55,0.85)' \\
                  --objective 'lead:regression:censored=true' --out runs/both
              lacuna train --config lacuna.yaml --seed 2 --out runs/seed2
              lacuna train --config lacuna.yaml --ensemble 5 --out runs/five
              lacuna train --data small.csv --objective 'y:binary' --folds 5 \\
                  --out runs/folds

            CONFIGURATION FILE

              data: {file: patients.csv, id: patient, missing: ["-1"], splitColumn: split}
              objectives:
                - {column: tumor, kind: binary, weight: 2}
                - {name: findings, columns: "finding_*", kind: multilabel}
              encoder: {dense: [512, 256], activation: relu, dropout: 0.2}
              training: {epochs: 40, batchSize: 128, learningRate: 0.001, seed: 1}
              decisions: {calibration: isotonic, threshold: f1, coverage: 0.9}

            'column' is an exact name, 'columns' a glob; all else is the flag in camelCase. Relative paths are meant \
            from the file's folder. Flags win; --objective replaces the file's list.

            \(ObjectiveGrammar.help)
            """)

    @OptionGroup var settings: TrainingConfigurationOptions
    @OptionGroup(title: "TensorBoard") var tensorBoard: TensorBoardOptions
    @OptionGroup(title: "Output") var output: OutputOptions
    @Option(help: ArgumentHelp("The folder to write the run to; required.", valueName: "dir")) var out: String
    @Flag(help: "Go on from the last checkpoint in --out, or start where there is none.") var resume = false
    @Flag(help: "Remove the run in --out first. A folder that holds anything else is left alone.") var overwrite = false

    @Flag(help: "Print where the time of a step went, and how near its dense products came to what this machine can do.")
    var profile = false

    func run() throws {
        let directory = RunDirectory(out)
        guard !(resume && overwrite) else {
            throw CommandError(
                "--resume and --overwrite exclude each other", why: "one goes on with a run, the other removes it",
                fix: "give one of them")
        }
        let existing: RunDirectory.Existing = resume ? .resume : overwrite ? .overwrite : .refuse
        let configuration = try resolvedConfiguration()
        try tensorBoard.check(against: directory)
        try directory.check(existing)
        let steps = StepProfile()
        let run = try TrainingRun(
            configuration, in: directory, existing: existing, isQuiet: output.quiet, tensorBoard: tensorBoard.tensorboard,
            profile: profile ? steps : nil)
        guard let report = try run.report() else { throw ExitCode(TrainingRun.interruptedCode) }
        try report.show(json: output.json, detail: output.detail, profile: profile ? steps : nil)
    }

    /// What the file and the flags say together, checked and complete.
    func resolvedConfiguration() throws -> RunConfiguration { try settings.resolvedConfiguration() }
}
