internal import LacunaKernels

/// A loss that has a kernel of its own: in Float, over many slots at once. All others go through ``Loss/evaluate(logits:targets:width:loss:gradient:)``,
/// which calculates in Double and which the kernels are tested against.
enum LossKernel {
    case binary(positiveWeight: Float, smoothing: Float)
    case squared
    /// `[C]`, or nil for all 1.
    case categorical(Memory<Float>?)

    /// Nil where the loss has none.
    init?(_ loss: any Loss) {
        switch loss {
        case let loss as BinaryCrossEntropy:
            self = .binary(positiveWeight: loss.positiveWeight, smoothing: loss.labelSmoothing)
        case is SquaredError: self = .squared
        case let loss as CategoricalCrossEntropy where loss.labelSmoothing == 0:
            self = .categorical(
                loss.classWeights.map { weights in
                    let memory = Memory<Float>(weights.count)
                    memory.view.copy(from: weights)
                    return memory
                })
        default: return nil
        }
    }

    /// Losses and slopes of observed slots.
    ///
    /// - Parameters:
    ///   - targets: `[n]`.
    ///   - z: `[n × width]`, logits that become slopes.
    ///   - losses: `[n]`, written.
    func evaluate(_ targets: View<Float>, width: Int, _ z: View<Float>, _ losses: View<Float>) {
        let n = targets.count
        precondition(z.count >= n * width && losses.count >= n, "a loss leaves its memory")
        switch self {
        case .binary(let weight, let smoothing):
            unsafe lacuna_binary(n, weight, smoothing, targets.base, z.base, losses.base)
        case .squared: unsafe lacuna_squared(n, targets.base, z.base, losses.base)
        case .categorical(let weights):
            unsafe lacuna_categorical(n, width, weights?.view.base, targets.base, z.base, losses.base)
        }
    }

    /// The same for some columns of a table of targets, from scores to gradients.
    func evaluate(_ table: TargetMatrix, _ slots: Range<Int>, width: Int, _ pass: TablePass) {
        let rows = pass.chosen.count, stride = table.slots
        let targets = table.values.view.slice(slots.lowerBound, table.values.count - slots.lowerBound)
        let coefficients = pass.coefficients.slice(slots.lowerBound, slots.count), losses = pass.losses.slice(slots.lowerBound, slots.count)
        let bias = pass.bias.slice(pass.firstLogit, slots.count * width)
        let biasGradient = pass.biasGradient.slice(pass.firstLogit, slots.count * width)
        let z = pass.scores.slice(pass.firstScore, pass.scores.count - pass.firstScore)
        precondition(z.count >= (rows - 1) * pass.stride + slots.count * width, "a loss leaves its memory")
        switch self {
        case .binary(let weight, let smoothing):
            unsafe lacuna_binary_table(
                rows, slots.count, stride, pass.chosen.base, targets.base, weight, smoothing, pass.isNarrow ? 1 : 0, pass.stride, bias.base,
                coefficients.base, z.base, losses.base, biasGradient.base)
        case .squared:
            unsafe lacuna_squared_table(
                rows, slots.count, stride, pass.chosen.base, targets.base, pass.stride, bias.base, coefficients.base, z.base,
                losses.base, biasGradient.base)
        case .categorical(let weights):
            unsafe lacuna_categorical_table(
                rows, slots.count, width, stride, pass.chosen.base, targets.base, weights?.view.base, pass.stride,
                bias.base, coefficients.base, z.base, losses.base, biasGradient.base)
        }
    }

    /// Where a run of slots stands in a pass over a table of targets.
    struct TablePass {
        /// `[rows]`: rows of the table.
        let chosen: View<Int32>
        /// `[slots]`: what slopes are multiplied with.
        let coefficients: View<Float>
        /// `[rows, stride]`: scores that become gradients.
        let scores: View<Float>
        let stride: Int
        let firstScore: Int
        let bias: View<Float>
        let biasGradient: View<Float>
        let firstLogit: Int
        /// Whether the whole run of slots, of which threads take parts, is short.
        let isNarrow: Bool
        /// `[slots]`, added to.
        let losses: View<Float>
    }
}

/// The targets of a data set as a dense matrix `[rows × slots]`, missing ones NaN: where most labels are observed, this
/// takes less time and hardly more memory than lists of them.
final class TargetMatrix {
    let slots: Int
    let values: Memory<Float>

    /// The share of observed cells from which on the matrix is used; below, the lists are less memory than it.
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
