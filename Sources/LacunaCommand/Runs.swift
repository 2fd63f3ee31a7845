import Lacuna

/// The three calls into the library, one for each command, and how their results are shown.
enum Runs {
    static func train(
        _ configuration: RunConfiguration, in directory: RunDirectory, existing: RunDirectory.Existing, quiet: Bool
    ) throws -> ResultReport {
        throw CommandError("training is not there yet")
    }

    static func evaluate(
        _ directory: RunDirectory, flags: [GivenSetting], part: Part?, quiet: Bool
    ) throws -> ResultReport {
        throw CommandError("evaluation is not there yet")
    }

    static func predict(
        _ directory: RunDirectory, flags: [GivenSetting], to path: String, format: PredictionFormat, quiet: Bool
    ) throws {
        throw CommandError("prediction is not there yet")
    }

    static func show(_ report: ResultReport, json: Bool) {
        System.write(json ? report.json.pretty() + "\n" : ResultTable.text(report), to: .output)
    }
}
