import ArgumentParser
import Lacuna

/// `lacuna tune`.
struct Tune: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tune",
        abstract: "Search for the settings that train best.",
        usage: """
            lacuna tune --data FILE --objective 'PATTERN:KIND' … --trials 30 --out DIR
            lacuna tune --config FILE --minutes 20 --method halving --out DIR
            """,
        discussion: """
            Draws settings, trains with them, and compares what --monitor says of the validation part; the test part is \
            never looked at. Everything that train takes can be given; a setting that is given is not searched. Writes \
            DIR/trials.jsonl, the log that a stopped or killed search goes on from when the same command is given again, \
            and DIR/best.yaml, the winner's settings.

            METHODS

              random    every trial trains all epochs
              halving   many trials begin with few epochs; the best third goes on three times as long, and so on

            SEARCHED, UNLESS SOMETHING ELSE IS SAID

            \(SearchSpace.usual.map { "  --search '\($0)'" }.joined(separator: "\n"))

            --ensemble, --compare and what --calibration and --threshold fit are for the winner's training: a trial is one model. \
            Of the validation rows, --coverage keeps half from the search as well.

            A range over a factor of ten or more is drawn by logarithms. 'weights' draws one factor for each \
            objective, or for each --objective where there are more than 64.

            EXAMPLES

              lacuna tune --data tox21.csv.gz --id id --split-column split \\
                  --objective '*R-*:binary' --early-stopping 5 --trials 30 \\
                  --out runs/search
              lacuna tune --config lacuna.yaml --method halving --trials 27 \\
                  --search 'dropout=0..0.8' --out runs/halving
              lacuna train --config runs/search/best.yaml --out runs/best
            """)

    @OptionGroup var settings: TrainingConfigurationOptions
    @Option(help: ArgumentHelp("How trials are chosen: random, halving.", valueName: "name")) var method = "random"
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp("End after so many trials. (default: 20, or no end with --minutes)", valueName: "count"))
    var trials: String?
    @Option(
        parsing: .unconditional,
        help: ArgumentHelp(
            "Begin no trial after so many minutes of training, those of an earlier part included. (default: no end)",
            valueName: "minutes"))
    var minutes: String?
    @Option(help: ArgumentHelp("A setting and what it may be; repeatable. See above for the usual ones.", valueName: "setting=values"))
    var search: [String] = []
    @OptionGroup(title: "Output") var output: OutputOptions
    @Option(help: ArgumentHelp("The folder for the log and the winner's settings; required.", valueName: "dir")) var out: String

    func run() throws {
        guard let method = TuningRun.Method(rawValue: method) else {
            throw CommandError(
                "'\(self.method)' is no method", at: "--method",
                fix: NearestName.advice(for: self.method, among: TuningRun.Method.allCases.map(\.rawValue), what: "the methods are"))
        }
        let budget = try self.budget()
        let (configuration, given) = try settings.resolved()
        if let folds = configuration.folds {
            throw CommandError(
                "a search makes no folds, and \(folds) are wanted", at: "--folds", why: "trials are compared on one validation part",
                fix: "leave folds out here, and give --folds \(folds) when the winner is trained")
        }
        let space = try SearchSpace(search, fixed: given)
        try checkFolder()
        let run = try TuningRun(configuration, space, method: method, budget: budget, folder: out, isQuiet: output.quiet)
        guard let result = try run.result() else { throw ExitCode(TrainingRun.interruptedCode) }
        try System.output((output.json ? result.json.pretty() : result.text) + "\n")
    }

    private func budget() throws(CommandError) -> TuningRun.Budget {
        var budget = TuningRun.Budget()
        if let trials {
            guard let count = Int(trials), count >= 1 else {
                throw CommandError("'\(trials)' is no number of trials", at: "--trials", fix: "give a whole number from 1")
            }
            budget.trials = count
        }
        if let minutes {
            guard let time = Double(minutes), time > 0, time.isFinite else {
                throw CommandError("'\(minutes)' is no number of minutes", at: "--minutes", fix: "give a number above 0")
            }
            budget.minutes = time
        }
        if budget == TuningRun.Budget() { budget.trials = 20 }
        return budget
    }

    /// A search writes into a folder of its own, or goes on in it.
    private func checkFolder() throws {
        guard FileSystem.exists(out) else { return }
        guard FileSystem.isDirectory(out) else {
            throw CommandError("the output '\(out)' is a file", at: "--out", fix: "name a folder")
        }
        let known = [TuningRun.logName, TuningRun.bestName, TuningRun.trialsName]
        let names = FileSystem.names(in: out).filter { name in !known.contains { name == $0 || name == $0 + ".partial" } }
        guard names.isEmpty else {
            throw CommandError(
                "the folder '\(out)' holds '\(names[0])', which is not of a search", at: "--out", fix: "name another folder")
        }
    }
}
