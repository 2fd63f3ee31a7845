import Lacuna

/// What a run of several models adds to the tables.
extension ResultReport {
    /// One line for each member, and what the scores above them are of.
    var memberLines: [String] {
        guard !members.isEmpty else { return [] }
        return ["\(members.count) members; the scores are of the mean of their predictions, and theirs are:", ""]
            + lines(of: members, "member", scored: splits == ["train"] ? splits : splits.filter { $0 != "train" }) + [""]
    }

    /// How the folds agree.
    var foldLines: [String] {
        guard !folds.isEmpty else { return [] }
        var table = TextTable(["objective", "metric", "all rows", "mean of folds", "deviation", "folds"])
        table.leading = [0, 1]
        for objective in objectives {
            let metric = Metric.main(for: objective.kind)
            let spread = foldSpread(objective.name, metric)
            table.rows.append([
                objective.name, metric.rawValue,
                objective.scores[Self.outOfFold]?[metric]?.number.map(NumberText.metric) ?? "–",
                spread.map { NumberText.metric($0.mean) } ?? "–", spread.map { NumberText.metric($0.deviation) } ?? "–",
                "\(spread?.folds ?? 0) of \(folds.count)",
            ])
        }
        return ["\(folds.count) folds, each scored on the rows that it did not see:", ""] + table.lines(indent: "  ") + [""]
            + lines(of: folds, "fold", scored: ["test"]) + [""]
    }

    private func lines(of members: [MemberResult], _ title: String, scored: [String]) -> [String] {
        let splits = scored.filter { split in members.contains { $0.report.splits.contains(split) } }
        var table = TextTable([title, "seed", "epochs", "best epoch"] + splits.map { "main mean, \($0)" })
        for (index, member) in members.enumerated() {
            let facts = member.report.training
            table.rows.append(
                ["\(index + 1)", "\(member.seed)", facts.map { "\($0.epochs)" } ?? "–", facts?.bestEpoch.map { "\($0)" } ?? "–"]
                    + splits.map { member.main($0).map(NumberText.metric) ?? "–" })
        }
        return table.lines(indent: "  ")
    }
}
