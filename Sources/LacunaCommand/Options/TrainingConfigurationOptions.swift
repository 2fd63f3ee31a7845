import ArgumentParser
import Lacuna

/// All that says what is trained on what: shared by the commands that train.
struct TrainingConfigurationOptions: ParsableArguments {
    @Option(help: ArgumentHelp("A configuration file (YAML) that says all of this; flags win. (default: none)", valueName: "file"))
    var config: String?
    @OptionGroup(title: "Data") var data: DataOptions
    @OptionGroup(title: "Split") var split: SplitOptions
    @OptionGroup(title: "Objectives") var objectives: ObjectiveOptions
    @OptionGroup(title: "Model") var model: ModelOptions
    @OptionGroup(title: "Training") var training: TrainingOptions
    @OptionGroup(title: "Balancing") var balancing: BalancingOptions
    @OptionGroup(title: "Models") var models: ModelCountOptions
    @OptionGroup(title: "Decisions") var decisions: DecisionOptions

    private var given: [GivenSetting] {
        data.given + split.given + model.given + training.given + balancing.given + models.given + decisions.given
    }

    /// What the file and the flags say together, checked and complete.
    ///
    /// - Parameter change: made to what the file says, before flags win over it.
    func resolvedConfiguration(changing change: (inout RunConfiguration) -> Void = { _ in }) throws -> RunConfiguration {
        try resolved(changing: change).configuration
    }

    /// The same, and the paths of the settings that flags give, or that the file gives another value than the default.
    func resolved(
        changing change: (inout RunConfiguration) -> Void = { _ in }
    ) throws -> (configuration: RunConfiguration, given: Set<String>) {
        var configuration = try RunConfiguration.read(ifGiven: config)
        let paths = Set(given.map(\.setting.path)).union(configuration.differences(from: RunConfiguration()))
        change(&configuration)
        try configuration.apply(given, objectives: objectives.objective)
        try configuration.validate()
        return (configuration.resolved(), paths)
    }
}

extension RunConfiguration {
    /// Reads a configuration file, or begins with the defaults where none is named.
    static func read(ifGiven file: String?) throws -> RunConfiguration {
        try file.map { try read(file: $0) } ?? RunConfiguration()
    }

    /// Reads a configuration file.
    static func read(file: String) throws -> RunConfiguration {
        guard FileSystem.exists(file) else {
            throw CommandError("there is no such file", at: file, fix: "give a YAML file as --config")
        }
        guard let text = try FilePaths.text(of: file) else {
            throw CommandError("the file is not text in UTF-8", at: file, fix: "give a YAML file as --config")
        }
        return try ConfigurationReader.read(text, path: file)
    }
}
