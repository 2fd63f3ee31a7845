import ArgumentParser
import Lacuna

/// `lacuna evaluate`.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Score a trained model on observed labels.",
        usage: """
            lacuna evaluate --model DIR [--data FILE] [--split PART]
            lacuna evaluate --model DIR --features X.npy|X.npz --labels Y.npy|Y.npz
            """,
        discussion: """
            Columns, missing tokens and everything else that a flag does not say come from the model. Metrics are \
            taken over observed labels only, and each says over how many; one that the labels cannot decide is shown \
            as – with the reason.

            EXAMPLES

              lacuna evaluate --model runs/tox21 --data tox21.csv.gz --split test
              lacuna evaluate --model runs/tox21 --data another-laboratory.csv --json
            """)

    @Option(help: ArgumentHelp("The folder that train wrote.", valueName: "dir")) var model: String
    @OptionGroup(title: "Data") var data: DataOptions
    @Option(
        help: ArgumentHelp(
            "The part to score: train, valid or test, as in training. (default: all rows, under the name all)",
            valueName: "part"))
    var split: String?
    @Option(help: Setting.help(.training, "threads")) var threads: String?
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        let part = try split.map { try Part(flag: $0) }
        let flags = data.given + GivenSetting.collect(.training, words: [("threads", threads)])
        let report = try ModelRun(RunDirectory(model), flags: flags).evaluate(part: part)
        try report.show(json: output.json)
    }
}

extension Part {
    init(flag text: String) throws(CommandError) {
        guard let part = Part(rawValue: text) else {
            let names = Part.allCases.map(\.rawValue)
            throw CommandError(
                "'\(text)' is no part", at: "--split",
                fix: NearestName.advice(for: text, among: names, what: "the parts are"))
        }
        self = part
    }
}
