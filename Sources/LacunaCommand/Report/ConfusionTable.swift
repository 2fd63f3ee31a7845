/// A confusion matrix: observed classes down, predicted ones across, shaded by the share of the observed class.
struct ConfusionTable {
    var id: String
    var caption: HTML
    var classes: [String]
    /// By observed class, then by predicted class.
    var counts: [[Int]]

    /// More classes than this make a table that nobody reads.
    private static let limit = 16

    var html: HTML {
        classes.count <= Self.limit ? matrix : confusions
    }

    private var matrix: HTML {
        var table = HTMLTable(
            id, caption: caption, note: "Rows are observed, columns predicted. In small: the share of the row.",
            columns: ["Observed"] + classes.map { "predicted \($0)" })
        table.isNarrow = true
        for (name, row) in zip(classes, counts) {
            let total = row.reduce(0, +)
            table.append(
                .name(name),
                row.map { count in
                    guard total > 0 else { return .number("0") }
                    let share = Double(count) / Double(total)
                    return .shaded(NumberText.count(count), detail: NumberText.percent(share), step: HTMLTable.step(share))
                })
        }
        return table.html
    }

    /// Of many classes: what is taken for what, most often first.
    private var confusions: HTML {
        var pairs: [(observed: Int, predicted: Int, count: Int)] = []
        for (observed, row) in counts.enumerated() {
            for (predicted, count) in row.enumerated() where count > 0 && observed != predicted {
                pairs.append((observed, predicted, count))
            }
        }
        pairs.sort { a, b in a.count != b.count ? a.count > b.count : (a.observed, a.predicted) < (b.observed, b.predicted) }
        let right = counts.indices.reduce(0) { $0 + counts[$1][$1] }, all = counts.reduce(0) { $0 + $1.reduce(0, +) }
        var table = HTMLTable(
            id, caption: caption,
            note: "\(ReportText.counted(classes.count, "class")): \(NumberText.count(right)) of \(NumberText.count(all)) labels are predicted exactly; these are the most frequent mistakes.",
            columns: ["Observed", "Predicted", "Labels", "Share of observed"], textColumns: [1])
        table.isNarrow = true
        for pair in pairs.prefix(20) {
            let total = counts[pair.observed].reduce(0, +)
            table.append(
                .name(classes[pair.observed]),
                [
                    .text(.name(classes[pair.predicted])), .number(NumberText.count(pair.count)),
                    .number(NumberText.percent(Double(pair.count) / Double(total))),
                ])
        }
        return table.html
    }
}
