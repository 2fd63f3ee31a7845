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
    /// The first sets, as rows of the file from 1; at most ``mostExamples``.
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

    /// - Parameter fileRows: of each part, the file's rows from 0, in the data sets' order.
    init(_ datasets: [Part: Dataset], fileRows: [Part: [Int]]) {
        var sets: [RowPrint: [Member]] = [:]
        for part in Part.allCases {
            guard let dataset = datasets[part] else { continue }
            for (row, print) in RowPrint.all(of: dataset.features).enumerated() {
                sets[print, default: []].append(Member(part: part, row: row, fileRow: (fileRows[part]?[row] ?? row) + 1))
            }
        }
        let repeated = sets.values.filter { $0.count > 1 }.map { $0.sorted { $0.fileRow < $1.fileRow } }
            .sorted { ($0[0].fileRow, $0[1].fileRow) < ($1[0].fileRow, $1[1].fileRow) }
        let unlike = repeated.filter { Self.isContradicting($0, datasets) }
        func rows(_ sets: [[Member]]) -> [[Int]] { sets.prefix(Self.mostExamples).map { $0.map(\.fileRow) } }
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
                // The value of a soft categorical label is the position of its distribution.
                if labels.distributions[Int(slot)] != nil { continue }
                if let earlier = seen.updateValue(value, forKey: slot), earlier != value { return true }
            }
        }
        return false
    }
}

/// 128 bits that stand for a row's features: two rows that differ agree in them with a chance of 2⁻¹²⁸.
private struct RowPrint: Hashable {
    private var first: UInt64 = 0x9E37_79B9_7F4A_7C15
    private var second: UInt64 = 0xC2B2_AE3D_27D4_EB4F

    static func all(of features: FeatureMatrix) -> [RowPrint] {
        var prints: [RowPrint] = []
        prints.reserveCapacity(features.rows)
        features.eachRow { _, values in
            var print = RowPrint()
            for column in values.indices { print.add(values[column]) }
            prints.append(print)
        }
        return prints
    }

    /// −0 equals 0.
    private mutating func add(_ value: Float) {
        let bits = UInt64(value == 0 ? 0 : value.bitPattern)
        first = (first ^ bits) &* 0xFF51_AFD7_ED55_8CCD
        first ^= first >> 32
        second = (second &+ bits) &* 0xC4CE_B9FE_1A85_EC53
        second ^= second >> 29
    }
}
