import Lacuna

extension Setting {
    /// What validation rows teach about decisions.
    static let decisions: [Setting] = [
        Setting(
            .decisions, "calibration", value: "method",
            "How probabilities are calibrated on validation rows: none, temperature, isotonic", otherwise: "none",
            \.decisions.calibration,
            read: { (value) throws(SettingError) in try value.choice(CalibrationMethod.self) },
            write: { $0.map { .text($0.rawValue) } }),
        Setting(
            .decisions, "threshold", value: "rule",
            """
            How the threshold of yes is chosen on validation rows: f1, youden, sensitivity=0.9, precision=0.8, cost=5 (a \
            missed positive in false alarms), or a number
            """, otherwise: "none; nothing is decided", \.decisions.threshold,
            read: { (value) throws(SettingError) in try DecisionRule(parsing: value.text("a rule")) },
            write: { $0.map { .text($0.text) } }),
        Setting(
            .decisions, "coverage", value: "share",
            """
            The share of rows whose label a conformal set or interval must hold; half of the validation rows are kept for \
            it alone
            """, otherwise: "none; no sets", \.decisions.coverage,
            read: { (value) throws(SettingError) in try value.double() }, write: { $0.map { .literal("\($0)") } }),
    ]
}
