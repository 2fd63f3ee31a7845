internal import LacunaKernels

/// An output matrix over hidden values: scores, logits, losses and gradients of observed slots. The linear heads of
/// all objectives share one; each tower has its own.
final class OutputLayer {
    let layout: ParameterLayout.Output
    /// The tower whose outputs these are, or nil for the linear heads.
    let tower: Int?
    let plan: HeadPlan
    let workers: Workers
    /// The slots of this layer.
    let slots: [HeadPlan.Slot]
    let scores = Memory<Float>()
    let allRows = Memory<Int32>()
    /// By segment: where its numbers stand among the packed ones.
    private let offsets = Memory<Int>()
    /// Scores of observed slots, slot by slot, that become their gradients.
    private let packed = Memory<Float>()
    /// By segment: Σ w · loss.
    private let sums = Memory<Double>()
    private let panels = Memory<Float>()
    private let panelGradients = Memory<Float>()
    let slotLosses = Memory<Float>()
    let slotCoefficients = Memory<Float>()
    private var scratch: [Scratch] = []

    /// What one thread writes to on the way from scores to gradients.
    private final class Scratch {
        let logits = Memory<Float>()
        let gradients = Memory<Float>()
        let losses = Memory<Float>()
        let soft = Memory<Float>()
        /// The first segment with a number that is not finite.
        var bad: Int?
        /// Where a profile is taken.
        var seconds = (scores: 0.0, loss: 0.0)
    }

    init(_ layout: ParameterLayout.Output, tower: Int?, plan: HeadPlan, workers: Workers) {
        self.layout = layout
        self.tower = tower
        self.plan = plan
        self.workers = workers
        // Without towers all slots are this layer's, and share their memory with the plan.
        slots = plan.towers.isEmpty ? plan.slots : plan.slots.filter { $0.tower == tower }
    }

    /// A training pass over some of the slots of a batch.
    struct Pass {
        let hidden: View<Float>
        /// Rows of `hidden`.
        let rows: Int
        let parameters: View<Float>
        /// Gradient of the output matrix, `[*, inputs]`, at each segment's `score`; added to. Empty where rows move at once.
        let weightGradient: View<Float>
        /// Gradient of the biases, at each segment's `logit`; added to.
        let biasGradient: View<Float>
        /// `[rows, inputs]`; written by the way back.
        let hiddenGradient: View<Float>
        /// Given, `hidden` came out of a relu and the way back goes on through it; see ``OutputLayer/passesRelu(rows:path:)``.
        let relu: Relu?
        let path: HeadPath
        /// By objective: what an entry's weight is multiplied with.
        let coefficients: View<Float>
        /// By objective, added to: Σ w · loss.
        let lossSums: View<Double>
    }

    /// The biases that were added before the relu that `hidden` came out of.
    struct Relu {
        let biasGradient: View<Float>
        /// Whether that gradient is added to rather than replaced.
        let accumulate: Bool
    }

    /// Entries that go from scores to gradients together: their numbers stay in the nearest cache.
    private static let runEntries = 2048

    /// Scores, losses and slopes of those segments in `range` that are slots of this layer. Gradients of biases and sums of
    /// losses are added to; ``backward(_:segments:rowsOfEntries:_:moves:)`` does the rest.
    ///
    /// - Parameter rowsOfEntries: `[entries]`, the row of `hidden` of each.
    /// - Returns: the objective whose logits or loss are not finite, if any.
    func forward(
        _ entries: BatchEntries, segments range: Range<Int>, rowsOfEntries: View<Int32>, _ pass: Pass
    ) -> Int? {
        guard !range.isEmpty else { return nil }
        let inputs = layout.inputs, segments = entries.segments
        if pass.path == .dense {
            score(pass, into: scores.room(for: pass.rows * layout.scores))
        }
        let offsets = offsets.room(for: segments.count + 1), sums = sums.room(for: segments.count)
        var size = 0
        let slots = plan.slots, tower = tower
        for index in range {
            offsets[index] = size
            let slot = slots[Int(segments[index].slot)]
            if slot.tower == tower { size += Int(segments[index].count) * slot.scoreWidth }
        }
        offsets[range.upperBound] = size
        let packed = packed.room(for: size)
        while scratch.count < workers.count { scratch.append(Scratch()) }
        let scratch = scratch
        for own in scratch {
            own.bad = nil
            own.seconds = (0, 0)
        }
        let cost = size * (pass.path == .dense ? 16 : inputs)
        workers.share(range, work: cost, runningCost: { offsets[$0] }) { part, own in
            forEachRun(entries, own) { block, run in
                train(block, run, entries, rowsOfEntries, offsets, packed, sums, pass, scratch[part])
            }
        }
        if let profile = workers.profile {
            // Scores and losses are taken run by run, side by side: their threads' own clocks share the time out.
            let loss = scratch.reduce(0) { $0 + $1.seconds.loss }, all = scratch.reduce(loss) { $0 + $1.seconds.scores }
            profile.attribute(all > 0 ? loss / all : 0, to: .loss)
        }
        if let bad = scratch.compactMap(\.bad).min() { return plan.slots[Int(segments[bad].slot)].objective }
        for index in range {
            let slot = slots[Int(segments[index].slot)]
            if slot.tower == tower { pass.lossSums[slot.objective] += sums[index] }
        }
        return nil
    }

