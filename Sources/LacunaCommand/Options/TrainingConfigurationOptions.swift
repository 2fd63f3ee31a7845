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

    private var given: [GivenSetting] { data.given + split.given + model.given + training.given }

    /// What the file and the flags say together, checked and complete.
    ///
    /// - Parameters:
    ///   - more: flags that the command has besides.
    ///   - change: made to what the file says, before flags win over it.
    func resolvedConfiguration(
        adding more: [GivenSetting] = [], changing change: (inout RunConfiguration) -> Void = { _ in }
    ) throws -> RunConfiguration {
        var configuration = try RunConfiguration.read(ifGiven: config)
        change(&configuration)
        try configuration.apply(given + more, objectives: objectives.objective)
        try configuration.validate()
        return configuration.resolved()
    }

    /// Paths of the settings that flags give, or that the file gives another value than the default.
    func givenPaths() throws -> Set<String> {
        let file = try RunConfiguration.read(ifGiven: config)
        return Set(given.map(\.setting.path)).union(file.differences(from: RunConfiguration()))
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
