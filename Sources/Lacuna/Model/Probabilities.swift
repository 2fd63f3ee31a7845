#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// From logits to probabilities and predictions, calculated in Double and rounded once.
enum Probabilities {
    /// σ(z) = 1 / (1 + e⁻ᶻ).
    static func sigmoid(_ logit: Float) -> Float { Float(1 / (1 + exp(-Double(logit)))) }

    /// softmax over `classes` logits from `start` on, appended to `out`.
    static func softmax(_ logits: [Float], start: Int, classes: Int, into out: inout [Float]) {
        var largest = -Double.infinity
        for index in start..<start + classes { largest = max(largest, Double(logits[index])) }
        var sum = 0.0
        for index in start..<start + classes { sum += exp(Double(logits[index]) - largest) }
        for index in start..<start + classes { out.append(Float(exp(Double(logits[index]) - largest) / sum)) }
    }

    /// An ordinal slot's probabilities, from K − 1 cumulative logits.
    struct Ordinal {
        /// P(y > k) for k in 0 ..< K − 1, made non-increasing by a running minimum.
        var above: [Float] = []
        /// How many of them exceed 0.5.
        var level = 0

        init(_ logits: [Float], start: Int, count: Int) {
            var smallest: Float = 1
            for index in start..<start + count {
                let share = Probabilities.sigmoid(logits[index])
                // Not min(): a NaN has to stay visible.
                smallest = smallest.isNaN || share >= smallest ? smallest : share
                above.append(smallest)
                if smallest > 0.5 { level += 1 }
            }
        }

        /// P(y = k) for k in 0 ..< K.
        var levels: [Float] {
            var previous: Float = 1
            return (above + [0]).map { next in
                defer { previous = next }
                return previous - next
            }
        }
    }
}
