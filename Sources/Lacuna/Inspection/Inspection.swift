/// What a careful person looks at before training on labels that are mostly missing: what each part holds of each
/// objective, which objectives are never seen together, which rows repeat, which values look like a missing marker, and
/// whether labels are missing at random.
public struct Inspection: Sendable {
    /// Rows of each part, labelled or not; a part without rows is absent.
    public let rows: [Part: Int]
    /// Rows of each part that observe nothing. Training drops them unless it is told to keep them.
    public let unlabelledRows: [Part: Int]
    /// Rows of a batch, as asked for.
    public let batchSize: Int
    /// One per objective, in the order declared.
    public let objectives: [ObjectiveInspection]
    /// What each of several sources holds; empty for one.
    public let sources: [SourceFacts]
    /// Which objectives rows observe together.
    public let coObservation: CoObservation
    /// Rows with equal features.
    public let repeatedRows: RepeatedRows
    /// Values that look like an undeclared missing marker, and cells that are no legal label; illegal ones first.
    public let tokens: [SuspectToken]
    /// What training would stop at besides illegal cells, one entry each.
    public let obstacles: [Obstacle]
    /// Rows that the model of missingness was made from, and how many of them were held out.
    public let missingnessRows: (all: Int, heldOut: Int)
    /// Encoded features that it saw, of how many: of very many, those that vary most.
    public let missingnessColumns: (used: Int, all: Int)
    /// What the load says, and training would say too; one sentence each.
    public let loadWarnings: [String]

    /// Something that training would stop at and the inspection went around.
    public struct Obstacle: Equatable, Sendable {
        /// The objective or feature that was left out or changed.
        public let name: String
        /// One clause, without a full stop.
        public let problem: String
        /// Why it stops training.
        public let why: String?
        /// What helps.
        public let fix: String?
    }

    /// Inspects data that a load made.
    ///
    /// - Parameters:
    ///   - data: loaded with `unlabelled: .keep`, so that rows without any label take part in the question whether labels
    ///     are missing at random; where they were dropped, they are counted and no more.
    ///   - batchSize: of the training to come, 1 or more.
    ///   - unlabelled: what that training does with rows without a label of weight above 0.
    ///   - seed: of the model of missingness.
    ///   - threads: of matrix products; nil: all cores.
    /// - Throws: ``SettingError`` for a batch size below 1; what ``MissingnessModel/fit(features:labels:objectives:seed:mostRows:mostPatterns:threads:)`` throws.
    public init(
        of data: TrainingData, batchSize: Int, unlabelled: Unlabelled = .drop, seed: UInt64 = 0, threads: Int? = nil
    ) throws {
        try self.init(of: data, findings: LoadFindings(), batchSize: batchSize, unlabelled: unlabelled, seed: seed, threads: threads)
    }

    init(
        of data: TrainingData, findings: LoadFindings, batchSize: Int, unlabelled: Unlabelled, seed: UInt64, threads: Int?
    ) throws {
        guard batchSize >= 1 else {
            throw SettingError("batch size is \(batchSize); it is 1 or more", fix: "give a whole number from 1")
        }
        let rows = InspectedRows(data)
        self.rows = data.rowCounts
        self.batchSize = batchSize
        var unlabelledRows: [Part: Int] = [:]
        for (part, dataset) in data.datasets {
            let dropped = part == .train ? data.droppedUnlabelled : 0
            unlabelledRows[part] = dropped + (0..<dataset.rows).count { !dataset.labels.isLabelled($0) }
        }
        self.unlabelledRows = unlabelledRows
        let missingness = try MissingnessSummary(rows, seed: seed, threads: threads)
        missingnessRows = (missingness.rows, missingness.heldOutRows)
        missingnessColumns = missingness.columns
        let usable = ObjectiveInspection.all(
            rows, missingness, findings.uncertain, batchSize: batchSize, unlabelled: unlabelled)
        objectives = findings.restored(usable, data: data, batchSize: batchSize)
        sources = SourceFacts.all(rows)
        coObservation = CoObservation(data.objectives, rows.labels)
        repeatedRows = RepeatedRows(data.datasets, fileRows: data.rowsOfPart)
        tokens = findings.tokens + TokenScan(rows).tokens()
        obstacles = findings.obstacles
        loadWarnings = data.warnings
    }
}

