import Lacuna
import Yams

/// Reads a configuration file: YAML with the sections data, objectives, encoder, training and decisions.
///
/// ```yaml
/// data: {file: patients.csv, id: patient, missing: ["-1"], splitColumn: split}
/// objectives:
///   - {column: tumor, kind: binary, weight: 2}
///   - {name: findings, columns: "finding_*", kind: multilabel}
/// encoder: {dense: [512, 256], activation: relu, dropout: 0.2}
/// training: {epochs: 40, batchSize: 128, optimizer: adam, seed: 1}
/// ```
///
/// Every key is a flag in camelCase. Relative paths are meant from the folder of the file, so that a folder with a
/// file and its data can be moved. Everything that is wrong is reported at once, each with its line.
///
/// The tree that Yams composes is read by hand, for its decoder stops at the first error and drops unknown keys. Aliases
/// (`*name`) are refused: a few lines of them stand for more values than any memory holds.
struct ConfigurationReader {
    /// The path as the user gave it, for messages and for paths relative to it.
    let path: String
    var errors: [CommandError] = []

    /// - Throws: `CommandErrors` with everything that is wrong; ranges and contradictions are left to
    ///   `RunConfiguration.validate()`, after flags had their say.
    static func read(_ text: String, path: String) throws(CommandErrors) -> RunConfiguration {
        var reader = ConfigurationReader(path: path)
        let configuration = reader.read(text)
        if !reader.errors.isEmpty { throw CommandErrors(errors: reader.errors) }
        return configuration
    }

    private mutating func read(_ text: String) -> RunConfiguration {
        var configuration = RunConfiguration()
        guard let root = compose(text) else { return configuration }
        guard let sections = entries(of: root, "the file") else { return configuration }
        let known = ["data", "objectives", "encoder", "training", "decisions"]
        for (key, node) in sections {
            switch key.text {
            case "data": read(node, .data, into: &configuration)
            case "encoder": read(node, .encoder, into: &configuration)
            case "training": read(node, .training, into: &configuration)
            case "decisions": read(node, .decisions, into: &configuration)
            case "objectives": configuration.objectives = objectives(node)
            default: unknown(key, in: "the file", known: known)
            }
        }
        // Relative paths are meant from the file's folder.
        configuration.data.mapPaths { FilePaths.resolve($0, besideFile: path) }
        return configuration
    }

    /// The tree of the text, or nil where it is empty or no YAML.
    private mutating func compose(_ text: String) -> Node? {
        do {
            if YAMLAliases.mayStand(in: text) { _ = try Yams.compose(yaml: YAMLAliases.withoutAnchors(text)) }
            return try Yams.compose(yaml: text)
        } catch let error as YamlError {
            errors.append(Self.explain(error, path: path))
        } catch {
            errors.append(CommandError("the file is not YAML", at: path, why: "\(error)"))
        }
        return nil
    }

    private static func explain(_ error: YamlError, path: String) -> CommandError {
        switch error {
        case .composer(_, let problem, let mark, _) where problem == YAMLAliases.problem:
            CommandError(
                "the file has an alias", at: "\(path), line \(mark.line)",
                why: "'*' before a name stands for what the name was given to, and is not read here",
                fix: "quote a pattern that begins with '*', or write the values out")
        case .scanner(_, let problem, let mark, _), .parser(_, let problem, let mark, _),
            .composer(_, let problem, let mark, _):
            CommandError(
                "the file is not YAML", at: "\(path), line \(mark.line)", why: problem,
                fix: "quote values that hold any of : # { } [ ] , & * ! | > ' \" % @")
        case .duplicatedKeysInMapping(let keys, let context):
            CommandError(
                "the key '\(keys.joined(separator: "', '"))' stands twice in one mapping",
                at: "\(path), line \(context.mark.line)", fix: "keep one of them")
        default:
            CommandError("the file is not YAML", at: path, why: "\(error)")
        }
    }

    private mutating func read(_ node: Node, _ section: Setting.Section, into configuration: inout RunConfiguration) {
        guard let entries = entries(of: node, section.rawValue) else { return }
        let settings = Setting.all.filter { $0.section == section }
        for (key, node) in entries {
            guard let setting = settings.first(where: { $0.key == key.text }) else {
                unknown(key, in: "'\(section.rawValue)'", known: settings.map(\.key))
                continue
            }
            guard let value = value(of: node) else { continue }
            do {
                try setting.read(value, &configuration)
            } catch {
                errors.append(
                    CommandError(error.problem, at: "\(place(node, or: key.line)), \(setting.path)", fix: error.fix))
            }
        }
    }
}

/// What the parts of the reader share.
extension ConfigurationReader {
    struct Key {
        var text: String
        var line: Int?
    }

    /// The entries of a mapping, in order; anything else is reported. Nothing at all is an empty mapping.
    mutating func entries(of node: Node, _ what: String) -> [(key: Key, value: Node)]? {
        if value(of: node) == nil { return [] }
        guard case .mapping(let mapping) = node else {
            errors.append(
                CommandError(
                    "\(what) is \(value(of: node)?.shown ?? "nothing") where a mapping is meant", at: place(node, or: nil),
                    fix: "write keys and values: 'key: value'"))
            return nil
        }
        return mapping.map { pair in
            (Key(text: value(of: pair.key)?.flagText ?? "", line: pair.key.mark?.line), pair.value)
        }
    }

    /// What was written, or nil for nothing: an empty value, `~` or `null` without quotes.
    func value(of node: Node) -> SettingValue? {
        switch node {
        case .scalar(let scalar):
            if scalar.style == .plain || scalar.style == .any,
                ["", "~", "null", "Null", "NULL"].contains(scalar.string)
            {
                return nil
            }
            return .text(scalar.string)
        case .sequence(let sequence):
            // In a list, null is a word: it is a token that means missing.
            return .list(sequence.map { value(of: $0) ?? .text($0.scalar?.string ?? "") })
        case .mapping(let mapping):
            return .mapping(
                mapping.map { pair in
                    SettingValue.Entry(
                        key: value(of: pair.key)?.flagText ?? "", value: value(of: pair.value) ?? .text(""))
                })
        case .alias: return nil
        }
    }

    mutating func unknown(_ key: Key, in what: String, known: [String]) {
        errors.append(
            CommandError(
                "unknown key '\(key.text)' in \(what)", at: place(line: key.line),
                fix: NearestName.advice(for: key.text, among: known, what: "its keys are")))
    }

    func place(line: Int?) -> String { line.map { "\(path), line \($0)" } ?? path }

    func place(_ node: Node, or line: Int?) -> String { place(line: node.mark?.line ?? line) }
}
