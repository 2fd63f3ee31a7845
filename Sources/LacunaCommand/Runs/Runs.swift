import Lacuna

/// The calls into the library, one for each command, and how their results are shown.
enum Runs {
    /// Says warnings where a person reads them; `--quiet` does not hide them.
    static func warn(_ warnings: [String], on display: ProgressDisplay) {
        for warning in warnings { display.say(ErrorText.warning(warning)) }
    }

    static func show(_ report: ResultReport, json: Bool) {
        System.write(json ? report.json.pretty() + "\n" : ResultTable.text(report), to: .output)
    }
}
