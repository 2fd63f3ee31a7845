import Tables

/// What becomes of an objective's uncertain cells: those that say "we looked, and cannot tell", as CheXpert's −1.
///
/// | policy | an uncertain cell becomes | scored | in Irvin et al. 2019 |
/// |---|---|---|---|
/// | ignore | missing | no | U-Ignore |
/// | zeros | 0 | yes | U-Zeros |
/// | ones | 1 | yes | U-Ones |
/// | soft(a,b) | a probability drawn evenly from a…b | no | label smoothing regularization, Pham et al. 2021 |
/// | class | a class of its own, between negative and positive | yes | U-MultiClass |
///
/// With zeros and ones the declaration says what the cell means, so it is a label like any other. A drawn probability is
/// nobody's finding: it trains, and metrics leave it out.
public struct UncertainCells: Equatable, Sendable, Codable {
    /// What becomes of an uncertain cell.
    public enum Policy: Equatable, Sendable, Codable {
        /// It is missing.
        case ignore
        /// It is a 0.
        case zeros
        /// It is a 1.
        case ones
        /// A probability from this range, both ends in 0…1, drawn once for each cell.
        case soft(from: Double, to: Double)
        /// The objective becomes categorical: ``UncertainCells/classNames``.
        case ownClass
    }

    /// The cells that are uncertain; numbers match by value.
    public var tokens: [String]
    /// What becomes of them.
    public var policy: Policy

    /// The classes of a binary objective whose uncertain cells are a class, in the order of their probabilities.
    public static let classNames = ["negative", "uncertain", "positive"]

    /// A rule from its parts; nothing is checked here.
    public init(_ tokens: [String], _ policy: Policy) {
        self.tokens = tokens
        self.policy = policy
    }

    /// Reads `TOKEN[|TOKEN…]:POLICY`, such as `-1:soft(0.55,0.85)`.
    ///
    /// - Throws: ``SettingError`` that says what is legal.
    public init(parsing text: String) throws(SettingError) {
        guard let colon = text.lastIndex(of: ":") else {
            throw SettingError(
                "uncertain '\(text)' has no policy", fix: "say what becomes of such a cell: uncertain=\(text):\(Self.forms)")
        }
        let tokens = text[..<colon].split(separator: "|", omittingEmptySubsequences: false).map { Lacuna.trimmed($0) }
        guard !tokens.contains("") else {
            throw SettingError(
                "uncertain '\(text)' names no cell", fix: "say which cells are uncertain, such as uncertain=-1:ignore")
        }
        self.init(tokens, try Self.policy(Lacuna.trimmed(text[text.index(after: colon)...])))
        try checkTokens()
    }

    private static let forms = "ignore, zeros, ones, soft(0.55,0.85) or class"

    private static func policy(_ text: String) throws(SettingError) -> Policy {
        switch text {
        case "ignore": return .ignore
        case "zeros": return .zeros
        case "ones": return .ones
        case "class": return .ownClass
        default: break
        }
        guard text.hasPrefix("soft(") || text == "soft" else {
            let near = nearestName(to: text, among: ["ignore", "zeros", "ones", "soft", "class"])
            throw SettingError(
                "uncertain has the unknown policy '\(text)'",
                fix: near.map { "did you mean '\($0)'?" } ?? "the policies are \(forms)")
        }
        let range = text.hasSuffix(")") ? text.dropFirst("soft(".count).dropLast() : ""
        let ends = range.split(separator: ",", omittingEmptySubsequences: false).map { Double(Lacuna.trimmed($0)) }
        guard ends.count == 2, let first = ends[0], let last = ends[1], 0 <= first, first <= last, last <= 1 else {
            throw SettingError(
                "uncertain has the policy '\(text)'", fix: "give a range of probabilities, lowest first, such as soft(0.55,0.85)")
        }
        return .soft(from: first, to: last)
    }

    /// A token cannot mean missing in every file and uncertain in this one.
    private func checkTokens() throws(SettingError) {
        for token in tokens where ["", "na", "nan", "null"].contains(token.lowercased()) {
            throw SettingError(
                "'\(token)' cannot be uncertain", fix: "empty, NA, NaN and null always mean missing: name another token")
        }
    }

    /// The form that ``UncertainCells/init(parsing:)`` reads.
    public var text: String { "\(tokens.joined(separator: "|")):\(policyText)" }

    private var policyText: String {
        switch policy {
        case .ignore: "ignore"
        case .zeros: "zeros"
        case .ones: "ones"
        case .soft(let first, let last): "soft(\(plain(first)),\(plain(last)))"
        case .ownClass: "class"
        }
    }

    /// The tokens by value.
    var values: Set<LabelValue> { Set(tokens.map { LabelValue(parsing: $0) }) }

    /// Whether nothing is left to do once uncertain cells are read as missing.
    var isIgnored: Bool { policy == .ignore }

    /// The label of an uncertain cell, and what it says; nil where it is missing.
    ///
    /// - Parameter draw: in `0 ..< 1`, the cell's own; asked for where it matters.
    func label(draw: () -> Double) -> (value: Double, state: CellState)? {
        switch policy {
        case .ignore: nil
        case .zeros: (0, .known)
        case .ones: (1, .known)
        case .soft(let first, let last): (min(first + (last - first) * draw(), last), .uncertain)
        case .ownClass: (1, .known)
        }
    }
}

/// The even draws of one label column: a pure function of seed, objective, column and row, so that neither the other cells nor
/// the order of reading change one.
struct CellDraws {
    private let base: UInt64

    init(seed: UInt64, objective: String, column: String) {
        // The lengths keep ("a", "bc") and ("ab", "c") apart.
        var stream = SplitMix64(seed: seed, stream: "uncertain \(objective.utf8.count) \(objective) \(column)")
        base = stream.next()
    }

    /// In `0 ..< 1`, in steps of 2⁻⁵³; rows count from 0.
    func draw(row: Int) -> Double {
        // SplitMix64 is made to be entered anywhere: its state only counts.
        var generator = SplitMix64(seed: base &+ UInt64(row) &* 0x9E37_79B9_7F4A_7C15)
        return Double(generator.next() >> 11) * 0x1p-53
    }
}
