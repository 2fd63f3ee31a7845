/// Rows whose features are equal as the model sees them: within a part they count twice, across parts they leak.
///
/// Rows are told apart by 128 bits of their encoded features; group columns, ids and labels play no part.
public struct RepeatedRows: Equatable, Sendable {
    /// Rows that equal an earlier row; one of each set of equal rows is not counted.
    public let surplus: Int
    /// Sets of two or more equal rows.
    public let sets: Int
    /// Sets in which an objective has different labels.
    public let contradicting: Int
    /// The first sets, as rows of the file from 1; at most ``mostExamples``, and of each the first ``mostRows`` rows.
    public let examples: [[Int]]
    /// The first sets with different labels.
    public let contradictingExamples: [[Int]]
    /// Pairs of parts that share rows.
    public let crossings: [Crossing]

    /// Rows that two parts share.
    public struct Crossing: Equatable, Sendable {
        /// The part that is learnt from, or the one before the other.
        public let first: Part
        /// The part that should be new.
        public let second: Part
        /// Rows of the second part that equal one of the first.
        public let rows: Int
        /// Rows of the second part.
        public let total: Int
        /// Rows of the file, from 1: one of the first part, one of the second; at most ``RepeatedRows/mostExamples``.
        public let examples: [(first: Int, second: Int)]

        /// Whether everything is equal.
        public static func == (a: Crossing, b: Crossing) -> Bool {
            a.first == b.first && a.second == b.second && a.rows == b.rows && a.total == b.total
                && a.examples.elementsEqual(b.examples) { $0 == $1 }
        }
    }

    /// So many examples are kept of each sort.
    public static let mostExamples = 5

    /// So many rows are listed of a set.
    public static let mostRows = 20

    /// - Parameter fileRows: of each part, the file's rows from 0, in the data sets' order.
    init(_ datasets: [Part: Dataset], fileRows: [Part: [Int]]) {
        var prints: [Numbered] = []
        prints.reserveCapacity(datasets.values.reduce(0) { $0 + $1.rows })
        var starts: [(part: Part, first: Int)] = []
        for part in Part.allCases {
            guard let dataset = datasets[part] else { continue }
            starts.append((part, prints.count))
            dataset.features.forEachSparseRow { _, columns, values in
                prints.append(Numbered(print: RowPrint(columns, values), number: UInt32(truncatingIfNeeded: prints.count)))
            }
        }
        prints.sort { $0.print < $1.print }
        func member(_ number: Int) -> Member {
            let start = starts.last { $0.first <= number } ?? (.train, 0)
            let row = number - start.first
            return Member(part: start.part, row: row, fileRow: (fileRows[start.part]?[row] ?? row) + 1)
        }
        var repeated: [[Member]] = []
        var first = 0
        while first < prints.count {
            var end = first + 1
            while end < prints.count, prints[end].print == prints[first].print { end += 1 }
            if end > first + 1 {
                repeated.append(prints[first..<end].map { member(Int($0.number)) }.sorted { $0.fileRow < $1.fileRow })
            }
            first = end
        }
        repeated.sort { ($0[0].fileRow, $0[1].fileRow) < ($1[0].fileRow, $1[1].fileRow) }
        let unlike = repeated.filter { Self.isContradicting($0, datasets) }
        func rows(_ sets: [[Member]]) -> [[Int]] { sets.prefix(Self.mostExamples).map { $0.prefix(Self.mostRows).map(\.fileRow) } }
        self.sets = repeated.count
        surplus = repeated.reduce(0) { $0 + $1.count - 1 }
        contradicting = unlike.count
        (examples, contradictingExamples) = (rows(repeated), rows(unlike))
        crossings = [(Part.train, Part.valid), (.train, .test), (.valid, .test)].compactMap { first, second in
            Self.crossing(first, second, repeated, total: datasets[second]?.rows ?? 0)
        }
    }

    private struct Member {
        let part: Part
        let row: Int
        let fileRow: Int
    }

    private static func crossing(_ first: Part, _ second: Part, _ sets: [[Member]], total: Int) -> Crossing? {
        var rows = 0
        var examples: [(Int, Int)] = []
        for set in sets {
            guard let one = set.first(where: { $0.part == first }) else { continue }
            let others = set.filter { $0.part == second }
            rows += others.count
            if let other = others.first, examples.count < mostExamples { examples.append((one.fileRow, other.fileRow)) }
        }
        return rows > 0 ? Crossing(first: first, second: second, rows: rows, total: total, examples: examples) : nil
    }

    private static func isContradicting(_ set: [Member], _ datasets: [Part: Dataset]) -> Bool {
        var seen: [Int32: Double] = [:]
        for member in set {
            guard let labels = datasets[member.part]?.labels else { continue }
            for place in labels.rowStarts[member.row]..<labels.rowStarts[member.row + 1] {
                let (slot, value) = (labels.slotIndices[place], labels.values[place])
                // The value of a soft categorical label is the position of its distribution; labels drawn for uncertain
                // cells differ by chance, and bounds need not contradict each other.
                if labels.distributions[Int(slot)] != nil || !labels.state(place).isScored { continue }
                if let earlier = seen.updateValue(value, forKey: slot), earlier != value { return true }
            }
        }
        return false
    }
}

/// A row's print and its number among all.
private struct Numbered {
    let print: RowPrint
    let number: UInt32
}

/// 128 bits that stand for a row's features: two rows that differ agree in them with a chance of 2⁻¹²⁸.
private struct RowPrint: Equatable, Comparable {
    private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    /// - Parameter columns: of the features that are not 0, ascending.
    init(_ columns: Span<Int32>, _ values: Span<Float>) {
        for index in 0..<columns.count {
            let bits = UInt64(values[index].bitPattern) << 32 | UInt64(UInt32(bitPattern: columns[index]))
            first = (first ^ bits) &* 0xFF51_AFD7_ED55_8CCD
            first ^= first >> 32
            second = (second &+ bits) &* 0xC4CE_B9FE_1A85_EC53
            second ^= second >> 29
        }
    }

    static func < (a: RowPrint, b: RowPrint) -> Bool { a.first == b.first ? a.second < b.second : a.first < b.first }
}
