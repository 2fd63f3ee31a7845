/// What one part of the data holds of an objective, or of one label of a multilabel objective.
public struct PartFacts: Equatable, Sendable {
    /// Rows of the part, labelled or not.
    public let rows: Int
    /// Observed slots, bounds and labels drawn for uncertain cells among them: all that training learns from. A row of a
    /// multilabel objective has one for each label.
    public let observed: Int
    /// The share of slots observed; nil without rows.
    public let coverage: Double?
    /// Rows in which at least one slot is observed.
    public let labelledRows: Int
    /// How often each class or level is the label, in their order; 0 and 1 of a binary label. Empty for regressions, for
    /// multilabel objectives as a whole, and without rows. Labels drawn for uncertain cells are of no class.
    public let classes: [ClassCount]
    /// Of a regression with labels in this part that are no bounds.
    public let values: ValueFacts?
    /// Cells that the file calls uncertain, whatever becomes of them: with the policy `ignore` they are not observed, with
    /// `zeros`, `ones` and `class` they are among ``classes``.
    public let uncertain: Int
    /// Labels of a regression that say that the truth is lower (`<5`) or higher (`>5`).
    public let bounds: Bounds

    /// How many labels are bounds.
    public struct Bounds: Equatable, Sendable {
        /// The truth lies below so many labels, or at them.
        public var below = 0
        /// The truth lies above so many labels, or at them.
        public var above = 0
    }
    /// The metrics that the labels of this part cannot decide, and why.
    public let undefined: [Metric: String]
    /// Whether the part can score the objective by its kind's main metric.
    public let isEvaluable: Bool
}

/// A class and how often it is the label.
public struct ClassCount: Equatable, Sendable {
    /// The class or level; "0" or "1" of a binary label.
    public let name: String
    /// Observed labels of it. A soft label counts as 1 from 0.5 on.
    public let count: Int
}

/// The observed numbers of a regression, in its unit.
public struct ValueFacts: Equatable, Sendable {
    /// The smallest label.
    public let minimum: Double
    /// The largest label.
    public let maximum: Double
    /// The mean label.
    public let mean: Double
    /// The population's standard deviation.
    public let deviation: Double
    /// How many different numbers there are.
    public let distinct: Int
}

/// Counts of one part of the data, slot by slot.
struct PartCounter {
    private let objectives: [Objective]
    private let rows: Int
    /// By slot: the labels in class order, or as numbers.
    private var classCounts: [[Int]]
    private var numbers: [[Double]]
    private var observed: [Int]
    private var labelledRows: [Int]
    private var uncertain: [Int]
    private var bounds: [PartFacts.Bounds]

