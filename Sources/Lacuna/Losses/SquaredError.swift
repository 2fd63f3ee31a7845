/// Squared error, unreduced: `(z − y)²`; gradient `2(z − y)`.
///
/// - `evaluate` takes outputs `[n]` and targets `[n]`, both on the scale that training uses, with `width` 1, and
///   writes losses `[n]`, never negative, in that scale's unit squared, and gradients `[n]`.
/// - Note: Peer: `torch.nn.MSELoss(reduction="none")`.
public struct SquaredError: Loss, Equatable {
    /// The loss has no setting.
    public init() {}

    public var name: String { "squaredError" }
    public var kinds: Set<ObjectiveKind.Name> { [.regression] }

    public func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int,
        loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) {
        requireOneLogitPerSlot(
            logits: logits.count, targets: targets.count, width: width,
            loss: loss.count, gradient: gradient.count)
        for i in logits.indices {
            let difference = Double(logits[i]) - Double(targets[i])
            loss[i] = Float(saturating: difference * difference)
            gradient[i] = Float(saturating: 2 * difference)
        }
    }
}

extension Loss where Self == SquaredError {
    /// Squared error; see ``SquaredError``.
    public static var squaredError: Self { SquaredError() }
}
