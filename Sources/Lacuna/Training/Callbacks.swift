/// What a program wants to know of a run while it lasts, and its say in whether it goes on.
public struct Callbacks {
    /// Where a run stands after a step.
    public struct Progress {
        /// Counted from 1.
        public var epoch: Int
        /// Epochs that the run may have.
        public var epochs: Int
        /// Steps done in this epoch, and how many it has.
        public var step: Int
        /// Steps of an epoch.
        public var steps: Int
        /// Rows trained on in this epoch.
        public var rows: Int
        /// Step time of this epoch so far.
        public var seconds: Double
        /// How the step calculated the linear heads; nil where there are too few for a choice.
        public var headUse: HeadUse?
        let currentLoss: () -> Double
        /// The training loss of this epoch so far; adds up all objectives when asked for.
        public var loss: Double { currentLoss() }
    }

    /// Whether the run goes on.
    public enum Action: Sendable { case proceed, stop }

    /// After every step. Returning `.stop` ends the run after that step, saved so that it can be resumed.
    public var afterStep: ((Progress) -> Action)?
    /// After every epoch and its validation, before a checkpoint, where one is due. Returning `.stop` ends the run after that.
    public var afterEpoch: ((History.Epoch) -> Action)?

    /// Told where the time of every step goes; nil measures nothing.
    public var profile: StepProfile?

    /// Callbacks; nil is not called.
    public init(
        afterStep: ((Progress) -> Action)? = nil, afterEpoch: ((History.Epoch) -> Action)? = nil, profile: StepProfile? = nil
    ) {
        self.afterStep = afterStep
        self.afterEpoch = afterEpoch
        self.profile = profile
    }
}
