import Tables

/// How many cells of each objective a file calls uncertain, whatever becomes of them: those that are ignored are in no label
/// table, and those that count as 0 or 1 are among its labels.
struct UncertainCounts {
    private var policies: [String: UncertainCells] = [:]
    /// By objective and part: a count for each of its columns.
    private var counts: [String: [Part: [Int]]] = [:]

    /// Nothing is declared uncertain.
    init() {}

    /// Reads the label columns of objectives with uncertain cells; nothing is read where there are none.
    ///
    /// - Parameter split: the part of every row.
    init(_ data: DataDeclaration, objectives: [ObjectiveDeclaration], split: Split) throws {
        guard objectives.contains(where: { $0.uncertain != nil }) else { return }
        let source = try DataSource(data, needsLabels: true)
        let plan = try ColumnPlan(
            names: source.names, features: source.featurePlaces ?? source.ownPlaces,
            labels: source.labelPlaces ?? source.ownPlaces, file: source.file, data: data, objectives: objectives)
        let chosen = plan.objectives.filter { $0.declaration.uncertain != nil }
        var roles = [ColumnRole](repeating: .skip, count: source.names.count)
        for objective in chosen {
            guard let uncertain = objective.declaration.uncertain else { continue }
            let own = uncertain.values
            let others = data.missing.filter { !own.contains(LabelValue(parsing: $0)) } + objective.declaration.missing
            for place in objective.columns {
                roles[place] = .label(missing: MissingTokens(words: others, includingDefaults: true))
            }
        }
        let table = try source.read(roles)
        for objective in chosen {
            guard let uncertain = objective.declaration.uncertain else { continue }
            policies[objective.name] = uncertain
            let own = uncertain.values
            var byPart: [Part: [Int]] = [:]
            for (column, cells) in table.labels(at: objective.columns).enumerated() {
                for place in cells.cells.indices where own.contains(cells.value(place)) {
                    guard let part = split.partOfRow[Int(cells.rows[place])] else { continue }
                    byPart[part, default: Array(repeating: 0, count: objective.columns.count)][column] += 1
                }
            }
            counts[objective.name] = byPart
        }
    }

    func policy(_ objective: String) -> UncertainCells? { policies[objective] }

    /// By slot of all objectives, in a part; nil where nothing was counted.
    func bySlot(_ objectives: [Objective], _ part: Part) -> [Int?] {
        objectives.flatMap { objective -> [Int?] in
            let slots = objective.kind.slotsPerRow
            guard policies[objective.name] != nil else { return Array(repeating: nil, count: slots) }
            return counts[objective.name]?[part] ?? Array(repeating: 0, count: slots)
        }
    }
}
