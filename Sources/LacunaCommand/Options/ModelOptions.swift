import ArgumentParser
import Lacuna

/// What is predicted.
struct ObjectiveOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp(
            """
            What to predict: 'PATTERN:KIND[:key=value,…]', or 'NAME=PATTERN:multilabel' for a group; repeatable. See \
            above for kinds and keys.
            """, valueName: "objective"))
    var objective: [String] = []
}

/// The shared network.
struct ModelOptions: ParsableArguments {
    @Option(help: Setting.help(.encoder, "dense")) var encoder: String?
    @Option(help: Setting.help(.encoder, "activation")) var activation: String?
    @Option(parsing: .unconditional, help: Setting.help(.encoder, "dropout")) var dropout: String?
    @Option(help: Setting.help(.encoder, "norm")) var norm: String?
    @Option(help: Setting.help(.encoder, "head")) var head: String?

    var given: [GivenSetting] {
        GivenSetting.collect(
            .encoder,
            words: [
                ("dense", encoder), ("activation", activation), ("dropout", dropout), ("norm", norm), ("head", head),
            ])
    }
}

/// How weights are found.
struct TrainingOptions: ParsableArguments {
    @Option(parsing: .unconditional, help: Setting.help(.training, "epochs")) var epochs: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "batchSize")) var batchSize: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "microBatch")) var microBatch: String?
    @Option(help: Setting.help(.training, "optimizer")) var optimizer: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "learningRate")) var learningRate: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "weightDecay")) var weightDecay: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "clip")) var clip: String?
    @Option(help: Setting.help(.training, "schedule")) var schedule: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "warmup")) var warmup: String?
    @Option(help: Setting.help(.training, "reduction")) var reduction: String?
    @Option(help: Setting.help(.training, "total")) var total: String?
    @Option(help: Setting.help(.training, "idleHeads")) var idleHeads: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "earlyStopping")) var earlyStopping: String?
    @Option(help: Setting.help(.training, "monitor")) var monitor: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "seed")) var seed: String?
    @Option(parsing: .unconditional, help: Setting.help(.training, "threads")) var threads: String?
    @Option(help: Setting.help(.training, "unlabelled")) var unlabelled: String?

    var given: [GivenSetting] {
        GivenSetting.collect(
            .training,
            words: [
                ("epochs", epochs), ("batchSize", batchSize), ("microBatch", microBatch), ("optimizer", optimizer),
                ("learningRate", learningRate), ("weightDecay", weightDecay), ("clip", clip),
                ("schedule", schedule), ("warmup", warmup), ("reduction", reduction), ("total", total),
                ("idleHeads", idleHeads), ("earlyStopping", earlyStopping), ("monitor", monitor), ("seed", seed),
                ("threads", threads), ("unlabelled", unlabelled),
            ])
    }
}

/// What a command prints.
struct OutputOptions: ParsableArguments {
    @Flag(help: "Print the result as one JSON object instead of tables.") var json = false
    @Flag(help: "Show every metric as a column, not the usual ones alone.") var allMetrics = false
    @Flag(help: "Show how often each class is taken for each.") var confusion = false
    @Flag(help: "No progress on standard error; warnings are still said.") var quiet = false

    var detail: ResultTable.Detail { .init(allMetrics: allMetrics, confusion: confusion) }
}
