import ArgumentParser
import Lacuna

/// `lacuna inspect`.
struct Inspect: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "inspect",
        abstract: "Look at the labels before training.",
        usage: """
            lacuna inspect --data FILE --objective 'PATTERN:KIND' … [--html FILE]
            lacuna inspect --features X.npy --labels Y.npy --objective 'PATTERN:KIND' …
            lacuna inspect --config FILE [FLAGS that win over the file]
            """,
        discussion: """
            Says of every objective and part (and source, of several) how much is observed, which classes, how many batches will hold no label, \
            and whether valid and test can score it; which objectives no row observes together; which rows repeat, and \
            across which parts; which values look like an undeclared missing marker; and whether labels are missing at \
            random. What training would stop at, such as a -1 among yes-or-no labels, is listed with rows and the flag \
            that helps. Warnings do not fail the command.

            For the last question a small network predicts from the features, and the source of several, whether each \
            label is observed. Its area \
            under the ROC curve is taken on a third of the rows that it has not seen, with a 95 % interval (DeLong). \
            Above 0.6 it warns and names the features that tell.

            Flags are those of train, and so is the configuration file; 'lacuna help train' explains both.

            EXAMPLES

              lacuna inspect --data tox21.csv.gz --id id --split-column split \\
                  --objective 'NR-*:binary' --objective 'SR-*:binary'
              lacuna inspect --config runs/patients/config.yaml --html patients.html
            """)

    @Option(help: ArgumentHelp("A configuration file (YAML), such as a run's; flags win. (default: none)", valueName: "file"))
    var config: String?
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Split") var split: SplitOptions
    @OptionGroup(title: "Objectives") var objectives: ObjectiveOptions
    @Option(parsing: .unconditional, help: Setting.help(.training, "batchSize")) var batchSize: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The seed of the network that predicts what is observed. (default: 0)", valueName: "seed"))
    var seed: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "threads")) var threads: String?
    @OptionGroup(title: "Output") var output: OutputOptions
    @Option(help: ArgumentHelp("Also write a page that stands alone; an existing one is replaced. (default: none)", valueName: "file"))
    var html: String?

    func run() throws {
        let configuration = try resolvedConfiguration()
        try checkPage(configuration.data)
        let display = ProgressDisplay(isQuiet: output.quiet)
        let settings = configuration.training
        let inspection = try Inspection.load(
            configuration.data, objectives: configuration.objectives, batchSize: settings.batchSize,
            unlabelled: settings.unlabelled ?? .drop, seed: settings.seed, threads: settings.threads)
        let tables = configuration.data.files.map(\.path)
        let result = InspectionResult(inspection, files: tables.isEmpty ? [configuration.data.features ?? ""] : tables)
        if let html { try FileSystem.write(result.page.bytes, to: html, sync: false) }
        try System.output(output.json ? result.json.pretty() + "\n" : result.text)
        if let html, !output.quiet { display.say("wrote \(html)") }
    }

    private func resolvedConfiguration() throws -> RunConfiguration {
        var configuration = try RunConfiguration.read(ifGiven: config)
        let training = GivenSetting.collect(
            .training, words: [("batchSize", batchSize), ("seed", seed), ("threads", threads)])
        // A batch of another size than the file's has no use for its micro-batches.
        if batchSize != nil { configuration.training.microBatch = nil }
        try configuration.apply(data.given + split.given + training, objectives: objectives.objective)
        try configuration.validate()
        return configuration.resolved()
    }

    private func checkPage(_ data: DataDeclaration) throws(CommandError) {
        guard let html else { return }
        if FileSystem.isDirectory(html) {
            throw CommandError("the page '\(html)' is a folder", at: "--html", fix: "name a file")
        }
        if data.paths.contains(where: { FileSystem.isSame($0, html) }) {
            throw CommandError("--html is a file that is read", at: html, fix: "name another file")
        }
    }
}

/// An inspection on its way to a person: as text, JSON or a page.
struct InspectionResult {
    let inspection: Inspection
    /// The files that were inspected, as they were named.
    let files: [String]

    init(_ inspection: Inspection, files: [String]) {
        self.inspection = inspection
        self.files = files
    }

    /// The files in one line.
    var source: String { files.joined(separator: ", ") }

    /// Parts that have rows, in order.
    var parts: [Part] { Part.allCases.filter { inspection.rows[$0] != nil } }

    /// All that is to be said in words: what was found, then what the load says.
    var warnings: [String] { inspection.warnings + inspection.loadWarnings }
}
