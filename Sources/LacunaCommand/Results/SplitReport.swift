import Lacuna

/// What `split` says: the parts, and how objectives are spread over them.
struct SplitReport {
    /// By what rows were divided.
    enum Method: String { case stratified, random, time }

    let summary: SplitSummary
    let method: Method
    let data: DataDeclaration
    let isFolds: Bool
    let seed: UInt64
    let column: String
    let out: String
    /// Of the division alone, without reading and writing.
    let seconds: Double
    let warnings: [String]

    /// More objectives than a person reads are summarised by those that deviate most.
    private static let mostShown = 40

    /// Two tables, of parts and of objectives.
    var text: String {
        var lines = partTable.lines()
        if !summary.slots.isEmpty {
            let sorted = summary.slots.sorted { $0.largestDeviation > $1.largestDeviation }
            let shown = sorted.count > Self.mostShown ? Array(sorted.prefix(Self.mostShown)) : summary.slots
            lines += [""] + objectiveTable(shown).lines()
            if sorted.count > shown.count {
                lines.append(
                    "the \(shown.count) of \(NumberText.count(sorted.count)) objectives that deviate most; --json has all")
            }
            lines.append("deviation: the largest distance of a part's count from its share of the total, in labels")
        }
        lines += ["", "column '\(column)' written to \(out)"]
        return lines.joined(separator: "\n") + "\n"
    }

    private var partTable: TextTable {
        let hasGroups = summary.parts.contains { $0.groups != nil }
        var table = TextTable([isFolds ? "fold" : "part", "rows", "share", "wanted"] + (hasGroups ? ["groups"] : []))
        let rows = summary.parts.reduce(0) { $0 + $1.rows }
        for part in summary.parts {
            table.rows.append(
                [
                    part.name, NumberText.count(part.rows), NumberText.percent(Double(part.rows) / Double(max(rows, 1))),
                    NumberText.percent(part.share),
                ] + (part.groups.map { [NumberText.count($0)] } ?? []))
        }
        return table
    }

    private func objectiveTable(_ slots: [SplitSummary.Slot]) -> TextTable {
        var table = TextTable(["objective", "label", "total"] + summary.parts.map(\.name) + ["deviation"])
        table.leading = [0, 1]
        for slot in slots {
            for (index, count) in ([slot.observed] + slot.classes).enumerated() {
                table.rows.append(
                    [index == 0 ? slot.name : "", count.label, NumberText.count(count.total)]
                        + count.counts.map { NumberText.count($0) }
                        + [NumberText.fixed(count.largestDeviation, decimals: 1)])
            }
        }
        return table
    }

    /// The same for programs.
    var json: JSONValue {
        let names = summary.parts.map(\.name)
        func byPart(_ values: [JSONValue]) -> JSONValue { .object(zip(names, values).map { .init($0, $1) }) }
        func count(_ count: SplitSummary.Count) -> JSONValue {
            [
                "label": .string(count.label), "total": .integer(count.total),
                "counts": byPart(count.counts.map { .integer($0) }),
                "deviations": byPart(count.deviations.map { .number($0) }),
                "largestDeviation": .number(count.largestDeviation),
            ]
        }
        let parts = summary.parts.map { part -> JSONValue in
            [
                "name": .string(part.name), "share": .number(part.share), "rows": .integer(part.rows),
                "groups": part.groups.map { .integer($0) } ?? .null,
            ]
        }
        let objectives = summary.slots.map { slot -> JSONValue in
            [
                "name": .string(slot.name), "objective": .string(slot.objective), "kind": .string(slot.kind.rawValue),
                "observed": count(slot.observed), "classes": .array(slot.classes.map(count)),
                "largestDeviation": .number(slot.largestDeviation),
            ]
        }
        return [
            "method": .string(method.rawValue), "out": .string(out), "column": .string(column),
            "seed": method == .time ? .null : Int(exactly: seed).map { .integer($0) } ?? .string("\(seed)"),
            "group": data.group.map { .string($0) } ?? .null, "timeColumn": data.timeColumn.map { .string($0) } ?? .null,
            "rows": .integer(summary.parts.reduce(0) { $0 + $1.rows }), "parts": .array(parts),
            "objectives": .array(objectives), "seconds": .number(seconds), "warnings": .array(warnings.map { .string($0) }),
        ]
    }
}
