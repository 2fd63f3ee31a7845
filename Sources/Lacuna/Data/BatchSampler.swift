/// The order of the training rows in an epoch: a permutation drawn from seed and epoch alone, so that a resumed run
/// needs no state of the sampler beyond the epoch's number.
struct BatchSampler {
    let batchSize: Int
    let seed: UInt64
    private let rows: [Int32]
    private(set) var order: [Int32]

    /// - Parameter rows: the rows that take part.
    init(rows: [Int32], batchSize: Int, seed: UInt64) {
        self.rows = rows
        self.batchSize = max(1, min(batchSize, rows.count))
        self.seed = seed
        order = rows
    }

    /// Steps of an epoch; the last batch may be short.
    var steps: Int { (rows.count + batchSize - 1) / batchSize }

    /// Shuffles for an epoch, counted from 0 (Fisher & Yates).
    mutating func shuffle(epoch: Int) {
        var random = SplitMix64(seed: seed, stream: "epoch \(epoch)")
        order = rows
        var span = order.mutableSpan
        var index = span.count - 1
        while index > 0 {
            span.swapAt(index, random.next(below: index + 1))
            index -= 1
        }
    }

    /// The rows of a step of the shuffled epoch.
    func range(step: Int) -> Range<Int> { step * batchSize..<min((step + 1) * batchSize, order.count) }
}
