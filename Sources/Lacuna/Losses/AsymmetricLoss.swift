#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Asymmetric loss (ASL) from logits, unreduced: easy negatives count less than easy positives, and negatives
/// below a probability of `clip` not at all.
///
/// With p = σ(z) and p_m = max(p − clip, 0):
/// `−(1 − p)^γ₊ · log p` for a positive slot and `−p_m^γ₋ · log(1 − p_m)` for a negative one. A soft target y
/// mixes base, exponent and entropy, as the authors' code does:
/// `(y(1 − p) + (1 − y)p_m)^(γ₊y + γ₋(1 − y)) · −(y·log p + (1 − y)·log(1 − p_m))`.
///
/// The gradient is that of the whole product, the focusing weight included. At the kink p = clip the slope of
/// p_m is taken as that of p, as automatic differentiation of `clamp` does.
///
/// - `evaluate` takes logits `[n]` (before the sigmoid) and targets `[n]` in `0 ... 1`, with `width` 1, and
///   writes losses `[n]`, never negative, in nats, and gradients `[n]`.
/// - Note: Ridnik et al. 2021, "Asymmetric Loss For Multi-Label Classification": asymmetric focusing with
///   probability shifting. Peer: the authors' `AsymmetricLoss` (github.com/Alibaba-MIIL/ASL), of which the floor of 1e-8 under its logarithms
///   is left out.
public struct AsymmetricLoss: Loss, Equatable {
    /// The focusing exponent γ₋ of negative slots: at least 0 and finite.
    public var gammaNegative: Float
    /// The focusing exponent γ₊ of positive slots: at least 0 and finite.
    public var gammaPositive: Float
    /// The probability that is taken off before a negative slot counts: `0 ..< 1`.
    public var clip: Float

    /// Settings are checked by `validate()`, when a model or data set is made; the defaults are the paper's.
    public init(gammaNegative: Float = 4, gammaPositive: Float = 1, clip: Float = 0.05) {
        self.gammaNegative = gammaNegative
        self.gammaPositive = gammaPositive
        self.clip = clip
    }

    public var name: String { "asymmetric" }
    public var kinds: Set<ObjectiveKind.Name> { [.multilabel, .binary] }
    public var settings: [String: [Double]] {
        [
            "gammaNegative": [Double(gammaNegative)],
            "gammaPositive": [Double(gammaPositive)],
            "clip": [Double(clip)],
        ]
    }

    public func validate() throws(SettingError) {
        try SettingError.require(
            gammaNegative >= 0 && gammaNegative.isFinite,
            "negative gamma", is: gammaNegative, range: "is at least 0 and finite")
        try SettingError.require(
            gammaPositive >= 0 && gammaPositive.isFinite,
            "positive gamma", is: gammaPositive, range: "is at least 0 and finite")
        try SettingError.require((0..<1).contains(clip), "clip", is: clip, range: "lies in 0 ..< 1")
    }

    public func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int,
        loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) {
        requireOneLogitPerSlot(
            logits: logits.count, targets: targets.count, width: width,
            loss: loss.count, gradient: gradient.count)
        let (gammaPositive, gammaNegative) = (Double(gammaPositive), Double(gammaNegative))
        let clip = Double(clip)
        for i in logits.indices {
            let logit = Double(logits[i])
            let z = Logistic(logit)
            let y = SmoothedTarget(targets[i], labelSmoothing: 0)
            let negative = ClippedNegative(z, clip: clip)
            let slope = z.probability * z.complement
            let gamma = gammaPositive * y.positive + gammaNegative * y.negative
            let miss = y.positive * z.complement + y.negative * negative.probability
            let missSlope = slope * (y.negative * negative.slope - y.positive)
            // An infinite logit can leave the entropy finite; `logit − logit` is 0, or NaN where it has diverged.
            let entropy =
                y.positive * z.softplusOfNegative + y.negative * negative.entropy + (logit - logit)
            let entropySlope =
                y.negative * negative.slope * slope / negative.complement - y.positive * z.complement
            let factor = pow(miss, gamma)
            // A negative below the clip: entropy is 0 as well, and 0/0 must not make a NaN of it.
            let relativeSlope = miss == 0 ? 0 : missSlope / miss
            loss[i] = Float(saturating: factor * entropy)
            gradient[i] = Float(saturating: factor * (gamma * relativeSlope * entropy + entropySlope))
        }
    }
}

/// What a negative slot sees of a probability p after `clip` has been taken off: p_m = max(p − clip, 0).
private struct ClippedNegative {
    /// p_m.
    let probability: Double
    /// 1 − p_m; above 0.
    let complement: Double
    /// −log(1 − p_m).
    let entropy: Double
    /// d p_m / d p: 1, or 0 below the clip.
    let slope: Double

    @inline(__always)
    init(_ z: Logistic, clip: Double) {
        if z.probability < clip {
            (probability, complement, entropy, slope) = (0, 1, 0, 0)
            return
        }
        probability = z.probability - clip
        complement = z.complement + clip
        slope = 1
        if clip == 0 {
            entropy = z.softplus
        } else {
            entropy = probability < 0.5 ? -log1p(-probability) : -log(complement)
        }
    }
}

extension Loss where Self == AsymmetricLoss {
    /// Asymmetric loss from logits; see ``AsymmetricLoss``.
    public static func asymmetric(
        gammaNegative: Float = 4, gammaPositive: Float = 1, clip: Float = 0.05
    ) -> Self {
        AsymmetricLoss(gammaNegative: gammaNegative, gammaPositive: gammaPositive, clip: clip)
    }
}
