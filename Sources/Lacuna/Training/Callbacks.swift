/// What a program wants to know of a run while it lasts, and its say in whether it goes on.
public struct Callbacks {
    /// Where a run stands after a step.
    public struct Progress {
        /// Counted from 1.
        public var epoch: Int
        public var epochs: Int
        /// Steps done in this epoch, and how many it has.
        public var step: Int
        public var steps: Int
        /// Rows trained on in this epoch.
        public var rows: Int
        /// Step time of this epoch so far.
        public var seconds: Double
        let currentLoss: () -> Double
        /// The training loss of this epoch so far; adds up all objectives when asked for.
        public var loss: Double { currentLoss() }
    }

    public enum Action: Sendable { case proceed, stop }

    /// After every step. Returning `.stop` ends the run after that step, saved so that it can be resumed.
    public var afterStep: ((Progress) -> Action)?
    /// After every epoch, its validation and its checkpoint.
    public var afterEpoch: ((History.Epoch) -> Action)?

    public init(
        afterStep: ((Progress) -> Action)? = nil, afterEpoch: ((History.Epoch) -> Action)? = nil
    ) {
        self.afterStep = afterStep
        self.afterEpoch = afterEpoch
    }
}
