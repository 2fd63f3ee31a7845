/// In how many rows two objectives are observed together.
///
/// A shared network learns what two objectives have to do with each other from rows that show both, and from the features
/// alone where there are none. Time follows Σ over rows of (observed objectives)², bounded by drawing rows.
public struct CoObservation: Equatable, Sendable {
    /// The objectives that were compared, in slot order: all, or those with the most labels where there are very many.
    public let objectives: [String]
    /// Rows with any label of both, `[n × n]`, row by row; on the diagonal, of the one. Empty for more than
    /// ``mostInMatrix`` objectives.
    public let counts: [Int]
    /// Rows that were counted.
    public let rowsCounted: Int
    /// Rows there are.
    public let rows: Int
    /// Pairs of objectives with labels that no row observes both of, in slot order; at most ``mostPairs`` are listed.
    public let neverTogether: [Pair]
    /// How many such pairs there are among the objectives compared.
    public let neverTogetherCount: Int

    /// Two objectives.
    public struct Pair: Equatable, Sendable {
        /// The name of the earlier one.
        public let first: String
        /// The name of the later one.
        public let second: String
    }

    /// The whole matrix is kept up to so many objectives.
    public static let mostInMatrix = 256
    /// So many pairs that are never together are listed.
    public static let mostPairs = 10_000
    /// So many objectives are compared with each other.
    static let mostCompared = 4096

    /// - Parameter mostSteps: the work that counting may take, in pairs of observed labels.
    init(_ objectives: [Objective], _ labels: LabelTable, mostSteps: Int = 400_000_000) {
        var observed = ObservedObjectives(objectives, labels)
        let chosen = observed.mostLabelled(Self.mostCompared)
        let width = chosen.count
        let counting = observed.rows(within: mostSteps, chosen)
        var counts = [Int32](repeating: 0, count: width * width)
        var held: [Int] = []
        for row in counting {
            held.removeAll(keepingCapacity: true)
            observed.append(row, to: &held)
            for (place, first) in held.enumerated() {
                for second in held[place...] { counts[first * width + second] += 1 }
            }
        }
        var pairs: [Pair] = [], total = 0
        for first in 0..<width where observed.hasLabels(chosen[first]) {
            for second in first + 1..<max(width, first + 1) where counts[first * width + second] == 0 {
                guard observed.hasLabels(chosen[second]) else { continue }
                // What a draw of rows did not show, the others may.
                if counting.count < labels.rows, observed.share(first, second) { continue }
                total += 1
                if pairs.count < Self.mostPairs {
                    pairs.append(Pair(first: objectives[chosen[first]].name, second: objectives[chosen[second]].name))
                }
            }
        }
        self.objectives = chosen.map { objectives[$0].name }
        (rows, rowsCounted) = (labels.rows, counting.count)
        (neverTogether, neverTogetherCount) = (pairs, total)
        guard width <= Self.mostInMatrix else {
            self.counts = []
            return
        }
        self.counts = (0..<width * width).map { place in
            let (first, second) = (place / width, place % width)
            return Int(counts[min(first, second) * width + max(first, second)])
        }
    }
}

/// Which objectives each row observes.
private struct ObservedObjectives {
    private let labels: LabelTable
    private let objectiveOfSlot: [Int]
    private var labelledRows: [Int]
    /// By objective, its place among the chosen, or −1.
    private var places: [Int] = []
    /// By place: the rows, ascending.
    private var rowsOf: [[Int32]] = []

    init(_ objectives: [Objective], _ labels: LabelTable) {
        self.labels = labels
        objectiveOfSlot = objectives.indices.flatMap { Array(repeating: $0, count: objectives[$0].kind.slotsPerRow) }
        labelledRows = Array(repeating: 0, count: objectives.count)
        places = Array(objectives.indices)
        var held: [Int] = []
        for row in 0..<labels.rows {
            held.removeAll(keepingCapacity: true)
            append(row, to: &held)
            for objective in held { labelledRows[objective] += 1 }
        }
    }

    func hasLabels(_ objective: Int) -> Bool { labelledRows[objective] > 0 }

    /// All objectives, or those with the most labels, in slot order.
    func mostLabelled(_ most: Int) -> [Int] {
        guard labelledRows.count > most else { return Array(labelledRows.indices) }
        return labelledRows.indices.sorted { (-labelledRows[$0], $0) < (-labelledRows[$1], $1) }[..<most].sorted()
    }

    /// The rows to count: all, or as many drawn evenly as the work allows. From here on objectives go by their place among
    /// the chosen.
    mutating func rows(within mostSteps: Int, _ chosen: [Int]) -> [Int] {
        places = Array(repeating: -1, count: places.count)
        for (place, objective) in chosen.enumerated() { places[objective] = place }
        rowsOf = Array(repeating: [], count: chosen.count)
        var steps = 0
        var held: [Int] = []
        for row in 0..<labels.rows {
            held.removeAll(keepingCapacity: true)
            append(row, to: &held)
            steps += held.count * held.count
            for place in held { rowsOf[place].append(Int32(row)) }
        }
        guard steps > mostSteps else { return Array(0..<labels.rows) }
        var random = SplitMix64(seed: 0, stream: "co-observation")
        let share = Double(mostSteps) / Double(steps)
        return (0..<labels.rows).filter { _ in Double(random.nextUnit()) < share }
    }

    /// The row's objectives, each once, ascending.
    func append(_ row: Int, to held: inout [Int]) {
        var last = -1
        for entry in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
            let objective = objectiveOfSlot[Int(labels.slotIndices[entry])]
            if objective == last { continue }
            last = objective
            if places[objective] >= 0 { held.append(places[objective]) }
        }
    }

    /// Whether any row observes both, by their places.
    func share(_ first: Int, _ second: Int) -> Bool {
        let (left, right) = (rowsOf[first], rowsOf[second])
        var (a, b) = (0, 0)
        while a < left.count, b < right.count {
            if left[a] == right[b] { return true }
            if left[a] < right[b] { a += 1 } else { b += 1 }
        }
        return false
    }
}
