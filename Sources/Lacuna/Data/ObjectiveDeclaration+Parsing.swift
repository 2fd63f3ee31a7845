import Tables

extension ObjectiveDeclaration: CustomStringConvertible {
    /// Reads `'PATTERN:KIND[:key=value,…]'` or `'NAME=PATTERN:KIND[:key=value,…]'`.
    ///
    /// Column names may hold `:` and `=`: the text is cut at the last `:KIND` whose kind is known, and a `NAME=` is
    /// looked for with multilabel and categorical objectives alone (a group of one-hot columns). Commas inside
    /// parentheses do not separate keys.
    ///
    /// - Throws: ``SettingError``: no kind, an unknown kind or key (with the nearest known one), a key that does not fit
    ///   the kind or the loss, a value that a key does not take.
    public init(parsing text: String) throws(SettingError) {
        let pieces = try Self.pieces(of: text)
        let (group, pattern) = try Self.groupAndPattern(of: pieces.pattern, kind: pieces.kind, in: text)
        self.init(columns: .glob(pattern), kind: pieces.kind, group: group)
        var seen: Set<String> = []
        for pair in Self.cut(pieces.keys) {
            guard let sign = pair.firstIndex(of: "=") else {
                throw SettingError(
                    "objective '\(self)' has '\(pair)' where a key is expected", fix: "write key=value, such as weight=2")
            }
            let key = trimmed(pair[..<sign])
            guard seen.insert(key).inserted else {
                throw SettingError("objective '\(self)' has the key '\(key)' twice", fix: "give it once")
            }
            try set(key: key, value: trimmed(pair[pair.index(after: sign)...]))
        }
        try check()
    }

    /// The declaration without its keys: `'x:binary'`, `'findings=finding_*:multilabel'`.
    public var description: String { "\(group.map { $0 + "=" } ?? "")\(pattern):\(kind.rawValue)" }

    /// The pattern or name of the columns as it was written.
    var pattern: String {
        switch columns {
        case .exact(let name): name
        case .glob(let pattern): pattern
        }
    }

    private static func pieces(
        of text: String
    ) throws(SettingError) -> (pattern: String, kind: ObjectiveKind.Name, keys: String) {
        let segments = text.split(separator: ":", omittingEmptySubsequences: false).map(String.init)
        let last = segments.indices.dropFirst().last { ObjectiveKind.Name(rawValue: trimmed(segments[$0])) != nil }
        guard let last, let kind = ObjectiveKind.Name(rawValue: trimmed(segments[last])) else {
            throw unknownKind(segments, in: text)
        }
        let pattern = segments[..<last].joined(separator: ":")
        guard !pattern.isEmpty else {
            throw SettingError("objective '\(text)' names no column", fix: "write 'COLUMN:\(kind.rawValue)'")
        }
        return (pattern, kind, segments[(last + 1)...].joined(separator: ":"))
    }

    private static func unknownKind(_ segments: [String], in text: String) -> SettingError {
        let kinds = ObjectiveKind.Name.allCases.map(\.rawValue)
        let all = kinds.joined(separator: ", ")
        // The kind stands before the keys; a key's value may hold a colon too.
        guard let word = segments.dropFirst().prefix(while: { !$0.contains("=") }).last.map({ trimmed($0) }), !word.isEmpty else {
            return SettingError("objective '\(text)' has no kind", fix: "write 'COLUMN:KIND'; the kinds are \(all)")
        }
        let near = nearestName(to: word, among: kinds)
        return SettingError(
            "objective '\(text)' has the unknown kind '\(word)'",
            fix: near.map { "did you mean '\($0)'?" } ?? "the kinds are \(all)")
    }

    private static func groupAndPattern(
        of text: String, kind: ObjectiveKind.Name, in whole: String
    ) throws(SettingError) -> (group: String?, pattern: String) {
        guard kind == .multilabel || kind == .categorical, let sign = text.firstIndex(of: "=") else {
            return (nil, text)
        }
        let (name, pattern) = (trimmed(text[..<sign]), String(text[text.index(after: sign)...]))
        guard !name.isEmpty, !pattern.isEmpty else {
            throw SettingError(
                "objective '\(whole)' names no \(name.isEmpty ? "group" : "column")",
                fix: "write 'NAME=PATTERN:\(kind.rawValue)'")
        }
        return (name, pattern)
    }

    /// Cuts at commas outside parentheses.
    private static func cut(_ keys: String) -> [String] {
        var pieces: [String] = []
        var piece = ""
        var depth = 0
        for character in keys {
            if character == "(" { depth += 1 }
            if character == ")" { depth -= 1 }
            if character == ",", depth <= 0 {
                pieces.append(piece)
                piece = ""
            } else {
                piece.append(character)
            }
        }
        pieces.append(piece)
        return pieces.map { trimmed($0) }.filter { !$0.isEmpty }
    }
}
