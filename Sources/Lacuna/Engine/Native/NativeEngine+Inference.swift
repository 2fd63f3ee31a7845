internal import LacunaKernels

extension NativeEngine {
    package func logits(_ features: FeatureMatrix, rows: Range<Int>) -> [Float] {
        Products.setThreads(threads)
        let count = rows.count, width = features.columns
        let input = inferenceInput.room(for: count * width)
        input.copy(from: features.values[rows.lowerBound * width..<rows.upperBound * width])
        let hidden = encoder.forward(
            input, rows: count, parameters: parameters.view, statistics: statistics.view, mode: .inference)
        let linear = inferenceLogits.room(for: count * layout.linear.logits)
        heads.logits(hidden, rows: count, parameters: parameters.view, into: linear)
        var all = [Float](repeating: 0, count: count * plan.outputs)
        for slot in plan.slots where slot.tower == nil {
            copy(linear, stride: layout.linear.logits, slot, count, into: &all)
        }
        for (index, tower) in towers.enumerated() {
            let logits = inferenceLogits.room(for: count * layout.towers[index].output.logits)
            tower.logits(
                hidden, rows: count, parameters: parameters.view, statistics: statistics.view, into: logits)
            for slot in plan.slots where slot.tower == index {
                copy(logits, stride: layout.towers[index].output.logits, slot, count, into: &all)
            }
        }
        return all
    }

    private func copy(
        _ logits: View<Float>, stride: Int, _ slot: HeadPlan.Slot, _ rows: Int, into all: inout [Float]
    ) {
        for row in 0..<rows {
            for column in 0..<slot.width {
                all[row * plan.outputs + slot.output + column] = logits[row * stride + slot.logit + column]
            }
        }
    }
}

extension OutputLayer {
    /// Logits `[rows × logits]` of all slots of this layer.
    func logits(_ hidden: View<Float>, rows: Int, parameters: View<Float>, into out: View<Float>) {
        guard layout.scores > 0 else { return }
        let scores = scores.room(for: rows * layout.scores)
        Products.multiply(
            hidden, parameters.slice(layout.weight, layout.scores * layout.inputs), transposeB: true,
            into: scores, m: rows, n: layout.scores, k: layout.inputs)
        let bias = parameters.slice(layout.bias, layout.logits)
        for slot in slots {
            for row in 0..<rows {
                for column in 0..<slot.width {
                    let score = scores[row * layout.scores + slot.score + (slot.isOrdinal ? 0 : column)]
                    out[row * layout.logits + slot.logit + column] = score + bias[slot.logit + column]
                }
            }
        }
    }
}
