import Tables

/// Turns feature columns into the numbers that a network sees, with the statistics of the training rows.
///
/// | column in training | becomes |
/// |---|---|
/// | numbers | (x − mean) ÷ deviation, over the present cells; the deviation is the population's, as `StandardScaler` |
/// | 0 and 1 alone | itself: standardising sparse bits costs accuracy |
/// | one value, or none | 0, with a warning |
/// | words | one column per training word, sorted; an unseen word is all zero |
///
/// A missing cell becomes the training mean (0 once standardised; all zero for words). Where the training rows have gaps,
/// an indicator column, `NAME.missing`, says 1 for them.
public struct FeatureEncoder: Codable, Equatable, Sendable {
    /// How the present cells of a column become numbers.
    public enum Coding: Codable, Equatable, Sendable {
        case standardised(mean: Double, deviation: Double)
        /// 0 and 1 as they are; a missing cell becomes `mean`, the share of ones.
        case bits(mean: Double)
        /// Always 0: the training rows hold the one value, or no value at all.
        case constant(value: Double?)
        /// One column per word.
        case oneHot(words: [String])
    }

    public struct Column: Codable, Equatable, Sendable {
        public let name: String
        public let coding: Coding
        /// Whether the training rows have gaps, so that a column says where a cell is missing.
        public let hasIndicator: Bool

        /// Columns of the encoded matrix.
        public var width: Int {
            let own = if case .oneHot(let words) = coding { words.count } else { 1 }
            return own + (hasIndicator ? 1 : 0)
        }

        /// Names of the encoded columns: `age`, `city=Oslo`, `age.missing`.
        public var outputNames: [String] {
            let own = if case .oneHot(let words) = coding { words.map { "\(name)=\($0)" } } else { [name] }
            return own + (hasIndicator ? ["\(name).missing"] : [])
        }

        var isText: Bool { if case .oneHot = coding { true } else { false } }
    }

    /// One per feature column, in the training file's order.
    public let columns: [Column]

    /// Columns of the encoded matrix.
    public var width: Int { columns.reduce(0) { $0 + $1.width } }
    /// Names of the encoded columns, in order.
    public var outputNames: [String] { columns.flatMap(\.outputNames) }

    /// What the encoding of some rows met that training did not show, by column.
    public struct Surprises: Equatable, Sendable {
        /// Cells with a word that the training rows do not hold.
        public var unseenWords: [Int]
        /// Missing cells in columns without gaps in training.
        public var newGaps: [Int]

        init(columns: Int) {
            unseenWords = Array(repeating: 0, count: columns)
            newGaps = Array(repeating: 0, count: columns)
        }

        mutating func add(_ other: Surprises) {
            for column in unseenWords.indices {
                unseenWords[column] += other.unseenWords[column]
                newGaps[column] += other.newGaps[column]
            }
        }
    }

    /// One sentence for each column that surprised.
    public func warnings(for surprises: Surprises) -> [String] {
        var warnings: [String] = []
        for (index, column) in columns.enumerated() {
            let unseen = surprises.unseenWords[index]
            if unseen > 0 {
                warnings.append(
                    "column '\(column.name)': \(counted(unseen, "cell")) with words unseen in training become all zero")
            }
            let gaps = surprises.newGaps[index]
            if gaps > 0 {
                let fill = column.isText ? "all zero" : "the training mean"
                warnings.append(
                    "column '\(column.name)': \(counted(gaps, "missing cell")) become \(fill), without an indicator, "
                        + "for training has no gaps there")
            }
        }
        return warnings
    }

    /// One sentence for each column that tells the network nothing.
    var constantWarnings: [String] {
        columns.compactMap { column in
            guard case .constant(let value) = column.coding else { return nil }
            return value.map { "column '\(column.name)' is \(plain($0)) in every training row that has it: it becomes 0" }
                ?? "column '\(column.name)' has no value in any training row: it becomes 0"
        }
    }
}

/// "1 cell", "3 cells".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
