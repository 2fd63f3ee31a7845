import ArgumentParser
import Lacuna

/// `lacuna evaluate`.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "evaluate",
        abstract: "Score a trained model on observed labels.",
        usage: """
            lacuna evaluate --model DIR [--data FILE] [--split PART]
            lacuna evaluate --model DIR --features X.npy|X.npz --labels Y.npy|Y.npz
            """,
        discussion: """
            Columns, missing tokens and everything else that a flag does not say come from the model. Metrics are \
            taken over observed labels only, and each says over how many; one that the labels cannot decide is shown \
            as – with the reason. Intervals come from resampled rows. Where training fitted calibrations, thresholds or \
            conformal sets (train --calibration, --threshold, --coverage), what they change is shown beside.

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
    @OptionGroup(title: "Trust") var trust: TrustOptions
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        let part = try split.map { try Part(flag: $0) }
        let flags = data.given + GivenSetting.collect(.training, words: [("threads", threads)])
        let report = try ModelRun(RunDirectory(model), flags: flags).evaluate(
            part: part, trust: try trust.settings())
        try report.show(json: output.json, detail: output.detail)
    }
}

/// How far the scores can be trusted.
struct TrustOptions: ParsableArguments {
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Resamples of the rows (of whole groups with --group) for 95 % intervals; 0 leaves them out. (default: 1000, and none beyond a thousand million resampled labels)",
            valueName: "count"))
    var bootstrap: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("The seed of resampling. (default: 0)", valueName: "seed"))
    var bootstrapSeed: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Measure yes-or-no decisions at this probability in place of the model's own thresholds. (default: the model's)",
            valueName: "probability"))
    var threshold: String?
    @Flag(
        help: """
            Also score with each label weighted by the inverse of how probable it was to be observed, as a model of the \
            training rows' features tells; beside the plain scores, never in their place.
            """)
    var inversePropensity = false

    func settings() throws(CommandError) -> TrustSettings {
        var settings = TrustSettings()
        settings.inversePropensity = inversePropensity
        if let threshold {
            guard let value = Double(threshold), 0...1 ~= value else {
                throw CommandError(
                    "'\(threshold)' is no threshold", at: "--threshold",
                    fix: "give a probability in 0 ... 1; a rule that chooses one is given to train")
            }
            settings.threshold = value
        }
        if let bootstrap {
            guard let count = Int(bootstrap), 0...1_000_000 ~= count else {
                throw CommandError(
                    "'\(bootstrap)' is no number of resamples", at: "--bootstrap", fix: "give a whole number from 0 to 1000000")
            }
            settings.resamples = count
        }
        if let bootstrapSeed {
            guard let seed = UInt64(bootstrapSeed) else {
                throw CommandError("'\(bootstrapSeed)' is no seed", at: "--bootstrap-seed", fix: "give a whole number from 0")
            }
            settings.seed = seed
        }
        return settings
    }
}

/// What is asked of an evaluation besides its scores.
struct TrustSettings {
    /// nil: the usual number, where it does not take long.
    var resamples: Int?
    var seed: UInt64 = 0
    var inversePropensity = false
    /// nil: the model's own.
    var threshold: Double?

    /// Resampled labels, resamples × observed, up to which intervals are found unasked: some seconds of work.
    static let usualLimit = 1_000_000_000

    /// How to find intervals over so many observed labels; nil: not at all.
    func bootstrap(observed: Int) -> Bootstrap? {
        let usual = Bootstrap(seed: seed)
        if let resamples { return resamples == 0 ? nil : Bootstrap(resamples: resamples, seed: seed) }
        return observed > Self.usualLimit / usual.resamples ? nil : usual
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
