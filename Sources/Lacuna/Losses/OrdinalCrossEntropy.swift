/// Ordinal cross-entropy from cumulative logits, unreduced: `Σ_j BCE(z_j, [y > j])` over j = 0 … K − 2.
///
/// Logit j answers "does the level exceed j?"; the gradient by it is `σ(z_j) − [y > j]`.
///
/// - `evaluate` takes logits `[n × (K − 1)]` (before the sigmoid, `width` K − 1) and targets `[n]`, level indices
///   0 … K − 1, and writes losses `[n]`, never negative, in nats, and gradients `[n × (K − 1)]`.
/// - Note: Cao, Mirjalili and Raschka 2020, "Rank consistent ordinal regression for neural networks with
///   application to age estimation" (CORAL), with all importance weights 1. Peer: `coral_pytorch.losses.coral_loss(reduction=None)`.
public struct OrdinalCrossEntropy: Loss, Equatable {
    /// The loss has no setting.
    public init() {}

    public var name: String { "ordinalCrossEntropy" }
    public var kinds: Set<ObjectiveKind.Name> { [.ordinal] }

    public func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int,
        loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) {
        requireRows(logits: logits.count, width: width, loss: loss.count, gradient: gradient.count)
        precondition(
            targets.count == loss.count, "\(name): \(targets.count) targets for \(loss.count) slots")
        for i in loss.indices {
            let level = requireIndex(targets[i], below: width + 1)
            var sum = 0.0
            for j in 0..<width {
                let z = Logistic(Double(logits[i * width + j]))
                let (positive, negative) = level > j ? (1.0, 0.0) : (0.0, 1.0)
                // Multiplied, not selected: 0 × ∞ is NaN, and an infinite logit must not pass for a sure one.
                sum += positive * z.softplusOfNegative + negative * z.softplus
                gradient[i * width + j] = Float(negative * z.probability - positive * z.complement)
            }
            loss[i] = Float(saturating: sum)
        }
    }
}

extension Loss where Self == OrdinalCrossEntropy {
    /// Ordinal cross-entropy from cumulative logits; see ``OrdinalCrossEntropy``.
    public static var ordinalCrossEntropy: Self { OrdinalCrossEntropy() }
}
