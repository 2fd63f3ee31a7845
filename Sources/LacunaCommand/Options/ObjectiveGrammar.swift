import Lacuna

/// What `--help` says about declaring objectives: made from the library's table of keys, so it cannot lag behind.
enum ObjectiveGrammar {
    static var help: String {
        """
        OBJECTIVES

        --objective 'PATTERN:KIND[:key=value,…]' declares one objective for each label column that PATTERN, a glob, \
        matches; 'NAME=PATTERN:multilabel' makes one objective of all matching columns. Columns that are no \
        objective, id, split, weight or ignored are features. A label is missing where its cell is empty, NA, NaN, \
        null or a token of --missing; a missing label teaches nothing.

        Kinds:
        \(kinds.map { "  \(pad($0.0.rawValue, 12))\($0.1)" }.joined(separator: "\n"))

        Keys, and the kinds that take them:
        \(ObjectiveKey.allCases.map(line).joined(separator: "\n"))
        """
    }

    private static let kinds: [(ObjectiveKind.Name, String)] = [
        (.binary, "yes or no: 0, 1, true, false, or two words with positive=WORD"),
        (.categorical, "one of several classes: all values of the file, sorted, or classes=a|b|c"),
        (.multilabel, "several yes-or-no columns as one objective"),
        (.regression, "a number"),
        (.ordinal, "one of several ordered levels: levels=low|mid|high, else sorted"),
    ]

    private static func line(_ key: ObjectiveKey) -> String {
        let all = ObjectiveKind.Name.allCases
        let owners = all.filter(key.kinds.contains)
        let who = owners.count == all.count ? "all" : owners.map(\.rawValue).joined(separator: ", ")
        return "  \(pad(key.rawValue, 15))\(key.help) (\(who))"
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
