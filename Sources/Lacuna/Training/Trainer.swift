/// Drives an engine over the epochs of a run: shuffling, steps, validation, stopping, checkpoints.
final class Trainer {
    private let model: Model
    private let train: Dataset
    private let validation: Dataset?
    private let settings: TrainingSettings
    private let callbacks: Callbacks
    private let store: CheckpointStore?
    private let labels: TargetTable
    private let losses: [any Loss]
    private let expected: [Double]
    private let optimizer: Optimizer
    private var sampler: BatchSampler
    private var facts: TrainingState.Facts
    private var best: [NamedTensor]?
    private let balancer: ObjectiveBalancer?
    /// By objective, where heads are frozen: the head of its own best epoch so far.
    private var bestHeads: [[Float]?]

    /// - Throws: ``SettingError``, ``DataError``, ``TrainingError`` or ``ModelFileError`` before anything is trained.
    init(
        _ model: Model, train: Dataset, validation: Dataset?, settings: TrainingSettings, callbacks: Callbacks,
        store: CheckpointStore?, resume: Bool, identity extra: [String: String]
    ) throws {
        try settings.validate(norm: model.encoder.norm)
        try model.check(train)
        if let validation { try model.check(validation) }
        for objective in model.objectives {
            if let missing = objective.loss as? UnavailableLoss { throw missing.error(objective: objective.name) }
        }
        if let threads = settings.threads, threads != model.engine.threads { model.engine.threads = threads }
        self.model = model
        self.train = train
        self.validation = validation
        self.settings = settings
        self.callbacks = callbacks
        self.store = store
        optimizer = settings.optimizer
        let keep = (settings.unlabelled ?? (model.encoder.norm == .batch ? .keep : .drop)) == .keep
        let observed = ObservedLabels(train)
        model.scaling = observed.scaling(model)
        labels = try TargetTable(train.labels, rowWeights: train.rowWeights, scaling: model.slotScaling)
        let rows = (0..<train.rows).filter { [labels] in keep || labels.isLabelled($0) }.map(Int32.init)
        guard labels.targets.count > 0 else { throw TrainingError.nothingToLearn }
        let sums = labels.weightSums()
        expected = model.plan.slotsOfObjective.map { slots in
            slots.reduce(0) { $0 + sums[$1] } / Double(rows.count)
        }
        for (index, objective) in model.objectives.enumerated() where expected[index] == 0 {
            throw TrainingError.nothingObserved(objective: objective.name)
        }
        losses = observed.losses(model)
        balancer = settings.balancing == .static
            ? nil
            : ObjectiveBalancer(
                settings.balancing, model.objectives, counts: labels.counts(model.plan.slotsOfObjective),
                total: settings.total, optimizer: optimizer, seed: settings.seed)
        bestHeads = Array(repeating: nil, count: model.objectives.count)
        sampler = BatchSampler(rows: rows, batchSize: settings.batchSize, seed: settings.seed)
        // Only checkpoints are compared by it, and it costs a walk over all data.
        let identity = store == nil
            ? [:] : RunIdentity.of(model, train, validation, settings, rows: rows.count).merging(extra) { $1 }
        facts = TrainingState.Facts(
            identity: identity,
            epochsDone: 0, stepsDone: 0, step: 0, losses: [], weights: [], observed: [], secondsInEpoch: 0,
            stopping: EarlyStopping(
                patience: settings.earlyStopping, isBetterHigher: settings.monitor.isBetterHigher),
            history: History(), isFinished: false)
        model.engine.prepare(
            EngineData(features: train.features, labels: labels),
            plan: StepPlan(
                microBatch: settings.microBatch, optimizer: optimizer,
                weightDecay: settings.weightDecay ?? optimizer.defaultWeightDecay, clip: settings.clip,
                reduction: settings.reduction, total: settings.total, idleHeads: settings.idleHeads,
                seed: settings.seed, objectiveWeights: model.objectives.map(\.weight), expectedWeights: expected,
                losses: losses, balancer: balancer))
        if let state = try store?.begin(resume: resume) {
            try restore(state)
        } else {
            try checkMonitor()
        }
        if let heads = facts.heads { model.engine.freeze(objectives: heads.frozen) }
        model.engine.profile = callbacks.profile
    }

    /// Trains until the last epoch, until patience runs out, or until a callback says stop.
    func run() throws -> History {
        let total = totalSteps
        while facts.epochsDone < settings.epochs, !facts.isFinished {
            guard try runEpoch(total: total) else {
                facts.history.ending = .interrupted
                try save(isInterrupted: true)
                return facts.history
            }
            let record = try finishEpoch()
            if facts.heads?.isOver ?? facts.stopping.isExhausted {
                facts.history.ending = .earlyStopping
                facts.isFinished = true
            }
            if facts.epochsDone == settings.epochs { facts.isFinished = true }
            let stop = callbacks.afterEpoch?(record) == .stop && !facts.isFinished
            if stop { facts.history.ending = .interrupted }
            if facts.isFinished || stop || store?.isDue == true { try save(isInterrupted: stop) }
            if stop { return facts.history }
        }
        if settings.earlyStopping != nil, let best { model.engine.setWeights(best) }
        // The encoder is the best epoch's; each head is its own best epoch's.
        for (index, head) in bestHeads.enumerated() {
            if let head { model.engine.setHead(head, of: index) }
        }
        return facts.history
    }

