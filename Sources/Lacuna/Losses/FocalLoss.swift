#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Focal loss from logits, unreduced: `α_t · (1 − p_t)^γ · BCE(z, y)`; easy slots count less.
///
/// With p = σ(z): `p_t = y·p + (1 − y)(1 − p)`, `α_t = α·y + (1 − α)(1 − y)` (1 without α), and BCE the binary
/// cross-entropy, all of the smoothed target `y(1 − ε) + ε/2`. The gradient is that of the whole product, the
/// modulating factor included.
///
/// - `evaluate` takes logits `[n]` (before the sigmoid) and targets `[n]` in `0 ... 1`, soft ones allowed, with
///   `width` 1, and writes losses `[n]`, never negative, in nats, and gradients `[n]`.
/// - Note: Lin et al. 2017, "Focal Loss for Dense Object Detection", equations 4 and 5. Peers:
///   `torchvision.ops.sigmoid_focal_loss(reduction="none")` (where α = −1 means none);
///   `keras.losses.BinaryFocalCrossentropy(from_logits=True)`.
public struct FocalLoss: Loss, Equatable {
    /// The focusing exponent γ: at least 0 and finite. 0 is binary cross-entropy.
    public var gamma: Float
    /// The weight α of positive slots, where negative ones weigh 1 − α: `0 ... 1`. `nil` weighs neither.
    public var alpha: Float?
    /// The share ε of every target that is spread evenly over both answers: `0 ..< 1`.
    public var labelSmoothing: Float

    /// Settings are checked by `validate()`, when a model or data set is made.
    public init(gamma: Float = 2, alpha: Float? = nil, labelSmoothing: Float = 0) {
        self.gamma = gamma
        self.alpha = alpha
        self.labelSmoothing = labelSmoothing
    }

    public var name: String { "focal" }
    public var kinds: Set<ObjectiveKind.Name> { [.binary, .multilabel] }
    public var settings: [String: [Double]] {
        var settings = ["gamma": [Double(gamma)], "labelSmoothing": [Double(labelSmoothing)]]
        if let alpha { settings["alpha"] = [Double(alpha)] }
        return settings
    }

    public func validate() throws(SettingError) {
        try SettingError.require(
            gamma >= 0 && gamma.isFinite, "gamma", is: gamma, range: "is at least 0 and finite")
        if let alpha {
            try SettingError.require(
                (0...1).contains(alpha), "alpha", is: alpha, range: "lies in 0 ... 1")
        }
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
        let gamma = Double(gamma)
        let smoothing = Double(labelSmoothing)
        let positiveWeight = alpha.map(Double.init) ?? 1
        let negativeWeight = alpha.map { 1 - Double($0) } ?? 1
        for i in logits.indices {
            let z = Logistic(Double(logits[i]))
            let y = SmoothedTarget(targets[i], labelSmoothing: smoothing)
            let weight = positiveWeight * y.positive + negativeWeight * y.negative
            // miss = 1 − p_t, summed from its parts: positive, since neither probability ever becomes 0.
            let miss = y.positive * z.complement + y.negative * z.probability
            let missSlope = (y.negative - y.positive) * z.probability * z.complement
            let entropy = y.positive * z.softplusOfNegative + y.negative * z.softplus
            let entropySlope = y.negative * z.probability - y.positive * z.complement
            let factor = weight * pow(miss, gamma)
            loss[i] = Float(saturating: factor * entropy)
            gradient[i] = Float(
                saturating: factor * (gamma * (missSlope / miss) * entropy + entropySlope))
        }
    }
}

extension Loss where Self == FocalLoss {
    /// Focal loss from logits; see ``FocalLoss``.
    public static func focal(gamma: Float = 2, alpha: Float? = nil, labelSmoothing: Float = 0) -> Self {
        FocalLoss(gamma: gamma, alpha: alpha, labelSmoothing: labelSmoothing)
    }
}
