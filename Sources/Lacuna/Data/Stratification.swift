/// Iterative stratification (Sechidis, Tsoumakas & Vlahavas 2011, algorithm 1) of items into parts of given shares.
///
/// An item is a row, or a group of rows that stay together; what it holds are counted traits: "objective 3 is observed",
/// "objective 3 is 1". The rarest trait left is dealt out first, each item to the part that lacks most of that trait.
///
/// Beyond the paper: every part wants at least one of each trait where there are enough; ``Refinement`` then moves items
/// while that brings all counts nearer to what is wanted, for dealing looks at one trait at a time; ``Repair`` last gives
/// every part each trait that it can have. Time and memory follow the traits held.
struct Stratification {
    /// What each item holds: item i has `traits[starts[i] ..< starts[i + 1]]`; a trait held twice occurs twice.
    let starts: [Int]
    let traits: [Int32]
    let traitCount: Int
    /// Traits below this number come first where not every part can have every trait: that an objective is observed
    /// matters more than which classes are.
    let requiredCount: Int
    /// Rows per item.
    let sizes: [Int]
    /// The share of each part, above 0, summing to 1; the first is training.
    let shares: [Double]

    private var items: Int { sizes.count }

    /// The part of each item.
    func assign(using random: inout some RandomNumberGenerator) -> [Int] {
        var state = Dealing(self)
        let order = (0..<items).shuffled(using: &random)
        let holders = StratificationHolders(self, order: order)
        while let trait = state.rarestTrait() {
            for item in holders.items(of: trait) where state.parts[item] < 0 {
                state.put(item, in: state.part(for: trait, using: &random))
            }
            state.close(trait)
        }
        for item in order where state.parts[item] < 0 {
            state.put(item, in: state.part(for: nil, using: &random))
        }
        var refinement = Refinement(self, parts: state.parts)
        refinement.run(order)
        var repair = Repair(self, parts: refinement.parts)
        repair.run(holders)
        return repair.parts
    }

    func traits(of item: Int) -> ArraySlice<Int32> { traits[starts[item]..<starts[item + 1]] }

    /// How many of `count` each part wants: its share, but at least one where there are enough, larger shares first.
    func wanted(of count: Int) -> [Double] {
        var wanted = shares.map { $0 * Double(count) }
        guard count > 0 else { return wanted }
        if count <= shares.count {
            let first = shares.indices.sorted { (-shares[$0], $0) < (-shares[$1], $1) }.prefix(count)
            return shares.indices.map { first.contains($0) ? 1 : 0 }
        }
        for part in shares.indices where wanted[part] < 1 {
            let lack = 1 - wanted[part]
            guard let richest = wanted.indices.max(by: { (wanted[$0], -$0) < (wanted[$1], -$1) }) else { continue }
            wanted[part] = 1
            wanted[richest] -= lack
        }
        return wanted
    }
}

/// For each trait, the items that hold it, in the shuffled order.
struct StratificationHolders {
    private var starts: [Int]
    private var list: [Int32]

    init(_ problem: Stratification, order: [Int]) {
        var starts = [Int](repeating: 0, count: problem.traitCount + 1)
        for trait in problem.traits { starts[Int(trait) + 1] += 1 }
        for trait in 0..<problem.traitCount { starts[trait + 1] += starts[trait] }
        var next = starts
        var list = [Int32](repeating: 0, count: problem.traits.count)
        for item in order {
            for trait in problem.traits(of: item) {
                list[next[Int(trait)]] = Int32(item)
                next[Int(trait)] += 1
            }
        }
        self.starts = starts
        self.list = list
    }

    func items(of trait: Int) -> some Sequence<Int> { list[starts[trait]..<starts[trait + 1]].lazy.map { Int($0) } }
}

/// The state of the dealing: what each part still wants.
private struct Dealing {
    private let problem: Stratification
    private(set) var parts: [Int]
    /// How often each trait is held by items not yet dealt.
    private var left: RarestFirst
    /// `[traits × parts]`.
    private var wanted: [Double]
    private var wantedRows: [Double]

