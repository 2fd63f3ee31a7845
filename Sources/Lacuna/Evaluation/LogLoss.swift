#if canImport(Darwin)
import Darwin
#elseif canImport(Musl)
import Musl
#else
import Glibc
#endif

/// A probability moved into `2⁻²³ ... 1 − 2⁻²³`, as a Double.
///
/// That keeps its logarithm and its complement's finite. The bound is the machine precision of float32, which
/// scikit-learn takes for float32 probabilities; it caps one slot's loss at 23 ln 2 ≈ 15.94 nats.
private func clipped(_ probability: Float) -> Double {
    Double(min(max(probability, Float.ulpOfOne), 1 - Float.ulpOfOne))
}

/// −ln p of the class that the label names, in nats, with p clipped.
func logLoss(ofLabelled probability: Float) -> Double {
    -log(clipped(probability))
}

/// −y ln p − (1 − y) ln(1 − p), in nats, with p clipped.
///
/// - Parameters:
///   - probability: P(y = 1).
///   - label: y, in `0 ... 1`.
func logLoss(of probability: Float, label: Double) -> Double {
    let probability = clipped(probability)
    // A label of exactly 0 or 1 needs one logarithm, not two.
    let ofPositive = label > 0 ? label * log(probability) : 0
    let ofNegative = label < 1 ? (1 - label) * log(1 - probability) : 0
    return -(ofPositive + ofNegative)
}

/// 1 − mean log loss ÷ log loss of the prior, the entropy of the labels' own shares.
///
/// - Parameters:
///   - counts: how often each class is the label; of soft labels, their sums.
///   - oneClass: the reason where only one class has a count: its share predicts it without loss.
func logLossSkill(mean: Double, counts: [Double], oneClass: String) -> Score {
    let total = counts.reduce(0, +)
    guard counts.count(where: { $0 > 0 }) > 1 else { return .undefined(reason: oneClass) }
    let prior = counts.reduce(0.0) { $1 > 0 ? $0 - $1 / total * log($1 / total) : $0 }
    return Score(finite: 1 - mean / prior)
}
