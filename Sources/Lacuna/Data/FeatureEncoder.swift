import Tables

/// Turns feature columns into the numbers that a network sees, with the statistics of the training rows.
///
/// | column in training | becomes |
/// |---|---|
/// | numbers | (x − mean) ÷ deviation, over the present cells; the deviation is the population's, as `StandardScaler` |
/// | 0 and 1 alone | itself: standardising sparse bits costs accuracy |
/// | one value, or none | 0, with a warning |
/// | numbers of a sparse matrix | x ÷ its largest magnitude, not centred: 0 stays 0, as `MaxAbsScaler` |
/// | words | one column per training word, sorted; an unseen word is all zero |
///
/// A missing cell becomes the training mean (0 once standardised; all zero for words). Where the training rows have gaps,
/// an indicator column, `NAME.missing`, says 1 for them.
public struct FeatureEncoder: Codable, Equatable, Sendable {
    /// How the present cells of a column become numbers.
    public enum Coding: Codable, Equatable, Sendable {
        /// (number − mean) ÷ deviation, both of the training rows.
        case standardised(mean: Double, deviation: Double)
        /// number ÷ maximum, the largest magnitude in the training rows: of sparse features, whose zeros stay zeros.
        case scaled(maximum: Double)
        /// 0 and 1 as they are; a missing cell becomes `mean`, the share of ones.
        case bits(mean: Double)
        /// Always 0: the training rows hold the one value, or no value at all.
        case constant(value: Double?)
        /// One column per word.
        case oneHot(words: [String])
    }

    /// A column of the file and what becomes of it.
    public struct Column: Codable, Equatable, Sendable {
        /// The column's name in the header.
        public let name: String
        /// How its cells become features.
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

    /// A sentence for each column that surprised, or one for all where they are many.
    public func warnings(for surprises: Surprises) -> [String] {
        let unseen = columns.indices.filter { surprises.unseenWords[$0] > 0 }
        let gaps = columns.indices.filter { surprises.newGaps[$0] > 0 }
        let words = Self.each(unseen) { place in
            "column '\(columns[place].name)': \(counted(surprises.unseenWords[place], "cell")) with words unseen in training "
                + "\(surprises.unseenWords[place] == 1 ? "becomes" : "become") all zero"
        } together: {
            let cells = counted(unseen.reduce(0) { $0 + surprises.unseenWords[$1] }, "cell")
            return "\(cells) in \(names(unseen)) with words unseen in training become all zero"
        }
        return words + Self.each(gaps) { place in
            "column '\(columns[place].name)': \(counted(surprises.newGaps[place], "missing cell")) "
                + "\(surprises.newGaps[place] == 1 ? "becomes" : "become") \(columns[place].isText ? "all zero" : "the training mean"), without an indicator, for training has no gaps there"
        } together: {
            let cells = counted(gaps.reduce(0) { $0 + surprises.newGaps[$1] }, "missing cell")
            return "\(cells) in \(names(gaps)) become the training mean, without an indicator, for training has no gaps there"
        }
    }

    /// What is to be said about columns that tell the network nothing.
    var constantWarnings: [String] {
        let constant = columns.indices.filter { if case .constant = columns[$0].coding { true } else { false } }
        return Self.each(constant) { place in
            guard case .constant(let value?) = columns[place].coding else {
                return "column '\(columns[place].name)' has no value in any training row: it becomes 0"
            }
            return "column '\(columns[place].name)' is \(plain(value)) in every training row that has it: it becomes 0"
        } together: {
            "\(names(constant)) hold one value, or none, in all training rows: they become 0"
        }
    }

    /// Columns beyond this number share a sentence.
    private static let mostSentences = 4

    private static func each(_ places: [Int], _ sentence: (Int) -> String, together: () -> String) -> [String] {
        places.count > mostSentences ? [together()] : places.map(sentence)
    }

    private func names(_ places: [Int]) -> String {
        "\(places.count) columns (\(places.prefix(6).map { columns[$0].name }.joined(separator: ", "))\(places.count > 6 ? ", …" : ""))"
    }
}

/// "1 cell", "3 cells".
func counted(_ count: Int, _ noun: String) -> String { "\(count) \(noun)\(count == 1 ? "" : "s")" }
