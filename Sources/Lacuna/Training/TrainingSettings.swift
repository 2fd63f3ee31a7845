/// Everything that shapes a training run besides the data and the model. Two runs with equal settings, model and
/// data end in equal weights, bit for bit, on one machine.
public struct TrainingSettings: Equatable, Sendable, Codable {
    /// Passes over the training rows.
    public var epochs = 20
    /// Rows of a logical batch; the last one of an epoch may be shorter.
    public var batchSize = 32
    /// Rows that go through the network at once, or nil for the whole batch. Gradients are the same to rounding.
    public var microBatch: Int?
    /// How gradients move the weights.
    public var optimizer: Optimizer = .adam()
    /// The base learning rate, or nil for ``Optimizer/defaultLearningRate``.
    public var learningRate: Double?
    /// Weight decay, or nil for ``Optimizer/defaultWeightDecay``.
    public var weightDecay: Double?
    /// The largest norm of the whole gradient; a larger one is scaled down to it. nil clips nothing.
    public var clip: Double?
    /// How the learning rate changes over the run.
    public var schedule: Schedule = .constant
    /// Steps over which the learning rate rises from 0 to its base.
    public var warmup = 0
    /// Documentation/Decisions/0001-default-reduction.md says how this default was found.
    public var reduction: Reduction = .observed
    /// How the losses of all objectives become one number.
    public var total: Total = .sum
    /// What the outputs of slots do that a batch does not observe.
    public var idleHeads: IdleHeads = .still
    /// nil: drop, but keep with batch norm, whose statistics are of all rows.
    public var unlabelled: Unlabelled?
    /// Epochs without improvement after which training stops, or nil to train all epochs. With a patience the
    /// best weights are the final ones.
    public var earlyStopping: Int?
    /// What early stopping and the best weights look at.
    public var monitor: Monitor = .macro
    /// What becomes of the head of an objective whose own validation value no longer improves.
    public var freezeHeads: FreezeHeads = .never
    /// How much each objective's loss counts from step to step, on top of its declared weight.
    public var balancing: ObjectiveBalancing = .static
    /// The seed of shuffling and dropout. First weights come from the seed of ``Model``'s initialiser.
    public var seed: UInt64 = 0
    /// Threads for matrix products, or nil for what the model was made with.
    public var threads: Int?

    /// All defaults.
    public init() {}

    /// Settings with some changed: `TrainingSettings { $0.epochs = 5 }`.
    public init(_ change: (inout TrainingSettings) -> Void) {
        self.init()
        change(&self)
    }

    /// Checks every setting's range, and that none contradicts another.
    ///
    /// - Parameter norm: the encoder's; batch norm and micro-batches exclude each other.
    /// - Throws: ``SettingError`` naming the first setting that is out of range or contradicts another.
    public func validate(norm: Normalization) throws(SettingError) {
        func positive(_ value: Int?, _ name: String) throws(SettingError) {
            if let value, value < 1 {
                throw SettingError("\(name) is \(value); it is 1 or more", fix: "give a whole number from 1")
            }
        }
        try positive(epochs, "epochs")
        try positive(batchSize, "batch size")
        try positive(microBatch, "micro-batch")
        try positive(earlyStopping, "early stopping's patience")
        try positive(threads, "threads")
        if let threads, threads > 1024 {
            throw SettingError("threads is \(threads); it lies in 1 ... 1024", fix: "leave it out to use all cores")
        }
        if let microBatch {
            guard microBatch <= batchSize else {
                throw SettingError(
                    "micro-batch is \(microBatch), larger than the batch of \(batchSize)",
                    fix: "give a micro-batch of at most the batch size")
            }
            guard norm != .batch || microBatch == batchSize else {
                throw SettingError(
                    "batch norm and micro-batches exclude each other",
                    fix: "use layer norm, or leave the micro-batch out: batch norm would see each part by itself")
            }
        }
        if let learningRate, !(learningRate > 0 && learningRate.isFinite) {
            throw SettingError("learning rate is \(learningRate); it is above 0", fix: "a usual one is 0.001")
        }
        if let weightDecay, !(weightDecay >= 0 && weightDecay.isFinite) {
            throw SettingError("weight decay is \(weightDecay); it is 0 or more", fix: "a usual one is 0.004")
        }
        if let clip, !(clip > 0 && clip.isFinite) {
            throw SettingError("clip is \(clip); it is above 0", fix: "a usual norm is 1")
        }
        guard warmup >= 0 else {
            throw SettingError("warm-up is \(warmup) steps; it is 0 or more", fix: "give a number of steps")
        }
        try balancing.validate()
        if freezeHeads == .best {
            guard earlyStopping != nil else {
                throw SettingError(
                    "heads are frozen by early stopping, and there is none", fix: "give early stopping its patience, as in 5")
            }
            if case .metric = monitor {
                throw SettingError(
                    "the monitor \(monitor.text) watches one objective, frozen heads watch each one by itself",
                    fix: "monitor macro, for each one's main metric, or loss")
            }
        }
        try optimizer.validate()
        try schedule.validate()
    }
}

/// What early stopping and the best weights look at, on the validation part.
public enum Monitor: Equatable, Sendable, Codable {
    /// The total validation loss; lower is better.
    case loss
    /// The mean over objectives of each one's main metric: auroc, balancedAccuracy, r2 or kappa; higher is better.
    case macro
    /// One metric of one objective.
    case metric(objective: String, Metric)
}
