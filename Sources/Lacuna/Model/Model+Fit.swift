extension Model {
    /// Trains on the observed labels of a data set.
    ///
    /// Each step divides every objective's summed loss by what its reduction says of the logical batch; rows without any
    /// label are dropped first (kept with batch norm). The final weights are the best ones with early stopping, else the
    /// last.
    ///
    /// - Parameters:
    ///   - train: rows to learn from; their objectives and features are the model's.
    ///   - validation: scored after every epoch; needed for early stopping.
    ///   - settings: epochs, batches, optimizer, reduction and all else that shapes the run.
    ///   - callbacks: told of every step and epoch; may stop the run.
    ///   - checkpoints: where to save the state after the first epoch, at an epoch's end when one is due (see
    ///     ``CheckpointStore``), and at the run's end.
    ///   - resume: goes on from the newest checkpoint, if there is one; the run then equals one never stopped.
    ///   - identity: facts of the caller's own that must be equal on resuming, such as a file's digest.
    /// - Returns: what happened, epoch by epoch.
    /// - Throws: ``SettingError``, ``DataError``, ``TrainingError`` or ``ModelFileError``. Weights are those of the last
    ///   step before it.
    @discardableResult
    public func fit(
        _ train: Dataset, validation: Dataset? = nil, _ settings: TrainingSettings,
        callbacks: Callbacks = Callbacks(), checkpoints: CheckpointStore? = nil, resume: Bool = false,
        identity: [String: String] = [:]
    ) throws -> History {
        let trainer: Trainer, scaling = scaling
        do {
            trainer = try Trainer(
                self, train: train, validation: validation, settings: settings, callbacks: callbacks,
                store: checkpoints, resume: resume, identity: identity)
        } catch {
            // Nothing was trained: predictions stay as they were.
            self.scaling = scaling
            throw error
        }
        defer { engine.finish() }
        return try trainer.run()
    }

    /// Trains with the most usual settings spelled out and all others at their defaults.
    ///
    /// - Parameters:
    ///   - train: rows to learn from; their objectives and features are the model's.
    ///   - validation: scored after every epoch.
    ///   - epochs: passes over the training rows, 1 or more.
    ///   - batchSize: rows of a batch, 1 or more.
    ///   - optimizer: how gradients move the weights.
    ///   - learningRate: above 0; nil for the optimizer's default.
    ///   - seed: of shuffling and dropout.
    /// - Returns: what happened, epoch by epoch.
    /// - Throws: ``SettingError``, ``DataError`` or ``TrainingError``.
    @discardableResult
    public func fit(
        _ train: Dataset, validation: Dataset? = nil, epochs: Int, batchSize: Int = 32,
        optimizer: Optimizer = .adam(), learningRate: Double? = nil, seed: UInt64 = 0
    ) throws -> History {
        try fit(
            train, validation: validation,
            TrainingSettings {
                $0.epochs = epochs
                $0.batchSize = batchSize
                $0.optimizer = optimizer
                $0.learningRate = learningRate
                $0.seed = seed
            })
    }
}
