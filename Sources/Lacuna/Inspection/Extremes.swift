/// The smallest and the largest distinct numbers of many columns, and how often each stands: all that says whether a number
/// stands apart from the others. Exact, in one pass and a memory that does not follow the rows: a number that falls out of
/// the smallest eight never comes back, for eight smaller ones stay.
struct Extremes {
    /// As many on each side: four other markers, the number itself and the three next to it.
    static let kept = 8
    private var low: [Side]
    private var high: [Side]

    init(columns: Int) {
        low = Array(repeating: Side(sign: 1), count: columns)
        high = Array(repeating: Side(sign: -1), count: columns)
    }

    mutating func add(_ value: Double, column: Int, count: Int = 1) {
        low[column].add(value, count)
        high[column].add(value, count)
    }

    /// The numbers kept of a column, ascending: all where there are few.
    func values(_ column: Int) -> [(value: Double, count: Int)] {
        let least = low[column].entries
        let last = least.last?.value ?? -.infinity
        return least + high[column].entries.reversed().filter { $0.value > last }
    }

    private struct Side {
        /// 1 for the smallest, −1 for the largest.
        let sign: Double
        /// The most extreme first.
        private(set) var entries: [(value: Double, count: Int)] = []

        init(sign: Double) { self.sign = sign }

        mutating func add(_ value: Double, _ count: Int) {
            if entries.count == kept, let last = entries.last, sign * value > sign * last.value { return }
            var place = entries.count
            while place > 0, sign * entries[place - 1].value >= sign * value { place -= 1 }
            if place < entries.count, entries[place].value == value {
                entries[place].count += count
                return
            }
            if entries.count == kept { entries.removeLast() }
            entries.insert((value, count), at: place)
        }
    }
}
