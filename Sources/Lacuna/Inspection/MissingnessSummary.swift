/// The findings of a model of missingness that is fitted and let go, within bounds of memory and time.
struct MissingnessSummary {
    let rows: Int
    let heldOutRows: Int
    /// Encoded features that the model saw, of how many.
    let columns: (used: Int, all: Int)
    /// By slot.
    let slots: [Missingness]

    /// So many distinct patterns of observed rows are examined.
    private static let mostPatterns = 256
    /// So many rows take part, where they are not too wide.
    private static let mostRows = 20_000
    /// So many cells take part, 4 bytes each where they are copied; of sparse features all rows do.
    private static let mostCells = 30_000_000
    /// The first layer of the network has so many inputs: more cost memory for weights and moments.
    private static let mostColumns = 32_768

    /// - Parameter mostColumns: as above; a test wants fewer.
    init(_ rows: InspectedRows, seed: UInt64, threads: Int?, mostColumns: Int = MissingnessSummary.mostColumns) throws {
        let fit = MissingnessFit(
            labels: rows.labels, objectives: rows.data.objectives, seed: seed,
            mostRows: rows.isSparse ? Self.mostRows : max(1_000, min(Self.mostRows, Self.mostCells / max(rows.width, 1))),
            mostPatterns: Self.mostPatterns, threads: threads)
        let groups = rows.featureGroups, width = groups.last?.columns.upperBound ?? 0
        guard width > mostColumns else {
            let model = try fit.run(rows.features)
            self.init(model, groups, columns: (width, width), tells: try model.tells(groups))
            return
        }
        // Of features beyond all measure, those that vary most among the rows that take part.
        let deviations = rows.features(fit.drawnRows()).deviations
        let chosen = deviations.indices.sorted { (-deviations[$0], $0) < (-deviations[$1], $1) }[..<mostColumns].sorted()
        let model = try fit.run { rows.features($0).sparseSelecting(columns: chosen) }
        let kept = FeatureGroup.kept(groups, columns: chosen)
        self.init(model, kept, columns: (chosen.count, width), tells: try model.tells(kept))
    }

    private init(
        _ model: MissingnessModel, _ groups: [FeatureGroup], columns: (used: Int, all: Int), tells: [Int: [MissingnessTell]]
    ) {
        (rows, heldOutRows, self.columns) = (model.rows, model.heldOutRows, columns)
        slots = model.findings.enumerated().map { Missingness(finding: $1, tells: tells[$0] ?? []) }
    }
}

extension FeatureGroup {
    /// The groups once only some columns, ascending, are kept and counted anew.
    fileprivate static func kept(_ groups: [FeatureGroup], columns chosen: [Int]) -> [FeatureGroup] {
        var next = 0
        return groups.compactMap { group in
            let first = next
            while next < chosen.count, group.columns.contains(chosen[next]) { next += 1 }
            guard next > first else { return nil }
            return FeatureGroup(
                name: group.name, columns: first..<next,
                columnNames: chosen[first..<next].map { group.columnNames[$0 - group.columns.lowerBound] })
        }
    }
}
