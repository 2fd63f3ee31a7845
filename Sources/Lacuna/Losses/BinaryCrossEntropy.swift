/// Binary cross-entropy from logits, unreduced: `w·y·softplus(−z) + (1 − y)·softplus(z)`.
///
/// With label smoothing ε, y stands for `y(1 − ε) + ε/2`. The gradient is `(1 − y)·σ(z) − w·y·σ(−z)`, which is
/// `σ(z) − y` for w = 1, written so that it keeps its digits where σ(z) rounds to 0 or 1.
///
/// - `evaluate` takes logits `[n]` (before the sigmoid) and targets `[n]` in `0 ... 1`, soft ones allowed, with
///   `width` 1, and writes losses `[n]`, never negative, in nats, and gradients `[n]`.
/// - Note: Peers: `torch.nn.BCEWithLogitsLoss(pos_weight:, reduction="none")`; the smoothing is that of
///   `keras.losses.BinaryCrossentropy(from_logits=True, label_smoothing:)`.
public struct BinaryCrossEntropy: Loss, Equatable {
    /// What the positive term is multiplied by: above 0 and finite. It never enters a divisor.
    public var positiveWeight: Float
    /// The share ε of every target that is spread evenly over both answers: `0 ..< 1`.
    public var labelSmoothing: Float

    /// Settings are checked by `validate()`, when a model or data set is made.
    public init(positiveWeight: Float = 1, labelSmoothing: Float = 0) {
        self.positiveWeight = positiveWeight
        self.labelSmoothing = labelSmoothing
    }

    public var name: String { "binaryCrossEntropy" }
    public var kinds: Set<ObjectiveKind.Name> { [.binary, .multilabel] }
    public var settings: [String: [Double]] {
        ["positiveWeight": [Double(positiveWeight)], "labelSmoothing": [Double(labelSmoothing)]]
    }

    public func validate() throws(SettingError) {
        try SettingError.require(
            positiveWeight > 0 && positiveWeight.isFinite,
            "positive weight", is: positiveWeight, range: "is above 0 and finite")
        try SettingError.require(
            (0..<1).contains(labelSmoothing), "label smoothing", is: labelSmoothing, range: "lies in 0 ..< 1")
    }

    public func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int,
        loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) {
        requireOneLogitPerSlot(
            logits: logits.count, targets: targets.count, width: width,
            loss: loss.count, gradient: gradient.count)
        let weight = Double(positiveWeight)
        let smoothing = Double(labelSmoothing)
        for i in logits.indices {
            let z = Logistic(Double(logits[i]))
            let y = SmoothedTarget(targets[i], labelSmoothing: smoothing)
            let positive = weight * y.positive
            loss[i] = Float(saturating: positive * z.softplusOfNegative + y.negative * z.softplus)
            gradient[i] = Float(saturating: y.negative * z.probability - positive * z.complement)
        }
    }
}

extension Loss where Self == BinaryCrossEntropy {
    /// Binary cross-entropy from logits; see ``BinaryCrossEntropy``.
    public static func binaryCrossEntropy(positiveWeight: Float = 1, labelSmoothing: Float = 0) -> Self {
        BinaryCrossEntropy(positiveWeight: positiveWeight, labelSmoothing: labelSmoothing)
    }
}
