import ArgumentParser
import Lacuna

/// `lacuna predict`.
struct Predict: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "predict",
        abstract: "Write a trained model's predictions for new rows.",
        usage: """
            lacuna predict --model DIR --data FILE --out FILE.csv
            lacuna predict --model DIR --features X.npy|X.npz --out FILE.npy
            """,
        discussion: """
            Columns are found by name, in any order; label columns are not needed. The output has one column for each \
            probability (tumor; tissue=benign, tissue=malignant, …) or value (size, in the label's unit), for an \
            ordinal objective the level and one probability for each level (grade, grade=low, …), and the id column \
            under its own name. An ensemble adds the standard deviation over its members to each of them \
            (tumor.spread; tissue=benign.spread, …): how unsure it is. Where training fitted decisions, probabilities are \
            calibrated, and beside them stand tumor.decision and tissue.decision (with --threshold), and with --coverage \
            the sets tumor.set and tissue.set (benign|border: what cannot be ruled out) and the interval size.lower, \
            size.upper.

            EXAMPLES

              lacuna predict --model runs/patients --data new.csv --out predictions.csv
              lacuna predict --model runs/arrays --features x.npy --out predictions.npy
            """)

    @Option(help: ArgumentHelp("The folder that train wrote.", valueName: "dir")) var model: String
    @OptionGroup(title: "Data") var data: PredictionDataOptions
    @Option(help: ArgumentHelp("The file to write, .csv or .npy; an existing one is replaced.", valueName: "file"))
    var out: String
    @Option(help: Setting.help(.training, "threads")) var threads: String?

    func run() throws {
        let format = try PredictionFormat(path: out)
        try checkOut()
        let flags = data.given + GivenSetting.collect(.training, words: [("threads", threads)])
        try ModelRun(RunDirectory(model), flags: flags).predict(to: out, format: format)
    }

    private func checkOut() throws(CommandError) {
        if FileSystem.isDirectory(out) {
            throw CommandError("the output '\(out)' is a folder", at: "--out", fix: "name a file")
        }
        let inputs = data.file.map { DataFile(parsing: $0).path } + [data.features].compactMap { $0 }
        for input in inputs where FileSystem.isSame(input, out) {
            throw CommandError("--out is the file that is read", at: out, fix: "name another file")
        }
        switch (data.file.first, data.features) {
        case (nil, nil): throw CommandError("no data is named", fix: "give --data FILE, or --features X.npy")
        case (_?, _?):
            throw CommandError("--data and --features exclude each other", fix: "give a table or an array of features")
        default: break
        }
    }
}

/// The data flags that make sense without labels.
struct PredictionDataOptions: ParsableArguments {
    @Option(
        name: .customLong("data"),
        help: ArgumentHelp(
            "A table with the features, CSV or TSV, or a libsvm file; plain or gzip; tables are repeatable. (default: none)",
            valueName: "file"))
    var file: [String] = []
    @Option(help: Setting.help(.data, "rename")) var rename: [String] = []
    @Option(help: Setting.help(.data, "features")) var features: String?
    @Option(parsing: .unconditionalSingleValue, help: Setting.help(.data, "missingFeatures"))
    var missingFeatures: [String] = []
    @Option(help: Setting.help(.data, "id")) var id: String?

    var given: [GivenSetting] {
        GivenSetting.collect(
            .data, words: [("features", features), ("id", id)], lists: [("file", file), ("rename", rename)],
            tokens: [("missingFeatures", missingFeatures)])
    }
}

/// What kind of file predictions go to, by its name.
enum PredictionFormat: String, CaseIterable, Sendable {
    case csv, npy

    init(path: String) throws(CommandError) {
        guard let format = Self.allCases.first(where: { path.lowercased().hasSuffix("." + $0.rawValue) }) else {
            throw CommandError(
                "the output '\(path)' ends neither in .csv nor in .npy", at: "--out",
                fix: "name it so")
        }
        self = format
    }
}
