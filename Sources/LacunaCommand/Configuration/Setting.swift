import ArgumentParser
import Lacuna

/// One setting of a run: what it is called in files and flags, what `--help` says about it, how it is read and
/// written. Flags, configuration files, their copies and the help text are all made from these, so they cannot
/// disagree.
struct Setting: Sendable {
    enum Section: String, CaseIterable, Sendable { case data, encoder, training, decisions }

    var section: Section
    /// The key in a file: "batchSize".
    var key: String
    /// The flag: "--batch-size" unless it has a name of its own.
    var flag: String
    /// What stands for the value in help: "rows"; empty where the flag takes none and means true.
    var valueName: String
    /// One sentence for help, without a full stop.
    var summary: String
    /// What holds where the default is no value: "the whole batch".
    var otherwise: String?
    var read: @Sendable (SettingValue, inout RunConfiguration) throws(SettingError) -> Void
    /// The value to write, or nil where there is nothing to say.
    var write: @Sendable (RunConfiguration) -> SettingValue?

    /// Where it stands in a file: "training.batchSize".
    var path: String { "\(section.rawValue).\(key)" }

    /// What holds if nobody says otherwise, as help shows it.
    var defaultText: String {
        if let otherwise { return otherwise }
        return write(Defaults.configuration)?.shortText ?? "none"
    }

    var help: ArgumentHelp {
        ArgumentHelp("\(summary). (default: \(defaultText))", valueName: valueName.isEmpty ? nil : valueName)
    }
}

extension SettingValue {
    /// As a person would say a default: the name of a form without its settings.
    fileprivate var shortText: String {
        if case .mapping(let entries) = self, let name = entries.first(where: { $0.key == "name" }) {
            return name.value.flagText
        }
        return flagText
    }
}

extension Setting {
    /// All settings, in the order of files and help.
    static let all: [Setting] = data + libsvm + division + encoder + training + balancing + runs + decisions

    /// The setting of that key.
    ///
    /// - Precondition: there is one; keys in the program are literals, and a test walks over all of them.
    static func named(_ section: Section, _ key: String) -> Setting {
        for setting in all where setting.section == section && setting.key == key { return setting }
        preconditionFailure("no setting is called \(section.rawValue).\(key)")
    }

    static func help(_ section: Section, _ key: String) -> ArgumentHelp { named(section, key).help }

    /// "batchSize" → "--batch-size".
    static func flag(of key: String) -> String {
        "--" + key.flatMap { $0.isUppercase ? "-\($0.lowercased())" : "\($0)" }
    }

    init<Value>(
        _ section: Section, _ key: String, flag: String? = nil, value: String, _ summary: String,
        otherwise: String? = nil, _ path: WritableKeyPath<RunConfiguration, Value> & Sendable,
        read: @escaping @Sendable (SettingValue) throws(SettingError) -> Value,
        write: @escaping @Sendable (Value) -> SettingValue?
    ) {
        self.section = section
        self.key = key
        self.flag = flag ?? Self.flag(of: key)
        self.valueName = value
        self.summary = summary
        self.otherwise = otherwise
        self.read = { (value, configuration) throws(SettingError) in configuration[keyPath: path] = try read(value) }
        self.write = { write($0[keyPath: path]) }
    }
}