    /// Steps of the whole run; a number of epochs that means "until it stops" must not overflow.
    private var totalSteps: Int {
        let (product, overflow) = settings.epochs.multipliedReportingOverflow(by: sampler.steps)
        return overflow ? .max : product
    }

    /// The rest of the epoch in progress, or a whole one.
    ///
    /// - Returns: false when a callback asked to stop before the epoch's end.
    private func runEpoch(total: Int) throws -> Bool {
        let clock = ContinuousClock()
        var mark = clock.now
        var spent = 0.0
        let base = settings.learningRate ?? optimizer.defaultLearningRate
        sampler.shuffle(epoch: facts.epochsDone)
        let isResumed = facts.stepsDone > 0
        let sums =
            isResumed
            ? EpochSums(losses: facts.losses, weights: facts.weights, observed: facts.observed)
            : EpochSums(objectives: model.objectives.count)
        if !isResumed { facts.secondsInEpoch = 0 }
        while facts.stepsDone < sampler.steps {
            let factor = settings.schedule.factor(
                step: facts.step, of: total, stepsPerEpoch: sampler.steps, warmup: settings.warmup)
            do {
                try model.engine.step(
                    rows: sampler.order.span.extracting(sampler.range(step: facts.stepsDone)), step: facts.step,
                    rate: base * factor, sums: sums)
            } catch {
                throw TrainingError.diverged(
                    objective: model.objectives[error.objective].name, epoch: facts.epochsDone + 1,
                    step: facts.stepsDone + 1)
            }
            facts.step += 1
            facts.stepsDone += 1
            guard let afterStep = callbacks.afterStep else { continue }
            spent = mark.duration(to: clock.now).inSeconds
            let action = afterStep(progress(sums, seconds: facts.secondsInEpoch + spent))
            // What a callback does is not the engine's time.
            facts.secondsInEpoch += spent
            mark = clock.now
            if action == .stop {
                (facts.losses, facts.weights, facts.observed) = (sums.losses, sums.weights, sums.observed)
                return false
            }
        }
        facts.secondsInEpoch += mark.duration(to: clock.now).inSeconds
        (facts.losses, facts.weights, facts.observed) = (sums.losses, sums.weights, sums.observed)
        return true
    }

    private func progress(_ sums: EpochSums, seconds: Double) -> Callbacks.Progress {
        Callbacks.Progress(
            epoch: facts.epochsDone + 1, epochs: settings.epochs, step: facts.stepsDone, steps: sampler.steps,
            rows: min(facts.stepsDone * sampler.batchSize, sampler.order.count),
            seconds: seconds, headUse: model.engine.headUse, currentLoss: { [self] in totalLoss(sums.losses, sums.weights) })
    }

    /// The weighted sum of the objectives' mean losses.
    private func totalLoss(_ losses: [Double], _ weights: [Double]) -> Double {
        var sum = 0.0, all = 0.0
        for (index, objective) in model.objectives.enumerated() {
            all += Double(objective.weight)
            if weights[index] > 0 { sum += Double(objective.weight) * losses[index] / weights[index] }
        }
        return settings.total == .average && all > 0 ? sum / all : sum
    }

    private func finishEpoch() throws -> History.Epoch {
        facts.epochsDone += 1
        facts.stepsDone = 0
        if let tensor = model.engine.firstNotFinite() {
            throw TrainingError.weightsDiverged(tensor: tensor, epoch: facts.epochsDone)
        }
        let evaluation = validation.map(evaluate)
        if let objective = evaluation?.diverged {
            throw TrainingError.diverged(objective: objective, epoch: facts.epochsDone, step: sampler.steps)
        }
        if let evaluation { stopHeads(evaluation) }
        let monitored = evaluation.flatMap { settings.monitor.value(in: $0).number }
        let isBest = validation != nil && facts.stopping.observe(monitored, epoch: facts.epochsDone)
        if isBest, settings.earlyStopping != nil {
            // The old ones go first: of large models two copies are too many.
            best = nil
            best = model.engine.weights
        }
        let last = facts.step - 1
        let record = History.Epoch(
            epoch: facts.epochsDone,
            learningRate: (settings.learningRate ?? optimizer.defaultLearningRate)
                * settings.schedule.factor(
                    step: last, of: totalSteps, stepsPerEpoch: sampler.steps,
                    warmup: settings.warmup),
            trainingLoss: totalLoss(facts.losses, facts.weights), validationLoss: finite(evaluation?.loss),
            monitored: monitored, objectives: records(evaluation), seconds: facts.secondsInEpoch,
            steps: sampler.steps, rows: sampler.order.count)
        balancer?.endEpoch(losses: record.objectives.map(\.trainingLoss))
        facts.history.epochs.append(record)
        facts.history.bestEpoch = facts.stopping.bestEpoch
        return record
    }

