/// Which cells count as missing: declared, never guessed.
///
/// An empty cell is always missing. The defaults add `NA` as spelled, and `NaN` and `null` in any case. A declared token
/// that is a number matches by value (`-1` is `-1.0` and `-1e0`); any other token matches the cell exactly, spaces around
/// the cell aside.
public struct MissingTokens: Sendable, Equatable {
    /// The declared tokens, as given.
    public let words: [String]
    /// Whether `NA`, `NaN` and `null` count too.
    public let includingDefaults: Bool
    /// The declared tokens that are numbers.
    let numbers: [Double]
    private let exact: [[UInt8]]

    /// Tokens from words; `includingDefaults` adds empty, NA, NaN and null.
    public init(words: [String] = [], includingDefaults: Bool = true) {
        self.words = words
        self.includingDefaults = includingDefaults
        var numbers: [Double] = []
        var exact: [[UInt8]] = []
        for word in words {
            let bytes = Array(word.utf8)
            if let number = parseNumber(bytes.span) {
                numbers.append(number)
            } else {
                exact.append(bytes)
            }
        }
        self.numbers = numbers
        self.exact = exact
    }

    /// Empty, `NA`, `NaN`, `null`.
    public static let standard = MissingTokens()

    /// Whether a number from a cell is declared missing.
    public func contains(_ number: Double) -> Bool { numbers.contains(number) }

    /// Whether a cell's text, trimmed, is empty or a token that is not a number.
    public func contains(word: String) -> Bool {
        let bytes = Array(word.utf8)
        return containsWord(bytes.span)
    }

    /// Whether the cell's text, trimmed, is empty or a token that is not a number.
    func containsWord(_ cell: Span<UInt8>) -> Bool {
        if cell.isEmpty { return true }
        if includingDefaults && isDefault(cell) { return true }
        for token in exact where cell.equals(token) { return true }
        return false
    }

    private func isDefault(_ cell: Span<UInt8>) -> Bool {
        switch cell.count {
        case 2: cell[0] == 0x4E && cell[1] == 0x41
        case 3: lowercaseEquals(cell, "nan")
        case 4: lowercaseEquals(cell, "null")
        default: false
        }
    }
}

/// Whether the cell is `word` (lowercase letters) in any case.
func lowercaseEquals(_ cell: Span<UInt8>, _ word: StaticString) -> Bool {
    let letters = Array(word.description.utf8)
    guard cell.count == letters.count else { return false }
    for index in 0 ..< cell.count where cell[index] | 0x20 != letters[index] { return false }
    return true
}
