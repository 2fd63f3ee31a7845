/// The targets of a data set as a dense matrix `[rows × slots]`, missing ones NaN: where most labels are observed, this
/// takes less time and hardly more memory than lists of them.
final class TargetMatrix {
    let slots: Int
    let values: Memory<Float>

    /// The share of observed cells from which on the matrix is used. Below, lists are less memory than it, or batches of many
    /// outputs are calculated from lists anyway.
    private static func leastCoverage(_ plan: HeadPlan, inputs: Int) -> Double {
        let least = 0.2
        return plan.linearScores < HeadPath.leastScores ? least : max(least, 0.9 * HeadPath.breakEven(inputs: inputs))
    }

    /// - Parameters:
    ///   - plan: with the losses of the run.
    ///   - inputs: hidden values under the linear heads.
    /// - Returns: nil where a kernel is wanting, or labels are few, weighted, or more than targets.
    init?(_ labels: TargetTable, plan: HeadPlan, inputs: Int) {
        guard labels.weights == nil, labels.states == nil, labels.distributions.isEmpty, plan.towers.isEmpty,
            plan.blocks.allSatisfy({ $0.kernel != nil }),
            Double(labels.targets.count)
                >= Self.leastCoverage(plan, inputs: inputs) * Double(labels.rows) * Double(labels.slots)
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
