import Tables

extension Inspection {
    /// Reads the files and inspects them. What training would stop at is collected rather than thrown: cells that are no
    /// legal label are taken as missing, objectives that cannot be learnt and features that cannot be encoded are left out,
    /// and ``tokens`` and ``obstacles`` say so.
    ///
    /// - Parameters:
    ///   - data: the files, and what their columns are.
    ///   - objectives: as declared.
    ///   - batchSize: of the training to come, 1 or more.
    ///   - unlabelled: what that training does with rows without a label of weight above 0.
    ///   - seed: of the model of missingness.
    ///   - threads: of matrix products; nil: all cores.
    /// - Throws: ``SettingError`` for what is wrong by itself; `TableError` for a file that cannot be read at all, a column
    ///   that is not there, and a split or weight column that cannot be used.
    public static func load(
        _ data: DataDeclaration, objectives: [ObjectiveDeclaration], batchSize: Int, unlabelled: Unlabelled = .drop,
        seed: UInt64 = 0, threads: Int? = nil
    ) throws -> Inspection {
        var load = TolerantLoad(data, objectives)
        let loaded = try load.run()
        try load.countUncertain(loaded)
        return try Inspection(
            of: loaded, findings: load.findings, batchSize: batchSize, unlabelled: unlabelled, seed: seed, threads: threads)
    }
}

/// A load that goes around what a strict one stops at: it declares illegal cells missing, leaves out what cannot be used,
/// and loads again. So whatever the strict load learns to read, this one reads too.
struct TolerantLoad {
    private(set) var findings = LoadFindings()
    private var data: DataDeclaration
    private var objectives: [ObjectiveDeclaration]
    /// Of the declarations, once each names its own columns.
    private var resolved: [(name: String, columns: [String])] = []
    private var features: Set<String> = []
    /// Infinite cells that the load itself took as missing, with their flag.
    private var declaredInfinite: Set<String> = []

    init(_ data: DataDeclaration, _ objectives: [ObjectiveDeclaration]) {
        self.data = data
        self.objectives = objectives
    }

    mutating func run() throws -> TrainingData {
        var isScanned = false, first: TableError?
        while true {
            do {
                return try TrainingData.load(data, objectives: objectives, unlabelled: .keep)
            } catch let error as TableError {
                first = first ?? error
                if try declareInfinite(error) { continue }
                // Where nothing is left, what came first is the trouble.
                if isScanned { try goAround(error) } else { try scan(after: error, first: first ?? error) }
                isScanned = true
            }
        }
    }

    /// Counts the cells that are uncertain, once it is known what can be loaded.
    mutating func countUncertain(_ loaded: TrainingData) throws {
        findings.uncertain = try UncertainCounts(data, objectives: objectives, split: loaded.split)
    }

    /// Takes infinite labels and features, where the error is about one, as missing.
    ///
    /// - Returns: false where it is about something else.
    private mutating func declareInfinite(_ error: TableError) throws -> Bool {
        guard error.problem.contains("infinite") || error.why?.contains("3.4e38") == true else { return false }
        let source = try DataSource(data, needsLabels: true)
        let plan = try plan(source)
        let cells = try source.infiniteCells(
            features: plan.features.filter { !data.text.contains(source.names[$0]) }, labels: plan.objectives.flatMap(\.columns))
        var isNew = false
        for cell in cells {
            let objective = plan.objectives.first { $0.columns.contains(cell.place) }
            let flag = objective == nil ? "--missing-features" : "--missing"
            let words = objective == nil ? data.missingFeatures : data.missing + (objective?.declaration.missing ?? [])
            // What a person declared stops nothing.
            if words.contains(cell.token), !declaredInfinite.contains(flag + cell.token) { continue }
            if declaredInfinite.insert(flag + cell.token).inserted {
                isNew = true
                if objective == nil { data.missingFeatures.append(cell.token) } else { data.missing.append(cell.token) }
            }
            let column = source.names[cell.place]
            guard !findings.tokens.contains(where: { $0.column == column && $0.token == cell.token }) else { continue }
            findings.tokens.append(
                SuspectToken(
                    column: column, objective: objective?.name, token: cell.token, count: cell.count,
                    rows: cell.rows.map { $0 + 1 }, line: nil, isIllegal: true,
                    why: objective == nil
                        ? "it is infinite, and a feature must be finite as a 32-bit float (at most 3.4e38)"
                        : "it is infinite, and a label must be finite",
                    fix: "correct it, or declare it missing: \(flag) '\(cell.token)'"))
        }
        return isNew
    }

    private func plan(_ source: DataSource) throws -> ColumnPlan {
        try ColumnPlan(
            names: source.names, features: source.featurePlaces ?? source.ownPlaces,
            labels: source.labelPlaces ?? source.ownPlaces, file: source.file, data: data, objectives: objectives)
    }

