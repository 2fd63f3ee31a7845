/// Features and observed labels of the same rows.
public struct Dataset: Sendable {
    /// `[rows × F]`.
    public let features: FeatureMatrix
    /// What the labels are of, in slot order.
    public let objectives: [Objective]
    /// The observed labels, rows × slots.
    public let labels: LabelTable
    /// `[rows]`, 0 or more; nil where all rows weigh 1. Metrics are unweighted.
    public let rowWeights: [Float]?

    public var rows: Int { labels.rows }

    /// Puts features and validated labels together.
    ///
    /// - Precondition: features, labels and weights have the same rows; the labels' slots are the objectives' and legal for
    ///   their kinds; weights are finite and 0 or more.
    package init(
        features: FeatureMatrix, objectives: [Objective], labels: LabelTable, rowWeights: [Float]? = nil
    ) {
        precondition(features.rows == labels.rows, "\(features.rows) feature rows against \(labels.rows) label rows")
        precondition(
            labels.slots == objectives.reduce(0) { $0 + $1.kind.slotsPerRow },
            "the label table's slots are not the objectives'")
        precondition(rowWeights.map { $0.count == labels.rows } ?? true, "one weight per row")
        self.features = features
        self.objectives = objectives
        self.labels = labels
        self.rowWeights = rowWeights
    }

    /// Puts features and the labels of a Swift program together.
    ///
    /// - Parameters:
    ///   - labels: by objective name; an objective that is not named has no labels here.
    ///   - rowWeights: `[rows]`, 0 or more.
    ///   - slotWeights: by objective name, `[rows × slots of the objective]`, 0 or more.
    /// - Throws: ``DataError``: a label outside its kind, a wrong count, a negative weight, a label for an unknown
    ///   objective.
    public init(
        features: FeatureMatrix, objectives: [Objective], labels: [String: Labels],
        rowWeights: [Float]? = nil, slotWeights: [String: [Float]] = [:]
    ) throws(DataError) {
        let rows = features.rows
        var names: Set<String> = []
        for objective in objectives {
            guard names.insert(objective.name).inserted else {
                throw DataError(
                    "two objectives are named '\(objective.name)'", fix: "give each objective a name of its own")
            }
            do { try objective.validate() } catch {
                throw DataError(error.problem, objective: objective.name, fix: error.fix)
            }
        }
        for name in labels.keys.sorted() + slotWeights.keys.sorted() where !names.contains(name) {
            throw DataError(
                "no objective is named '\(name)'",
                fix: "the objectives are \(objectives.map(\.name).joined(separator: ", "))")
        }
        if let rowWeights {
            guard rowWeights.count == rows else {
                throw DataError("\(rowWeights.count) row weights against \(rows) rows", fix: "give one per row")
            }
            for (row, weight) in rowWeights.enumerated() where !(weight >= 0 && weight.isFinite) {
                throw DataError(
                    "the weight of row \(row) is \(weight)", row: row,
                    fix: "weights are finite and 0 or more; 0 takes the row out of training")
            }
        }
        var columns: [[LabelTable.Entry]] = []
        var distributions: [Int: [Float]] = [:]
        for objective in objectives {
            guard let given = labels[objective.name] else {
                columns += Array(repeating: [], count: objective.kind.slotsPerRow)
                continue
            }
            let read = try given.columns(
                for: objective, rows: rows, slotWeights: slotWeights[objective.name])
            if let soft = read.distributions { distributions[columns.count] = soft }
            columns += read.columns
        }
        self.init(
            features: features, objectives: objectives,
            labels: LabelTable(rows: rows, columns: columns, distributions: distributions),
            rowWeights: rowWeights)
    }

    /// The given rows, in their order.
    public func selecting(rows chosen: [Int]) -> Dataset {
        Dataset(
            features: features.selecting(rows: chosen), objectives: objectives,
            labels: labels.selecting(rows: chosen),
            rowWeights: rowWeights.map { weights in chosen.map { weights[$0] } })
    }
}
