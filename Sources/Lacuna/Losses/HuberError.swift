/// Huber's error, unreduced: with d = z − y, `d²/2` where |d| ≤ δ and `δ(|d| − δ/2)` beyond.
///
/// The gradient is d, held within −δ … δ: a far outlier pulls no harder than one at distance δ.
///
/// - `evaluate` takes outputs `[n]` and targets `[n]`, both on the scale that training uses, with `width` 1, and
///   writes losses `[n]`, never negative, in that scale's unit squared, and gradients `[n]`.
/// - Note: Huber 1964, "Robust Estimation of a Location Parameter". Peer:
///   `torch.nn.HuberLoss(delta:, reduction="none")`.
public struct HuberError: Loss, Equatable {
    /// The distance δ at which the parabola becomes a line, on the scale that training uses: above 0 and finite.
    public var delta: Float

    /// Settings are checked by `validate()`, when a model or data set is made.
    public init(delta: Float = 1) {
        self.delta = delta
    }

    public var name: String { "huber" }
    public var kinds: Set<ObjectiveKind.Name> { [.regression] }
    public var settings: [String: [Double]] { ["delta": [Double(delta)]] }

    public func validate() throws(SettingError) {
        try SettingError.require(
            delta > 0 && delta.isFinite, "delta", is: delta, range: "is above 0 and finite")
    }

    public func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int,
        loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) {
        requireOneLogitPerSlot(
            logits: logits.count, targets: targets.count, width: width,
            loss: loss.count, gradient: gradient.count)
        let delta = Double(delta)
        for i in logits.indices {
            let difference = Double(logits[i]) - Double(targets[i])
            let distance = abs(difference)
            if distance > delta {
                loss[i] = Float(saturating: delta * (distance - delta / 2))
                gradient[i] = Float(difference < 0 ? -delta : delta)
            } else {
                loss[i] = Float(saturating: difference * difference / 2)
                gradient[i] = Float(difference)
            }
        }
    }
}

extension Loss where Self == HuberError {
    /// Huber's error; see ``HuberError``.
    public static func huber(delta: Float = 1) -> Self { HuberError(delta: delta) }
}
