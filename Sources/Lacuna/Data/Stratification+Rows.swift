/// The rows of a data set as items to be dealt out: each row by itself, or all rows of a group together.
struct StratifiedRows {
    private let problem: Stratification
    /// `[rows]`; nil: each row is an item.
    private let itemOfRow: [Int32]?

    /// - Parameters:
    ///   - groups: `[rows]`, numbers of any kind; rows of one number stay together. nil: no rows do.
    ///   - rowWeights: a row of weight 0 counts as unlabelled, for it teaches nothing.
    ///   - shares: of the parts, above 0, summing to 1.
    init(labels: LabelTable, objectives: [Objective], groups: [Int32]?, rowWeights: [Float]?, shares: [Double]) {
        precondition(groups.map { $0.count == labels.rows } ?? true, "one group per row")
        let index = LabelTraits(objectives, labels)
        let (starts, traits) = index.traits(of: labels, rowWeights: rowWeights)
        guard let groups else {
            itemOfRow = nil
            problem = Stratification(
                starts: starts, traits: traits, traitCount: index.count, requiredCount: labels.slots,
                sizes: Array(repeating: 1, count: labels.rows), shares: shares)
            return
        }
        let (itemOfRow, sizes) = Self.items(groups)
        var itemStarts = [Int](repeating: 0, count: sizes.count + 1)
        for row in groups.indices { itemStarts[Int(itemOfRow[row]) + 1] += starts[row + 1] - starts[row] }
        for item in sizes.indices { itemStarts[item + 1] += itemStarts[item] }
        var next = itemStarts
        var itemTraits = [Int32](repeating: 0, count: traits.count)
        for row in groups.indices {
            let item = Int(itemOfRow[row])
            for place in starts[row]..<starts[row + 1] {
                itemTraits[next[item]] = traits[place]
                next[item] += 1
            }
        }
        self.itemOfRow = itemOfRow
        problem = Stratification(
            starts: itemStarts, traits: itemTraits, traitCount: index.count, requiredCount: labels.slots, sizes: sizes,
            shares: shares)
    }

    /// Groups numbered from 0 in the order in which rows first show them, and the rows of each.
    private static func items(_ groups: [Int32]) -> (itemOfRow: [Int32], sizes: [Int]) {
        var numbers: [Int32: Int32] = [:]
        var sizes: [Int] = []
        let itemOfRow = groups.map { group in
            if let known = numbers[group] {
                sizes[Int(known)] += 1
                return known
            }
            let item = Int32(sizes.count)
            numbers[group] = item
            sizes.append(1)
            return item
        }
        return (itemOfRow, sizes)
    }

    /// The part of each row, an index of the shares.
    func parts(using random: inout some RandomNumberGenerator) -> [Int] {
        let parts = problem.assign(using: &random)
        return itemOfRow.map { $0.map { parts[Int($0)] } } ?? parts
    }
}
