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
        \(kinds.map { row($0.0.rawValue, $0.1) }.joined(separator: "\n"))

        Keys, and the kinds that take them:
        \(ObjectiveKey.allCases.map(line).joined(separator: "\n"))

        Losses, the kinds they train and the keys they take; the first of a kind is its default:
        \(BuiltInLoss.allNames.compactMap(loss).joined(separator: "\n"))
        """
    }

    private static func loss(_ name: String) -> String? {
        guard let loss = BuiltInLoss.named(name) else { return nil }
        let kinds = ObjectiveKind.Name.allCases.filter(loss.kinds.contains).map(\.rawValue)
        // A loss is asked which settings it knows, for some of them have no value until one is given.
        let keys = ObjectiveKey.allCases.map(\.rawValue).filter {
            BuiltInLoss.named(name, settings: [$0: [0.5]]) != nil
        }
        let taken = keys.isEmpty ? "" : ": \(keys.joined(separator: ", "))"
        return row(name, kinds.joined(separator: ", ") + taken, column: 27)
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
        return row(key.rawValue, "\(key.help) (\(who))")
    }

    /// A name and its text, broken so that a terminal of 80 columns need not break it again.
    private static func row(_ name: String, _ text: String, column: Int = 18) -> String {
        var lines = [""]
        for word in text.split(separator: " ") {
            let last = lines[lines.count - 1]
            if last.isEmpty {
                lines[lines.count - 1] = String(word)
            } else if column + last.count + 1 + word.count <= 79 {
                lines[lines.count - 1] += " " + word
            } else {
                lines.append(String(word))
            }
        }
        return "  " + pad(name, column - 2) + lines.joined(separator: "\n" + String(repeating: " ", count: column))
    }

    private static func pad(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(1, width - text.count))
    }
}
