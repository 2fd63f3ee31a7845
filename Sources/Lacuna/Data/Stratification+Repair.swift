extension Stratification {
    /// Moves items while that brings the counts of their traits, and the rows of the parts, nearer to what is wanted:
    /// Σ (count − wanted)² ÷ (share · total) over all traits and parts falls with every move.
    struct Refinement {
        /// More passes change little.
        private static let mostPasses = 6
        private let problem: Stratification
        private(set) var parts: [Int]
        /// count − wanted, `[(traits + 1) × parts]`; the last trait is being a row.
        private var excess: [Double]
        /// 1 ÷ (share · total), in the same order.
        private var weights: [Double]

        init(_ problem: Stratification, parts: [Int]) {
            self.problem = problem
            self.parts = parts
            let width = problem.shares.count
            var totals = [Int](repeating: 0, count: problem.traitCount + 1)
            for trait in problem.traits { totals[Int(trait)] += 1 }
            let rows = problem.sizes.reduce(0, +)
            totals[problem.traitCount] = rows
            excess = totals.dropLast().flatMap { problem.wanted(of: $0).map { -$0 } } + problem.shares.map { -$0 * Double(rows) }
            weights = totals.flatMap { total in problem.shares.map { 1 / ($0 * Double(max(total, 1))) } }
            for item in problem.sizes.indices {
                for trait in problem.traits(of: item) { excess[Int(trait) * width + parts[item]] += 1 }
                excess[problem.traitCount * width + parts[item]] += Double(problem.sizes[item])
            }
        }

        mutating func run(_ order: [Int]) {
            for _ in 0..<Self.mostPasses {
                var moved = false
                for item in order where improve(item) { moved = true }
                if !moved { return }
            }
        }

        /// Moves the item to the part where the sum falls most, if it falls anywhere.
        private mutating func improve(_ item: Int) -> Bool {
            let home = parts[item]
            let leaving = shift(item, home, by: -1)
            var (best, least) = (home, -1e-9)
            for part in problem.shares.indices where part != home {
                let entering = shift(item, part, by: 1)
                _ = shift(item, part, by: -1)
                if leaving + entering < least { (best, least) = (part, leaving + entering) }
            }
            _ = shift(item, best, by: 1)
            parts[item] = best
            return best != home
        }

        /// Adds the item to a part's counts, or takes it out, and returns by how much the sum grows.
        private mutating func shift(_ item: Int, _ part: Int, by sign: Double) -> Double {
            let width = problem.shares.count
            var growth = 0.0
            func change(_ place: Int, _ step: Double) {
                growth += (2 * excess[place] + step) * step * weights[place]
                excess[place] += step
            }
            for trait in problem.traits(of: item) { change(Int(trait) * width + part, sign) }
            change(problem.traitCount * width + part, sign * Double(problem.sizes[item]))
            return growth
        }
    }

    /// Moves items so that every part has every trait that it can have.
    ///
    /// Dealing is greedy, and items with rare traits drag others along, so a part can end without a trait of which there are
    /// enough. A move never takes a part's last of another trait.
    struct Repair {
        private let problem: Stratification
        private(set) var parts: [Int]
        /// `[traits × parts]`.
        private var counts: [Int]

        init(_ problem: Stratification, parts: [Int]) {
            self.problem = problem
            self.parts = parts
            counts = Array(repeating: 0, count: problem.traitCount * problem.shares.count)
            for item in problem.sizes.indices { count(item, by: 1) }
        }

        mutating func run(_ holders: StratificationHolders) {
            // Larger shares first, training above all: an objective that training lacks cannot be learnt at all.
            let order = problem.shares.indices.sorted { (-problem.shares[$0], $0) < (-problem.shares[$1], $1) }
            for trait in 0..<problem.traitCount {
                let kept = trait < problem.requiredCount ? problem.requiredCount : problem.traitCount
                for part in order where counts[trait * problem.shares.count + part] == 0 {
                    fill(part, with: trait, keeping: kept, holders)
                }
            }
        }

        /// Moves the item with the fewest traits that another part can spare.
        private mutating func fill(_ part: Int, with trait: Int, keeping kept: Int, _ holders: StratificationHolders) {
            var best: (item: Int, size: Int)?
            for item in holders.items(of: trait) {
                let size = problem.traits(of: item).count
                if best.map({ size < $0.size }) ?? true, canSpare(item, to: part, for: trait, keeping: kept) { best = (item, size) }
            }
            guard let best else { return }
            count(best.item, by: -1)
            parts[best.item] = part
            count(best.item, by: 1)
        }

        /// Whether the item's part keeps some of every trait below `kept` without it. Its last of `trait` may still move into training,
        /// which needs it more.
        private mutating func canSpare(_ item: Int, to part: Int, for trait: Int, keeping kept: Int) -> Bool {
            let (width, from) = (problem.shares.count, parts[item])
            if from == part { return false }
            count(item, by: -1)
            defer { count(item, by: 1) }
            return problem.traits(of: item).allSatisfy { held in
                held >= kept || counts[Int(held) * width + from] > 0 || (part == 0 && Int(held) == trait)
            }
        }

        private mutating func count(_ item: Int, by change: Int) {
            let (width, part) = (problem.shares.count, parts[item])
            for trait in problem.traits(of: item) { counts[Int(trait) * width + part] += change }
        }
    }
}
