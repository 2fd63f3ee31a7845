internal import LacunaKernels

/// One objective's tower: runs on the rows of a pass whose label is observed, and on no other.
final class TowerRunner {
    let layout: ParameterLayout.Tower
    private let slots: Range<Int>
    let stack: DenseStack
    private let output: OutputLayer
    /// Row of the pass → row of the tower, or −1.
    private let local = Memory<Int32>()
    private let rows = Memory<Int32>()
    private let logicalRows = Memory<Int32>()
    private let localOfEntries = Memory<Int32>()
    private let input = Memory<Float>()
    private let gradient = Memory<Float>()
    /// The gradient of the input, until the next pass.
    private var below: View<Float>?

    init(_ layout: ParameterLayout.Tower, index: Int, plan: HeadPlan, spec: EncoderSpec, workers: Workers) {
        self.layout = layout
        slots = plan.towers[index].slots
        stack = DenseStack(
            layout.layers, gradientStart: layout.range.lowerBound, activation: spec.activation, norm: .none, dropout: spec.dropout, workers: workers)
        output = OutputLayer(layout.output, tower: index, plan: plan, workers: workers)
    }

    /// What a pass found: how many rows it ran on, and the objective whose numbers are not finite.
    struct Outcome: BitwiseCopyable {
        var rows = 0
        var bad: Int?
    }

    /// Runs forward and backward, up to the gradient of its input, which ``addHiddenGradient(_:to:)`` then adds.
    ///
    /// - Parameters:
    ///   - pass: the pass of the whole batch.
    ///   - gradients: of this tower's part of the layout; added to.
    ///   - wantsInput: whether the gradient of the input is needed.
    func train(
        _ entries: BatchEntries, _ pass: OutputLayer.Pass, gradients: View<Float>, firstRow: Int, key: DropoutKey,
        wantsInput: Bool
    ) -> Outcome {
        let range = segments(of: entries)
        guard !range.isEmpty else { return Outcome() }
        let count = gatherRows(entries, range, rows: pass.rows, firstRow: firstRow)
        let width = stack.layers.first?.inputs ?? 0, inner = layout.output.inputs
        let chosen = rows.view.prefix(count), logical = logicalRows.view.prefix(count)
        let input = input.room(for: count * width)
        unsafe lacuna_gather(count, width, chosen.base, pass.hidden.base, input.base)
        let hidden = stack.forward(
            .dense(input), rows: count, parameters: pass.parameters, statistics: gradients, mode: .training(key),
            logicalRows: logical)
        let gradient = gradient.room(for: count * inner)
        gradient.fill(0)
        let last = layout.output
        let inside = OutputLayer.Pass(
            hidden: hidden, rows: count, parameters: pass.parameters,
            weightGradient: gradients.slice(last.weight - layout.range.lowerBound, last.scores * inner),
            biasGradient: gradients.slice(last.bias - layout.range.lowerBound, last.logits), hiddenGradient: gradient, path: .dense,
            coefficients: pass.coefficients, labels: pass.labels, lossSums: pass.lossSums)
        if let bad = output.train(
            entries, segments: range, rowsOfEntries: localOfEntries.view.prefix(entries.count), inside)
        {
            return Outcome(rows: count, bad: bad)
        }
        below = stack.backward(
            gradient, input: .dense(input), rows: count, parameters: pass.parameters, into: gradients, accumulate: true,
            key: key, wantsInput: wantsInput, logicalRows: logical)
        return Outcome(rows: count)
    }

    /// Adds the gradient of the last pass's input to that of the hidden values it was taken from.
    func addHiddenGradient(_ outcome: Outcome, to hiddenGradient: View<Float>) {
        guard outcome.rows > 0, let below else { return }
        let width = stack.layers.first?.inputs ?? layout.output.inputs
        unsafe lacuna_scatter_add(outcome.rows, width, rows.view.base, below.base, hiddenGradient.base)
    }

    /// The tower's segments among the entries'.
    func segments(of entries: BatchEntries) -> Range<Int> {
        entries.firstSegment(from: slots.lowerBound)..<entries.firstSegment(from: slots.upperBound)
    }

    /// Lists the rows with any observed slot, ascending, and says for each entry which of them is its own.
    private func gatherRows(_ entries: BatchEntries, _ range: Range<Int>, rows total: Int, firstRow: Int) -> Int {
        let local = local.room(for: total), segments = entries.segments, rowsOfEntries = entries.rows
        local.fill(-1)
        let localOfEntries = localOfEntries.room(for: entries.count)
        rows.reserve(total)
        logicalRows.reserve(total)
        let start = Int(segments[range.lowerBound].start)
        let last = segments[range.upperBound - 1]
        let end = Int(last.start + last.count)
        for entry in start..<end { local[Int(rowsOfEntries[entry])] = 0 }
        var count = 0
        for row in 0..<total where local[row] == 0 {
            local[row] = Int32(count)
            rows.view[count] = Int32(row)
            logicalRows.view[count] = Int32(firstRow + row)
            count += 1
        }
        for entry in start..<end { localOfEntries[entry] = local[Int(rowsOfEntries[entry])] }
        return count
    }

    /// Logits `[rows × logits]` for inference.
    func logits(
        _ hidden: View<Float>, rows: Int, parameters: View<Float>, statistics: View<Float>, into out: View<Float>
    ) {
        let inner = stack.forward(
            .dense(hidden), rows: rows, parameters: parameters, statistics: statistics, mode: .inference)
        output.logits(inner, rows: rows, parameters: parameters, into: out)
    }
}
