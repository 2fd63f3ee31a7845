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

    /// The features of some rows, ascending, in one matrix.
    func features(_ rows: [Int]) -> FeatureMatrix {
        var values: [Float] = []
        values.reserveCapacity(rows.count * width)
        for (part, range) in ranges {
            let own = rows.filter(range.contains).map { $0 - range.lowerBound }
            guard !own.isEmpty, let dataset = data.datasets[part] else { continue }
            values += dataset.features.selecting(rows: own).values
        }
        return FeatureMatrix(rows: rows.count, columns: width, values: values)
    }

    /// The features of the file; of arrays x0, x1, ….
    var featureGroups: [FeatureGroup] {
        let groups = FeatureGroup.groups(of: data.preprocessing.encoder)
        return groups.last?.columns.upperBound == width ? groups : FeatureGroup.columns(width)
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

extension FeatureMatrix {
    /// Calls `body` with the features of every row in turn.
    func eachRow(_ body: (_ row: Int, _ values: [Float]) -> Void) {
        var values = [Float](repeating: 0, count: columns)
        forEachRow { row, own in
            for column in 0..<own.count { values[column] = own[column] }
            body(row, values)
        }
    }
}
