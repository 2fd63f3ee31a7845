/// A checkpoint is what a run of the same settings wrote, unless someone changed it: then it must not end the program, or go
/// on with numbers of another model.
extension TrainingState {
    /// What a run of these settings has.
    struct Run {
        let weights: [TensorShape]
        let optimizer: [TensorShape]
        /// By objective: its name and the numbers of its head.
        let heads: [(name: String, count: Int)]
        /// Epochs of the run and steps of one of them.
        let epochs: Int
        let steps: Int
        /// Observed labels of an epoch.
        let observed: Int
        let balancing: ObjectiveBalancer.State?
    }

    /// The first thing that such a run cannot have written, and the file that says it; nil where all fits.
    func misfit(_ run: Run) -> ModelFileError? {
        for (tensors, file) in [(weights, File.weights), (best ?? weights, File.best)] {
            do { try Model.check(tensors, against: run.weights, file: file) } catch { return error }
        }
        return optimizerMisfit(run) ?? headMisfit(run)
            ?? (facts.fits(run) ? nil : ModelFileError("its counts are not those of a run of this model", file: "state.json"))
    }

    private func optimizerMisfit(_ run: Run) -> ModelFileError? {
        let file = File.optimizer
        // Moments stand for each parameter; counts of steps have names of their own. What was never used is left out.
        let parameters = Dictionary(run.weights.map { ($0.name, $0.shape) }) { first, _ in first }
        let counts = Dictionary(run.optimizer.map { ($0.name, $0.shape) }) { first, _ in first }
        for tensor in optimizer {
            let parts = tensor.name.split(separator: ".", maxSplits: 1).map(String.init)
            switch tensor.values {
            case .integers(let steps):
                guard counts[tensor.name] == tensor.shape, steps.allSatisfy({ $0 >= 0 && Int($0) <= facts.step }) else {
                    return ModelFileError("tensor '\(tensor.name)' does not count this run's steps", file: file)
                }
            case .floats:
                guard parts.count == 2, parts[0] == "first" || parts[0] == "second", parameters[parts[1]] == tensor.shape else {
                    return ModelFileError("tensor '\(tensor.name)' is of no parameter of the model", file: file)
                }
            }
        }
        return nil
    }

    private func headMisfit(_ run: Run) -> ModelFileError? {
        for tensor in heads ?? [] {
            guard case .floats(let values) = tensor.values, run.heads.contains(where: { $0.name == tensor.name && $0.count == values.count })
            else { return ModelFileError("tensor '\(tensor.name)' is no head of the model", file: File.heads) }
        }
        return nil
    }
}

extension TrainingState.Facts {
    fileprivate func fits(_ run: TrainingState.Run) -> Bool {
        let objectives = run.heads.count
        guard 0...run.epochs ~= epochsDone, 0...run.steps ~= stepsDone else { return false }
        let (steps, overflow) = epochsDone.multipliedReportingOverflow(by: run.steps)
        guard !overflow, step >= 0, step - stepsDone == steps, history.epochs.count == epochsDone else { return false }
        let sums = [losses.count, weights.count, observed.count]
        guard sums.allSatisfy({ $0 == objectives }) || (stepsDone == 0 && sums.allSatisfy({ $0 == 0 })) else { return false }
        guard observed.allSatisfy({ 0...run.observed ~= $0 }), stopping.fits(epochs: epochsDone) else { return false }
        if let heads, !heads.fits(objectives: objectives, epochs: epochsDone) { return false }
        guard let balancing, let fresh = run.balancing else { return true }
        return balancing.fits(fresh, steps: step)
    }
}

extension EarlyStopping {
    fileprivate func fits(epochs: Int) -> Bool {
        0...epochs ~= waited && bestEpoch.map { 1...max(epochs, 1) ~= $0 } ?? true
    }
}

extension HeadStopping {
    fileprivate func fits(objectives: Int, epochs: Int) -> Bool {
        watches.count == objectives && watches.compactMap { $0 }.allSatisfy { watch in
            watch.stopping.fits(epochs: epochs) && watch.frozenAfter.map { 1...max(epochs, 1) ~= $0 } ?? true
        }
    }
}

extension ObjectiveBalancer.State {
    fileprivate func fits(_ fresh: Self, steps most: Int) -> Bool {
        let lists = [\Self.weightSums, \.logVariances, \.first, \.second], counts = [\Self.steps, \.updates], losses = [\Self.last, \.earlier]
        return lists.allSatisfy { self[keyPath: $0].count == fresh[keyPath: $0].count }
            && losses.allSatisfy { self[keyPath: $0].count == fresh[keyPath: $0].count }
            && counts.allSatisfy { self[keyPath: $0].count == fresh[keyPath: $0].count && self[keyPath: $0].allSatisfy { 0...most ~= $0 } }
    }
}

/// A tensor's name and shape, without its numbers.
struct TensorShape {
    let name: String
    let shape: [Int]

    init(_ tensor: NamedTensor) { (name, shape) = (tensor.name, tensor.shape) }
}
