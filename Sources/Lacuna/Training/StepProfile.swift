/// Where the time of training steps goes. Hand one over in ``Callbacks/profile``; the clock costs a step about a microsecond.
public final class StepProfile {
    /// A piece of a step.
    public enum Phase: String, CaseIterable, Sendable {
        /// Bringing the batch's features and labels together.
        case gather
        /// The shared encoder, forward.
        case encoderForward
        /// Scores of the linear heads.
        case heads
        /// Losses and their slopes.
        case loss
        /// Towers: forward, loss, backward, and their own steps of the optimizer where they move at once.
        case towers
        /// From slopes to the gradients of heads and encoder, and the optimizer's step of output rows that move at once.
        case backward
        /// Moving the weights that have not moved yet.
        case optimizer
    }

    /// Seconds of each phase over all steps.
    public private(set) var seconds: [Phase: Double] = [:]
    /// Steps that were measured.
    public private(set) var steps = 0
    /// Multiply-adds of dense matrix products that ran on their own, and the seconds they took.
    public private(set) var products = (multiplyAdds: 0.0, seconds: 0.0)
    /// Multiply-adds in a second of a product of 1024 × 1024 matrices with the same threads: what the machine can do. Nil
    /// before the run has ended.
    public package(set) var peak: Double?
    private let clock = ContinuousClock()
    private var phase: Phase?
    private var mark: ContinuousClock.Instant

    /// Nothing measured yet.
    public init() { mark = clock.now }

    /// Seconds of all phases.
    public var total: Double { seconds.values.reduce(0, +) }
    /// The share of the peak that dense products reached; nil where there were none.
    public var shareOfPeak: Double? {
        guard let peak, peak > 0, products.seconds > 0 else { return nil }
        return products.multiplyAdds / products.seconds / peak
    }

    func enter(_ next: Phase) {
        let now = clock.now
        if let phase { seconds[phase, default: 0] += (now - mark).inSeconds }
        (phase, mark) = (next, now)
    }

    func endStep() {
        if let phase { seconds[phase, default: 0] += (clock.now - mark).inSeconds }
        phase = nil
        steps += 1
    }

    /// Moves a share of the time since the phase was entered to another phase.
    func attribute(_ share: Double, to other: Phase) {
        guard let phase else { return }
        let now = clock.now, spent = (now - mark).inSeconds
        seconds[other, default: 0] += spent * share
        seconds[phase, default: 0] += spent * (1 - share)
        mark = now
    }

    func product(multiplyAdds: Int, _ body: () -> Void) {
        let start = clock.now
        body()
        products.multiplyAdds += Double(multiplyAdds)
        products.seconds += (clock.now - start).inSeconds
    }
}
