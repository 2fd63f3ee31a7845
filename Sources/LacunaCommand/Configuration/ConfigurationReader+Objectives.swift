import Lacuna
import Yams

/// The objectives of a configuration file: mappings with `column` (exact) or `columns` (a glob), or texts as
/// `--objective` takes them.
extension ConfigurationReader {
    mutating func objectives(_ node: Node) -> [ObjectiveDeclaration] {
        guard let value = value(of: node) else { return [] }
        guard case .sequence(let sequence) = node else {
            errors.append(
                CommandError(
                    "'objectives' is \(value.shown) where a list is meant", at: place(node, or: nil),
                    fix: "write one '- {column: NAME, kind: KIND}' for each"))
            return []
        }
        return sequence.compactMap { objective($0) }
    }

    private mutating func objective(_ node: Node) -> ObjectiveDeclaration? {
        switch node {
        case .scalar(let scalar):
            do {
                return try ObjectiveDeclaration(parsing: scalar.string)
            } catch {
                errors.append(CommandError(error.problem, at: place(node, or: nil), fix: error.fix))
                return nil
            }
        case .mapping: return declared(node)
        case .sequence, .alias:
            errors.append(
                CommandError(
                    "an objective is \(value(of: node)?.shown ?? "nothing") where a mapping is meant",
                    at: place(node, or: nil), fix: "write {column: NAME, kind: KIND}"))
            return nil
        }
    }

    private mutating func declared(_ node: Node) -> ObjectiveDeclaration? {
        guard let entries = entries(of: node, "an objective") else { return nil }
        guard var declaration = head(of: entries, node) else { return nil }
        let count = errors.count
        for (key, node) in entries where !Self.headKeys.contains(key.text) {
            guard let value = value(of: node) else { continue }
            do {
                try declaration.set(key: key.text, to: value, headKeys: Self.headKeys)
            } catch {
                errors.append(CommandError(error.problem, at: place(line: key.line), fix: error.fix))
            }
        }
        if errors.count > count { return nil }
        do {
            try declaration.check()
        } catch {
            errors.append(CommandError(error.problem, at: place(node, or: nil), fix: error.fix))
        }
        return declaration
    }

    private static let headKeys = ["column", "columns", "name", "kind"]

    /// The declaration with its columns, kind and name; what they lack is reported.
    private mutating func head(of entries: [(key: Key, value: Node)], _ node: Node) -> ObjectiveDeclaration? {
        var words: [String: String] = [:]
        for (key, node) in entries where Self.headKeys.contains(key.text) {
            guard let value = value(of: node) else { continue }
            do {
                words[key.text] = try value.text()
            } catch {
                errors.append(CommandError(error.problem, at: "\(place(node, or: key.line)), \(key.text)", fix: error.fix))
                return nil
            }
        }
        let columns: ObjectiveDeclaration.Columns
        switch (words["column"], words["columns"]) {
        case (let name?, nil): columns = .exact(name)
        case (nil, let pattern?): columns = .glob(pattern)
        case (nil, nil):
            report("an objective names no column", node, fix: "give column: NAME, or columns: PATTERN")
            return nil
        case (_?, _?):
            report("an objective has both 'column' and 'columns'", node, fix: "column is one name, columns a pattern: keep one")
            return nil
        }
        let kinds = ObjectiveKind.Name.allCases.map(\.rawValue)
        guard let word = words["kind"] else {
            report("an objective has no kind", node, fix: "give kind, one of \(kinds.joined(separator: ", "))")
            return nil
        }
        guard let kind = ObjectiveKind.Name(rawValue: word) else {
            report("'\(word)' is no kind", node, fix: NearestName.advice(for: word, among: kinds, what: "the kinds are"))
            return nil
        }
        return ObjectiveDeclaration(columns: columns, kind: kind, group: words["name"])
    }

    private mutating func report(_ problem: String, _ node: Node, fix: String) {
        errors.append(CommandError(problem, at: place(node, or: nil), fix: fix))
    }
}

extension ObjectiveDeclaration {
    /// `{value: -1, policy: soft, range: [0.55, 0.85]}` as the text that a flag has.
    private func uncertainText(_ entries: [SettingValue.Entry]) throws(SettingError) -> String {
        let known = ["value", "policy", "range"]
        for entry in entries where !known.contains(entry.key) {
            throw SettingError(
                "unknown key '\(entry.key)' in uncertain of objective '\(self)'",
                fix: NearestName.advice(for: entry.key, among: known, what: "its keys are"))
        }
        func entry(_ key: String) -> SettingValue? { entries.first { $0.key == key }?.value }
        guard let value = entry("value"), let policy = entry("policy") else {
            throw SettingError(
                "uncertain of objective '\(self)' has no \(entry("value") == nil ? "value" : "policy")",
                fix: "write {value: -1, policy: ignore}")
        }
        let tokens = try value.words(separator: nil).joined(separator: "|")
        let range = try entry("range").map { (range) throws(SettingError) in "(\(try range.words(separator: ",").joined(separator: ",")))" }
        return "\(tokens):\(try policy.text())\(range ?? "")"
    }

    /// Sets a key from a file's value; the nearest known key is looked for among the file's own ones as well.
    fileprivate mutating func set(key: String, to value: SettingValue, headKeys: [String]) throws(SettingError) {
        guard ObjectiveKey(rawValue: key) != nil else {
            let known = headKeys + ObjectiveKey.allCases.filter { $0.kinds.contains(kind) }.map(\.rawValue)
            throw SettingError(
                "unknown key '\(key)' in objective '\(self)'",
                fix: NearestName.advice(for: key, among: known, what: "its keys are"))
        }
        switch value {
        case .text(let text), .literal(let text): try set(key: key, value: text)
        case .list: try set(key: key, values: try value.words(separator: nil))
        case .mapping(let entries) where key == ObjectiveKey.uncertain.rawValue:
            try set(key: key, value: uncertainText(entries))
        case .mapping: throw SettingError("objective '\(self)' has \(key) as a mapping", fix: "give a value or a list")
        }
    }
}
