/// What a training run did, epoch by epoch.
public struct History: Equatable, Sendable, Codable {
    /// One pass over the training rows.
    public struct Epoch: Equatable, Sendable, Codable {
        /// Counted from 1.
        public var epoch: Int
        /// Of the epoch's last step.
        public var learningRate: Double
        /// The sum of the objectives' training losses by declared weight, as ``TrainingSettings/total`` says. Balancing
        /// is left out, so that epochs and runs compare.
        public var trainingLoss: Double
        /// The total loss on the validation part.
        public var validationLoss: Double?
        /// The monitored value, if there is a validation part and it is defined.
        public var monitored: Double?
        /// One per objective, in the model's order.
        public var objectives: [Objective]
        /// Time of the steps: shuffling, gathering, forward, backward, update.
        public var seconds: Double
        /// Steps of the epoch.
        public var steps: Int
        /// Rows trained on in the epoch.
        public var rows: Int
    }

    /// One per epoch that was finished, in order.
    public var epochs: [Epoch] = []
    /// The epoch with the best monitored value, counted from 1; nil without one.
    public var bestEpoch: Int?
    /// Why training ended.
    public var ending: Ending = .allEpochs

    /// Why a run ended.
    public enum Ending: String, Equatable, Sendable, Codable {
        /// All epochs were trained.
        case allEpochs
        /// Early stopping's patience ran out.
        case earlyStopping
        /// A callback or a signal asked to stop; the run can be resumed.
        case interrupted
    }

    /// The median over epochs of the time per step, in microseconds.
    public var stepMicroseconds: Double? {
        let values = epochs.filter { $0.steps > 0 }.map { $0.seconds / Double($0.steps) * 1e6 }.sorted()
        guard !values.isEmpty else { return nil }
        return (values[(values.count - 1) / 2] + values[values.count / 2]) / 2
    }

    /// Training rows per second of step time, over all epochs.
    public var rowsPerSecond: Double? {
        let seconds = epochs.reduce(0) { $0 + $1.seconds }
        return seconds > 0 ? Double(epochs.reduce(0) { $0 + $1.rows }) / seconds : nil
    }
}
