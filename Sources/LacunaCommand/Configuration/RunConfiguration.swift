import Lacuna

/// Everything a training run is told: what a configuration file and flags say together.
///
/// Its written form is the YAML of `ConfigurationWriter`, which `ConfigurationReader` reads back to an equal value.
public struct RunConfiguration: Equatable, Sendable {
    public var data = DataDeclaration()
    /// What is predicted, in order.
    public var objectives: [ObjectiveDeclaration] = []
    public var encoder = Defaults.encoder
    /// The head of every objective that does not say its own.
    public var head = Head.linear
    public var training = TrainingSettings()
    /// How many models of different seeds are averaged; nil: one model.
    public var ensemble: Int?
    /// How many models are trained, each tested on the rows that it did not see; nil: one model.
    public var folds: Int?
    /// Whether each objective is also trained alone.
    public var compare = false
    /// What validation rows teach about decisions.
    public var decisions = DecisionSettings()

    public init() {}
}

/// What holds where neither a flag nor a file says otherwise. `--help` shows these values and no others.
public enum Defaults {
    /// The encoder of a run that names none. Half of the hidden values dropped is the usual share (Srivastava et al. 2014);
    /// on Tox21 and Communities and Crime its validation results were better than those of 0.2.
    public static let encoder = EncoderSpec([256], activation: .relu, dropout: 0.5, norm: .none)

    /// A run of which nothing was said; the library's own defaults are in the structures it is made of.
    public static let configuration = RunConfiguration()
}

extension RunConfiguration {
    /// The same run with every choice written out that depends on another one: the optimizer's learning rate and
    /// decay, the shares of the split, what becomes of unlabelled rows.
    ///
    /// The number of threads stays open unless it was given, for it belongs to a machine.
    public func resolved() -> RunConfiguration {
        var result = self
        let optimizer = training.optimizer
        result.training.learningRate = training.learningRate ?? optimizer.defaultLearningRate
        result.training.weightDecay = training.weightDecay ?? optimizer.defaultWeightDecay
        result.training.unlabelled = training.unlabelled ?? (encoder.norm == .batch ? .keep : .drop)
        if data.splitColumn == nil, folds == nil { result.data.split = data.split ?? DataDeclaration.defaultSplit }
        return result
    }

    /// The settings in which two runs differ, by their keys ("training.batchSize", "objectives").
    public func differences(from other: RunConfiguration) -> [String] {
        var keys = Setting.all.filter { $0.write(self) != $0.write(other) }.map(\.path)
        if objectives != other.objectives { keys.append("objectives") }
        return keys
    }

    /// Checks what can be checked before a file is read.
    ///
    /// - Throws: ``SettingError`` or `CommandError` for a contradiction, a value outside its range, or nothing to
    ///   train on.
    public func validate() throws {
        try checkSource()
        guard !objectives.isEmpty else {
            throw CommandError(
                "no objective is declared", why: "there is nothing to predict",
                fix: "give --objective 'COLUMN:KIND', for example --objective 'tumor:binary', or 'objectives' in a file")
        }
        try checkModels()
        try checkSplit()
        try encoder.validate()
        try training.validate(norm: encoder.norm)
        try decisions.validate()
        if case .tower(let widths) = head, widths.contains(where: { $0 < 1 }) {
            throw SettingError("the head's widths are \(widths)", fix: "give widths of 1 or more, or --head linear")
        }
    }

    private func checkSource() throws(CommandError) {
        switch (data.file, data.features) {
        case (nil, nil):
            throw CommandError(
                "no data is named", fix: "give --data FILE, or --features X.npy with --labels Y.npy")
        case (_?, _?):
            throw CommandError(
                "--data and --features exclude each other", why: "both name where the features are",
                fix: "give a table as --data, or arrays as --features and --labels")
        case (_?, nil):
            let arrays = [("--labels", data.labels), ("--label-names", data.labelNames), ("--mask", data.mask), ("--cell-weights", data.cellWeights)]
            for (flag, value) in arrays where value != nil {
                throw CommandError(
                    "\(flag) and --data exclude each other", why: "a table holds its labels in columns",
                    fix: "name label columns with --objective, or give arrays as --features and --labels")
            }
        case (nil, _?):
            guard data.rename.isEmpty else {
                throw CommandError(
                    "--rename and --features exclude each other", why: "an array's columns have no names",
                    fix: "leave --rename out; --label-names names label columns")
            }
            guard data.labels != nil else {
                throw CommandError("--features has no --labels", fix: "give --labels Y.npy, one row per feature row")
            }
        }
    }

    private func checkSplit() throws(CommandError) {
        if data.timeColumn != nil, data.splitColumn != nil {
            throw CommandError(
                "--time-column and --split-column exclude each other", why: "both say which rows train",
                fix: "give the time, or the column that says the part")
        }
        guard let split = data.split else { return }
        guard data.splitColumn == nil else {
            throw CommandError(
                "--split and --split-column exclude each other", why: "both say which rows train",
                fix: "give shares, or the column that says it")
        }
        guard split.count == 3, split.allSatisfy({ $0 >= 0 && $0 <= 1 }), abs(split.reduce(0, +) - 1) < 1e-6,
            split[0] > 0
        else {
            throw CommandError(
                "the split is \(split.map { "\($0)" }.joined(separator: ","))",
                why: "it is the shares of train, valid and test: three numbers from 0, together 1, the first above 0",
                fix: "for example --split 0.8,0.1,0.1")
        }
    }
}