    /// Whether scores of all rows lie turned, `[scores, rows]`: where outputs are few, rows rather than outputs go side by side.
    var isTurned: Bool { layout.scores < HeadPath.leastScores }

    /// From one row's scores to the next's, and from one score of a row to the next.
    private func steps(rows: Int) -> (row: Int, score: Int) { isTurned ? (1, rows) : (layout.scores, 1) }

    /// Scores of all rows and outputs, without biases: `[rows, scores]`, or turned.
    func score(_ pass: Pass, into all: View<Float>) {
        let weight = pass.parameters.slice(layout.weight, layout.scores * layout.inputs)
        if isTurned {
            Products.multiply(
                weight, pass.hidden, transposeB: true, into: all, m: layout.scores, n: pass.rows, k: layout.inputs, workers: workers)
        } else {
            Products.multiply(
                pass.hidden, weight, transposeB: true, into: all, m: pass.rows, n: layout.scores, k: layout.inputs, workers: workers)
        }
    }

    /// Whether gradients of few outputs and rows go back in a kernel of their own rather than the BLAS.
    private func isNarrow(rows: Int) -> Bool {
        layout.scores > 0 && isTurned && rows * layout.scores * layout.inputs <= 1 << 17
    }

    /// Whether the way back can take a relu below along, in the same pass over the hidden values.
    func passesRelu(rows: Int, path: HeadPath) -> Bool { path == .dense && isNarrow(rows: rows) }

    /// From the slopes that ``forward(_:segments:rowsOfEntries:_:)`` left to the gradients of output matrix and hidden values.
    ///
    /// - Parameter moves: given, each observed output row moves as soon as its gradient is known, and the biases with them.
    func backward(
        _ entries: BatchEntries, segments range: Range<Int>, rowsOfEntries: View<Int32>, _ pass: Pass, moves: HeadMoves? = nil
    ) {
        guard !range.isEmpty else { return }
        if pass.path == .dense {
            backwardDense(entries, range, rowsOfEntries, pass)
        } else {
            backwardObserved(entries, range, rowsOfEntries, pass, moves)
            if let moves { moveBiases(entries, range, pass, moves) }
        }
    }

    /// The runs of this layer's segments that lie in one block each, of about ``runEntries`` entries, in order.
    private func forEachRun(_ entries: BatchEntries, _ range: Range<Int>, limit: Int = runEntries, _ body: (HeadPlan.Block, Range<Int>) -> Void) {
        let segments = entries.segments
        var index = range.lowerBound
        while index < range.upperBound {
            let block = plan.block(of: Int(segments[index].slot))
            var end = index, count = 0
            while end < range.upperBound, Int(segments[end].slot) < block.slots.upperBound, count < limit {
                count += Int(segments[end].count)
                end += 1
            }
            if block.tower == tower { body(block, index..<end) }
            index = end
        }
    }

