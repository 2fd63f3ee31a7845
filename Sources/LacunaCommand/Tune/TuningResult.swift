import Lacuna

/// What a search found, for people and programs.
struct TuningResult {
    let log: TrialLog
    let monitor: Monitor
    let bestFile: String

    /// The trial with the best score among those that trained longest.
    var best: TrialLog.Entry? { ranking.first }

    /// Trials that were begun.
    var trials: Int { Set(log.entries.map(\.trial)).count }

    /// The last entry of each trial with a score, best first: those of a later rung before those of an earlier one.
    var ranking: [TrialLog.Entry] {
        var last: [Int: TrialLog.Entry] = [:]
        for entry in log.entries where entry.score != nil { last[entry.trial] = entry }
        return last.values.sorted { a, b in
            if a.rung != b.rung { return a.rung > b.rung }
            guard let x = a.score, let y = b.score, x != y else { return a.trial < b.trial }
            return monitor.isBetterHigher ? x > y : x < y
        }
    }

    /// What is said when a trial ends.
    static func line(_ entry: TrialLog.Entry, monitor: String) -> String {
        let score = entry.score.map { "\(monitor) \(NumberText.fixed($0, decimals: 4))" } ?? entry.failure ?? "no score"
        return "trial \(entry.trial): \(score) after \(entry.epochs) \(entry.epochs == 1 ? "epoch" : "epochs"), "
            + "\(NumberText.duration(entry.seconds)); \(settings(entry))"
    }

    private static func settings(_ entry: TrialLog.Entry) -> String {
        entry.settings.sorted { $0.key < $1.key }.map { "\($0.key) \(shown($0.value, of: $0.key))" }.joined(separator: ", ")
    }

    /// Many weights are shown by their range; the log has them all.
    private static func shown(_ value: String, of key: String) -> String {
        let weights = value.split(separator: "|").compactMap { Double($0) }
        guard key == SearchSpace.weights, weights.count > 3, let low = weights.min(), let high = weights.max() else { return value }
        return "\(low)…\(high)"
    }

    /// The best trials as a table, and what to do next.
    var text: String {
        let keys = Set(log.entries.flatMap(\.settings.keys)).sorted()
        var table = TextTable(["trial", monitor.text, "epochs"] + keys)
        for entry in ranking.prefix(10) {
            table.rows.append(
                ["\(entry.trial)", entry.score.map { NumberText.fixed($0, decimals: 4) } ?? "–", "\(entry.epochs)"]
                    + keys.map { key in entry.settings[key].map { Self.shown($0, of: key) } ?? "–" })
        }
        var lines = table.lines(indent: "  ")
        let rest = trials - min(ranking.count, 10)
        if rest > 0 { lines.append("  and \(rest) more in \(log.path)") }
        let failed = Set(log.entries.filter { $0.score == nil }.map(\.trial)).count
        if failed > 0 { lines.append("  \(failed) \(failed == 1 ? "trial" : "trials") without a score; the log says why") }
        lines += [
            "", "\(trials) trials in \(NumberText.duration(log.seconds)); scores are of the validation part. Train the best:",
            "  lacuna train --config \(bestFile) --out FOLDER",
        ]
        return lines.joined(separator: "\n")
    }

    var json: JSONValue {
        func object(_ entry: TrialLog.Entry) -> JSONValue {
            [
                "trial": .integer(entry.trial), "rung": .integer(entry.rung), "epochs": .integer(entry.epochs),
                "score": .optional(entry.score), "failure": entry.failure.map { .string($0) } ?? .null,
                "seconds": .number(entry.seconds),
                "settings": .object(entry.settings.sorted { $0.key < $1.key }.map { .init($0.key, .string($0.value)) }),
            ]
        }
        return [
            "method": .string(log.header.method), "monitor": .string(monitor.text),
            "trials": .array(log.entries.map(object)), "best": best.map(object) ?? .null, "config": .string(bestFile),
            "seconds": .number(log.seconds),
        ]
    }
}
