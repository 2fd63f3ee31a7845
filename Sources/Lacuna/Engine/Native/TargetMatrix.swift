/// The targets of a data set as a dense matrix `[rows × slots]`, missing ones NaN: for batches whose heads are calculated as one
/// product over all outputs. Where a fifth or more of the cells are observed, it is less memory than lists of them, or hardly more.
final class TargetMatrix {
    let slots: Int
    let values: Memory<Float>

    /// The share of observed cells from which on the matrix is used.
    static let leastCoverage = 0.2

    /// - Parameter plan: with the losses of the run.
    /// - Returns: nil where a kernel is wanting, or labels are few, weighted, or more than targets.
    init?(_ labels: TargetTable, plan: HeadPlan) {
        guard labels.weights == nil, labels.states == nil, labels.distributions.isEmpty, plan.towers.isEmpty,
            plan.blocks.allSatisfy({ $0.kernel != nil }),
            Double(labels.targets.count) >= Self.leastCoverage * Double(labels.rows) * Double(labels.slots)
        else { return nil }
        slots = labels.slots
        values = Memory(labels.rows * labels.slots)
        let view = values.view
        view.fill(.nan)
        for row in 0..<labels.rows {
            for entry in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                view[row * slots + Int(labels.slotIndices[entry])] = labels.targets[entry]
            }
        }
    }
}
