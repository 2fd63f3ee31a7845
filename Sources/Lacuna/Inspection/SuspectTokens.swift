/// A value that people write where there is none, standing undeclared among labels or features.
///
/// What counts:
/// - words: `?`, `unknown`, `none`, `n/a`, `missing`, `.`, `-` and the like, in any case, as a class, a level or a word of a
///   text feature;
/// - numbers: −1, 9, 99, 999, 9999 and −9, −99, −999, −9999. A negative one is suspect where all other numbers are 0 or
///   more. A positive one is suspect where it is the largest and lies further from the next than that one from the
///   smallest, or where it is the largest and stands ten times as often as its nearest neighbours. A 9 in a column that
///   counts to 12 is neither.
/// - cells that no label of their objective can be, whatever they hold; see ``isIllegal``.
public struct SuspectToken: Equatable, Sendable {
    /// The column, or the objective where labels come from several.
    public let column: String
    /// The objective whose label it is; nil of a feature.
    public let objective: String?
    /// The token as a file has it.
    public let token: String
    /// How many cells hold it.
    public let count: Int
    /// The first rows of the file with it, from 1; empty where they are not known.
    public let rows: [Int]
    /// The line of the first of them as an editor shows it; nil where it is not known.
    public let line: Int?
    /// Whether it is no legal label, so that training stops at it. In the inspection it is taken as missing.
    public let isIllegal: Bool
    /// Why it is suspect: one clause.
    public let why: String
    /// The flags that declare it missing.
    public let fix: String

    /// Numbers that stand for a missing value in many files.
    static let numbers: [Double] = [-1, 9, 99, 999, 9999, -9, -99, -999, -9999]

    private static let words: Set<String> = [
        "?", "??", "???", ".", "..", "-", "--", "---", "*", "#n/a", "n/a", "n.a.", "n.a", "na", "nan", "nil", "null", "none",
        "unknown", "unk", "unspecified", "undefined", "undetermined", "missing", "not available", "not applicable",
        "not known", "not done", "not recorded", "not reported", "no data", "nodata", "blank", "empty", "-1", "-9", "-99",
        "-999", "-9999", "99", "999", "9999",
    ]

    /// Whether people write the word where there is no value. Numbers among words are markers when they are of the usual ones.
    static func isMarker(_ word: String) -> Bool { words.contains(trimmed(word).lowercased()) }

    /// The suspect ones among distinct numbers, ascending, with how often each stands.
    ///
    /// - Parameter isClass: whether each number is a class; then how often it stands says nothing.
    static func suspects(_ values: [(value: Double, count: Int)], isClass: Bool = false) -> [(value: Double, count: Int, why: String)] {
        guard values.count >= 2 else { return [] }
        return values.indices.compactMap { place in
            let (value, count) = values[place]
            guard numbers.contains(value), isClass || count >= 2 else { return nil }
            if value < 0 {
                // Two negative markers can stand side by side.
                let isAlone = place == 0 || values[..<place].allSatisfy { numbers.contains($0.value) }
                let rest = values[(place + 1)...].first { !numbers.contains($0.value) || $0.value >= 0 }
                guard isAlone, let rest, rest.value >= 0 else { return nil }
                return (value, count, "all other numbers are 0 or more")
            }
            let above = values[(place + 1)...].allSatisfy { numbers.contains($0.value) }
            guard above, place > 0 else { return nil }
            let below = values[..<place].filter { $0.value >= 0 || !numbers.contains($0.value) }
            guard let next = below.last, let least = below.first else { return nil }
            let reach = isClass ? largestStep(below.map(\.value)) : next.value - least.value
            if value - next.value > max(reach, isClass ? 1 : 0) {
                return (value, count, "it lies far above all other numbers, which end at \(plain(next.value))")
            }
            let near = below.suffix(3)
            let usual = Double(near.reduce(0) { $0 + $1.count }) / Double(near.count)
            guard !isClass, near.count >= 3, count >= 5, Double(count) >= 10 * usual else { return nil }
            return (value, count, "it is the largest number and stands far more often than those next to it")
        }
    }

    private static func largestStep(_ values: [Double]) -> Double {
        zip(values, values.dropFirst()).reduce(0) { max($0, $1.1 - $1.0) }
    }
}
