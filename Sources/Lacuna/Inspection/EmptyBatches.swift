/// How many batches of an epoch hold no label of an objective: exactly, from counts.
///
/// An epoch shuffles the rows and cuts them into batches. A batch of B among n rows, m of which are labelled, is a draw
/// without replacement, so it holds no label with the hypergeometric probability C(n − m, B) ÷ C(n, B).
public enum EmptyBatches {
    /// The expected share of an epoch's batches without a label, in `0 ... 1`; the short last batch counts as one.
    ///
    /// - Parameters:
    ///   - rows: that take part in training, n.
    ///   - labelled: how many of them have a label, m in `0 ... n`.
    ///   - batchSize: rows of a batch, B of 1 or more.
    /// - Returns: nil without rows.
    /// - Note: Peer: `scipy.stats.hypergeom.pmf(0, n, m, B)`.
    public static func share(rows: Int, labelled: Int, batchSize: Int) -> Double? {
        precondition(labelled >= 0 && labelled <= rows && batchSize >= 1, "m of n rows, and batches of at least one")
        guard rows > 0 else { return nil }
        let (full, rest) = rows.quotientAndRemainder(dividingBy: batchSize)
        var sum = full > 0 ? Double(full) * probability(rows: rows, labelled: labelled, batch: batchSize) : 0
        if rest > 0 { sum += probability(rows: rows, labelled: labelled, batch: rest) }
        return sum / Double(full + (rest > 0 ? 1 : 0))
    }

    /// The probability that one batch holds no label: Π (n − m − i) ÷ (n − i) over i below B, or with m and B exchanged,
    /// whichever product is shorter.
    static func probability(rows: Int, labelled: Int, batch: Int) -> Double {
        guard labelled + batch <= rows else { return labelled == 0 ? 1 : 0 }
        let (few, many) = (min(labelled, batch), max(labelled, batch))
        var product = 1.0
        for index in 0..<few {
            product *= Double(rows - many - index) / Double(rows - index)
            if product == 0 { break }
        }
        return product
    }
}
