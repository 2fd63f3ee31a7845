internal import LacunaKernels

extension NativeEngine {
    package func logits(_ features: FeatureMatrix, rows: Range<Int>) -> [Float] {
        let (hidden, count) = hidden(features, rows: rows)
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

    /// What the encoder makes of some rows, `[count, H]`; the count is a multiple of four, as the kernel of prediction takes
    /// them.
    private func hidden(_ features: FeatureMatrix, rows: Range<Int>) -> (View<Float>, count: Int) {
        let count = (rows.count + 3) / 4 * 4
        let chosen = inferenceRows.room(for: rows.count)
        for (index, row) in rows.enumerated() { chosen[index] = Int32(row) }
        let input = inferenceInput.gather(features, rows: chosen, padded: count, keepsSparse: !layout.encoder.isEmpty, workers: workers)
        let hidden = encoder.forward(
            input, rows: count, parameters: parameters.view, statistics: statistics.view, mode: .inference)
        return (hidden, count)
    }

    package func observedLogits(_ features: FeatureMatrix, rows: Range<Int>, labels: LabelTable) -> [Float] {
        let (hidden, _) = hidden(features, rows: rows)
        let entries = labels.rowStarts[rows.lowerBound]..<labels.rowStarts[rows.upperBound]
        // Where each entry's logits stand.
        var starts = [0]
        starts.reserveCapacity(entries.count + 1)
        for entry in entries { starts.append((starts.last ?? 0) + plan.slots[Int(labels.slotIndices[entry])].width) }
        var result = [Float](repeating: 0, count: starts.last ?? 0)
        for row in rows {
            linearLogits(hidden, row: row - rows.lowerBound, labels, row, first: entries.lowerBound, starts, into: &result)
        }
        for index in towers.indices { towerLogits(index, hidden, rows, labels, starts, into: &result) }
        return result
    }

    /// The logits of one row's observed slots of linear heads. Neighbouring slots are neighbours in the output matrix, so a
    /// run of them is one call.
    private func linearLogits(
        _ hidden: View<Float>, row local: Int, _ labels: LabelTable, _ row: Int, first: Int, _ starts: [Int],
        into result: inout [Float]
    ) {
        let inputs = layout.linear.inputs, end = labels.rowStarts[row + 1]
        var place = labels.rowStarts[row]
        let rowNumber = inferenceRows.room(for: 1)
        rowNumber[0] = Int32(local)
        while place < end {
            let begin = plan.slots[Int(labels.slotIndices[place])]
            guard begin.tower == nil else {
                place += 1
                continue
            }
            var stop = place + 1, width = begin.scoreWidth
            while stop < end {
                let next = plan.slots[Int(labels.slotIndices[stop])]
                guard next.tower == nil, next.score == begin.score + width else { break }
                width += next.scoreWidth
                stop += 1
            }
            let scores = observedScores.room(for: width)
            let weight = parameters.view.slice(layout.linear.weight + begin.score * inputs, width * inputs)
            unsafe lacuna_observed_scores(1, width, inputs, rowNumber.base, hidden.base, weight.base, scores.base)
            for entry in place..<stop {
                let slot = plan.slots[Int(labels.slotIndices[entry])], target = starts[entry - first]
                let bias = parameters.view.slice(layout.linear.bias + slot.logit, slot.width)
                for column in 0..<slot.width {
                    result[target + column] = scores[slot.score - begin.score + (slot.isOrdinal ? 0 : column)] + bias[column]
                }
            }
            place = stop
        }
    }

    /// The logits of a tower's observed slots: it runs on the rows that have one.
    private func towerLogits(
        _ index: Int, _ hidden: View<Float>, _ rows: Range<Int>, _ labels: LabelTable, _ starts: [Int],
        into result: inout [Float]
    ) {
        let slots = plan.towers[index].slots, width = layout.linear.inputs, first = labels.rowStarts[rows.lowerBound]
        func entries(_ row: Int) -> Range<Int> {
            let own = labels.rowStarts[row]..<labels.rowStarts[row + 1]
            let low = own.first { Int(labels.slotIndices[$0]) >= slots.lowerBound } ?? own.upperBound
            let high = (low..<own.upperBound).first { Int(labels.slotIndices[$0]) >= slots.upperBound } ?? own.upperBound
            return low..<high
        }
        let observed = rows.filter { !entries($0).isEmpty }
        if observed.isEmpty { return }
        let count = (observed.count + 3) / 4 * 4
        let gathered = towerInput.room(for: count * width)
        for (position, row) in observed.enumerated() {
            gathered.slice(position * width, width).copy(from: hidden.slice((row - rows.lowerBound) * width, width))
        }
        gathered.slice(observed.count * width, (count - observed.count) * width).fill(0)
        let stride = layout.towers[index].output.logits
        let logits = inferenceLogits.room(for: count * stride)
        towers[index].logits(
            gathered, rows: count, parameters: parameters.view, statistics: statistics.view, into: logits)
        for (position, row) in observed.enumerated() {
            for entry in entries(row) {
                let slot = plan.slots[Int(labels.slotIndices[entry])], target = starts[entry - first]
                for column in 0..<slot.width { result[target + column] = logits[position * stride + slot.logit + column] }
            }
        }
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
