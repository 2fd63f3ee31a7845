/// Absolute error, unreduced: `|z − y|`; gradient `sign(z − y)`, 0 where they are equal.
///
/// - `evaluate` takes outputs `[n]` and targets `[n]`, both on the scale that training uses, with `width` 1, and
///   writes losses `[n]`, never negative, in that scale's unit, and gradients `[n]`.
/// - Note: Peer: `torch.nn.L1Loss(reduction="none")`.
public struct AbsoluteError: Loss, Equatable {
    /// The loss has no setting.
    public init() {}

    public var name: String { "absoluteError" }
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
            loss[i] = Float(saturating: abs(difference))
            // The last branch is 0 or NaN, and passes either.
            gradient[i] = difference > 0 ? 1 : difference < 0 ? -1 : Float(difference)
        }
    }
}

extension Loss where Self == AbsoluteError {
    /// Absolute error; see ``AbsoluteError``.
    public static var absoluteError: Self { AbsoluteError() }
}
