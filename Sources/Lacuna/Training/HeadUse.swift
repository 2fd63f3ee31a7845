/// Which way a step calculated the linear heads: a choice by shapes and counts, so equal batches take equal ways.
public struct HeadUse: Equatable, Sendable {
    /// A way of calculating linear heads; both train the same model to rounding.
    public enum Way: Sendable {
        /// One product over all outputs, of which the missing ones are left out afterwards.
        case allOutputs
        /// Observed labels alone.
        case observedLabels
    }

    /// The way that was taken.
    public let way: Way
    /// Pairs of row and output in the batch that are observed.
    public let observed: Int
    /// All pairs of row and output in the batch.
    public let pairs: Int
}
