/// Everything that a training leaves behind and that two equal trainings must agree in, bit for bit.
struct TrainingTrace {
    let weights: [NamedTensor]
    let optimizer: [NamedTensor]
    /// Losses of every epoch; nil where nothing was observed.
    let losses: [(name: String, value: Double?)]
    /// Metrics of every epoch's validation and of every part at the end; nil where undefined.
    let metrics: [(name: String, value: Double?)]
    /// What validation rows decided: calibrations, thresholds and conformal sets; nil where nothing is wanted.
    var decisions: Decisions?

    /// "14 tensors of weights (5 678 numbers), 28 of the optimizer, 40 losses, 96 metrics".
    var extent: String {
        let numbers = weights.reduce(0) { $0 + $1.shape.reduce(1, *) }
        return "\(counted(weights.count, "tensor")) of weights (\(counted(numbers, "number"))), \(optimizer.count) of the "
            + "optimizer, \(losses.count) losses, \(metrics.count) metrics"
            + (decisions.map { ", decisions of \(counted($0.objectives.count, "objective"))" } ?? "")
    }

    /// The first place where two trainings do not agree to the bit; nil: there is none.
    func difference(from other: TrainingTrace) -> (place: String, size: Double)? {
        for (what, own, theirs) in [("weights", weights, other.weights), ("optimizer state", optimizer, other.optimizer)] {
            guard own.map(\.name) == theirs.map(\.name) else { return ("the \(what) have other tensors", .infinity) }
            for (a, b) in zip(own, theirs) {
                if let size = Self.difference(a.values, b.values) { return ("\(what) '\(a.name)'", size) }
            }
        }
        for (own, theirs) in [(losses, other.losses), (metrics, other.metrics)] {
            guard own.count == theirs.count else { return ("the number of losses or metrics", .infinity) }
            for (a, b) in zip(own, theirs) where a.name != b.name || a.value?.bitPattern != b.value?.bitPattern {
                return (a.name, Self.relative(a.value ?? .nan, b.value ?? .nan))
            }
        }
        guard decisions == other.decisions else { return ("calibrations, thresholds or conformal sets", .infinity) }
        return nil
    }

    /// The largest relative difference, or nil where all bits are equal.
    private static func difference(_ a: NamedTensor.Values, _ b: NamedTensor.Values) -> Double? {
        switch (a, b) {
        case (.floats(let a), .floats(let b)):
            guard a.count == b.count else { return .infinity }
            var largest: Double?
            for (x, y) in zip(a, b) where x.bitPattern != y.bitPattern {
                largest = max(largest ?? 0, relative(Double(x), Double(y)))
            }
            return largest
        case (.integers(let a), .integers(let b)): return a == b ? nil : .infinity
        default: return .infinity
        }
    }

    private static func relative(_ a: Double, _ b: Double) -> Double {
        let difference = (a - b).magnitude
        // Not a number on one side alone is as far apart as can be.
        guard difference.isFinite else { return .infinity }
        return difference == 0 ? 0 : difference / max(a.magnitude, b.magnitude)
    }
}

extension TrainingTrace {
    init(_ model: Model, _ history: History, _ parts: [Part: Dataset], _ decisions: Decisions? = nil) throws(DataError) {
        var losses: [(name: String, value: Double?)] = [], metrics = losses
        for epoch in history.epochs {
            losses.append(("epoch \(epoch.epoch), training loss", epoch.trainingLoss))
            losses.append(("epoch \(epoch.epoch), validation loss", epoch.validationLoss))
            metrics.append(("epoch \(epoch.epoch), monitored value", epoch.monitored))
            for objective in epoch.objectives {
                losses.append(("epoch \(epoch.epoch), training loss of '\(objective.name)'", objective.trainingLoss))
                losses.append(("epoch \(epoch.epoch), validation loss of '\(objective.name)'", objective.validationLoss))
                metrics.append(("epoch \(epoch.epoch), observed labels of '\(objective.name)'", Double(objective.observed)))
                for (metric, value) in objective.validation.sorted(by: { $0.key < $1.key }) {
                    metrics.append(("epoch \(epoch.epoch), \(metric) of '\(objective.name)'", value))
                }
            }
        }
        for part in Part.allCases {
            guard let dataset = parts[part] else { continue }
            let evaluation = try model.evaluate(dataset)
            losses.append(("\(part.rawValue) loss", evaluation.loss))
            for objective in evaluation.objectives {
                losses.append(("\(part.rawValue) loss of '\(objective.name)'", objective.loss))
                for (name, scores) in [(objective.name, objective.scores)] + objective.labels.map({ ($0.name, $0.scores) }) {
                    metrics.append(("\(part.rawValue) observed labels of '\(name)'", Double(scores.observed)))
                    for entry in scores.entries {
                        metrics.append(("\(part.rawValue) \(entry.metric.rawValue) of '\(name)'", entry.score.number))
                    }
                }
            }
        }
        self.init(
            weights: model.engine.weights, optimizer: model.engine.optimizerState, losses: losses, metrics: metrics,
            decisions: decisions)
    }
}

/// Trains the same model again and again, each time from its first weights.
struct Trials {
    let objectives: [Objective]
    let features: Int
    let encoder: EncoderSpec
    let settings: TrainingSettings
    /// What validation rows are asked for after a training.
    var choices: [Decisions.Choice] = []
    /// Of conformal sets, for which validation rows are kept from early stopping; nil: there are none.
    var coverage: Double?
    /// The group of each validation row.
    var groups: [Int32]?

    /// Validation rows as a run divides them.
    func validation(_ parts: [Part: Dataset]) throws -> DecisionRows {
        try DecisionRows(parts[.valid], coverage: coverage, groups: groups, seed: settings.seed)
    }

    func model(path: HeadPath? = nil) throws -> Model {
        let model = try Model(
            features: features, encoder: encoder, objectives: objectives, seed: settings.seed, threads: settings.threads)
        if let path { (model.engine as? NativeEngine)?.forcedPath = path }
        return model
    }

    /// Trains on the parts and scores all of them.
    ///
    /// - Parameter path: how linear heads are calculated; nil: as the cost model says.
    func train(
        _ parts: [Part: Dataset], path: HeadPath? = nil, callbacks: Callbacks = Callbacks(), checkpoints: CheckpointStore? = nil,
        resume: Bool = false
    ) throws -> TrainingTrace {
        guard let train = parts[.train] else { throw TrainingError.nothingToLearn }
        let model = try model(path: path), rows = try validation(parts)
        let history = try model.fit(
            train, validation: rows.tuning, settings, callbacks: callbacks, checkpoints: checkpoints, resume: resume)
        let decisions = try Decisions.fit(model, rows: rows, choices: choices, coverage: coverage)
        return try TrainingTrace(model, history, parts, decisions)
    }
}
