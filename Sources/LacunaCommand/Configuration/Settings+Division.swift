import Lacuna

extension Setting {
    /// What keeps rows together or apart when parts are made of them.
    static let division: [Setting] = [
        column(
            "group",
            "The column that says which rows belong together, such as a patient's: never in two parts; no feature",
            \.data.group),
        column(
            "timeColumn",
            """
            The column that says when a row is from, a number or an ISO date: the latest rows are test, those before \
            them valid, by the shares; rows of one time stay together; no feature
            """, \.data.timeColumn),
    ]

    private static func column(
        _ key: String, _ summary: String, _ path: WritableKeyPath<RunConfiguration, String?> & Sendable
    ) -> Setting {
        Setting(
            .data, key, value: "column", summary, path,
            read: { (value) throws(SettingError) in try value.text() }, write: { $0.map { .text($0) } })
    }
}
