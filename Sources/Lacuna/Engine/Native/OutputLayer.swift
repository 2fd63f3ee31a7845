internal import LacunaKernels

/// An output matrix over hidden values: scores, logits, losses and gradients of observed slots. The linear heads of
/// all objectives share one; each tower has its own.
final class OutputLayer {
    let layout: ParameterLayout.Output
    /// The tower whose outputs these are, or nil for the linear heads.
    private let tower: Int?
    private let plan: HeadPlan
    let scores = Memory<Float>()
    let allRows = Memory<Int32>()
    private let packed = Memory<Float>()
    private let logits = Memory<Float>()
    private let gradients = Memory<Float>()
    private let losses = Memory<Float>()
    private let soft = Memory<Float>()

    init(_ layout: ParameterLayout.Output, tower: Int?, plan: HeadPlan) {
        self.layout = layout
        self.tower = tower
        self.plan = plan
    }

    /// The slots of this layer.
    var slots: [HeadPlan.Slot] { plan.slots.filter { $0.tower == tower } }

    /// A training pass over some of the slots of a batch.
    struct Pass {
        let hidden: View<Float>
        /// Rows of `hidden`.
        let rows: Int
        let parameters: View<Float>
        /// Gradient of the output matrix, `[*, inputs]`, at each segment's `score`; added to.
        let weightGradient: View<Float>
        /// Gradient of the biases, at each segment's `logit`; added to.
        let biasGradient: View<Float>
        /// `[rows, inputs]`; added to.
        let hiddenGradient: View<Float>
        let path: HeadPath
        /// By objective: what an entry's weight is multiplied with.
        let coefficients: View<Float>
        let labels: TargetTable
        /// By objective, added to: Σ w · loss.
        let lossSums: View<Double>
    }

    /// Calculates losses and gradients of those segments in `range` that are slots of this layer.
    ///
    /// - Parameter rowsOfEntries: `[entries]`, the row of `hidden` of each.
    /// - Returns: the objective whose logits or loss are not finite, if any.
    func train(
        _ entries: BatchEntries, segments range: Range<Int>, rowsOfEntries: View<Int32>, _ pass: Pass
    ) -> Int? {
        guard !range.isEmpty else { return nil }
        let inputs = layout.inputs, segments = entries.segments
        let weight = pass.parameters.slice(layout.weight, layout.scores * inputs)
        if pass.path == .dense {
            let all = scores.room(for: pass.rows * layout.scores)
            Products.multiply(
                pass.hidden, weight, transposeB: true, into: all, m: pass.rows, n: layout.scores, k: inputs)
        }
        var packedSize = 0
        for index in range where plan.slots[Int(segments[index].slot)].tower == tower {
            packedSize += Int(segments[index].count) * plan.slots[Int(segments[index].slot)].scoreWidth
        }
        let packed = packed.room(for: packedSize)
        var place = 0, diverged: Int?
        forEachBlock(entries, range) { block, run in
            let at = place
            for index in run {
                let segment = segments[index], slot = plan.slots[Int(segment.slot)], count = Int(segment.count)
                let rows = rowsOfEntries.slice(Int(segment.start), count)
                let target = packed.slice(place, count * slot.scoreWidth)
                if pass.path == .dense {
                    unsafe lacuna_pack(
                        count, slot.scoreWidth, layout.scores, rows.base, scores.view.base + slot.score, target.base)
                } else {
                    unsafe lacuna_observed_scores(
                        count, slot.scoreWidth, inputs, rows.base, pass.hidden.base,
                        weight.slice(slot.score * inputs, slot.scoreWidth * inputs).base, target.base)
                }
                place += count * slot.scoreWidth
            }
            if let bad = train(block, entries, run, packed.slice(at, place - at), pass) { diverged = diverged ?? bad }
        }
        if let diverged { return diverged }
        backward(entries, range, rowsOfEntries, packed, pass, weight)
        return nil
    }

    /// One block: logits from scores, loss, weights; `packed` goes in as scores and comes out as their gradients.
    private func train(
        _ block: HeadPlan.Block, _ entries: BatchEntries, _ run: Range<Int>, _ packed: View<Float>, _ pass: Pass
    ) -> Int? {
        let segments = entries.segments, width = block.width
        let start = Int(segments[run.lowerBound].start)
        let last = segments[run.upperBound - 1]
        let count = Int(last.start + last.count) - start
        let logits = logits.room(for: count * width), gradients = gradients.room(for: count * width)
        let losses = losses.room(for: count)
        let bias = pass.parameters.slice(layout.bias, layout.logits)
        for index in run {
            let segment = segments[index], slot = plan.slots[Int(segment.slot)]
            let base = Int(segment.start) - start
            for entry in base..<base + Int(segment.count) {
                for column in 0..<width {
                    let score = packed[slot.isOrdinal ? entry : entry * width + column]
                    logits[entry * width + column] = score + bias[slot.logit + column]
                }
            }
        }
        evaluate(block, entries, logits, start: start, count: count, losses: losses, gradients: gradients, pass)
        for index in run {
            let segment = segments[index], slot = plan.slots[Int(segment.slot)]
            let base = Int(segment.start) - start, n = Int(segment.count)
            let loss = losses.slice(base, n), gradient = gradients.slice(base * width, n * width)
            let finite = unsafe lacuna_all_finite(n * width, logits.slice(base * width, n * width).base) != 0
                && lacuna_all_finite(n, loss.base) != 0 && lacuna_all_finite(n * width, gradient.base) != 0
            guard finite else { return slot.objective }
            let weights = entries.isWeighted ? entries.weights.slice(Int(segment.start), n) : nil
            pass.lossSums[slot.objective] += unsafe lacuna_weigh(
                n, width, weights?.base, pass.coefficients[slot.objective], loss.base, gradient.base)
            let biasGradient = pass.biasGradient.slice(Int(segment.logit), width)
            unsafe lacuna_column_sums(n, width, gradient.base, 1, biasGradient.base)
            for entry in base..<base + n {
                if slot.isOrdinal {
                    var sum: Float = 0
                    for column in 0..<width { sum += gradients[entry * width + column] }
                    packed[entry] = sum
                } else {
                    for column in 0..<width { packed[entry * width + column] = gradients[entry * width + column] }
                }
            }
        }
        return nil
    }

