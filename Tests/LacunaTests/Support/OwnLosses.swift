import Lacuna

/// A loss of a user's own: (z − y)⁴ ÷ 4.
struct QuarticError: Loss {
    var name: String { "quartic" }
    var kinds: Set<ObjectiveKind.Name> { [.regression] }

    func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int, loss: inout MutableSpan<Float>,
        gradient: inout MutableSpan<Float>
    ) {
        for slot in 0..<loss.count {
            let difference = logits[slot] - targets[slot], square = difference * difference
            loss[slot] = square * square / 4
            gradient[slot] = square * difference
        }
    }
}

/// A loss of a user's own that goes wrong: it writes a NaN into the loss or into the gradient.
struct BrokenLoss: Loss {
    var isGradient: Bool
    var name: String { "broken" }
    var kinds: Set<ObjectiveKind.Name> { [.binary] }

    func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int, loss: inout MutableSpan<Float>,
        gradient: inout MutableSpan<Float>
    ) {
        for slot in 0..<loss.count {
            loss[slot] = isGradient ? 0 : .nan
            gradient[slot] = isGradient ? .nan : 0
        }
    }
}

/// A loss of a user's own with a setting: factor · (z − y)² ÷ 2.
struct ScaledError: Loss {
    var factor: Float
    var name: String { "scaled" }
    var settings: [String: [Double]] { ["factor": [Double(factor)]] }
    var kinds: Set<ObjectiveKind.Name> { [.regression] }

    func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int, loss: inout MutableSpan<Float>,
        gradient: inout MutableSpan<Float>
    ) {
        for slot in 0..<loss.count {
            let difference = logits[slot] - targets[slot]
            loss[slot] = factor * difference * difference / 2
            gradient[slot] = factor * difference
        }
    }
}
