import Lacuna

extension Setting {
    /// How text of libsvm's format is read.
    static let libsvm: [Setting] = [
        Setting(
            .data, "libsvm", value: "form",
            """
            How the labels of a libsvm file are meant: value (one number a row, the column 'label') or lists (columns t0, t1, \
            … of 0 and 1); lists:unlisted=missing where a label that a row does not list is unknown rather than 0, \
            lists:empty=missing where only rows without any are
            """, otherwise: "lists where some row has several labels or none, unlisted=negative", \.data.libsvm,
            read: { (value) throws(SettingError) in try LibSVMLabels(value) }, write: { $0.map(\.settingValue) })
    ]
}

extension LibSVMLabels {
    /// Reads `value`, `lists:unlisted=missing` or the mapping of a file.
    init(_ value: SettingValue) throws(SettingError) {
        var form = try NamedForm(value, of: "libsvm", names: Form.allCases.map(\.rawValue))
        self.init()
        self.form = Form(rawValue: form.name) ?? .auto
        guard self.form != .value else {
            try form.finish(keys: [])
            return
        }
        if let word = form.take("unlisted") { unlisted = try word.choice(Unlisted.self) }
        if let word = form.take("empty") { empty = try word.choice(Unlisted.self) }
        try form.finish(keys: ["unlisted", "empty"])
    }

    var settingValue: SettingValue {
        if form == .value { return .text(form.rawValue) }
        var entries: [SettingValue.Entry] = [.init(key: "name", value: .text(form.rawValue))]
        if unlisted != .negative { entries.append(.init(key: "unlisted", value: .text(unlisted.rawValue))) }
        if let empty { entries.append(.init(key: "empty", value: .text(empty.rawValue))) }
        return entries.count == 1 ? .text(form.rawValue) : .mapping(entries)
    }
}
