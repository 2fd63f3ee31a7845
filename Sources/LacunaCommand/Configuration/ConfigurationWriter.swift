import Lacuna
import Yams

/// Writes a configuration as YAML that reads back to an equal value: every setting that has a value, in the order
/// of `--help`, one a line.
enum ConfigurationWriter {
    /// The text of a configuration, ending in a line break.
    ///
    /// - Throws: `YamlError` if Yams cannot write it.
    static func write(_ configuration: RunConfiguration, comment: String? = nil) throws -> String {
        var sections: [(Node, Node)] = []
        for section in Setting.Section.allCases {
            if section == .encoder { sections.append((Node("objectives"), objectives(configuration.objectives))) }
            let entries = Setting.all.filter { $0.section == section }.compactMap { setting in
                setting.write(configuration).map { (Node(setting.key), node($0)) }
            }
            // A run that decides nothing says nothing about it.
            if section == .decisions, entries.isEmpty { continue }
            sections.append((Node(section.rawValue), Node(entries, .implicit, .block)))
        }
        let root = Node(sections, .implicit, .block)
        let text = try serialize(node: root, width: -1, allowUnicode: true)
        return (comment.map { "# \($0)\n" } ?? "") + text
    }

    private static func objectives(_ declarations: [ObjectiveDeclaration]) -> Node {
        Node(
            declarations.map { declaration in
                Node(declaration.entries.map { (Node($0.key), node($0.value)) }, .implicit, .flow)
            }, .implicit, declarations.isEmpty ? .flow : .block)
    }

    private static func node(_ value: SettingValue) -> Node {
        switch value {
        case .literal(let text): Node(text, .implicit, .plain)
        case .text(let text): Node(text, .implicit, isPlainText(text) ? .any : .singleQuoted)
        case .list(let values): Node(values.map { node($0) }, .implicit, .flow)
        case .mapping(let entries): Node(entries.map { (Node($0.key), node($0.value)) }, .implicit, .flow)
        }
    }

    /// Whether any reader of YAML takes the text for a text: it begins with a letter and is no word for a number,
    /// a truth value or nothing.
    private static func isPlainText(_ text: String) -> Bool {
        guard let first = text.first, first.isLetter else { return false }
        return !["true", "false", "yes", "no", "on", "off", "null", "y", "n"].contains(text.lowercased())
    }
}

extension ObjectiveDeclaration {
    /// The entries of a configuration file that say this objective.
    var entries: [SettingValue.Entry] {
        var entries: [SettingValue.Entry] = []
        func add(_ key: String, _ value: SettingValue?) {
            if let value { entries.append(.init(key: key, value: value)) }
        }
        func add(_ key: ObjectiveKey, _ value: SettingValue?) { add(key.rawValue, value) }

        add("name", group.map { .text($0) })
        switch columns {
        case .exact(let name): add("column", .text(name))
        case .glob(let pattern): add("columns", .text(pattern))
        }
        add("kind", .text(kind.rawValue))
        if weight != 1 { add(.weight, .literal("\(weight)")) }
        add(.loss, loss.map { .text($0) })
        for key in lossSettings.keys.sorted() { add(key, lossSettings[key].map { .literal("\($0)") }) }
        add(.head, head.map { $0.isEmpty ? .text("linear") : .numbers($0) })
        if !missing.isEmpty { add(.missing, .words(missing)) }
        add(.positive, positive.map { .text($0) })
        if soft { add(.soft, .literal("true")) }
        add(.uncertain, uncertain.map { .text($0.text) })
        if censored { add(.censored, .literal("true")) }
        add(.cellWeights, cellWeights.map { .text($0) })
        switch positiveWeight {
        case .balanced?: add(.positiveWeight, .text("balanced"))
        case .value(let weight)?: add(.positiveWeight, .literal("\(weight)"))
        case nil: break
        }
        add(.classes, classes.map { .words($0) })
        switch classWeights {
        case .balanced?: add(.classWeights, .text("balanced"))
        case .values(let weights)?: add(.classWeights, .numbers(weights))
        case nil: break
        }
        switch missingLabels {
        case .eachSlot: break
        case .anyElseError: add(.any, .text("error"))
        case .anyElseNegative: add(.any, .text("negative"))
        }
        add(.levels, levels.map { .words($0) })
        if transform != .identity { add(.transform, .text(transform.rawValue)) }
        add(.unit, unit.map { .text($0) })
        add(.calibration, calibration.map { .text($0.rawValue) })
        add(.threshold, threshold.map { .text($0.text) })
        return entries
    }
}
