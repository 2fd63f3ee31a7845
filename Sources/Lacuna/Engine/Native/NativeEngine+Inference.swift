internal import LacunaKernels

extension NativeEngine {
    package func logits(_ features: FeatureMatrix, rows: Range<Int>) -> [Float] {
        // The kernel of prediction takes four rows at a time.
        let count = (rows.count + 3) / 4 * 4
        let width = features.columns, filled = rows.count * width
        let input = inferenceInput.room(for: count * width)
        input.prefix(filled).copy(from: features.values[rows.lowerBound * width..<rows.upperBound * width])
        input.slice(filled, count * width - filled).fill(0)
        let hidden = encoder.forward(
            input, rows: count, parameters: parameters.view, statistics: statistics.view, mode: .inference)
        let linear = inferenceLogits.room(for: count * layout.linear.logits)
        heads.logits(hidden, rows: count, parameters: parameters.view, into: linear)
        var all = [Float](repeating: 0, count: rows.count * plan.outputs)
        for slot in plan.slots where slot.tower == nil {
            copy(linear, stride: layout.linear.logits, slot, rows.count, into: &all)
        }
        for (index, tower) in towers.enumerated() {
            let logits = inferenceLogits.room(for: count * layout.towers[index].output.logits)
            tower.logits(
                hidden, rows: count, parameters: parameters.view, statistics: statistics.view, into: logits)
            for slot in plan.slots where slot.tower == index {
                copy(logits, stride: layout.towers[index].output.logits, slot, rows.count, into: &all)
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
        let weight = parameters.slice(layout.weight, layout.scores * layout.inputs)
        let all = allRows.room(for: rows)
        for row in 0..<rows { all[row] = Int32(row) }
        unsafe lacuna_observed_scores(
            rows, layout.scores, layout.inputs, all.base, hidden.base, weight.base, scores.base)
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
