import Lacuna

/// The losses and gradients of a batch of observed slots, as arrays.
public struct EvaluatedLoss: Equatable, Sendable {
    public var loss: [Float]
    public var gradient: [Float]

    public init(loss: [Float], gradient: [Float]) {
        self.loss = loss
        self.gradient = gradient
    }
}

extension Loss {
    /// Evaluates the loss of `logits.count / width` slots. What it does not write stays NaN.
    public func evaluated(logits: [Float], targets: [Float], width: Int = 1) -> EvaluatedLoss {
        var loss = [Float](repeating: .nan, count: logits.count / width)
        var gradient = [Float](repeating: .nan, count: logits.count)
        var lossSpan = loss.mutableSpan
        var gradientSpan = gradient.mutableSpan
        evaluate(
            logits: logits.span, targets: targets.span, width: width,
            loss: &lossSpan, gradient: &gradientSpan)
        return EvaluatedLoss(loss: loss, gradient: gradient)
    }

    /// The largest difference between the gradient that a loss writes and the slope of the loss that it writes,
    /// over all logits, as a share of the larger of 1 and the slope.
    ///
    /// The slope is the central difference over 2 × `step`. Losses are Floats, so it is good to about
    /// 1e-7 × loss / step: a wrong term shows, a wrong last digit does not. Keep kinks out of reach of a step.
    public func largestGradientError(
        logits: [Float], targets: [Float], width: Int = 1, step: Float = 1 / 256
    ) -> Double {
        let gradient = evaluated(logits: logits, targets: targets, width: width).gradient
        var largest = 0.0
        for i in logits.indices {
            var (above, below) = (logits, logits)
            above[i] += step
            below[i] -= step
            let slot = i / width
            let rise =
                Double(evaluated(logits: above, targets: targets, width: width).loss[slot])
                - Double(evaluated(logits: below, targets: targets, width: width).loss[slot])
            let slope = rise / (Double(above[i]) - Double(below[i]))
            let error = abs(Double(gradient[i]) - slope) / max(1, abs(slope))
            if !(error <= largest) { largest = error }
        }
        return largest
    }
}
