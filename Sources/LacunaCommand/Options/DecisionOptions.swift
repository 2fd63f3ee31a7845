import ArgumentParser
import Lacuna

/// What validation rows teach about decisions.
struct DecisionOptions: ParsableArguments {
    @Option(help: Setting.help(.decisions, "calibration")) var calibration: String?
    @Option(help: Setting.help(.decisions, "threshold")) var threshold: String?
    @Option(parsing: .unconditional, help: Setting.help(.decisions, "coverage")) var coverage: String?

    var given: [GivenSetting] {
        GivenSetting.collect(
            .decisions, words: [("calibration", calibration), ("threshold", threshold), ("coverage", coverage)])
    }
}
