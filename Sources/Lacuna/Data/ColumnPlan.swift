import Tables

/// What each column of the data is for: found from the names alone, before any cell is read.
struct ColumnPlan {
    /// An objective and the columns that hold its labels.
    struct ObjectiveColumns {
        /// The column's name, or the group's.
        let name: String
        let declaration: ObjectiveDeclaration
        /// Places in `names`, ascending; one unless the objective is a group.
        let columns: [Int]
        /// The place of each column's label weights; empty where there are none.
        var weights: [Int] = []
    }

    let names: [String]
    private(set) var objectives: [ObjectiveColumns] = []
    private(set) var features: [Int] = []
    private(set) var id: Int?
    private(set) var weight: Int?
    private(set) var split: Int?
    private(set) var group: Int?
    private(set) var time: Int?
    private var roles: [Role?]
    private var objectivePlaces: [String: Int] = [:]
    private let file: String

    /// What a column has been claimed for.
    private enum Role {
        case objective(ObjectiveDeclaration)
        case id, weight, split, group, time, ignored
        case cellWeight(ObjectiveDeclaration)

        var sentence: String {
            switch self {
            case .objective(let declaration): "a label of objective '\(declaration)'"
            case .id: "the id column"
            case .weight: "the weight column"
            case .split: "the split column"
            case .group: "the group column"
            case .time: "the time column"
            case .ignored: "an ignored column"
            case .cellWeight(let declaration): "the label weights of objective '\(declaration)'"
            }
        }
    }

    /// Finds every column's role.
    ///
    /// - Parameters:
    ///   - names: of all columns.
    ///   - features: the places that can be features, where not all can.
    ///   - labels: the places that can be labels, where not all can.
    ///   - isForTraining: whether objectives and features are needed.
    /// - Throws: `TableError`: a column that is not there (with the nearest name), a pattern that matches nothing, a column
    ///   with two roles, two objectives of one name, no objective, no feature.
    init(
        names: [String], features: Range<Int>? = nil, labels: Range<Int>? = nil, file: String,
        data: DataDeclaration, objectives: [ObjectiveDeclaration], isForTraining: Bool = true
    ) throws(TableError) {
        self.names = names
        self.file = file
        roles = Array(repeating: nil, count: names.count)
        let all = names.indices
        if let id = data.id { self.id = try claim(id, as: .id, by: "--id") }
        if let column = data.weightColumn { weight = try claim(column, as: .weight, by: "--weight-column") }
        if let column = data.splitColumn { split = try claim(column, as: .split, by: "--split-column") }
        // One column may name both a row and its group: many rows of a patient carry the patient's id.
        if let column = data.group { group = column == data.id ? id : try claim(column, as: .group, by: "--group") }
        if let column = data.timeColumn { time = try claim(column, as: .time, by: "--time-column") }
        for declaration in objectives { try add(declaration, among: labels ?? all) }
        guard !self.objectives.isEmpty || !isForTraining else {
            throw TableError(
                "no objective is declared", file: file, why: "training needs at least one",
                fix: "pass --objective 'COLUMN:KIND', such as 'tumor:binary'")
        }
        for pattern in data.ignore { try ignore(pattern) }
        self.features = (features ?? all).filter { roles[$0] == nil }
        for name in data.text { try checkText(name) }
        guard !self.features.isEmpty || !isForTraining else {
            throw TableError(
                "no column is left as a feature", file: file,
                why: "all \(names.count) columns are objectives, id, split, weight or ignored",
                fix: "narrow a pattern, or add feature columns")
        }
    }

    /// The place of a column by its exact name.
    private func place(of name: String, among places: Range<Int>, by claimant: String) throws(TableError) -> Int {
        if let place = places.first(where: { names[$0] == name }) { return place }
        let near = nearestName(to: name, among: places.map { names[$0] })
        throw TableError(
            "no column is called '\(name)'", file: file, why: "\(claimant) names it",
            fix: near.map { "did you mean '\($0)'?" } ?? "check the name against the header")
    }

    private mutating func claim(_ name: String, as role: Role, by claimant: String) throws(TableError) -> Int {
        let place = try place(of: name, among: names.indices, by: claimant)
        try take(place, for: role)
        return place
    }