    /// Keeps the heads that are at their best, and freezes those that have waited long enough.
    private func stopHeads(_ evaluation: Evaluation) {
        guard var heads = facts.heads else { return }
        let (best, exhausted) = heads.observe(evaluation, epoch: facts.epochsDone)
        facts.heads = heads
        for index in best { bestHeads[index] = model.engine.head(of: index) }
        for index in exhausted {
            if let head = bestHeads[index] { model.engine.setHead(head, of: index) }
        }
        if !exhausted.isEmpty { model.engine.freeze(objectives: heads.frozen) }
    }

    private func records(_ evaluation: Evaluation?) -> [History.Objective] {
        let weights = balancer?.meanWeights ?? model.objectives.indices.map { index in
            facts.observed[index] > 0 ? Double(model.objectives[index].weight) : nil
        }
        return model.objectives.enumerated().map { index, objective in
            let result = evaluation?.objectives[index]
            var metrics: [String: Double] = [:]
            for entry in result?.scores.entries ?? [] { metrics[entry.metric.rawValue] = entry.score.number }
            return History.Objective(
                name: objective.name,
                trainingLoss: facts.weights[index] > 0 ? facts.losses[index] / facts.weights[index] : nil,
                observed: facts.observed[index], validationLoss: finite(result?.loss), validation: metrics,
                validationObserved: result?.scores.observed ?? 0, weight: weights[index],
                bestEpoch: facts.heads?.watches[index]?.stopping.bestEpoch,
                frozenAfter: facts.heads?.watches[index]?.frozenAfter)
        }
    }

    /// A validation loss for the history, which is kept as JSON and so holds no NaN; metrics are undefined with it.
    private func finite(_ loss: Double?) -> Double? { loss.flatMap { $0.isFinite ? $0 : nil } }

    private func evaluate(_ data: Dataset) -> Evaluation {
        Evaluator(model.observedOutputs(of: data)).evaluate(
            losses: losses, reduction: settings.reduction, total: settings.total)
    }

    private func checkMonitor() throws(TrainingError) {
        guard let patience = settings.earlyStopping else { return }
        guard let validation, validation.rows > 0 else { throw .noValidation(monitor: settings.monitor.text) }
        let evaluation = evaluate(validation)
        if let reason = settings.monitor.value(in: evaluation).reason {
            throw .undefinedMonitor(monitor: settings.monitor.text, reason: reason)
        }
        if settings.freezeHeads == .best {
            facts.heads = HeadStopping(patience: patience, monitor: settings.monitor, evaluation)
        }
    }

    private func save(isInterrupted: Bool) throws(ModelFileError) {
        guard let store else { return }
        facts.balancing = balancer?.state
        let heads = bestHeads.enumerated().compactMap { index, head in
            head.map { NamedTensor(model.objectives[index].name, [$0.count], .floats($0)) }
        }
        try store.save(
            TrainingState.Parts(
                facts: facts, weights: { [model] in model.engine.weights }, best: best, heads: heads.isEmpty ? nil : heads,
                optimizer: { [model] in model.engine.optimizerState }),
            isInterrupted: isInterrupted)
    }

    private func restore(_ state: TrainingState) throws {
        try RunIdentity.compare(was: state.facts.identity, now: facts.identity)
        let run = TrainingState.Run(
            weights: model.engine.weights.map(TensorShape.init), optimizer: model.engine.optimizerState.map(TensorShape.init),
            heads: model.objectives.enumerated().map { ($1.name, model.engine.head(of: $0).count) }, epochs: settings.epochs,
            steps: sampler.steps, observed: labels.targets.count, balancing: balancer?.state)
        if var misfit = state.misfit(run) {
            misfit.file = [store?.loaded, misfit.file].compactMap { $0 }.joined(separator: "/")
            misfit.fix = "restore it from a copy, or train anew"
            throw misfit
        }
        facts = state.facts
        if facts.history.ending == .interrupted { facts.history.ending = .allEpochs }
        model.engine.setWeights(state.weights)
        model.engine.setOptimizerState(state.optimizer)
        best = state.best
        if let saved = state.facts.balancing { balancer?.restore(saved) }
        for tensor in state.heads ?? [] {
            guard let index = model.objectives.firstIndex(where: { $0.name == tensor.name }),
                case .floats(let values) = tensor.values
            else { continue }
            bestHeads[index] = values
        }
    }
}

extension Duration {
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
