import Lacuna

extension Setting {
    /// The shared network and the usual head.
    static let encoder: [Setting] = [
        Setting(
            .encoder, "dense", flag: "--encoder", value: "widths", "Width of each dense layer of the shared encoder; none: heads see the features themselves",
            \.encoder.widths,
            read: { (value) throws(SettingError) in value == .text("none") ? [] : try value.integers() },
            write: { $0.isEmpty ? .text("none") : .numbers($0) }),
        choice(
            .encoder, "activation", value: "name", "What a hidden layer applies to its sums", \.encoder.activation),
        Setting(
            .encoder, "dropout", value: "share", "Share of hidden values set to zero in training, in 0 ..< 1",
            \.encoder.dropout,
            read: { (value) throws(SettingError) in try value.float() }, write: { .literal("\($0)") }),
        choice(.encoder, "norm", value: "name", "Normalisation before each activation", \.encoder.norm),
        Setting(
            .encoder, "head", value: "widths",
            "Hidden widths of a tower for every objective that says no head of its own, or linear", \.head,
            read: { (value) throws(SettingError) in try Head(value) }, write: { $0.settingValue }),
    ]

    /// A setting with named choices, which its help lists.
    static func choice<Choice: RawRepresentable & CaseIterable & Sendable>(
        _ section: Section, _ key: String, value: String, _ summary: String,
        _ path: WritableKeyPath<RunConfiguration, Choice> & Sendable
    ) -> Setting where Choice.RawValue == String {
        let names = Choice.allCases.map(\.rawValue).joined(separator: ", ")
        return Setting(
            section, key, value: value, "\(summary): \(names)", path,
            read: { (value) throws(SettingError) in try value.choice(Choice.self) }, write: { .text($0.rawValue) })
    }
}
