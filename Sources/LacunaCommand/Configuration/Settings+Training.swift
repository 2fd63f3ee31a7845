import Lacuna

extension Setting {
    /// How weights are found.
    static let training: [Setting] = [
        Setting(
            .training, "epochs", value: "count", "Passes over the training rows", \.training.epochs,
            read: { (value) throws(SettingError) in try value.integer() }, write: { .literal("\($0)") }),
        Setting(
            .training, "batchSize", value: "rows", "Rows of a batch", \.training.batchSize,
            read: { (value) throws(SettingError) in try value.integer() }, write: { .literal("\($0)") }),
        integer(
            "microBatch", value: "rows", "Rows that go through the network at once; same gradient, less memory",
            otherwise: "the whole batch", \.training.microBatch),
        Setting(
            .training, "optimizer", value: "name",
            """
            adam, adamw or sgd, with settings as in sgd:momentum=0.9,nesterov=true; adam and adamw take beta1, beta2 \
            and epsilon
            """, \.training.optimizer,
            read: { (value) throws(SettingError) in try Optimizer(value) }, write: { $0.settingValue }),
        double(
            "learningRate", value: "rate", "The base learning rate",
            otherwise: byOptimizer(\.defaultLearningRate), \.training.learningRate),
        double(
            "weightDecay", value: "decay", "Weight decay, on all parameters",
            otherwise: byOptimizer(\.defaultWeightDecay), \.training.weightDecay),
        double(
            "clip", value: "norm", "The largest norm of the whole gradient; a larger one is scaled down",
            otherwise: "no clipping", \.training.clip),
        Setting(
            .training, "schedule", value: "name",
            "How the learning rate falls: constant, cosine, linear or step:epochs=10,factor=0.1", \.training.schedule,
            read: { (value) throws(SettingError) in try Schedule(value) }, write: { $0.settingValue }),
        Setting(
            .training, "warmup", value: "steps", "Steps over which the learning rate rises from 0 to its base",
            \.training.warmup,
            read: { (value) throws(SettingError) in try value.integer() }, write: { .literal("\($0)") }),
        choice(
            .training, "reduction", value: "name", "What an objective's summed loss is divided by",
            \.training.reduction),
        choice(
            .training, "total", value: "name", "How the losses of all objectives become one number", \.training.total),
        choice(
            .training, "idleHeads", value: "name",
            "What outputs do that no row of a batch has labels for", \.training.idleHeads),
        integer(
            "earlyStopping", value: "patience",
            "Stop after so many epochs without improvement and keep the best weights",
            otherwise: "train all epochs, keep the last weights", \.training.earlyStopping),
        Setting(
            .training, "monitor", value: "what",
            """
            What early stopping looks at in the valid part: loss, macro (the mean of each objective's main metric) or \
            NAME.metric
            """, \.training.monitor,
            read: { (value) throws(SettingError) in try Monitor(value) }, write: { $0.settingValue }),
        Setting(
            .training, "seed", value: "seed", "The seed of initial weights, shuffling and dropout", \.training.seed,
            read: { (value) throws(SettingError) in try value.number(UInt64.self, "a whole number from 0") },
            write: { .literal("\($0)") }),
        integer("threads", value: "count", "Threads", otherwise: "one for each core", \.training.threads),
        Setting(
            .training, "unlabelled", value: "name", "Rows without any label: drop, keep",
            otherwise: "drop, but keep with batch norm", \.training.unlabelled,
            read: { (value) throws(SettingError) in try value.choice(Unlabelled.self) },
            write: { $0.map { .text($0.rawValue) } }),
    ]

    /// A whole number of the training section that has a default of another sort.
    static func integer(
        _ key: String, value: String, _ summary: String, otherwise: String,
        _ path: WritableKeyPath<RunConfiguration, Int?> & Sendable
    ) -> Setting {
        Setting(
            .training, key, value: value, summary, otherwise: otherwise, path,
            read: { (value) throws(SettingError) in try value.integer() }, write: { $0.map { .literal("\($0)") } })
    }

    private static func double(
        _ key: String, value: String, _ summary: String, otherwise: String,
        _ path: WritableKeyPath<RunConfiguration, Double?> & Sendable
    ) -> Setting {
        Setting(
            .training, key, value: value, summary, otherwise: otherwise, path,
            read: { (value) throws(SettingError) in try value.double() }, write: { $0.map { .literal("\($0)") } })
    }

    /// "0.001 with adam, 0.001 with adamw, 0.01 with sgd".
    private static func byOptimizer(_ value: (Optimizer) -> Double) -> String {
        [Optimizer.adam(), .adamW(), .sgd()].map { "\(value($0)) with \($0.name)" }.joined(separator: ", ")
    }
}
