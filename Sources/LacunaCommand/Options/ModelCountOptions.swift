import ArgumentParser

/// Which models a run trains, where it is not one.
struct ModelCountOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: Setting.help(.training, "ensemble")) var ensemble: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "folds")) var folds: String?
    @Flag(help: Setting.help(.training, "compare")) var compare = false

    var given: [GivenSetting] {
        GivenSetting.collect(
            .training,
            words: [("ensemble", ensemble), ("folds", folds), ("compare", compare ? "true" : nil)])
    }
}
