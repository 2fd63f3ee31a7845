import Lacuna

extension Setting {
    /// How much each objective counts in training, and when its head has learned enough.
    static let balancing: [Setting] = [
        Setting(
            .training, "balance", value: "way",
            """
            How much each objective's loss counts from step to step, on top of its weight: static, coverage:a (observed \
            labels to the power -a), uncertainty, dwa or rlw
            """, \.training.balancing,
            read: { (value) throws(SettingError) in try ObjectiveBalancing(value) }, write: { .text($0.text) }),
        choice(
            .training, "freezeHeads", value: "when",
            "When a head goes back to its own best epoch for good, by the patience of early stopping",
            \.training.freezeHeads),
    ]
}

extension ObjectiveBalancing {
    /// Reads what `--balance` takes.
    init(_ value: SettingValue) throws(SettingError) {
        let text = try value.text("one of \(Self.names.joined(separator: ", "))")
        if let known = ObjectiveBalancing(text) {
            self = known
            return
        }
        guard text != "coverage", !text.hasPrefix("coverage:") else {
            throw SettingError("'\(text)' has no number as its exponent", fix: "write coverage:0.5, for example")
        }
        throw SettingError(
            "'\(text)' is no way to balance", fix: NearestName.advice(for: text, among: Self.names, what: "choose one of"))
    }
}