    /// One run: scores, logits, losses, weights; `packed` comes out as gradients of scores.
    private func train(
        _ block: HeadPlan.Block, _ run: Range<Int>, _ entries: BatchEntries, _ rowsOfEntries: View<Int32>,
        _ offsets: View<Int>, _ packed: View<Float>, _ sums: View<Double>, _ pass: Pass, _ scratch: Scratch
    ) {
        let segments = entries.segments.slice(run.lowerBound, run.count), last = segments[run.count - 1]
        let start = Int(segments[0].start), count = Int(last.start + last.count) - start
        let packed = packed.slice(offsets[run.lowerBound], count * block.scoreWidth)
        let firstSlot = block.slots.lowerBound, first = plan.slots[firstSlot]
        let rows = rowsOfEntries.slice(start, count)
        let clock = ContinuousClock(), began = workers.profile.map { _ in clock.now }
        if pass.path == .dense {
            let steps = steps(rows: pass.rows)
            for index in 0..<segments.count {
                let segment = segments[index], slot = plan.slots[Int(segment.slot)], base = Int(segment.start) - start
                unsafe lacuna_pack(
                    Int(segment.count), block.scoreWidth, steps.row, steps.score, rows.base + base,
                    scores.view.base + slot.score * steps.score, packed.base + base * block.scoreWidth)
            }
        } else {
            let matrix = pass.parameters.slice(
                layout.weight + first.score * layout.inputs, block.slots.count * block.scoreWidth * layout.inputs)
            unsafe lacuna_run_scores(
                segments.base, segments.count, Int32(firstSlot), block.scoreWidth, layout.inputs, rows.base,
                pass.hidden.base, matrix.base, packed.base)
        }
        let scored = workers.profile.map { _ in clock.now }
        defer {
            if let began, let scored {
                scratch.seconds.scores += (scored - began).inSeconds
                scratch.seconds.loss += (clock.now - scored).inSeconds
            }
        }
        let targets = entries.targets.slice(start, count), losses = scratch.losses.room(for: count)
        let bias = pass.parameters.slice(layout.bias + first.logit, block.slots.count * block.width)
        let slopes: View<Float>
        if let kernel = block.kernel, !entries.isCensored {
            unsafe lacuna_run_biases(
                segments.base, segments.count, Int32(firstSlot), block.width, bias.base, packed.base)
            kernel.evaluate(targets, width: block.width, packed, losses)
            slopes = packed
        } else {
            slopes = scratch.gradients.room(for: count * block.width)
            let logits = scratch.logits.room(for: count * block.width)
            expand(block, segments, packed, bias, into: logits)
            evaluate(block, entries, logits, targets, start: start, losses, slopes, scratch)
        }
        let weights = entries.isWeighted ? entries.weights.slice(start, count) : nil
        let bad = unsafe lacuna_run_weigh(
            segments.base, segments.count, block.width, weights?.base, plan.objectiveOfSlot.view.base,
            pass.coefficients.base, losses.base, slopes.base, pass.biasGradient.base,
            sums.slice(run.lowerBound, run.count).base)
        if bad >= 0, scratch.bad == nil { scratch.bad = run.lowerBound + bad }
        if block.kernel == nil || entries.isCensored { collapse(slopes, block, count, into: packed) }
    }

    /// Logits of scores: C − 1 share one score in an ordinal slot.
    private func expand(
        _ block: HeadPlan.Block, _ segments: View<BatchEntries.Segment>, _ packed: View<Float>, _ bias: View<Float>,
        into logits: View<Float>
    ) {
        let width = block.width, isOrdinal = plan.slots[block.slots.lowerBound].isOrdinal, start = Int(segments[0].start)
        for index in 0..<segments.count {
            let segment = segments[index], base = Int(segment.start) - start
            let own = bias.slice((Int(segment.slot) - block.slots.lowerBound) * width, width)
            for entry in base..<base + Int(segment.count) {
                for column in 0..<width {
                    logits[entry * width + column] = packed[isOrdinal ? entry : entry * width + column] + own[column]
                }
            }
        }
    }

    private func collapse(_ gradients: View<Float>, _ block: HeadPlan.Block, _ count: Int, into packed: View<Float>) {
        guard plan.slots[block.slots.lowerBound].isOrdinal else {
            return packed.copy(from: gradients.prefix(count * block.width))
        }
        for entry in 0..<count {
            var sum: Float = 0
            for column in 0..<block.width { sum += gradients[entry * block.width + column] }
            packed[entry] = sum
        }
    }

