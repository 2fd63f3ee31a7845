#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// The sigmoid of one logit, its complement and both softplus values, from one exponential.
///
/// Each is exact to a few units in the last place of a Double wherever it exceeds the smallest Float: the
/// complement is never taken as `1 − σ`, which loses every digit once σ rounds to 1.
struct Logistic {
    /// p = σ(z).
    let probability: Double
    /// 1 − p = σ(−z).
    let complement: Double
    /// −log(1 − p) = log(1 + exp(z)).
    let softplus: Double
    /// −log p = log(1 + exp(−z)).
    let softplusOfNegative: Double

    @inline(__always)
    init(_ logit: Double) {
        let magnitude = abs(logit)
        // exp(−700) is far below the smallest Float and above the smallest Double: the tail never becomes
        // exactly 0, so quotients and powers of probabilities need no special cases. A NaN passes.
        let tail = exp(magnitude > 700 ? -700 : -magnitude)
        let large = 1 / (1 + tail)
        let small = tail / (1 + tail)
        let remainder = log1p(tail)
        if logit < 0 {
            probability = small
            complement = large
            softplus = remainder
            softplusOfNegative = remainder - logit
        } else {
            probability = large
            complement = small
            softplus = remainder + logit
            softplusOfNegative = remainder
        }
    }
}

/// Both sides of a probability that is the target of a logit: y and 1 − y, after label smoothing.
struct SmoothedTarget {
    /// y(1 − ε) + ε/2.
    let positive: Double
    /// 1 − positive, without the cancellation.
    let negative: Double

    @inline(__always)
    init(_ target: Float, labelSmoothing: Double) {
        let y = Double(target)
        positive = y * (1 - labelSmoothing) + labelSmoothing / 2
        negative = (1 - y) * (1 - labelSmoothing) + labelSmoothing / 2
    }
}

extension Float {
    /// The nearest Float, where a finite value beyond the range becomes the largest finite one.
    ///
    /// A loss of finite logits stays finite this way; infinity and NaN, which say that training has
    /// diverged, pass unchanged.
    @inline(__always)
    init(saturating value: Double) {
        let limit = Double(Float.greatestFiniteMagnitude)
        if value.isFinite && abs(value) > limit {
            self = value < 0 ? -Float.greatestFiniteMagnitude : Float.greatestFiniteMagnitude
        } else {
            self = Float(value)
        }
    }
}