/// What an inspection says of one objective.
public struct ObjectiveInspection: Sendable {
    /// The objective's name.
    public let name: String
    /// The objective's kind.
    public let kind: ObjectiveKind.Name
    /// What each part that has rows holds of it.
    public let parts: [Part: PartFacts]
    /// The expected share of an epoch's batches that hold no label of it, in `0 ... 1`; nil without training rows.
    public let batchesWithoutLabel: Double?
    /// Whether the features tell that it is observed; of a multilabel objective the label for which they tell most.
    public let missingness: Missingness
    /// The labels of a multilabel objective; empty for other kinds.
    public let labels: [LabelInspection]
    /// Which cells are uncertain and what becomes of them; nil where none is declared so.
    public let uncertainty: UncertainCells?
    /// Why training cannot use it, where it cannot.
    public let obstacle: String?
}

/// What an inspection says of one label of a multilabel objective.
public struct LabelInspection: Sendable {
    /// The label's name.
    public let name: String
    /// What each part holds of it.
    public let parts: [Part: PartFacts]
    /// Whether the features tell that it is observed.
    public let missingness: Missingness
}

/// Whether the features tell that a label is observed, and which.
public struct Missingness: Equatable, Sendable {
    /// How well it can be predicted.
    public let finding: MissingnessModel.Finding
    /// The features that tell most, where the area lies above ``MissingnessModel/warningArea``.
    public let tells: [MissingnessTell]

    /// Whether a warning is due.
    public var isSuspect: Bool { (finding.estimate?.value ?? 0) > MissingnessModel.warningArea }
}

extension ObjectiveInspection {
    fileprivate static func all(
        _ rows: InspectedRows, _ missingness: MissingnessSummary, _ uncertain: UncertainCounts, batchSize: Int,
        unlabelled: Unlabelled
    ) -> [ObjectiveInspection] {
        let data = rows.data
        var counters: [Part: PartCounter] = [:]
        for (part, count) in data.rowCounts {
            counters[part] = PartCounter(
                data.objectives, data.datasets[part]?.labels, rows: count, uncertain: uncertain.bySlot(data.objectives, part))
        }
        let teaching = TeachingRows(data.datasets[.train], objectives: data.objectives, unlabelled: unlabelled)
        return zip(data.objectives, data.objectives.slotRanges).enumerated().map { index, pair in
            let (objective, slots) = pair
            let labels = objective.kind.name == .multilabel ? zip(objective.slotNames, slots).map { name, slot in
                LabelInspection(
                    name: name, parts: counters.mapValues { $0.facts(ofLabel: slot) }, missingness: missingness.slots[slot])
            } : []
            return ObjectiveInspection(
                name: objective.name, kind: objective.kind.name,
                parts: counters.mapValues { $0.facts(of: index, slots: slots) },
                batchesWithoutLabel: EmptyBatches.share(
                    rows: teaching.count, labelled: teaching.labelled[index], batchSize: batchSize),
                missingness: loudest(missingness.slots[slots]), labels: labels, uncertainty: uncertain.policy(objective.name),
                obstacle: nil)
        }
    }

    /// The label whose being observed is told best; without an area, whatever the first says.
    private static func loudest(_ slots: ArraySlice<Missingness>) -> Missingness {
        let measured = slots.filter { $0.finding.estimate != nil }
        let loudest = measured.max { ($0.finding.estimate?.value ?? 0) < ($1.finding.estimate?.value ?? 0) }
        return loudest ?? slots.first ?? Missingness(finding: .neverObserved, tells: [])
    }
}

/// The rows that take part in training, and how many of them teach each objective.
private struct TeachingRows {
    private(set) var count = 0
    /// By objective: rows with a label of weight above 0.
    private(set) var labelled: [Int]

    init(_ train: Dataset?, objectives: [Objective], unlabelled: Unlabelled) {
        labelled = Array(repeating: 0, count: objectives.count)
        guard let train else { return }
        let objectiveOfSlot = objectives.indices.flatMap { Array(repeating: $0, count: objectives[$0].kind.slotsPerRow) }
        for row in 0..<train.rows {
            let teaches = train.rowWeights?[row] != 0
            guard unlabelled == .keep || (teaches && train.labels.isLabelled(row)) else { continue }
            count += 1
            var last = -1
            for place in train.labels.rowStarts[row]..<train.labels.rowStarts[row + 1] where teaches {
                let objective = objectiveOfSlot[Int(train.labels.slotIndices[place])]
                if objective == last || train.labels.slotWeights?[place] == 0 { continue }
                last = objective
                labelled[objective] += 1
            }
        }
    }
}