    private func evaluate(
        _ block: HeadPlan.Block, _ entries: BatchEntries, _ logits: View<Float>, start: Int, count: Int,
        losses: View<Float>, gradients: View<Float>, _ pass: Pass
    ) {
        var targets = entries.targets.slice(start, count)
        if let distributions = pass.labels.distributions[block.slots.lowerBound] {
            // A soft target is kept as the position of its distribution.
            let width = block.width, expanded = soft.room(for: count * width)
            for entry in 0..<count {
                let position = TargetTable.position(targets[entry]) * width
                for column in 0..<width { expanded[entry * width + column] = distributions[position + column] }
            }
            targets = expanded
        }
        Self.evaluate(block.loss, logits, targets, block.width, losses, gradients)
        // Bounds are labels of regressions, which have one logit a slot.
        if entries.isCensored, block.width == 1 {
            Self.makeOneSided(entries.states.slice(start, count), logits, targets, losses, gradients)
        }
    }

    private static func makeOneSided(
        _ states: View<CellState>, _ logits: View<Float>, _ targets: View<Float>, _ losses: View<Float>,
        _ gradients: View<Float>
    ) {
        let s = unsafe Span(_unsafeStart: states.base, count: states.count)
        let z = unsafe Span(_unsafeStart: logits.base, count: states.count)
        let y = unsafe Span(_unsafeStart: targets.base, count: states.count)
        var l = unsafe MutableSpan(_unsafeStart: losses.base, count: states.count)
        var g = unsafe MutableSpan(_unsafeStart: gradients.base, count: states.count)
        CellState.makeOneSided(s, logits: z, targets: y, loss: &l, gradient: &g)
    }

    /// Calls a loss over views.
    static func evaluate(
        _ loss: any Loss, _ logits: View<Float>, _ targets: View<Float>, _ width: Int, _ losses: View<Float>,
        _ gradients: View<Float>
    ) {
        let z = unsafe Span(_unsafeStart: logits.base, count: logits.count)
        let y = unsafe Span(_unsafeStart: targets.base, count: targets.count)
        var l = unsafe MutableSpan(_unsafeStart: losses.base, count: losses.count)
        var g = unsafe MutableSpan(_unsafeStart: gradients.base, count: gradients.count)
        loss.evaluate(logits: z, targets: y, width: width, loss: &l, gradient: &g)
    }

    private func backward(
        _ entries: BatchEntries, _ range: Range<Int>, _ rowsOfEntries: View<Int32>, _ packed: View<Float>,
        _ pass: Pass, _ weight: View<Float>
    ) {
        let inputs = layout.inputs, segments = entries.segments
        let dense = pass.path == .dense ? scores.room(for: pass.rows * layout.scores) : nil
        dense?.fill(0)
        var place = 0
        for index in range {
            let segment = segments[index], slot = plan.slots[Int(segment.slot)], count = Int(segment.count)
            guard slot.tower == tower else { continue }
            let rows = rowsOfEntries.slice(Int(segment.start), count)
            let gradient = packed.slice(place, count * slot.scoreWidth)
            place += count * slot.scoreWidth
            if let dense {
                unsafe lacuna_unpack(
                    count, slot.scoreWidth, layout.scores, rows.base, gradient.base, dense.base + slot.score)
            } else {
                unsafe lacuna_observed_backward(
                    count, slot.scoreWidth, inputs, rows.base, pass.hidden.base,
                    weight.slice(slot.score * inputs, slot.scoreWidth * inputs).base, gradient.base,
                    pass.weightGradient.slice(Int(segment.score) * inputs, slot.scoreWidth * inputs).base,
                    pass.hiddenGradient.base)
            }
        }
        if let dense {
            Products.multiply(
                dense, transposeA: true, pass.hidden, into: pass.weightGradient, m: layout.scores, n: inputs,
                k: pass.rows, accumulate: true)
            Products.multiply(
                dense, weight, into: pass.hiddenGradient, m: pass.rows, n: inputs, k: layout.scores, accumulate: true)
        }
    }

    /// The runs of this layer's segments that lie in one block each, in order.
    private func forEachBlock(
        _ entries: BatchEntries, _ range: Range<Int>, _ body: (HeadPlan.Block, Range<Int>) -> Void
    ) {
        let segments = entries.segments
        var index = range.lowerBound
        while index < range.upperBound {
            let block = plan.block(of: Int(segments[index].slot))
            var end = index + 1
            while end < range.upperBound, Int(segments[end].slot) < block.slots.upperBound { end += 1 }
            if block.tower == tower { body(block, index..<end) }
            index = end
        }
    }
}
