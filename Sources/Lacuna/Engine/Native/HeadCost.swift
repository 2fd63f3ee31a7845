/// Whether linear heads are calculated as one dense product or for observed slots alone.
///
/// A pure function of shapes and counts, never of timings, so equal inputs take equal paths.
enum HeadPath: Equatable, Sendable {
    /// One product over all outputs: B · R · H multiply-adds at the speed of a BLAS.
    case dense
    /// Observed (row, output) pairs only: each H multiply-adds, and something of its own.
    case observed

    /// Below, the product is too small for its overhead to matter; it is simpler and as fast. Its scores then lie turned, and few of
    /// them go back in a kernel of their own; see ``OutputLayer/isTurned``.
    static let leastScores = 17

    /// - Parameters:
    ///   - rows: rows of the batch, B.
    ///   - scores: rows of the output matrix, R.
    ///   - inputs: hidden values, H.
    ///   - pairs: observed (row, output) pairs, C for a categorical slot.
    static func cheapest(rows: Int, scores: Int, inputs: Int, pairs: Int) -> HeadPath {
        guard scores >= leastScores else { return .dense }
        return Double(pairs) < breakEven(inputs: inputs) * Double(rows) * Double(scores) ? .observed : .dense
    }

    /// The share of observed pairs at which both ways take about the same time: 0.18 at 32 hidden values, 0.41 at 512.
    ///
    /// Steps were timed both ways on a processor with AVX-512, by one thread and by two, with 1024 outputs: they meet near a share
    /// of 0.2 at 32 hidden values, 0.35 at 100, 0.45 at 512, above 0.5 at 1024. The curve lies a little below, for other
    /// processors' sake: there, a dense step that could have been shorter is better than one that became longer.
    static func breakEven(inputs: Int) -> Double { 4 * Double(inputs) / (9 * Double(inputs + 48)) }
}
