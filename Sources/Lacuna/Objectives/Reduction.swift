/// What an objective's summed loss is divided by. Every reduction is exact under micro-batches: the divisor
/// is that of the logical batch.
///
/// With w the weight of a slot (row weight × slot weight) and Σ over the objective's observed slots:
public enum Reduction: String, Codable, CaseIterable, Sendable {
    /// Divide by Σw of the logical batch: the mean over what was observed. A rare label counts as much in
    /// each batch that holds it as a common one.
    case observed
    /// Divide by rows × (Σw in training ÷ training rows): the Σw that a batch of this size holds on average.
    /// Unbiased for rare objectives, and additive over batches.
    case expected
    /// Divide by the rows of the logical batch: what multiplying a loss by a mask and averaging does.
    case batch
    /// Divide by Σw over all objectives: every observed slot counts the same.
    case slots
}

/// How the losses of all objectives become one number.
public enum Total: String, Codable, CaseIterable, Sendable {
    /// The weighted sum over objectives.
    case sum
    /// The weighted sum divided by the weights of all declared objectives.
    case average
}

/// What happens to the outputs of slots that no row of a logical batch observes.
public enum IdleHeads: String, Codable, CaseIterable, Sendable {
    /// They stand still: no momentum, no weight decay, no step count.
    case still
    /// They move as under a zero gradient, as PyTorch and Keras do it.
    case move
}

/// What happens to training rows without any observed label.
public enum Unlabelled: String, Codable, CaseIterable, Sendable {
    /// They take no part in batches, divisors or feature statistics.
    case drop
    /// They take part in batches, divisors that count rows, feature and batch-norm statistics.
    case keep
}
