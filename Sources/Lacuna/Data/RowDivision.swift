import Tables

/// What a declaration says of how rows are divided, read from the file: groups, times, and parts that a column names.
struct RowDivision {
    let groups: RowGroups?
    let times: RowTimes?
    private let named: Split?
    private let data: DataDeclaration

    init(_ data: DataDeclaration, _ plan: ColumnPlan, _ table: SourceTable) throws(TableError) {
        self.data = data
        groups = plan.group == nil ? nil : try table.groups(at: plan.group ?? 0)
        times = plan.time == nil ? nil : try table.times(at: plan.time ?? 0)
        named = plan.split == nil ? nil : try table.split(at: plan.split ?? 0)
        guard let named, let groups, let torn = groups.straddling(named) else { return }
        throw table.labelError(
            "group '\(torn.group)' is in two parts: \(Self.text(named, torn.first)) (row \(torn.first + 1)) and "
                + "\(Self.text(named, torn.second)) (row \(torn.second + 1))",
            row: torn.second, column: groups.column, why: "--group says that its rows belong together",
            fix: "correct the split column, draw parts with --split 0.8,0.1,0.1 in its place, or leave --group out")
    }

    private static func text(_ split: Split, _ row: Int) -> String { split.partOfRow[row]?.rawValue ?? "no part" }

    /// The parts: as a column names them, by time, or drawn.
    ///
    /// - Returns: the parts, how the model remembers them, and what a person should know.
    func split(
        labels: LabelTable, objectives: [Objective], rowWeights: [Float]?
    ) throws -> (split: Split, record: Preprocessing.SplitRecord, warnings: [String]) {
        if let named, let column = data.splitColumn {
            return (named, .init(column: column, group: data.group), [])
        }
        let fractions = data.split ?? DataDeclaration.defaultSplit
        let (split, warnings) = try Self.split(
            labels: labels, objectives: objectives, rowWeights: rowWeights, groups: groups, times: times,
            fractions: fractions, seed: data.splitSeed)
        let record = Preprocessing.SplitRecord(
            fractions: fractions, seed: times == nil ? data.splitSeed : nil, drawn: split, group: data.group,
            timeColumn: data.timeColumn)
        return (split, record, warnings)
    }

    /// Parts of the given shares: by time where there are times, else spread over objectives and their classes.
    static func split(
        labels: LabelTable, objectives: [Objective], rowWeights: [Float]?, groups: RowGroups?, times: RowTimes?,
        fractions: [Double], seed: UInt64
    ) throws(SettingError) -> (split: Split, warnings: [String]) {
        guard let times else {
            let split = try Split.stratified(
                labels: labels, objectives: objectives, groups: groups?.ofRow, rowWeights: rowWeights,
                fractions: fractions, seed: seed)
            return (split, [])
        }
        let (split, moved) = try Split.byTime(times, groups: groups, fractions: fractions)
        guard moved > 0 else { return (split, []) }
        return (
            split,
            [
                "\(counted(moved, "group")) \(moved == 1 ? "has" : "have") rows on both sides of a cut in time; all rows of a "
                    + "group stand at its latest time, so the later part has them"
            ]
        )
    }
}

extension SourceTable {
    /// The group that each row's cell names.
    ///
    /// - Throws: `TableError` naming the first row whose cell is missing.
    func groups(at place: Int) throws(TableError) -> RowGroups {
        let column = names[place]
        guard case .feature(.words(let codes, let vocabulary)) = columns[place] else {
            preconditionFailure("the group column is read as text")
        }
        var numbers: [String: Int32] = [:]
        var groups: [String] = []
        let numberOfWord = vocabulary.map { word -> Int32? in
            let name = trimmed(word)
            if MissingTokens.standard.contains(word: name) { return nil }
            if let known = numbers[name] { return known }
            numbers[name] = Int32(groups.count)
            groups.append(name)
            return Int32(groups.count - 1)
        }
        var ofRow: [Int32] = []
        ofRow.reserveCapacity(rows)
        for (row, code) in codes.enumerated() {
            guard code >= 0, let number = numberOfWord[Int(code)] else {
                throw labelError(
                    "the group is missing", row: row, column: column, why: "every row belongs to a group",
                    fix: "give the row a group, or one of its own")
            }
            ofRow.append(number)
        }
        return RowGroups(column: column, ofRow: ofRow, names: groups)
    }

    /// The time that each row's cell names.
    ///
    /// - Throws: `TableError` naming the first row whose cell is missing, is no time, or is a time of another sort than those
    ///   before it.
    func times(at place: Int) throws(TableError) -> RowTimes {
        guard case .feature(.words(let codes, let vocabulary)) = columns[place] else {
            preconditionFailure("the time column is read as text")
        }
        let stamps = vocabulary.map { TimeStamp(trimmed($0)) }
        let first = codes.first.flatMap { $0 < 0 ? nil : stamps[Int($0)]?.sort }
        for (row, code) in codes.enumerated() {
            guard code >= 0, let stamp = stamps[Int(code)], stamp.sort == first ?? stamp.sort else {
                throw timeError(code < 0 ? "" : trimmed(vocabulary[Int(code)]), first, row: row, place: place)
            }
        }
        let order = vocabulary.indices.compactMap { word in stamps[word].map { (word, $0) } }
            .sorted { ($0.1, $0.0) < ($1.1, $1.0) }
        var numberOfWord = [Int32](repeating: 0, count: vocabulary.count)
        var texts: [String] = []
        var last: TimeStamp?
        for (word, stamp) in order {
            if last.map({ $0 < stamp }) ?? true { texts.append(trimmed(vocabulary[word])) }
            last = stamp
            numberOfWord[word] = Int32(texts.count - 1)
        }
        return RowTimes(column: names[place], ofRow: codes.map { numberOfWord[Int($0)] }, texts: texts)
    }

    private func timeError(_ text: String, _ first: TimeStamp.Sort?, row: Int, place: Int) -> TableError {
        let forms = "a time is a number, or a date such as 2024-03-09 or 2024-03-09T10:20:30Z"
        if MissingTokens.standard.contains(word: text) {
            return labelError(
                "the time is missing", row: row, column: names[place], why: "every row has a time",
                fix: "fill it, or take the row out of the file")
        }
        guard let sort = TimeStamp(text)?.sort, let first else {
            return labelError("'\(text)' is no time", row: row, column: names[place], why: forms, fix: "write it so")
        }
        return labelError(
            "the time '\(text)' is \(sort.text), the first row's \(first.text)", row: row, column: names[place],
            why: "which of the two is earlier cannot be told", fix: "write all times alike")
    }
}
