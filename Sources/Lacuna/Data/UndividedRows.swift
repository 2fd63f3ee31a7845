import Tables

/// The labels, groups and times of a file whose rows are to be divided: what `lacuna split` reads. Features are not read.
public struct UndividedRows: Sendable {
    /// In the file's order, with their classes; empty where rows are divided without looking at labels.
    public let objectives: [Objective]
    /// Rows × slots.
    public let labels: LabelTable
    /// `[rows]`, 0 or more; nil where all rows weigh 1.
    public let rowWeights: [Float]?
    /// Which rows belong together; nil without a group column.
    public let groups: RowGroups?
    /// When each row is from; nil without a time column.
    public let times: RowTimes?
    /// Which source each row came from; nil for arrays and for one table without a name.
    public let sources: RowSources?
    /// What a person should know, one sentence each.
    public let warnings: [String]

    /// How many rows the file has.
    public var rows: Int { labels.rows }

    /// Reads what a division depends on.
    ///
    /// - Parameters:
    ///   - data: the files, and what their columns are.
    ///   - objectives: over which rows are spread evenly; none: rows are drawn without looking at labels.
    /// - Throws: ``SettingError`` for what is wrong by itself, `TableError` for what is wrong with the files.
    public static func load(_ data: DataDeclaration, objectives: [ObjectiveDeclaration]) throws -> UndividedRows {
        for declaration in objectives { try declaration.check() }
        let source = try DataSource(data, needsLabels: !objectives.isEmpty)
        let plan = try ColumnPlan(
            names: source.names, features: source.featurePlaces ?? source.ownPlaces,
            labels: source.labelPlaces ?? source.ownPlaces, file: source.file, data: data, objectives: objectives,
            isForTraining: false)
        var rules = plan.objectives.map { LabelRules($0, names: source.names, seed: 0) }
        var table = try source.read(plan.roles(rules, data))
        let read = try table.readLabels(plan, &rules, defaultHead: .linear)
        let division = try RowDivision(data, plan, table)
        return UndividedRows(
            objectives: read.objectives, labels: read.labels,
            rowWeights: try plan.weight.map { try table.rowWeights(at: $0) }, groups: division.groups,
            times: division.times, sources: table.sources, warnings: read.warnings)
    }

    /// Parts of the given shares: by time where there are times, else spread over objectives and their classes.
    ///
    /// - Returns: the parts, and what a person should know of them.
    /// - Throws: ``SettingError`` as ``Split/check(fractions:)``, and where there are fewer times than parts.
    public func split(fractions: [Double], seed: UInt64) throws(SettingError) -> (split: Split, warnings: [String]) {
        try RowDivision.split(
            labels: labels, objectives: objectives, rowWeights: rowWeights, groups: groups, times: times,
            fractions: fractions, seed: seed)
    }

    /// Folds of equal size, spread over objectives and their classes.
    ///
    /// - Throws: ``SettingError`` for a count outside its range.
    public func folds(count: Int, seed: UInt64) throws(SettingError) -> Folds {
        try Folds.stratified(
            labels: labels, objectives: objectives, groups: groups?.ofRow, rowWeights: rowWeights, count: count, seed: seed)
    }
}
