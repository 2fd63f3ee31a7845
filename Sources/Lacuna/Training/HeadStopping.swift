/// What becomes of the head of an objective whose own validation value has not improved for early stopping's patience.
public enum FreezeHeads: String, Codable, CaseIterable, Sendable {
    /// Nothing: one value is watched, and one epoch is the best for all objectives.
    case never
    /// It goes back to the weights of its own best epoch and stands still from then on, while its loss goes on teaching
    /// the encoder. Training ends when all heads stand still, or all epochs are over. The model then has the encoder of the
    /// best epoch by the monitor and each head of its own best epoch. Documentation/Decisions/0004-frozen-heads.md says why.
    case best
}

/// Early stopping objective by objective: when each one's own value was best, and since when its head stands still.
///
/// The value is the objective's main metric on the validation part, or its loss where the monitor is the loss, or where
/// the validation labels do not decide the metric. An objective without validation labels cannot be watched: its head
/// follows the run.
struct HeadStopping: Equatable, Codable {
    /// One objective.
    struct Watch: Equatable, Codable {
        /// nil: its validation loss.
        var metric: Metric?
        var stopping: EarlyStopping
        /// The epoch at whose end the head was frozen, counted from 1.
        var frozenAfter: Int?
    }

    /// By objective; nil: cannot be watched.
    private(set) var watches: [Watch?]

    /// - Parameter evaluation: of the model before training, which shows what the validation labels decide.
    init(patience: Int, monitor: Monitor, _ evaluation: Evaluation) {
        watches = evaluation.objectives.map { objective in
            let main = Metric.main(for: objective.kind)
            if monitor != .loss, objective.scores[main]?.number != nil {
                return Watch(
                    metric: main, stopping: EarlyStopping(patience: patience, isBetterHigher: main.isBetterHigher))
            }
            guard objective.loss != nil else { return nil }
            return Watch(metric: nil, stopping: EarlyStopping(patience: patience, isBetterHigher: false))
        }
    }

    /// Whether all heads that can be watched stand still.
    var isOver: Bool { watches.allSatisfy { $0.map { $0.frozenAfter != nil } ?? true } }

    /// The objectives whose heads stand still.
    var frozen: [Int] { watches.indices.filter { watches[$0]?.frozenAfter != nil } }

    /// Takes an epoch's evaluation.
    ///
    /// - Returns: the objectives that are at their best now, and those whose patience has just run out.
    mutating func observe(_ evaluation: Evaluation, epoch: Int) -> (best: [Int], exhausted: [Int]) {
        var best: [Int] = [], exhausted: [Int] = []
        for index in watches.indices {
            guard var watch = watches[index], watch.frozenAfter == nil else { continue }
            let objective = evaluation.objectives[index]
            let value = watch.metric.map { objective.scores[$0]?.number } ?? objective.loss
            if watch.stopping.observe(value, epoch: epoch) { best.append(index) }
            if watch.stopping.isExhausted {
                watch.frozenAfter = epoch
                exhausted.append(index)
            }
            watches[index] = watch
        }
        return (best, exhausted)
    }
}