    private func evaluate(
        _ block: HeadPlan.Block, _ entries: BatchEntries, _ logits: View<Float>, _ own: View<Float>, start: Int,
        _ losses: View<Float>, _ gradients: View<Float>, _ scratch: Scratch
    ) {
        var targets = own
        let count = own.count
        if let distributions = block.distributions {
            // A soft target is kept as the position of its distribution.
            let width = block.width, expanded = scratch.soft.room(for: count * width)
            for entry in 0..<count {
                let position = TargetTable.position(targets[entry]) * width
                for column in 0..<width { expanded[entry * width + column] = distributions[position + column] }
            }
            targets = expanded
        }
        Self.evaluate(block.loss, logits, targets, block.width, losses, gradients)
        // The slopes of a loss need not show it.
        for entry in 0..<count {
            for column in 0..<block.width where !logits[entry * block.width + column].isFinite { losses[entry] = .nan }
        }
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

    private func backwardDense(_ entries: BatchEntries, _ range: Range<Int>, _ rowsOfEntries: View<Int32>, _ pass: Pass) {
        let segments = entries.segments, dense = scores.room(for: pass.rows * layout.scores)
        let steps = steps(rows: pass.rows)
        dense.fill(0)
        for index in range {
            let segment = segments[index], slot = plan.slots[Int(segment.slot)], count = Int(segment.count)
            guard slot.tower == tower else { continue }
            unsafe lacuna_unpack(
                count, slot.scoreWidth, steps.row, steps.score, rowsOfEntries.slice(Int(segment.start), count).base,
                packed.view.slice(offsets.view[index], count * slot.scoreWidth).base, dense.base + slot.score * steps.score)
        }
        multiplyBack(dense, pass, accumulate: true)
    }

    /// From gradients of all scores, which lie as ``score(_:into:)`` leaves them, to those of weights and hidden values.
    ///
    /// - Parameter accumulate: adds to the gradient of the weights rather than replacing it.
    func multiplyBack(_ gradients: View<Float>, _ pass: Pass, accumulate: Bool) {
        let weight = pass.parameters.slice(layout.weight, layout.scores * layout.inputs)
        if isNarrow(rows: pass.rows) {
            unsafe lacuna_narrow_backward(
                pass.rows, layout.scores, layout.inputs, pass.hidden.base, weight.base, gradients.base, accumulate ? 1 : 0,
                pass.weightGradient.prefix(weight.count).base, pass.hiddenGradient.base, pass.relu?.accumulate ?? false ? 1 : 0,
                pass.relu?.biasGradient.base)
            return
        }
        Products.multiply(
            gradients, transposeA: !isTurned, pass.hidden, into: pass.weightGradient, m: layout.scores, n: layout.inputs,
            k: pass.rows, accumulate: accumulate, workers: workers)
        Products.multiply(
            gradients, transposeA: isTurned, weight, into: pass.hiddenGradient, m: pass.rows, n: layout.inputs, k: layout.scores,
            workers: workers)
    }

    /// Threads take panels of hidden columns, so no two write to the same gradient and none keeps a copy of its own.
    private func backwardObserved(
        _ entries: BatchEntries, _ range: Range<Int>, _ rowsOfEntries: View<Int32>, _ pass: Pass, _ moves: HeadMoves?
    ) {
        let inputs = layout.inputs, rows = pass.rows, width = Int(LACUNA_PANEL)
        let count = (inputs + width - 1) / width, segments = entries.segments
        let panels = panels.room(for: count * rows * width), gradients = panelGradients.room(for: count * rows * width)
        let offsets = offsets.view, packed = packed.view
        workers.split(count, work: offsets[range.upperBound] * inputs) { own in
            unsafe lacuna_panels(rows, inputs, own.lowerBound, own.upperBound, pass.hidden.base, panels.base)
            gradients.slice(own.lowerBound * rows * width, own.count * rows * width).fill(0)
            forEachRun(entries, range, limit: .max) { block, run in
                let first = plan.slots[block.slots.lowerBound], start = Int(segments[run.lowerBound].start)
                let place = layout.weight + first.score * inputs
                let matrix = pass.parameters.slice(place, block.slots.count * block.scoreWidth * inputs)
                if let moves {
                    unsafe withUnsafePointer(to: moves.numbers) { numbers in
                        unsafe lacuna_run_backward_adam(
                            segments.base + run.lowerBound, run.count, Int32(block.slots.lowerBound), block.scoreWidth, inputs,
                            rows, own.lowerBound, own.upperBound, rowsOfEntries.base + start, panels.base,
                            packed.base + offsets[run.lowerBound], gradients.base, numbers, moves.paces.base + run.lowerBound,
                            matrix.base, moves.first.slice(place, matrix.count).base, moves.second.slice(place, matrix.count).base)
                    }
                    return
                }
                unsafe lacuna_run_backward(
                    segments.base + run.lowerBound, run.count, Int32(block.slots.lowerBound), block.scoreWidth, inputs, rows,
                    own.lowerBound, own.upperBound, rowsOfEntries.base + start, panels.base, matrix.base,
                    packed.base + offsets[run.lowerBound], pass.weightGradient.base, gradients.base)
            }
            unsafe lacuna_unite_panels(rows, inputs, own.lowerBound, own.upperBound, gradients.base, pass.hiddenGradient.base)
        }
    }

    private func moveBiases(_ entries: BatchEntries, _ range: Range<Int>, _ pass: Pass, _ moves: HeadMoves) {
        let segments = entries.segments
        workers.split(range.count, work: 16 * range.count) { own in
            forEachRun(entries, range.lowerBound + own.lowerBound..<range.lowerBound + own.upperBound, limit: .max) { block, run in
                let place = layout.bias + plan.slots[block.slots.lowerBound].logit
                let biases = pass.parameters.slice(place, block.slots.count * block.width)
                unsafe withUnsafePointer(to: moves.numbers) { numbers in
                    unsafe lacuna_run_adam_biases(
                        segments.base + run.lowerBound, run.count, Int32(block.slots.lowerBound), block.width,
                        pass.biasGradient.base, numbers, moves.paces.base + run.lowerBound, biases.base,
                        moves.first.slice(place, biases.count).base, moves.second.slice(place, biases.count).base)
                }
            }
        }
    }
}
