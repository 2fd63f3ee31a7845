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

    init(_ layout: ParameterLayout.Tower, index: Int, plan: HeadPlan, spec: EncoderSpec) {
        self.layout = layout
        slots = plan.towers[index].slots
        stack = DenseStack(
            layout.layers, gradientStart: layout.range.lowerBound, activation: spec.activation, norm: .none, dropout: spec.dropout)
        output = OutputLayer(layout.output, tower: index, plan: plan)
    }

    /// - Parameters:
    ///   - pass: the pass of the whole batch; its hidden gradient is added to.
    ///   - gradients: of this tower's part of the layout; added to.
    /// - Returns: the objective, if its numbers are not finite.
    func train(
        _ entries: BatchEntries, _ pass: OutputLayer.Pass, gradients: View<Float>, firstRow: Int, key: DropoutKey
    ) -> Int? {
        let range = segments(of: entries)
        guard !range.isEmpty else { return nil }
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
            return bad
        }
        let below = stack.backward(
            gradient, input: .dense(input), rows: count, parameters: pass.parameters, into: gradients, accumulate: true,
            key: key, wantsInput: true, logicalRows: logical)
        if let below { unsafe lacuna_scatter_add(count, width, chosen.base, below.base, pass.hiddenGradient.base) }
        return nil
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
