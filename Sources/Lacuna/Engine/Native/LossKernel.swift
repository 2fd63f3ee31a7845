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

    /// Some slots of a pass over all targets of a batch.
    struct Columns {
        /// Outputs of each.
        let width: Int
        /// `[slots]`: what slopes are multiplied with.
        let coefficients: View<Float>
        /// `[slots, width]`.
        let bias: View<Float>
        /// `[slots, width]`, added to.
        let biasGradient: View<Float>
        /// `[slots]`, added to.
        let losses: View<Float>

        var count: Int { losses.count }
    }

    /// The same for columns of a table of targets, from scores to gradients.
    ///
    /// - Parameters:
    ///   - chosen: `[rows]`: rows of the table.
    ///   - scores: from the first of these columns' on, `[rows, stride]`; they become gradients.
    ///   - isNarrow: whether the whole run of slots, of which threads take parts, is short.
    func evaluate(
        _ columns: Columns, _ chosen: View<Int32>, in table: TargetMatrix, firstSlot: Int, scores: View<Float>, stride: Int,
        isNarrow: Bool
    ) {
        let rows = chosen.count, count = columns.count, width = columns.width, slots = table.slots
        let targets = table.values.view.slice(firstSlot, table.values.count - firstSlot)
        precondition(scores.count >= (rows - 1) * stride + count * width, "a loss leaves its memory")
        switch self {
        case .binary(let weight, let smoothing):
            unsafe lacuna_binary_table(
                rows, count, slots, chosen.base, targets.base, weight, smoothing, isNarrow ? 1 : 0, stride, columns.bias.base,
                columns.coefficients.base, scores.base, columns.losses.base, columns.biasGradient.base)
        case .squared:
            unsafe lacuna_squared_table(
                rows, count, slots, chosen.base, targets.base, stride, columns.bias.base, columns.coefficients.base, scores.base,
                columns.losses.base, columns.biasGradient.base)
        case .categorical(let weights):
            unsafe lacuna_categorical_table(
                rows, count, width, slots, chosen.base, targets.base, weights?.view.base, stride, columns.bias.base,
                columns.coefficients.base, scores.base, columns.losses.base, columns.biasGradient.base)
        }
    }

    /// The same where outputs are few and scores and targets lie turned.
    ///
    /// - Parameters:
    ///   - targets: `[slots, step]`, of which each slot's first `rows` are read.
    ///   - scores: `[slots, width, rows]`; they become gradients.
    func evaluate(_ columns: Columns, rows: Int, targets: View<Float>, step: Int, scores: View<Float>) {
        let count = columns.count
        precondition(
            scores.count >= count * columns.width * rows && targets.count >= (count - 1) * step + rows
                && columns.width <= Int(LACUNA_MOST_TURNED_CLASSES), "a loss leaves its memory")
        switch self {
        case .binary(let weight, let smoothing):
            unsafe lacuna_binary_turned(
                rows, count, step, targets.base, weight, smoothing, columns.bias.base, columns.coefficients.base, scores.base,
                columns.losses.base, columns.biasGradient.base)
        case .squared:
            unsafe lacuna_squared_turned(
                rows, count, step, targets.base, columns.bias.base, columns.coefficients.base, scores.base, columns.losses.base,
                columns.biasGradient.base)
        case .categorical(let weights):
            unsafe lacuna_categorical_turned(
                rows, count, columns.width, step, targets.base, weights?.view.base, columns.bias.base, columns.coefficients.base,
                scores.base, columns.losses.base, columns.biasGradient.base)
        }
    }
}