    /// - Parameters:
    ///   - rows: of the part, among which may be some that the table leaves out, for they have no label.
    ///   - counted: by slot, the uncertain cells of the file, where they were counted; else those that have a drawn label are.
    init(_ objectives: [Objective], _ labels: LabelTable?, rows: Int, uncertain counted: [Int?]? = nil) {
        self.objectives = objectives
        self.rows = rows
        let kinds = objectives.flatMap { Array(repeating: $0.kind, count: $0.kind.slotsPerRow) }
        classCounts = kinds.map { Array(repeating: 0, count: $0.classNames.count) }
        numbers = Array(repeating: [], count: kinds.count)
        observed = Array(repeating: 0, count: kinds.count)
        labelledRows = Array(repeating: 0, count: objectives.count)
        uncertain = Array(repeating: 0, count: kinds.count)
        bounds = Array(repeating: PartFacts.Bounds(), count: kinds.count)
        defer {
            for (slot, count) in (counted ?? []).enumerated() { if let count { uncertain[slot] = count } }
        }
        guard let labels else { return }
        let objectiveOfSlot = objectives.indices.flatMap { Array(repeating: $0, count: objectives[$0].kind.slotsPerRow) }
        for row in 0..<labels.rows {
            var last = -1
            for place in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let slot = Int(labels.slotIndices[place])
                observed[slot] += 1
                if objectiveOfSlot[slot] != last {
                    last = objectiveOfSlot[slot]
                    labelledRows[last] += 1
                }
                switch labels.state(place) {
                case .uncertain: uncertain[slot] += 1
                case .below: bounds[slot].below += 1
                case .above: bounds[slot].above += 1
                case .known:
                    if let label = labels.label(at: place, kinds[slot]) {
                        classCounts[slot][label] += 1
                    } else {
                        numbers[slot].append(labels.values[place])
                    }
                }
            }
        }
    }

    /// Of a whole objective.
    func facts(of index: Int, slots: Range<Int>) -> PartFacts {
        let kind = objectives[index].kind
        guard kind.name == .multilabel else {
            return facts(kind, slot: slots.lowerBound, labelledRows: labelledRows[index])
        }
        let labels = slots.map { facts(kind, slot: $0, labelledRows: observed[$0]) }
        // A metric is undefined for the objective where it is for every label; with one reason for all, that is the reason.
        var undefined: [Metric: String] = [:]
        for metric in Metric.all(for: .multilabel) {
            let reasons = labels.compactMap { $0.undefined[metric] }
            guard reasons.count == labels.count, let first = reasons.first else { continue }
            undefined[metric] = reasons.allSatisfy { $0 == first } ? first : UndefinedReason.everyLabel
        }
        let total = labels.reduce(0) { $0 + $1.observed }
        return PartFacts(
            rows: rows, observed: total, coverage: share(total, of: rows * slots.count), labelledRows: labelledRows[index],
            classes: [], values: nil, uncertain: labels.reduce(0) { $0 + $1.uncertain }, bounds: .init(), undefined: undefined,
            isEvaluable: labels.contains(where: \.isEvaluable))
    }

    /// Of one label of a multilabel objective.
    func facts(ofLabel slot: Int) -> PartFacts {
        facts(.multilabel(labels: []), slot: slot, labelledRows: observed[slot])
    }

    private func facts(_ kind: ObjectiveKind, slot: Int, labelledRows: Int) -> PartFacts {
        let classes = zip(kind.classNames, classCounts[slot]).map { ClassCount(name: $0, count: $1) }
        let scores = scores(kind, slot: slot)
        var undefined: [Metric: String] = [:]
        for entry in scores.entries {
            guard let reason = entry.score.reason else { continue }
            // Labels that are there but say too little to be scored.
            undefined[entry.metric] = reason == UndefinedReason.noLabel && observed[slot] > 0 ? UndefinedReason.noScored : reason
        }
        return PartFacts(
            rows: rows, observed: observed[slot], coverage: share(observed[slot], of: rows), labelledRows: labelledRows,
            classes: classes, values: ValueFacts(numbers[slot]), uncertain: uncertain[slot], bounds: bounds[slot],
            undefined: undefined, isEvaluable: undefined[Metric.main(for: kind.name)] == nil)
    }

    private func share(_ part: Int, of whole: Int) -> Double? { whole > 0 ? Double(part) / Double(whole) : nil }

    /// Scores of made-up predictions: whether a metric is defined, and the reason, come from the metrics themselves. They
    /// depend on which classes or values occur, not on how often.
    private func scores(_ kind: ObjectiveKind, slot: Int) -> Scores {
        let present = classCounts[slot].indices.filter { classCounts[slot][$0] > 0 }
        switch kind {
        case .binary, .multilabel:
            let labels = present.map { Double($0) }
            return .binary(probabilities: labels.map { _ in 0.5 }, labels: labels)
        case .categorical(let names):
            let labels = Array(present.prefix(200))
            return .categorical(
                probabilities: Array(repeating: 1 / Float(max(names.count, 1)), count: labels.count * names.count),
                classes: max(names.count, 1), labels: labels)
        case .ordinal(let names):
            return .ordinal(predictions: present, labels: present, levels: max(names.count, 1))
        case .regression:
            let values = numbers[slot]
            let ends = values.count < 2 ? values : [values.min() ?? 0, values.max() ?? 0]
            // Predictions differ, for the question is what the labels leave undefined.
            return .regression(predictions: ends.indices.map { Float($0) }, targets: ends)
        }
    }
}

extension ValueFacts {
    /// nil without numbers.
    init?(_ values: [Double]) {
        guard let first = values.first else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let squares = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) }
        self.init(
            minimum: values.reduce(first, min), maximum: values.reduce(first, max), mean: mean,
            deviation: (squares / Double(values.count)).squareRoot(), distinct: Set(values).count)
    }
}

extension LabelTable {
    /// The class or level of an entry; of a distribution the most probable one; nil of a regression's.
    func label(at place: Int, _ kind: ObjectiveKind) -> Int? {
        switch kind {
        case .regression: return nil
        case .binary, .multilabel, .ordinal: return Int(values[place].rounded())
        case .categorical(let names):
            guard let shares = distributions[Int(slotIndices[place])] else { return Int(values[place]) }
            let first = Int(values[place]) * names.count
            return names.indices.max { shares[first + $0] < shares[first + $1] }
        }
    }
}
