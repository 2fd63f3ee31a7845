import ArgumentParser
import Lacuna

/// `lacuna split`.
struct SplitCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "split",
        abstract: "Divide rows into parts or folds that mean something, and write which is which.",
        usage: """
            lacuna split --data FILE --objective 'PATTERN:KIND' … --out FILE.csv
            lacuna split --data FILE --objective 'PATTERN:KIND' … --folds 5 --group COLUMN --out FILE.csv
            lacuna split --data FILE --time-column COLUMN --out FILE.csv
            lacuna split --features X.npy --labels Y.npy --objective 'PATTERN:KIND' … --out FILE.csv
            """,
        discussion: """
            Writes the table as it is, byte for byte, with a column more: split (train, valid or test), or fold (1, 2, \
            …) with --folds. Of arrays and libsvm files, the file has the columns row (from 1) and split; of several \
            tables row, source, sourceRow (the row in its own file) and split. Train with a table's column by \
            --split-column split. Prints how many rows, observed labels and labels of each class every part has, and how \
            far that is from an exact share.

            Rows are spread so that every part has its share of each objective's classes and of its missing labels. With \
            --group, rows with equal cells stay together. With --time-column, the latest rows are test, those before them \
            valid and the oldest train, whatever their labels; rows of one time stay together, and a group stands at its \
            latest time. Without --objective, rows are drawn without looking at labels. The same seed draws the same \
            split.

            EXAMPLES

              lacuna split --data patients.csv --objective 'finding_*:binary' \\
                  --group patient --out divided.csv
              lacuna split --data patients.csv.gz --objective '*_score:regression' \\
                  --folds 5 --out folds.csv.gz
              lacuna split --data visits.csv --time-column date \\
                  --split 0.7,0.15,0.15 --out divided.csv
            """)

    @OptionGroup(title: "Data") var data: SplitDataOptions
    @OptionGroup(title: "Objectives") var objectives: ObjectiveOptions
    @Option(help: Setting.help(.data, "group")) var group: String?
    @Option(help: Setting.help(.data, "timeColumn")) var timeColumn: String?
    @Option(
        help: ArgumentHelp("Shares of train, valid and test. (default: 0.8,0.1,0.1)", valueName: "shares"))
    var split: String?
    @Option(help: ArgumentHelp("Make so many folds of equal size in place of parts. (default: none)", valueName: "count"))
    var folds: Int?
    @Option(
        name: [.customLong("seed"), .customLong("split-seed")], parsing: .unconditional,
        help: ArgumentHelp("The seed of the draw.", valueName: "seed"))
    var seed: UInt64 = 0
    @Option(
        help: ArgumentHelp("The name of the new column. (default: split, or fold with --folds)", valueName: "name"))
    var column: String?
    @Option(
        help: ArgumentHelp(
            "The file to write: like the table, .csv or .tsv, compressed where it ends in .gz; an existing one is replaced.",
            valueName: "file"))
    var out: String
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        let run = SplitRun(
            data: try declaration(), objectives: try declaredObjectives(), folds: folds, seed: seed, column: column, out: out)
        let report = try run.report()
        let display = ProgressDisplay(isQuiet: output.quiet)
        for warning in report.warnings { display.say(ErrorText.warning(warning)) }
        try System.output(output.json ? report.json.pretty() + "\n" : report.text)
    }

    private func declaration() throws -> DataDeclaration {
        if folds != nil, let other = split != nil ? "--split" : timeColumn != nil ? "--time-column" : nil {
            throw CommandError(
                "--folds and \(other) exclude each other",
                why: other == "--split" ? "folds are of equal size" : "each fold is tested by models that train on later rows",
                fix: "give one of them")
        }
        var configuration = RunConfiguration()
        let words = [("group", group), ("timeColumn", timeColumn), ("split", split)]
        try configuration.apply(data.given + GivenSetting.collect(.data, words: words))
        return configuration.data
    }

    private func declaredObjectives() throws -> [ObjectiveDeclaration] {
        var configuration = RunConfiguration()
        try configuration.apply([], objectives: objectives.objective)
        return configuration.objectives
    }
}

/// The data flags that say where labels are.
struct SplitDataOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            """
            A table with the labels: CSV or TSV; repeatable: columns are united by name, and NAME=FILE names a source; or a \
            libsvm file; plain or gzip. (default: none)
            """, valueName: "file"))
    var file: [String] = []
    @Option(help: Setting.help(.data, "rename")) var rename: [String] = []
    @Option(help: Setting.help(.data, "features")) var features: String?
    @Option(help: Setting.help(.data, "labels")) var labels: String?
    @Option(help: Setting.help(.data, "labelNames")) var labelNames: String?
    @Option(help: Setting.help(.data, "mask")) var mask: String?
    @Option(help: Setting.help(.data, "libsvm")) var libsvm: String?
    @Option(parsing: .unconditionalSingleValue, help: Setting.help(.data, "missing")) var missing: [String] = []
    @Option(help: Setting.help(.data, "weightColumn")) var weightColumn: String?

    var given: [GivenSetting] {
        GivenSetting.collect(
            .data,
            words: [
                ("features", features), ("labels", labels), ("labelNames", labelNames), ("mask", mask), ("libsvm", libsvm),
                ("weightColumn", weightColumn),
            ], lists: [("file", file), ("rename", rename)], tokens: [("missing", missing)])
    }
}
