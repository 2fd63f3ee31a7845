/// What a model says of the observed slots of a data set, beside their labels: all that metrics, intervals, calibration
/// and reports need. Memory follows the observed labels.
public struct ObservedOutputs: Sendable {
    /// The entries of one slot that are scored, in row order. Censored and uncertain ones stand aside, in ``ObservedOutputs/Slot/unscored``.
    public struct Slot: Sendable, Equatable {
        /// The objective's place in ``ObservedOutputs/objectives``.
        public let objective: Int
        /// Logits of an entry: C for categorical, K − 1 for ordinal, else 1.
        public let width: Int
        /// `[n]`: rows of the data set, ascending.
        public internal(set) var rows: [Int32] = []
        /// `[n × width]`, before sigmoid or softmax; a regression's is standardised, see ``ObservedOutputs/scaling``.
        public internal(set) var logits: [Float] = []
        /// `[n]`: 0…1, a class or level index, or a number in the label's unit. Where there are ``distributions``: the
        /// position of the entry's own.
        public internal(set) var labels: [Double] = []
        /// `[n]`: row weight × slot weight. Losses are weighted, metrics are not.
        public internal(set) var weights: [Float] = []
        /// `[m × C]`: soft targets of a categorical objective, else nil.
        public internal(set) var distributions: [Float]?
        /// Entries that train and are not scored; nil where there are none.
        public internal(set) var unscored: Unscored?

        /// How many slots are observed and scored, n.
        public var count: Int { rows.count }
    }

    /// Entries of one slot that say too little to be scored: bounds, and soft labels drawn for uncertain cells. Losses
    /// count them, metrics do not. In row order.
    public struct Unscored: Sendable, Equatable {
        /// `[m]`: rows of the data set, ascending.
        public internal(set) var rows: [Int32] = []
        /// `[m × width]`, as ``ObservedOutputs/Slot/logits``.
        public internal(set) var logits: [Float] = []
        /// `[m]`, as ``ObservedOutputs/Slot/labels``: a bound in the label's unit, or a probability.
        public internal(set) var labels: [Double] = []
        /// `[m]`, as ``ObservedOutputs/Slot/weights``.
        public internal(set) var weights: [Float] = []
        /// `[m]`: never `known`.
        public internal(set) var states: [CellState] = []
    }

    /// In the order of the model.
    public let objectives: [Objective]
    /// By objective: how a regression's labels became targets; nil for all other kinds.
    public let scaling: [TargetScaling?]
    /// One per slot, in slot order: a multilabel objective has one for each of its labels.
    public internal(set) var slots: [Slot]
    /// Rows of the data set, with or without labels.
    public internal(set) var rows: Int
    /// Threads that scoring may use. They decide how long it takes, and no number.
    var threads = 1

    init(objectives: [Objective], scaling: [TargetScaling?], plan: HeadPlan, labels: LabelTable) {
        self.objectives = objectives
        self.scaling = scaling
        rows = labels.rows
        slots = plan.slots.enumerated().map { index, slot in
            Slot(objective: slot.objective, width: slot.width, distributions: labels.distributions[index])
        }
    }

    /// Makes room for exactly so many entries of each slot.
    mutating func reserve(_ counts: [Int]) {
        for (index, count) in counts.enumerated() { slots[index].reserve(count) }
    }

    init(objectives: [Objective], scaling: [TargetScaling?], slots: [Slot], rows: Int) {
        self.objectives = objectives
        self.scaling = scaling
        self.slots = slots
        self.rows = rows
    }

    /// The places in ``slots`` of an objective's slots.
    public func slots(of objective: Int) -> Range<Int> {
        let first = slots.firstIndex { $0.objective == objective } ?? slots.endIndex
        return first..<first + objectives[objective].kind.slotsPerRow
    }
}

extension ObservedOutputs.Slot {
    /// Makes room for exactly so many entries: thousands of slots that grow by doubling would waste half of their memory.
    mutating func reserve(_ count: Int) {
        rows.reserveCapacity(count)
        logits.reserveCapacity(count * width)
        labels.reserveCapacity(count)
        weights.reserveCapacity(count)
    }

    mutating func append(row: Int, logits values: ArraySlice<Float>, label: Double, weight: Float, state: CellState = .known) {
        guard state.isScored else {
            unscored = unscored ?? .init()
            unscored?.rows.append(Int32(row))
            unscored?.logits.append(contentsOf: values)
            unscored?.labels.append(label)
            unscored?.weights.append(weight)
            unscored?.states.append(state)
            return
        }
        rows.append(Int32(row))
        logits.append(contentsOf: values)
        labels.append(label)
        weights.append(weight)
    }

    /// Class indices; a soft target counts as its most probable class.
    public var classLabels: [Int] {
        guard let distributions else { return labels.map { Int($0) } }
        return labels.map { position in
            let start = Int(position) * width
            return (0..<width).max { distributions[start + $0] < distributions[start + $1] } ?? 0
        }
    }
}

extension Model {
    /// Runs the model over a data set and keeps what concerns observed slots.
    ///
    /// - Parameter data: features and labels; its objectives are the model's.
    /// - Throws: ``DataError`` when the data set has other objectives or features.
    public func outputs(of data: Dataset) throws(DataError) -> ObservedOutputs {
        try check(data)
        return observedOutputs(of: data)
    }
}
