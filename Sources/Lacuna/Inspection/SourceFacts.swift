/// What one of several sources holds.
public struct SourceFacts: Equatable, Sendable {
    /// The source's name.
    public let name: String
    /// Its rows in each part that has any.
    public let rows: [Part: Int]
    /// By objective, the share of its slots that are observed; of objectives that training can use. Without rows it is empty.
    public let coverage: [String: Double]

    static func all(_ rows: InspectedRows) -> [SourceFacts] {
        guard let sources = rows.data.sources, sources.names.count > 1 else { return [] }
        let objectives = rows.data.objectives
        let objectiveOfSlot = objectives.indices.flatMap { Array(repeating: $0, count: objectives[$0].kind.slotsPerRow) }
        var observed = [[Int]](repeating: Array(repeating: 0, count: objectives.count), count: sources.names.count)
        var all = [Int](repeating: 0, count: sources.names.count)
        var parts = [[Part: Int]](repeating: [:], count: sources.names.count)
        for (part, range) in rows.ranges {
            for row in range {
                let source = Int(sources.ofRow[rows.fileRows[row]])
                all[source] += 1
                parts[source][part, default: 0] += 1
                for place in rows.labels.rowStarts[row]..<rows.labels.rowStarts[row + 1] {
                    observed[source][objectiveOfSlot[Int(rows.labels.slotIndices[place])]] += 1
                }
            }
        }
        return sources.names.indices.map { source in
            var coverage: [String: Double] = [:]
            for (index, objective) in objectives.enumerated() where all[source] > 0 {
                coverage[objective.name] = Double(observed[source][index]) / Double(all[source] * objective.kind.slotsPerRow)
            }
            return SourceFacts(name: sources.names[source], rows: parts[source], coverage: coverage)
        }
    }
}
