import ArgumentParser
import Lacuna

/// Where rows come from and what their columns are; shared by all commands that read data.
struct DataOptions: ParsableArguments {
    @Option(name: .customLong("data"), help: Setting.help(.data, "file")) var file: [String] = []
    @Option(help: Setting.help(.data, "rename")) var rename: [String] = []
    @Option(help: Setting.help(.data, "features")) var features: String?
    @Option(help: Setting.help(.data, "labels")) var labels: String?
    @Option(help: Setting.help(.data, "labelNames")) var labelNames: String?
    @Option(help: Setting.help(.data, "mask")) var mask: String?
    @Option(help: Setting.help(.data, "cellWeights")) var cellWeights: String?
    @Option(help: Setting.help(.data, "libsvm")) var libsvm: String?
    // Unconditional, for tokens begin with a dash: `--missing -1`.
    @Option(parsing: .unconditionalSingleValue, help: Setting.help(.data, "missing")) var missing: [String] = []
    @Option(parsing: .unconditionalSingleValue, help: Setting.help(.data, "missingFeatures"))
    var missingFeatures: [String] = []
    @Option(help: Setting.help(.data, "text")) var text: [String] = []
    @Option(help: Setting.help(.data, "id")) var id: String?
    @Option(help: Setting.help(.data, "ignore")) var ignore: [String] = []
    @Option(help: Setting.help(.data, "weightColumn")) var weightColumn: String?
    @Option(help: Setting.help(.data, "splitColumn")) var splitColumn: String?
    @Option(help: Setting.help(.data, "group")) var group: String?

    /// What was said, as settings.
    var given: [GivenSetting] {
        GivenSetting.collect(
            .data,
            words: [
                ("features", features), ("labels", labels), ("labelNames", labelNames), ("mask", mask),
                ("cellWeights", cellWeights), ("libsvm", libsvm), ("id", id), ("weightColumn", weightColumn),
                ("splitColumn", splitColumn), ("group", group),
            ],
            lists: [("file", file), ("rename", rename), ("text", text), ("ignore", ignore)],
            tokens: [("missing", missing), ("missingFeatures", missingFeatures)])
    }
}

/// How rows are divided where no column says it.
struct SplitOptions: ParsableArguments {
    @Option(help: Setting.help(.data, "timeColumn")) var timeColumn: String?
    @Option(help: Setting.help(.data, "split")) var split: String?
    @Option(parsing: .unconditional, help: Setting.help(.data, "splitSeed")) var splitSeed: String?

    var given: [GivenSetting] {
        GivenSetting.collect(.data, words: [("timeColumn", timeColumn), ("split", split), ("splitSeed", splitSeed)])
    }
}

/// A setting that a flag gave.
struct GivenSetting {
    var setting: Setting
    var value: SettingValue

    /// The flags that were given.
    ///
    /// - Parameters:
    ///   - lists: flags that are repeated, one value each.
    ///   - tokens: flags that are repeated and divided by commas.
    static func collect(
        _ section: Setting.Section, words: [(String, String?)], lists: [(String, [String])] = [],
        tokens: [(String, [String])] = []
    ) -> [GivenSetting] {
        words.compactMap { key, value in
            value.map { GivenSetting(setting: .named(section, key), value: .text($0)) }
        }
            + lists.filter { !$0.1.isEmpty }.map { key, values in
                GivenSetting(setting: .named(section, key), value: .words(values))
            }
            + tokens.filter { !$0.1.isEmpty }.map { key, values in
                GivenSetting(setting: .named(section, key), value: .text(values.joined(separator: ",")))
            }
    }
}

extension RunConfiguration {
    /// Lets flags win over what stands here.
    ///
    /// A flag that says where rows or parts come from replaces what the file said about that in other words:
    /// `--data` the arrays, `--features` the table, `--split` and `--time-column` the split column and the other way round.
    /// Where rows come from another kind of file than the configuration's, what it said of columns and format goes with it.
    ///
    /// - Throws: `CommandError` naming the flag.
    mutating func apply(_ flags: [GivenSetting], objectives: [String] = []) throws(CommandError) {
        let keys = Set(flags.map(\.setting.path))
        let kind = data.kind
        if keys.contains("data.file") { data.clearArrays() }
        if keys.contains("data.features") { data.files = [] }
        if keys.contains("data.split") { data.splitColumn = nil }
        if keys.contains("data.timeColumn") { data.splitColumn = nil }
        if keys.contains("data.splitColumn") { (data.split, data.timeColumn) = (nil, nil) }
        if keys.contains("training.folds") { (data.split, data.splitColumn, data.timeColumn) = (nil, nil, nil) }
        if !keys.isDisjoint(with: ["data.split", "data.splitColumn", "data.timeColumn"]) { folds = nil }
        for flag in flags {
            do {
                try flag.setting.read(flag.value, &self)
            } catch {
                throw CommandError(error.problem, at: flag.setting.flag, fix: error.fix)
            }
        }
        if let kind, data.kind != kind { data.forgetColumns(but: keys) }
        if objectives.isEmpty { return }
        self.objectives = []
        for text in objectives {
            do {
                self.objectives.append(try ObjectiveDeclaration(parsing: text))
            } catch {
                throw CommandError(error.problem, at: "--objective", fix: error.fix)
            }
        }
    }
}

extension DataDeclaration {
    fileprivate enum Kind { case tables, lines, arrays }

    /// What sort of file rows come from; nil where none is named.
    fileprivate var kind: Kind? { !files.isEmpty ? libsvmFile == nil ? .tables : .lines : features == nil ? nil : .arrays }

    fileprivate mutating func clearArrays() {
        features = nil
        labels = nil
        labelNames = nil
        mask = nil
        cellWeights = nil
    }

    /// Forgets what was said of the columns and the format of another kind of file.
    ///
    /// - Parameter given: paths of settings that stay, for flags gave them.
    fileprivate mutating func forgetColumns(but given: Set<String>) {
        func clear<Value>(_ key: String, _ field: inout Value, _ nothing: Value) {
            if !given.contains("data.\(key)") { field = nothing }
        }
        clear("rename", &rename, [])
        clear("libsvm", &libsvm, nil)
        clear("text", &text, [])
        clear("id", &id, nil)
        clear("ignore", &ignore, [])
        clear("weightColumn", &weightColumn, nil)
        clear("splitColumn", &splitColumn, nil)
        clear("group", &group, nil)
        clear("timeColumn", &timeColumn, nil)
    }
}
