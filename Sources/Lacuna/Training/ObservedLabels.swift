/// The labels that training learns from, slot by slot: observed, with a weight above 0. Scaling and balancing are
/// counted over these; scaling over those that are values and no bounds.
struct ObservedLabels {
    private let columns: [[Double]]
    private let distributions: [Int: [Float]]
    /// Slots with bounds among their labels: the labels that are values.
    private var values: [Int: [Double]] = [:]

    init(_ data: Dataset) {
        let table = data.labels
        var columns = [[Double]](repeating: [], count: table.slots)
        for (slot, count) in table.observedCounts().enumerated() { columns[slot].reserveCapacity(count) }
        for row in 0..<table.rows where (data.rowWeights?[row] ?? 1) > 0 {
            for place in table.rowStarts[row]..<table.rowStarts[row + 1] where (table.slotWeights?[place] ?? 1) > 0 {
                columns[Int(table.slotIndices[place])].append(table.values[place])
            }
        }
        self.columns = columns
        if let states = table.states { values = Self.values(data, states) }
        distributions = table.distributions
    }

    /// By objective.
    func scaling(_ model: Model) -> [TargetScaling?] {
        model.objectives.enumerated().map { index, objective in
            guard objective.kind == .regression else { return nil }
            let slot = model.plan.slotsOfObjective[index].lowerBound
            return TargetScaling(of: values[slot] ?? columns[slot], transform: objective.transform)
        }
    }

    /// The values of slots that have bounds too; a slot of bounds alone is left out.
    private static func values(_ data: Dataset, _ states: [CellState]) -> [Int: [Double]] {
        let table = data.labels
        let censored = Set(states.indices.filter { states[$0].isCensored }.map { Int(table.slotIndices[$0]) })
        var values: [Int: [Double]] = [:]
        for row in 0..<table.rows where (data.rowWeights?[row] ?? 1) > 0 {
            for place in table.rowStarts[row]..<table.rowStarts[row + 1] where (table.slotWeights?[place] ?? 1) > 0 {
                let slot = Int(table.slotIndices[place])
                if censored.contains(slot), !states[place].isCensored { values[slot, default: []].append(table.values[place]) }
            }
        }
        return values
    }

    /// By slot.
    func losses(_ model: Model) -> [any Loss] {
        model.objectives.enumerated().flatMap { index, objective in
            let slots = model.plan.slotsOfObjective[index]
            return objective.balancedLosses(Array(columns[slots]), distributions: distributions[slots.lowerBound])
        }
    }
}
