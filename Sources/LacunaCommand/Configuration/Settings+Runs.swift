import Lacuna

extension Setting {
    /// Which models a run trains, where it is not one.
    static let runs: [Setting] = [
        integer(
            "ensemble", value: "members",
            """
            Train so many models with seeds SEED, SEED + 1, … and predict with their mean; their spread says how unsure \
            they are
            """, otherwise: "one model", \.ensemble),
        integer(
            "folds", value: "count",
            """
            Train so many models, each tested on the rows that it did not see, and score all rows together; in place of \
            --split
            """, otherwise: "one model, tested on the test part", \.folds),
        Setting(
            .training, "compare", value: "",
            """
            Also train one model for each objective alone, with the same settings, and say which objectives gain or \
            lose by sharing
            """, otherwise: "no", \.compare,
            read: { (value) throws(SettingError) in try value.bool() }, write: { $0 ? .literal("true") : nil }),
    ]
}

extension RunConfiguration {
    /// Checks which models are to be trained.
    ///
    /// - Throws: ``SettingError`` for a number that makes no sense, `CommandError` for two that exclude each other.
    func checkModels() throws {
        if let ensemble, !(2...1000 ~= ensemble) {
            throw SettingError("ensemble is \(ensemble); it lies in 2 ... 1000", fix: "5 members are usual; leave it out for one model")
        }
        if let folds, !(2...1000 ~= folds) {
            throw SettingError("folds is \(folds); it lies in 2 ... 1000", fix: "5 and 10 are usual; leave it out for one model")
        }
        let chosen = [("--ensemble", ensemble != nil), ("--folds", folds != nil), ("--compare", compare)].filter(\.1).map(\.0)
        guard chosen.count <= 1 else {
            throw CommandError(
                "\(chosen[0]) and \(chosen[1]) exclude each other", why: "each says which models the run trains",
                fix: "make a run of each")
        }
        let divisions = [
            ("--split", data.split != nil), ("--split-column", data.splitColumn != nil),
            ("--time-column", data.timeColumn != nil),
        ]
        if folds != nil, decisions != DecisionSettings() || objectives.contains(where: { $0.calibration != nil || $0.threshold != nil }) {
            throw CommandError(
                "--folds fits no calibration, threshold or coverage", why: "those belong to one model and its validation rows",
                fix: "leave --calibration, --threshold and --coverage out, or train one model")
        }
        guard folds != nil, let other = divisions.first(where: \.1)?.0 else { return }
        throw CommandError(
            "--folds and \(other) exclude each other", why: "both say which rows train",
            fix: "give folds, in which every row is tested once, or leave them out")
    }
}
