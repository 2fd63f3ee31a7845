/// The observed labels of many objectives: rows × slots, stored by row, observed slots only.
///
/// Memory follows the observed labels: one slot number, one value and, where given, one weight for each. What
/// stood in a missing slot of the source is not kept, so it cannot matter.
///
/// Values are in the label's own terms: 0 or 1 (or a probability) for binary and multilabel, the class or
/// level index for categorical and ordinal, the number in its unit for a regression. For a categorical
/// objective with soft targets the value is the position of its distribution in ``distributions``.
public struct LabelTable: Sendable, Equatable {
    /// Rows in the table, with or without labels.
    public let rows: Int
    /// Slots per row, over all objectives.
    public let slots: Int
    /// `[rows + 1]`: row r owns the entries `rowStarts[r] ..< rowStarts[r + 1]`.
    public internal(set) var rowStarts: [Int]
    /// `[observed]`: the slot of each entry, ascending within a row.
    public internal(set) var slotIndices: [Int32]
    /// `[observed]`: the label of each entry.
    public internal(set) var values: [Double]
    /// `[observed]`: the slot weight of each entry, or nil where all are 1.
    public internal(set) var slotWeights: [Float]?
    /// Soft targets of categorical slots: slot → distributions `[n × C]`, addressed by the entries' values.
    public internal(set) var distributions: [Int: [Float]] = [:]
    /// `[observed]`: what each entry says of the truth, or nil where all are known.
    public internal(set) var states: [CellState]?

    /// The observed labels, over all rows and slots.
    public var observed: Int { values.count }

    /// One observed label on its way into a table.
    package struct Entry: Sendable, Equatable {
        package var row: Int
        package var value: Double
        package var weight: Float
        package var state: CellState

        package init(row: Int, value: Double, weight: Float = 1, state: CellState = .known) {
            self.row = row
            self.value = value
            self.weight = weight
            self.state = state
        }
    }

    /// Builds a table from the observed entries of each slot.
    ///
    /// - Parameters:
    ///   - rows: rows of the table.
    ///   - columns: `[slots]`; the entries of one slot, each row at most once, rows in `0 ..< rows`.
    package init(rows: Int, columns: [[Entry]], distributions: [Int: [Float]] = [:]) {
        var builder = Builder(rows: rows)
        for column in columns { builder.append(column) }
        self = builder.table()
        self.distributions = distributions
    }

    /// Takes the entries of slot after slot, 12 bytes each, and orders them by row in the end.
    package struct Builder {
        private let rows: Int
        private var columnEnds: [Int] = []
        private var rowOfEntry: [UInt32] = []
        private var values: [Double] = []
        private var weights: [Float]?
        private var states: [CellState]?
        private var distributions: [Int: [Float]] = [:]

        /// - Parameter expected: about how many entries will come; room that grows by doubling would be half empty.
        package init(rows: Int, expecting expected: Int = 0) {
            self.rows = rows
            rowOfEntry.reserveCapacity(expected)
            values.reserveCapacity(expected)
        }

        /// Adds the next slots, those of an objective.
        mutating func append(_ labels: LabelRules.Labels) {
            // Soft one-hot columns make one slot.
            if let soft = labels.distributions { distributions[columnEnds.count] = soft }
            for column in labels.columns { append(column) }
        }

        /// Adds the next slot's entries, each row at most once, rows in `0 ..< rows`.
        package mutating func append(_ column: [Entry]) {
            for entry in column {
                rowOfEntry.append(UInt32(entry.row))
                if entry.weight != 1, weights == nil { weights = [Float](repeating: 1, count: values.count) }
                if entry.state != .known, states == nil { states = [CellState](repeating: .known, count: values.count) }
                values.append(entry.value)
                weights?.append(entry.weight)
                states?.append(entry.state)
            }
            columnEnds.append(values.count)
        }

        /// The table of all slots.
        package func table() -> LabelTable {
            var table = LabelTable(rows: rows, slots: columnEnds.count)
            var starts = table.rowStarts
            for row in rowOfEntry { starts[Int(row) + 1] += 1 }
            for row in 0..<rows { starts[row + 1] += starts[row] }
            table.rowStarts = starts
            let total = values.count
            var slotIndices = [Int32](repeating: 0, count: total), ordered = [Double](repeating: 0, count: total)
            var orderedWeights = weights.map { _ in [Float](repeating: 1, count: total) }
            var orderedStates = states.map { _ in [CellState](repeating: .known, count: total) }
            var first = 0
            // `starts` becomes the place of each row's next entry.
            for (slot, end) in columnEnds.enumerated() {
                for entry in first..<end {
                    let row = Int(rowOfEntry[entry]), place = starts[row]
                    starts[row] += 1
                    slotIndices[place] = Int32(slot)
                    ordered[place] = values[entry]
                    if let weights { orderedWeights?[place] = weights[entry] }
                    if let states { orderedStates?[place] = states[entry] }
                }
                first = end
            }
            (table.slotIndices, table.values, table.slotWeights) = (slotIndices, ordered, orderedWeights)
            table.states = orderedStates
            table.distributions = distributions
            return table
        }
    }

