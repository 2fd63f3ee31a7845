/// Whether linear heads are calculated as one dense product or for observed slots alone.
///
/// A pure function of shapes and counts, never of timings, so equal inputs take equal paths.
enum HeadPath: Equatable, Sendable {
    /// One product over all outputs: B · R · H multiply-adds at the speed of a BLAS.
    case dense
    /// Observed (row, output) pairs only: pairs · H multiply-adds, about four times dearer each.
    case observed

    /// Below, the product is too small for its overhead to matter; it is simpler and as fast.
    static let leastScores = 17

    /// - Parameters:
    ///   - rows: rows of the batch, B.
    ///   - scores: rows of the output matrix, R.
    ///   - pairs: observed (row, output) pairs, C for a categorical slot.
    static func cheapest(rows: Int, scores: Int, pairs: Int) -> HeadPath {
        guard scores >= leastScores else { return .dense }
        return pairs * 4 < rows * scores ? .observed : .dense
    }
}
