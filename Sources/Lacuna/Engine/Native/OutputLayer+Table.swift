internal import LacunaKernels

extension OutputLayer {
    /// Losses and slopes of all slots over a matrix of targets.
    ///
    /// - Parameters:
    ///   - chosen: `[rows]`, rows of the table.
    ///   - firstRow: where these begin in the logical batch.
    ///   - entries: of the whole logical batch, for what each slot's slopes are multiplied with.
    /// - Returns: the objective whose logits or loss are not finite, if any.
    func forward(
        _ table: TargetMatrix, _ chosen: View<Int32>, firstRow: Int, _ entries: BatchEntries, _ pass: Pass
    ) -> Int? {
        let rows = pass.rows, isTurned = isTurned
        let scores = scores.room(for: rows * layout.scores)
        score(pass, into: scores)
        workers.profile?.enter(.loss)
        let losses = slotLosses.room(for: table.slots), coefficients = slotCoefficients.room(for: table.slots)
        losses.fill(0)
        let segments = entries.segments
        for index in 0..<segments.count {
            let slot = Int(segments[index].slot)
            coefficients[slot] = pass.coefficients[Int(plan.objectiveOfSlot.view[slot])]
        }
        let bias = pass.parameters.slice(layout.bias, layout.logits)
        // Columns that lie turned share no memory.
        workers.split(table.slots, grain: isTurned ? 1 : 64, work: 16 * rows * table.slots) { own in
            var slot = own.lowerBound
            while slot < own.upperBound {
                let block = plan.block(of: slot), end = min(block.slots.upperBound, own.upperBound)
                let first = plan.slots[slot], part = slot..<end
                let columns = LossKernel.Columns(
                    width: block.width, coefficients: coefficients.slice(slot, part.count),
                    bias: bias.slice(first.logit, part.count * block.width),
                    biasGradient: pass.biasGradient.slice(first.logit, part.count * block.width),
                    losses: losses.slice(slot, part.count))
                if isTurned {
                    block.kernel?.evaluate(
                        columns, rows: rows, targets: entries.turnedTargets(of: part, firstRow: firstRow, rows: rows),
                        step: entries.turnedRows, scores: scores.slice(first.score * rows, part.count * block.width * rows))
                } else {
                    block.kernel?.evaluate(
                        columns, chosen, in: table, firstSlot: slot, scores: scores.slice(first.score, scores.count - first.score),
                        stride: layout.scores, isNarrow: block.slots.count < 8)
                }
                slot = end
            }
        }
        for index in 0..<segments.count {
            let slot = Int(segments[index].slot), objective = Int(plan.objectiveOfSlot.view[slot])
            guard losses[slot].isFinite else { return objective }
            pass.lossSums[objective] += Double(losses[slot])
        }
        return nil
    }

    /// From the slopes that ``forward(_:_:firstRow:_:_:)`` left to the gradients of output matrix and hidden values.
    ///
    /// - Parameter isFirst: whether gradients of weights are written rather than added to.
    func backward(table pass: Pass, isFirst: Bool) {
        multiplyBack(scores.view.prefix(pass.rows * layout.scores), pass, accumulate: !isFirst)
    }
}
