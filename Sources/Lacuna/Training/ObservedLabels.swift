/// The labels that training learns from, slot by slot: observed, with a weight above 0. Scaling and balancing are
/// counted over these.
struct ObservedLabels {
    private let columns: [[Double]]
    private let distributions: [Int: [Float]]

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
        distributions = table.distributions
    }

    /// By objective.
    func scaling(_ model: Model) -> [TargetScaling?] {
        model.objectives.enumerated().map { index, objective in
            guard objective.kind == .regression else { return nil }
            return TargetScaling(
                of: columns[model.plan.slotsOfObjective[index].lowerBound], transform: objective.transform)
        }
    }

    /// By slot.
    func losses(_ model: Model) -> [any Loss] {
        model.objectives.enumerated().flatMap { index, objective in
            let slots = model.plan.slotsOfObjective[index]
            return objective.balancedLosses(Array(columns[slots]), distributions: distributions[slots.lowerBound])
        }
    }
}
