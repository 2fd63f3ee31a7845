import Tables

/// Items of work that do not depend on each other, cut into one run of about equal cost for each thread. What comes out
/// stands in the items' order, so the number of threads changes nothing.
struct Shares {
    /// Together all items; one run where there is too little to do for a second thread to be worth waking.
    let runs: [Range<Int>]

    /// What an item costs beside its entries: memory to be found, results to be kept.
    static let costOfItem = 16
    /// The cost of all below which one thread does it, some milliseconds.
    static let leastCost = 20_000

    /// - Parameter costs: entries of each item.
    init(costs: some Collection<Int>, threads: Int) {
        let total = costs.reduce(0) { $0 + $1 + Self.costOfItem }
        guard threads > 1, total >= Self.leastCost else {
            runs = [0..<costs.count]
            return
        }
        var runs: [Range<Int>] = [], start = 0, done = 0
        for (item, cost) in costs.enumerated() {
            done += cost + Self.costOfItem
            // The run ends where its share of the whole is reached.
            guard done * threads >= total * (runs.count + 1) else { continue }
            runs.append(start..<item + 1)
            start = item + 1
        }
        if start < costs.count { runs.append(start..<costs.count) }
        self.runs = runs
    }

    /// Does all runs at the same time.
    ///
    /// - Returns: what `work` made of each run, in order.
    func map<Result>(_ work: @Sendable (Range<Int>) -> Result) -> [Result] {
        guard runs.count > 1 else { return runs.map(work) }
        return concurrently(runs.count) { [runs] in work(runs[$0]) }
    }
}