    /// Looks at all labels, and at all features where one of them was the trouble, and declares what cannot be used.
    private mutating func scan(after error: TableError, first: TableError) throws {
        let source = try DataSource(data, needsLabels: true)
        let plan = try plan(source)
        features = Set(plan.features.map { source.names[$0] })
        let rules = plan.objectives.map { LabelRules($0, names: source.names, seed: 0) }
        var roles = [ColumnRole](repeating: .skip, count: source.names.count)
        for (objective, rules) in zip(plan.objectives, rules) {
            for place in objective.columns { roles[place] = .label(missing: rules.tokens(runWide: data.missing)) }
        }
        let table = try source.read(roles)
        objectives = []
        for (objective, rules) in zip(plan.objectives, rules) {
            var reader = TolerantReader(rules, table.labels(at: objective.columns), table)
            reader.read()
            var declaration = objective.declaration
            if declaration.group == nil, let place = objective.columns.first { declaration.columns = .exact(source.names[place]) }
            declaration.missing += reader.tokens.map(\.token)
            findings.tokens += reader.tokens
            findings.labels[objective.name] = reader.labels
            findings.order.append(objective.name)
            objectives.append(declaration)
            resolved.append((objective.name, objective.columns.map { source.names[$0] }))
            if let obstacle = reader.obstacle { try leaveOut(resolved.count - 1, obstacle) }
        }
        // The places of objectives left out are taken away in the end, so that the others keep theirs meanwhile.
        objectives = objectives.indices.filter { !resolved[$0].columns.isEmpty }.map { objectives[$0] }
        resolved.removeAll(where: \.columns.isEmpty)
        if objectives.isEmpty { throw first }
        if let column = error.column, features.contains(column) { scanFeatures(source, plan) }
    }

    /// Leaves an objective out; its columns become no features.
    private mutating func leaveOut(_ index: Int, _ error: TableError) throws {
        findings.obstacles.append(
            Inspection.Obstacle(name: resolved[index].name, problem: error.problem, why: error.why, fix: error.fix))
        if !data.isArrays { data.ignore += resolved[index].columns }
        resolved[index].columns = []
    }

    /// Takes the objective or feature away that an error is about.
    private mutating func goAround(_ error: TableError) throws {
        let text = [error.problem, error.why ?? ""].joined(separator: " ")
        let index = resolved.firstIndex { objective in
            error.column.map(objective.columns.contains) == true || text.contains("objective '\(objective.name)'")
        }
        if let index, objectives.count > 1 {
            try leaveOut(index, error)
            objectives.remove(at: index)
            resolved.remove(at: index)
        } else if let column = error.column, features.remove(column) != nil, !features.isEmpty {
            findings.obstacles.append(
                Inspection.Obstacle(name: column, problem: error.problem, why: error.why, fix: error.fix))
            data.ignore.append(column)
        } else {
            throw error
        }
    }

    /// Features of numbers and words alike: the rarer sort is taken as missing, or the column as text.
    private mutating func scanFeatures(_ source: DataSource, _ plan: ColumnPlan) {
        let tokens = MissingTokens(words: data.missingFeatures, includingDefaults: true)
        var roles = [ColumnRole](repeating: .skip, count: source.names.count)
        let places = plan.features.filter { !data.text.contains(source.names[$0]) }
        for place in places { roles[place] = .label(missing: tokens) }
        guard let table = try? source.read(roles) else { return }
        for column in table.labels(at: places) {
            let mixture = Mixture(column)
            guard let rarer = mixture.rarer else { continue }
            findings.tokens += rarer.map { mixture.token($0, column: column.name) }
            if mixture.isOfNumbers {
                data.missingFeatures += rarer.map(\.name)
            } else {
                data.text.append(column.name)
            }
        }
    }
}

/// A feature column whose cells are numbers and words.
private struct Mixture {
    let isOfNumbers: Bool
    /// The distinct values of the rarer sort; nil where there is one sort only, or where they are many.
    let rarer: [LabelValue]?
    private let cells: ObservedCells
    private let present: Int

    /// A column with more distinct words among numbers is no column with a missing marker.
    private static let mostTokens = 20

    init(_ cells: ObservedCells) {
        self.cells = cells
        let words = cells.cells.count { if case .word = $0 { true } else { false } }
        present = cells.cells.count
        isOfNumbers = words <= present - words
        let isOfNumbers = isOfNumbers
        guard words > 0, words < present else {
            rarer = nil
            return
        }
        let values = cells.distinctValues.filter { value in
            if case .word = value { isOfNumbers } else { !isOfNumbers }
        }
        rarer = values.count <= Self.mostTokens ? values : nil
    }

    func token(_ value: LabelValue, column: String) -> SuspectToken {
        let places = cells.cells.indices.filter { cells.value($0) == value }
        return SuspectToken(
            column: column, objective: nil, token: value.name, count: places.count,
            rows: places.prefix(5).map { Int(cells.rows[$0]) + 1 }, line: nil, isIllegal: true,
            why: isOfNumbers ? "it is a word among numbers" : "it is a number among words",
            fix: "declare it missing: --missing-features '\(value.name)', or say --text '\(column)'")
    }
}

