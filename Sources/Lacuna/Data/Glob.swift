/// A pattern over column names: `*` stands for any run of characters, `?` for one, `[abc]` for one of these,
/// `[a-z]` for a range, `[!abc]` for any other.
///
/// A `[` without its `]` stands for itself, and a pattern always matches the name that is spelled exactly like it,
/// so a column called `x[0]` can be named as it is.
public struct Glob: Equatable, Sendable {
    /// The pattern as it was written.
    public let pattern: String
    private let tokens: [Token]

    private enum Token: Equatable {
        case run
        case one
        case set([ClosedRange<Character>], negated: Bool)
        case literal(Character)

        func accepts(_ character: Character) -> Bool {
            switch self {
            case .run, .one: true
            case .set(let ranges, let negated): ranges.contains { $0.contains(character) } != negated
            case .literal(let literal): literal == character
            }
        }
    }

    /// Any text is a pattern; one without special characters matches itself.
    public init(_ pattern: String) {
        self.pattern = pattern
        self.tokens = Glob.tokens(of: Array(pattern))
    }

    /// Whether the pattern can match more than the one name that it spells.
    public var isPattern: Bool {
        tokens.contains { if case .literal = $0 { false } else { true } }
    }

    /// Whether the whole name matches.
    public func matches(_ name: String) -> Bool {
        if name == pattern { return true }
        let characters = Array(name)
        var (token, place) = (0, 0)
        // The last `*` seen, and where the run it stands for ends: only the last one ever needs to grow.
        var retry: (token: Int, place: Int)?
        while place < characters.count {
            if token < tokens.count, tokens[token] == .run {
                retry = (token, place)
                token += 1
            } else if token < tokens.count, tokens[token].accepts(characters[place]) {
                token += 1
                place += 1
            } else if let last = retry {
                retry = (last.token, last.place + 1)
                (token, place) = (last.token + 1, last.place + 1)
            } else {
                return false
            }
        }
        return tokens[token...].allSatisfy { $0 == .run }
    }

    private static func tokens(of characters: [Character]) -> [Token] {
        var tokens: [Token] = []
        var place = 0
        while place < characters.count {
            let character = characters[place]
            if character == "[", let (set, end) = set(in: characters, from: place) {
                tokens.append(set)
                place = end
                continue
            }
            tokens.append(character == "*" ? .run : character == "?" ? .one : .literal(character))
            place += 1
        }
        return tokens
    }

    /// The set that begins at `start`, and the place after its `]`; nil where there is no `]`.
    private static func set(in characters: [Character], from start: Int) -> (Token, Int)? {
        var place = start + 1
        var negated = false
        if place < characters.count, characters[place] == "!" {
            negated = true
            place += 1
        }
        let first = place
        var ranges: [ClosedRange<Character>] = []
        while place < characters.count {
            let low = characters[place]
            if low == "]", place > first { return (.set(ranges, negated: negated), place + 1) }
            if place + 2 < characters.count, characters[place + 1] == "-", characters[place + 2] != "]",
                low <= characters[place + 2]
            {
                ranges.append(low...characters[place + 2])
                place += 3
            } else {
                ranges.append(low...low)
                place += 1
            }
        }
        return nil
    }
}
