import ArgumentParser
import Lacuna

/// `lacuna demo`.
struct Demo: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "demo",
        abstract: "See within seconds why missing labels need a mask; needs no file.",
        discussion: """
            Makes a cohort like a medical one: a tumor (yes or no), a tissue (three classes), five findings and a \
            size, of which more than half of the labels are missing, and trains one masked model, one model for each \
            objective, and the two usual mistakes. All are scored on the same held-out rows, whose labels are \
            complete.
            """)

    @Option(help: ArgumentHelp("Rows of the cohort that train.", valueName: "count")) var rows = 12000
    @Option(help: ArgumentHelp("The seed of the cohort and of the trainings.", valueName: "seed")) var seed: UInt64 = 1
    @OptionGroup(title: "Output") var output: OutputOptions

    func run() throws {
        guard rows >= 200 else {
            throw CommandError("the cohort has \(rows) rows", at: "--rows", fix: "give at least 200")
        }
        let display = ProgressDisplay(isQuiet: output.quiet)
        let comparison = try DemoComparison(rows: rows, seed: seed) { method in
            if !output.quiet { display.say("training: \(method.title)") }
        }
        let text = output.json ? comparison.json.pretty() : comparison.text
        try System.output(text + "\n")
        if !output.quiet { display.say("\(NumberText.duration(comparison.seconds)) for seven trainings") }
    }
}