    private mutating func take(_ place: Int, for role: Role) throws(TableError) {
        guard let earlier = roles[place] else {
            roles[place] = role
            return
        }
        // One column may weigh the labels of several others.
        if case .cellWeight = earlier, case .cellWeight = role { return }
        if case .objective(let first) = earlier, case .objective(let second) = role {
            throw TableError(
                "column '\(names[place])' belongs to two objectives, '\(first)' and '\(second)'", file: file,
                column: names[place], why: "a label teaches one objective", fix: "narrow one of the two patterns")
        }
        throw TableError(
            "column '\(names[place])' is both \(earlier.sentence) and \(role.sentence)", file: file,
            column: names[place], why: "a column has one role", fix: "narrow the pattern, or take one of the two away")
    }

    private mutating func add(_ declaration: ObjectiveDeclaration, among places: Range<Int>) throws(TableError) {
        var (group, columns) = try match(declaration, among: places)
        // A pattern that finds labels often finds the weights beside them too: 'NR-*' and 'NR-AR.weight'.
        let named = Set(columns.compactMap { weightColumn(declaration, of: $0) })
        if columns.count > 1 { columns.removeAll { named.contains(names[$0]) } }
        for column in columns { try take(column, for: .objective(declaration)) }
        var weights: [Int] = []
        for column in columns {
            guard let name = weightColumn(declaration, of: column) else { continue }
            let place = try place(of: name, among: places, by: "cellWeights of objective '\(declaration)'")
            try take(place, for: .cellWeight(declaration))
            weights.append(place)
        }
        if let group {
            try addObjective(.init(name: group, declaration: declaration, columns: columns, weights: weights))
        } else {
            for (index, column) in columns.enumerated() {
                let own = weights.isEmpty ? [] : [weights[index]]
                try addObjective(.init(name: names[column], declaration: declaration, columns: [column], weights: own))
            }
        }
    }

    /// The name of the column that weighs a column's labels, where the objective has one.
    private func weightColumn(_ declaration: ObjectiveDeclaration, of column: Int) -> String? {
        declaration.cellWeights?.split(separator: "*", omittingEmptySubsequences: false).joined(separator: names[column])
    }

    private mutating func addObjective(_ objective: ObjectiveColumns) throws(TableError) {
        if let place = objectivePlaces.updateValue(objectives.count, forKey: objective.name) {
            let other = objectives[place]
            throw TableError(
                "two objectives are called '\(objective.name)', '\(other.declaration)' and '\(objective.declaration)'",
                file: file, why: "predictions and metrics go by the name", fix: "rename the group")
        }
        objectives.append(objective)
    }

    private func match(
        _ declaration: ObjectiveDeclaration, among places: Range<Int>
    ) throws(TableError) -> (group: String?, columns: [Int]) {
        let claimant = "objective '\(declaration)'"
        switch declaration.columns {
        case .exact(let name): return (declaration.group, [try place(of: name, among: places, by: claimant)])
        case .glob(let pattern):
            // 'a=b:categorical' can mean a column that is called 'a=b'.
            if declaration.kind == .categorical, let group = declaration.group,
                let place = places.first(where: { names[$0] == "\(group)=\(pattern)" })
            {
                return (nil, [place])
            }
            let glob = Glob(pattern)
            let matched = places.filter { glob.matches(names[$0]) }
            if !matched.isEmpty { return (declaration.group, matched) }
            guard glob.isPattern else { _ = try place(of: pattern, among: places, by: claimant); return (nil, []) }
            throw TableError(
                "the pattern '\(pattern)' matches no column", file: file, why: "\(claimant) needs at least one",
                fix: "check the pattern against the header: \(sample(places))")
        }
    }

    private mutating func ignore(_ pattern: String) throws(TableError) {
        let glob = Glob(pattern)
        let matched = names.indices.filter { glob.matches(names[$0]) }
        if matched.isEmpty {
            guard glob.isPattern else { _ = try place(of: pattern, among: names.indices, by: "--ignore"); return }
            throw TableError(
                "the pattern '\(pattern)' matches no column", file: file, why: "--ignore names it",
                fix: "check the pattern against the header: \(sample(names.indices))")
        }
        for place in matched {
            switch roles[place] {
            // The columns for a whole row, and weights, are no features in any case.
            case .id, .weight, .split, .group, .time, .ignored, .cellWeight: break
            case .objective, nil: try take(place, for: .ignored)
            }
        }
    }

    private func checkText(_ name: String) throws(TableError) {
        let place = try place(of: name, among: names.indices, by: "--text")
        if let role = roles[place] {
            throw TableError(
                "column '\(name)' is \(role.sentence)", file: file, column: name, why: "--text is for features",
                fix: "leave it out of --text")
        }
    }

    private func sample(_ places: Range<Int>) -> String {
        let shown = places.prefix(5).map { names[$0] }.joined(separator: ", ")
        return places.count > 5 ? "\(shown), …" : shown
    }
}
