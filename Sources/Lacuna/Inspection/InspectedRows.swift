/// The rows of all parts, one part after the other: what an inspection looks at as a whole.
struct InspectedRows {
    let data: TrainingData
    /// Rows of all parts that have any, in the parts' order.
    let labels: LabelTable
    /// Where each part's rows stand in ``labels``.
    let ranges: [(part: Part, rows: Range<Int>)]
    /// By row, the file's row from 0.
    let fileRows: [Int]

    init(_ data: TrainingData) {
        self.data = data
        var table = LabelTable(rows: 0, slots: data.objectives.reduce(0) { $0 + $1.kind.slotsPerRow })
        var ranges: [(Part, Range<Int>)] = []
        var fileRows: [Int] = []
        for part in Part.allCases {
            guard let dataset = data.datasets[part] else { continue }
            ranges.append((part, table.rows..<table.rows + dataset.rows))
            table = table.appending(dataset.labels)
            fileRows += data.rowsOfPart[part] ?? Array(0..<dataset.rows)
        }
        (labels, self.ranges, self.fileRows) = (table, ranges, fileRows)
    }

    /// Columns of the feature matrices.
    var width: Int { data.datasets.values.first?.features.columns ?? 0 }
    /// Whether features stay in their file or sparse, so that looking at some costs no copy.
    var isShared: Bool { data.datasets.values.first?.features.isShared ?? false }
    /// Whether the work of rows follows what they store.
    var isSparse: Bool { data.datasets.values.first?.features.isSparse ?? false }

    /// The features of some rows, ascending, in one matrix; of several sources, then one column for each that says whether
    /// the row is of it. Sparse and mapped features are not copied.
    func features(_ rows: [Int]) -> FeatureMatrix {
        var parts: [FeatureMatrix] = []
        for (part, range) in ranges {
            let own = rows.filter(range.contains).map { $0 - range.lowerBound }
            guard !own.isEmpty, let dataset = data.datasets[part] else { continue }
            parts.append(dataset.features.selecting(rows: own))
        }
        let matrix = parts.isEmpty ? FeatureMatrix(rows: 0, columns: width, values: []) : .stacked(parts)
        guard let sources else { return matrix }
        let ofSource = FeatureMatrix(rows: rows.count, columns: sources.names.count) { row, source in
            Int(sources.ofRow[fileRows[rows[row]]]) == source ? 1 : 0
        }
        return .joined([matrix, ofSource])
    }

    /// The sources, where there are several: a row's is no feature of the model to come, but tells what it observes.
    private var sources: RowSources? { data.sources.flatMap { $0.names.count > 1 ? $0 : nil } }

    /// The features of the file, of arrays x0, x1, …, and the source.
    var featureGroups: [FeatureGroup] {
        let own = FeatureGroup.groups(of: data.preprocessing.encoder)
        let groups = own.last?.columns.upperBound == width ? own : FeatureGroup.columns(width)
        guard let sources else { return groups }
        // A feature of the same name is the files' own column.
        let name = groups.contains { $0.name == TableSources.sourceColumn } ? "source file" : TableSources.sourceColumn
        return groups + [
            FeatureGroup(
                name: name, columns: width..<width + sources.names.count, columnNames: sources.names.map { "\(name)=\($0)" }),
        ]
    }
}

extension LabelTable {
    /// This table's rows, then the other's, which has the same slots.
    func appending(_ other: LabelTable) -> LabelTable {
        var joined = LabelTable(rows: rows + other.rows, slots: slots)
        joined.rowStarts = rowStarts + other.rowStarts.dropFirst().map { $0 + observed }
        joined.slotIndices = slotIndices + other.slotIndices
        joined.values = values + other.values
        // The parts of one load share their distributions, which entries address by position.
        joined.distributions = distributions.isEmpty ? other.distributions : distributions
        if slotWeights != nil || other.slotWeights != nil {
            joined.slotWeights = (slotWeights ?? Array(repeating: 1, count: observed))
                + (other.slotWeights ?? Array(repeating: 1, count: other.observed))
        }
        if states != nil || other.states != nil {
            joined.states = (states ?? Array(repeating: .known, count: observed))
                + (other.states ?? Array(repeating: .known, count: other.observed))
        }
        return joined
    }
}