/// Reads an objective's cells and takes out those that are no legal label.
private struct TolerantReader {
    private(set) var tokens: [SuspectToken] = []
    /// What is left; nil where nothing can be read.
    private(set) var labels: LoadFindings.Labels?
    /// Why training cannot use the objective even so.
    private(set) var obstacle: TableError?
    private var rules: LabelRules
    private var cells: [ObservedCells]
    private let table: SourceTable

    /// An objective with more different illegal values has another kind than declared.
    private static let mostTokens = 100

    init(_ rules: LabelRules, _ cells: [ObservedCells], _ table: SourceTable) {
        self.rules = rules
        self.cells = cells
        self.table = table
    }

    mutating func read() {
        let fresh = rules
        while true {
            do {
                rules = fresh
                _ = try rules.learn(from: cells, in: table)
                labels = LoadFindings.Labels(kind: rules.objectiveKind, table: try entries())
                break
            } catch {
                guard tokens.count < Self.mostTokens, takeOut(error) else {
                    obstacle = error
                    if let table = try? entries() { labels = LoadFindings.Labels(kind: rules.objectiveKind, table: table) }
                    break
                }
            }
        }
        if obstacle == nil, cells.allSatisfy(\.cells.isEmpty) {
            obstacle = table.labelError(
                "objective '\(rules.objective)' has no observed label", column: cells.first?.name,
                why: tokens.isEmpty ? "all its cells are missing" : "no cell is left once the illegal ones are taken as missing",
                fix: "take the objective away, or check its kind and which tokens mean missing")
        }
    }

    private func entries() throws(TableError) -> LabelTable {
        let read = try rules.entries(of: cells, in: table)
        return LabelTable(rows: table.rows, columns: read.columns, distributions: read.distributions.map { [0: $0] } ?? [:])
    }

    /// Takes all cells with the value out that an error is about.
    ///
    /// - Returns: false where it is about no value: what is wrong with a row as a whole is no token.
    private mutating func takeOut(_ error: TableError) -> Bool {
        guard let row = error.row, let index = cells.firstIndex(where: { $0.name == error.column }),
            let place = cells[index].rows.firstIndex(of: UInt32(row - 1))
        else { return false }
        let value = cells[index].value(place)
        if rules.isOneHot || rules.missingLabels == .anyElseError, value == .number(0) || value == .number(1) { return false }
        let column = cells[index]
        let held = column.cells.indices.filter { column.value($0) == value }
        tokens.append(
            SuspectToken(
                column: column.name, objective: rules.objective, token: value.name, count: held.count,
                rows: held.prefix(5).map { Int(column.rows[$0]) + 1 }, line: error.line, isIllegal: true, why: error.problem,
                fix: error.fix ?? rules.missingFix(value)))
        // A token is missing in all columns of a group at once.
        for index in cells.indices {
            let column = cells[index]
            let kept = column.cells.indices.filter { column.value($0) != value }
            cells[index].rows = kept.map { column.rows[$0] }
            cells[index].cells = kept.map { column.cells[$0] }
        }
        return true
    }
}

/// What a load found that stops at nothing.
struct LoadFindings {
    var tokens: [SuspectToken] = []
    var obstacles: [Inspection.Obstacle] = []
    /// The objectives' names as declared; empty where nothing was found.
    var order: [String] = []
    /// By objective: its legal labels in all rows of the file.
    var labels: [String: Labels] = [:]
    /// Cells that are uncertain.
    var uncertain = UncertainCounts()

    struct Labels {
        let kind: ObjectiveKind
        let table: LabelTable
    }

    /// The objectives in the order declared, with those that were left out.
    func restored(_ usable: [ObjectiveInspection], data: TrainingData, batchSize: Int) -> [ObjectiveInspection] {
        if order.isEmpty { return usable }
        let byName = Dictionary(usable.map { ($0.name, $0) }, uniquingKeysWith: { first, _ in first })
        return order.compactMap { name in
            if let found = byName[name] { return found }
            guard let obstacle = obstacles.first(where: { $0.name == name }) else { return nil }
            return leftOut(name, obstacle, data)
        }
    }

    private func leftOut(_ name: String, _ obstacle: Inspection.Obstacle, _ data: TrainingData) -> ObjectiveInspection {
        let held = labels[name].flatMap { $0 }
        let kind = held?.kind ?? .regression
        let objective = Objective(name, kind: kind, loss: SquaredError())
        var parts: [Part: PartFacts] = [:]
        if let held {
            for (part, count) in data.rowCounts {
                let table = held.table.selecting(rows: data.split.rows(of: part))
                parts[part] = PartCounter([objective], table, rows: count).facts(of: 0, slots: 0..<held.table.slots)
            }
        }
        return ObjectiveInspection(
            name: name, kind: kind.name, parts: parts, batchesWithoutLabel: nil,
            missingness: Missingness(finding: .undecided(reason: "training cannot use the objective"), tells: []), labels: [],
            uncertainty: uncertain.policy(name), obstacle: obstacle.problem)
    }
}