    init(_ problem: Stratification) {
        self.problem = problem
        parts = Array(repeating: -1, count: problem.sizes.count)
        var totals = [Int](repeating: 0, count: problem.traitCount)
        for trait in problem.traits { totals[Int(trait)] += 1 }
        left = RarestFirst(totals)
        wanted = totals.flatMap { problem.wanted(of: $0) }
        let rows = problem.sizes.reduce(0, +)
        wantedRows = problem.shares.map { $0 * Double(rows) }
    }

    /// The trait that the fewest undealt items hold.
    func rarestTrait() -> Int? { left.rarest }

    /// The part that lacks most of the trait; among equals the one that lacks most rows, then by lot.
    func part(for trait: Int?, using random: inout some RandomNumberGenerator) -> Int {
        var best: [Int] = []
        for part in problem.shares.indices {
            guard let leader = best.first else {
                best = [part]
                continue
            }
            let (ours, theirs) = (want(part, trait), want(leader, trait))
            if ours > theirs || (ours == theirs && wantedRows[part] > wantedRows[leader]) {
                best = [part]
            } else if ours == theirs, wantedRows[part] == wantedRows[leader] {
                best.append(part)
            }
        }
        return best.count == 1 ? best[0] : best[Int.random(in: 0..<best.count, using: &random)]
    }

    private func want(_ part: Int, _ trait: Int?) -> Double {
        trait.map { wanted[$0 * problem.shares.count + part] } ?? 0
    }

    mutating func put(_ item: Int, in part: Int) {
        parts[item] = part
        wantedRows[part] -= Double(problem.sizes[item])
        for trait in problem.traits(of: item) {
            left.take(Int(trait))
            wanted[Int(trait) * problem.shares.count + part] -= 1
        }
    }

    mutating func close(_ trait: Int) { left.close(trait) }
}

/// Counts that fall, and which of them is the least above 0: lists of the traits of equal count, so that thousands of
/// objectives cost a constant for each label and not a scan for each objective.
struct RarestFirst {
    private var counts: [Int]
    /// By count: the list's first trait, −1 for none.
    private var first: [Int32]
    private var next: [Int32]
    private var previous: [Int32]
    /// No list below this one has a trait.
    private var lowest: Int

    init(_ counts: [Int]) {
        self.counts = counts
        first = Array(repeating: -1, count: (counts.max() ?? 0) + 1)
        next = Array(repeating: -1, count: counts.count)
        previous = Array(repeating: -1, count: counts.count)
        lowest = first.count
        // Backwards, so that among equals the first trait comes first.
        for trait in counts.indices.reversed() { insert(trait) }
        skipEmpty()
    }

    /// The trait of the least count above 0.
    var rarest: Int? { lowest < first.count ? Int(first[lowest]) : nil }

    /// Lowers a count by 1.
    mutating func take(_ trait: Int) {
        guard counts[trait] > 0 else { return }
        remove(trait)
        counts[trait] -= 1
        insert(trait)
        skipEmpty()
    }

    /// Sets a count to 0.
    mutating func close(_ trait: Int) {
        guard counts[trait] > 0 else { return }
        remove(trait)
        counts[trait] = 0
        skipEmpty()
    }

    private mutating func insert(_ trait: Int) {
        let count = counts[trait]
        guard count > 0 else { return }
        let follower = first[count]
        next[trait] = follower
        previous[trait] = -1
        if follower >= 0 { previous[Int(follower)] = Int32(trait) }
        first[count] = Int32(trait)
        lowest = min(lowest, count)
    }

    private mutating func remove(_ trait: Int) {
        let (before, after) = (previous[trait], next[trait])
        if before >= 0 { next[Int(before)] = after } else { first[counts[trait]] = after }
        if after >= 0 { previous[Int(after)] = before }
    }

    private mutating func skipEmpty() {
        while lowest < first.count, first[lowest] < 0 { lowest += 1 }
    }
}