    /// Whether the row has any observed label.
    public func isLabelled(_ row: Int) -> Bool { rowStarts[row + 1] > rowStarts[row] }

    /// Whether the row has a label that training learns from: observed, of slot weight above 0.
    func isTaught(_ row: Int) -> Bool {
        guard let slotWeights else { return isLabelled(row) }
        return (rowStarts[row]..<rowStarts[row + 1]).contains { slotWeights[$0] > 0 }
    }

    /// The state of an entry.
    func state(_ place: Int) -> CellState { states?[place] ?? .known }

    /// Entries per slot that fulfil a condition, over the given rows.
    func counts(rows chosen: [Int], where counts: (_ place: Int) -> Bool) -> [Int] {
        var result = [Int](repeating: 0, count: slots)
        for row in chosen {
            for place in rowStarts[row]..<rowStarts[row + 1] where counts(place) { result[Int(slotIndices[place])] += 1 }
        }
        return result
    }

    /// Observed labels per slot, over the given rows or all.
    public func observedCounts(rows chosen: [Int]? = nil) -> [Int] {
        var counts = [Int](repeating: 0, count: slots)
        if let chosen {
            for row in chosen {
                for place in rowStarts[row]..<rowStarts[row + 1] { counts[Int(slotIndices[place])] += 1 }
            }
        } else {
            for slot in slotIndices { counts[Int(slot)] += 1 }
        }
        return counts
    }

    /// The same labels for the given rows, in their order.
    public func selecting(rows chosen: [Int]) -> LabelTable {
        var result = self
        result = LabelTable(rows: chosen.count, slots: slots)
        result.distributions = distributions
        result.slotWeights = slotWeights == nil ? nil : []
        result.states = states == nil ? nil : []
        var total = 0
        for row in chosen { total += rowStarts[row + 1] - rowStarts[row] }
        result.slotIndices.reserveCapacity(total)
        result.values.reserveCapacity(total)
        for (new, row) in chosen.enumerated() {
            let range = rowStarts[row]..<rowStarts[row + 1]
            result.slotIndices.append(contentsOf: slotIndices[range])
            result.values.append(contentsOf: values[range])
            if let slotWeights { result.slotWeights?.append(contentsOf: slotWeights[range]) }
            if let states { result.states?.append(contentsOf: states[range]) }
            result.rowStarts[new + 1] = result.values.count
        }
        return result
    }

    /// A table in which nothing is observed.
    public init(rows: Int, slots: Int) {
        self.rows = rows
        self.slots = slots
        self.rowStarts = [Int](repeating: 0, count: rows + 1)
        self.slotIndices = []
        self.values = []
        self.slotWeights = nil
    }
}
