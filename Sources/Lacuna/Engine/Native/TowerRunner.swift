internal import LacunaKernels

/// One objective's tower: runs on the rows of a pass whose label is observed, and on no other.
final class TowerRunner {
    private let layout: ParameterLayout.Tower
    private let slots: Range<Int>
    private let stack: DenseStack
    private let output: OutputLayer
    /// Row of the pass → row of the tower, or −1.
    private let local = Memory<Int32>()
    private let rows = Memory<Int32>()
    private let logicalRows = Memory<Int32>()
    private let localOfEntries = Memory<Int32>()
    private let input = Memory<Float>()
    private let gradient = Memory<Float>()
    /// Rows of the last pass.
    private var count = 0
    /// What the hidden layers of the last pass gave.
    private var hidden: View<Float>?
    /// The gradient of the input, until the next pass.
    private var below: View<Float>?

    init(_ layout: ParameterLayout.Tower, index: Int, plan: HeadPlan, spec: EncoderSpec, workers: Workers) {
        self.layout = layout
        slots = plan.towers[index].slots
        stack = DenseStack(
            layout.layers, gradientStart: layout.hidden.lowerBound, activation: spec.activation, norm: .none, dropout: spec.dropout, workers: workers)
        output = OutputLayer(layout.output, tower: index, plan: plan, workers: workers)
    }

    /// Gradients of a tower, each at its place in the layout less the place where its part begins.
    struct Gradients {
        /// Of the hidden layers.
        let hidden: View<Float>
        /// Of the output matrix and its biases.
        let output: View<Float>

        func fill(_ value: Float) {
            hidden.fill(value)
            output.fill(value)
        }
    }

    /// Forward, up to the slopes of the losses. What is observed elsewhere costs nothing.
    ///
    /// - Parameters:
    ///   - pass: the pass of the whole batch.
    ///   - output: gradients of output matrix and biases; those of the biases are added to.
    /// - Returns: the objective whose numbers are not finite, if any.
    func forward(
        _ entries: BatchEntries, _ pass: OutputLayer.Pass, output gradients: View<Float>, firstRow: Int, key: DropoutKey
    ) -> Int? {
        below = nil
        count = 0
        let range = segments(of: entries)
        guard !range.isEmpty else { return nil }
        count = gatherRows(entries, range, rows: pass.rows, firstRow: firstRow)
        let width = stack.layers.first?.inputs ?? 0
        let input = input.room(for: count * width)
        unsafe lacuna_gather(count, width, rows.view.base, pass.hidden.base, input.base)
        let hidden = stack.forward(
            .dense(input), rows: count, parameters: pass.parameters, statistics: gradients, mode: .training(key),
            logicalRows: logicalRows.view.prefix(count))
        self.hidden = hidden
        return output.forward(
            entries, segments: range, rowsOfEntries: localOfEntries.view.prefix(entries.count), inside(pass, hidden, gradients))
    }

    /// Backward, after ``forward(_:_:output:firstRow:key:)`` of the same batch; the gradient of the input is kept for
    /// ``addHiddenGradient(to:)``.
    ///
    /// - Parameters:
    ///   - gradients: of this tower; those of the output are added to.
    ///   - accumulate: adds to those of the hidden layers, too, rather than replacing them.
    ///   - wantsInput: whether the gradient of the input is needed.
    ///   - moves: how the hidden layers may move, where they may do so at once.
    /// - Returns: whether they have.
    func backward(
        _ entries: BatchEntries, _ pass: OutputLayer.Pass, gradients: Gradients, accumulate: Bool, key: DropoutKey,
        wantsInput: Bool, moves: LayerMoves?
    ) -> Bool {
        guard count > 0, let hidden else { return false }
        let input = LayerInput.dense(input.view.prefix(count * (stack.layers.first?.inputs ?? 0)))
        let moves = stack.gainsFromMoves(input, rows: count) ? moves : nil
        let relu: OutputLayer.Relu? =
            if stack.endsInRelu, output.passesRelu(rows: count, path: .dense) {
                OutputLayer.Relu(biasGradient: stack.lastBias(of: gradients.hidden), accumulate: accumulate)
            } else { nil }
        output.backward(
            entries, segments: segments(of: entries), rowsOfEntries: localOfEntries.view.prefix(entries.count),
            inside(pass, hidden, gradients.output, relu))
        below = stack.backward(
            gradient.room(for: count * layout.output.inputs), input: input, rows: count, parameters: pass.parameters,
            into: gradients.hidden, accumulate: accumulate, key: key, wantsInput: wantsInput, isPastRelu: relu != nil, moves: moves,
            logicalRows: logicalRows.view.prefix(count))
        return moves != nil
    }

    /// The pass as the tower's output layer sees it: over the tower's own rows.
    private func inside(
        _ pass: OutputLayer.Pass, _ hidden: View<Float>, _ gradients: View<Float>, _ relu: OutputLayer.Relu? = nil
    ) -> OutputLayer.Pass {
        let last = layout.output, inner = last.inputs
        return OutputLayer.Pass(
            hidden: hidden, rows: count, parameters: pass.parameters,
            weightGradient: gradients.slice(0, last.scores * inner),
            biasGradient: gradients.slice(last.bias - last.weight, last.logits),
            hiddenGradient: gradient.room(for: count * inner), relu: relu, path: .dense, coefficients: pass.coefficients,
            lossSums: pass.lossSums)
    }

    /// Adds the gradient of the last pass's input to that of the hidden values it was taken from.
    func addHiddenGradient(to hiddenGradient: View<Float>) {
        guard let below else { return }
        let width = stack.layers.first?.inputs ?? layout.output.inputs
        unsafe lacuna_scatter_add(count, width, rows.view.base, below.base, hiddenGradient.base)
    }

    /// The tower's segments among the entries'.
    private func segments(of entries: BatchEntries) -> Range<Int> {
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
