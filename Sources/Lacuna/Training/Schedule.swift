#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// How the learning rate changes over a run. The rate of a step is the base rate × ``factor(step:of:stepsPerEpoch:warmup:)``.
public enum Schedule: Equatable, Sendable, Codable {
    /// 1.
    case constant
    /// ½ (1 + cos πt), t running from 0 to 1 over the steps after warm-up (Loshchilov & Hutter 2017, without restarts).
    case cosine
    /// 1 − t.
    case linear
    /// × factor after every `epochs` epochs, as `torch.optim.lr_scheduler.StepLR`.
    case step(epochs: Int, factor: Double)

    /// The name that flags and files use.
    public var name: String {
        switch self {
        case .constant: "constant"
        case .cosine: "cosine"
        case .linear: "linear"
        case .step: "step"
        }
    }

    /// The factor on the base learning rate.
    ///
    /// - Parameters:
    ///   - step: the step, from 0, counted over the whole run; steps that observe nothing count too.
    ///   - total: steps of the whole run.
    ///   - stepsPerEpoch: steps of one epoch.
    ///   - warmup: steps over which the factor first rises in a straight line: (step + 1) ÷ warmup.
    /// - Returns: the factor, in `0 ... 1`.
    public func factor(step: Int, of total: Int, stepsPerEpoch: Int, warmup: Int) -> Double {
        if step < warmup { return Double(step + 1) / Double(warmup) }
        let progress = Double(step - warmup) / Double(max(total - warmup, 1))
        return switch self {
        case .constant: 1
        case .cosine: 0.5 * (1 + cos(Double.pi * progress))
        case .linear: 1 - progress
        case .step(let epochs, let factor): pow(factor, Double(step / max(stepsPerEpoch, 1) / max(epochs, 1)))
        }
    }

    /// Checks every number's range.
    ///
    /// - Throws: ``SettingError`` naming what is out of range.
    public func validate() throws(SettingError) {
        guard case .step(let epochs, let factor) = self else { return }
        guard epochs >= 1 else {
            throw SettingError("schedule step has epochs \(epochs); it is 1 or more", fix: "step:epochs=10,factor=0.1")
        }
        guard factor > 0, factor <= 1 else {
            throw SettingError("schedule step has factor \(factor); it lies in 0 ... 1, above 0", fix: "step:epochs=10,factor=0.1")
        }
    }
}
