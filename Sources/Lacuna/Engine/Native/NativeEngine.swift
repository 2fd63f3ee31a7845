internal import LacunaKernels

/// Dense encoders on the CPU: a BLAS for products, a few C loops for the rest, buffers planned once.
package final class NativeEngine: Engine {
    let plan: HeadPlan
    let layout: ParameterLayout
    private let spec: EncoderSpec
    private let objectives: [Objective]
    let parameters: Memory<Float>
    let statistics: Memory<Float>
    let encoder: DenseStack
    let heads: OutputLayer
    let towers: [TowerRunner]
    package var threads: Int {
        get { workers.count }
        set { workers.count = newValue }
    }
    let workers: Workers
    /// Set by tests to hold both ways of calculating linear heads against each other; nil: the cheaper one.
    var forcedPath: HeadPath?
    private var run: Run?
    package private(set) var headUse: HeadUse?
    let inferenceInput = InputGather()
    let inferenceRows = Memory<Int32>()
    let observedScores = Memory<Float>()
    let towerInput = Memory<Float>()
    let inferenceLogits = Memory<Float>()
    let updater: Updater

    /// What a training run needs beside the model.
    private final class Run {
        let data: EngineData
        let plan: StepPlan
        let entries: BatchEntries
        let microEntries: BatchEntries
        let input = InputGather()
        let hiddenGradient = Memory<Float>()
        let chosen = Memory<Int32>()
        let coefficients: Memory<Float>
        let lossSums: Memory<Double>
        let weightSums: Memory<Double>
        let observedSums: Memory<Int>
        private let activeMemory: Memory<Int32>
        var activeCount = 0
        /// Objectives that the batch observes, in order.
        var active: View<Int32> { activeMemory.view.prefix(activeCount) }
        var activeRoom: View<Int32> { activeMemory.view }
        /// The active objectives, and of each its factor, where there is a balancer.
        var balanced: [Int] = []
        var factors: [Double] = []
        var stepLosses: [Double] = []
        let divisors: Memory<Double>
        let objectiveWeights: Memory<Float>
        let linear: OutputLayer
        let towers: [TowerRunner]
        /// By tower: the objective whose numbers are not finite, or −1.
        let badObjectives: Memory<Int32>
        let totalWeight: Double
        /// The targets as a matrix, for dense passes of runs that have many.
        let table: TargetMatrix?
        /// `[rows]`: observed (row, output) pairs of linear heads.
        let pairs: Memory<Int32>

        init(
            _ data: EngineData, _ plan: StepPlan, _ heads: HeadPlan, _ layout: ParameterLayout, _ spec: EncoderSpec,
            _ workers: Workers
        ) {
            self.data = data
            self.plan = plan
            entries = BatchEntries(slots: heads.slots.count)
            microEntries = BatchEntries(slots: heads.slots.count)
            coefficients = Memory(plan.objectiveWeights.count)
            lossSums = Memory(plan.objectiveWeights.count)
            weightSums = Memory(plan.objectiveWeights.count)
            observedSums = Memory(plan.objectiveWeights.count)
            activeMemory = Memory(plan.objectiveWeights.count)
            objectiveWeights = Memory(plan.objectiveWeights.count)
            objectiveWeights.view.copy(from: plan.objectiveWeights)
            divisors = Memory(plan.objectiveWeights.count)
            linear = OutputLayer(layout.linear, tower: nil, plan: heads, workers: workers)
            // Towers run side by side, each on one thread.
            let one = Workers(count: 1)
            towers = layout.towers.enumerated().map { TowerRunner($1, index: $0, plan: heads, spec: spec, workers: one) }
            badObjectives = Memory(towers.count)
            pairs = Self.countPairs(data.labels, heads)
            table = Self.areMostlyDense(pairs.view, plan, layout.linear) ? TargetMatrix(data.labels, plan: heads) : nil
            let weights = plan.objectiveWeights.reduce(0.0) { $0 + Double($1) }
            totalWeight = plan.total == .average && weights > 0 ? weights : 1
        }

        /// Whether heads of most batches will be calculated as one product, for which targets had better be a matrix.
        private static func areMostlyDense(_ pairs: View<Int32>, _ plan: StepPlan, _ heads: ParameterLayout.Output) -> Bool {
            guard plan.idleHeads == .still else { return true }
            var sum = 0
            for row in 0..<pairs.count { sum += Int(pairs[row]) }
            // A batch may observe a little more than the whole does.
            return HeadPath.cheapest(rows: pairs.count, scores: heads.scores, inputs: heads.inputs, pairs: sum + sum / 10) == .dense
        }

        private static func countPairs(_ labels: TargetTable, _ plan: HeadPlan) -> Memory<Int32> {
            let pairs = Memory<Int32>(labels.rows)
            for row in 0..<labels.rows {
                var sum = 0
                for entry in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                    let slot = plan.slots[Int(labels.slotIndices[entry])]
                    if slot.tower == nil { sum += slot.scoreWidth }
                }
                pairs.view[row] = Int32(clamping: sum)
            }
            return pairs
        }
    }

    package init(features: Int, encoder spec: EncoderSpec, objectives: [Objective], seed: UInt64, threads: Int) {
        plan = HeadPlan(objectives)
        layout = ParameterLayout(features: features, encoder: spec, heads: plan)
        self.spec = spec
        self.objectives = objectives
        workers = Workers(count: threads)
        parameters = Memory(layout.count)
        statistics = Memory(layout.statisticsCount)
        encoder = DenseStack(
            layout.encoder, activation: spec.activation, norm: spec.norm, dropout: spec.dropout,
            workers: workers)
        heads = OutputLayer(layout.linear, tower: nil, plan: plan, workers: workers)
        let plan = plan, workers = workers
        towers = layout.towers.enumerated().map { TowerRunner($1, index: $0, plan: plan, spec: spec, workers: workers) }
        updater = Updater(layout: layout, plan: plan, workers: workers)
        Products.takeThreads()
        initialize(seed: seed)
    }

    package var parameterCount: Int { layout.count }

    func objectiveName(_ index: Int) -> String { objectives[index].name }

    package func prepare(_ data: EngineData, plan step: StepPlan) {
        // Reading many columns leaves freed pieces that nothing large fits into. Where parameters are many, they go back to the
        // system before the moments are made.
        if layout.count >= 1 << 24 {
            updater.dropMoments()
            lacuna_hand_back_freed()
        }
        let heads = HeadPlan(plan, losses: step.losses, distributions: data.labels.distributions)
        run = Run(data, step, heads, layout, spec, workers)
        updater.prepare(step)
        // Sparse rows add to the first kernel's gradient and clear what they added.
        updater.encoderGradient.fill(0)
    }

    package var profile: StepProfile? {
        get { workers.profile }
        set { workers.profile = newValue }
    }

    package func firstNotFinite() -> String? {
        layout.tensors.first { tensor in
            unsafe lacuna_all_finite(tensor.count, parameters.view.slice(tensor.offset, tensor.count).base) == 0
        }?.name
    }

    package func finish() {
        run = nil
        guard let profile else { return }
        self.profile = nil
        profile.peak = Products.peak(workers)
    }

    package func step(rows: Span<Int32>, step: Int, rate: Double, sums: EpochSums) throws(Divergence) {
        guard let run else { preconditionFailure("a step before prepare") }
        let profile = workers.profile
        let chosen = run.chosen.room(for: rows.count)
        for index in 0..<rows.count { chosen[index] = rows[index] }
        profile?.enter(.gather)
        let path = choosePath(run, chosen)
        let table = path == .dense ? run.table : nil
        if let table {
            run.entries.count(chosen, in: table, turns: run.linear.isTurned, workers: workers)
        } else {
            run.entries.gather(chosen, from: run.data.labels, workers: workers)
        }
        guard run.entries.count > 0 || run.plan.idleHeads == .move else { return }
        try weigh(run, rows: rows.count, step: step)
        let micro = run.plan.microBatch ?? rows.count
        // Without a label there is no pass that writes the heads' gradients.
        updater.begin(
            run.entries, path: path, writesHeads: table != nil && run.entries.count > 0, isOnePass: micro >= rows.count)
        var start = 0, isFirst = true
        while start < rows.count {
            let count = min(micro, rows.count - start)
            let entries: BatchEntries
            if count == rows.count || table != nil {
                entries = run.entries
            } else {
                entries = run.microEntries
                entries.gather(chosen.slice(start, count), from: run.data.labels, workers: workers)
                updater.place(entries)
            }
            if entries.count > 0 || (spec.norm == .batch) {
                let bad = pass(
                    run, entries, table, chosen.slice(start, count), firstRow: start, step: step, rate: rate, path: path,
                    isFirst: isFirst)
                if let bad { throw Divergence(objective: bad) }
                isFirst = false
            }
            start += count
        }
        if isFirst { updater.encoderGradient.prefix(layout.encoderRange.count).fill(0) }
        profile?.enter(.optimizer)
        guard updater.update(run.entries, parameters: parameters.view, rate: rate) else {
            throw Divergence(objective: run.activeCount > 0 ? Int(run.active[0]) : 0)
        }
        if !updater.hasMovedEncoder { clearSparseGradient(run, chosen) }
        sums.add(run.active, losses: run.lossSums.view, weights: run.weightSums.view, observed: run.observedSums.view)
        if let balancer = run.plan.balancer {
            run.stepLosses.removeAll(keepingCapacity: true)
            for objective in run.balanced {
                run.stepLosses.append(run.lossSums.view[objective] / run.divisors.view[objective])
            }
            balancer.learn(observed: run.balanced, losses: run.stepLosses, rate: rate)
        }
        if spec.norm == .batch, !isFirst { encoder.updateStatistics(statistics.view) }
        profile?.endStep()
    }

    /// Leaves the first kernel's gradient 0 for the next step, at the cost of the elements that this one used.
    private func clearSparseGradient(_ run: Run, _ chosen: View<Int32>) {
        guard let first = layout.encoder.first, case .sparse = run.data.features.storage,
            case .sparse(let rows) = run.input.gather(
                run.data.features, rows: chosen, padded: chosen.count, keepsSparse: true, workers: workers)
        else { return }
        rows.clear(updater.encoderGradient.slice(first.kernel, first.inputs * first.outputs), outputs: first.outputs, workers)
    }

    /// Σw by objective, and from it what each entry's weight is multiplied with.
    ///
    /// - Throws: ``Divergence`` when a weight leaves the range of a Float, which only a balancer's can.
    private func weigh(_ run: Run, rows: Int, step: Int) throws(Divergence) {
        let segments = run.entries.segments, weights = run.entries.weights, isWeighted = run.entries.isWeighted
        let weightSums = run.weightSums.view, lossSums = run.lossSums.view, observedSums = run.observedSums.view
        let objectiveOfSlot = plan.objectiveOfSlot.view, active = run.activeRoom
        var found = 0, last: Int32 = -1, pooled = 0.0
        for index in 0..<segments.count {
            let segment = segments[index], objective = objectiveOfSlot[Int(segment.slot)], place = Int(objective)
            if objective != last {
                active[found] = objective
                found += 1
                last = objective
                weightSums[place] = 0
                lossSums[place] = 0
                observedSums[place] = 0
            }
            var sum = Double(segment.count)
            if isWeighted {
                sum = 0
                for entry in Int(segment.start)..<Int(segment.start + segment.count) { sum += Double(weights[entry]) }
            }
            weightSums[place] += sum
            observedSums[place] += Int(segment.count)
            pooled += sum
        }
        run.activeCount = found
        if let balancer = run.plan.balancer {
            run.balanced = active.prefix(found).array.map(Int.init)
            balancer.factors(observed: run.balanced, step: step, into: &run.factors)
        }
        let coefficients = run.coefficients.view, divisors = run.divisors.view, objectiveWeights = run.objectiveWeights.view
        let reduction = run.plan.reduction, totalWeight = run.totalWeight, isBalanced = run.plan.balancer != nil
        for place in 0..<found {
            let objective = Int(active[place])
            let divisor =
                switch reduction {
                case .observed: weightSums[objective]
                case .expected: Double(rows) * run.plan.expectedWeights[objective]
                case .batch: Double(rows)
                case .slots: pooled
                }
            let factor = isBalanced ? run.factors[place] : 1
            divisors[objective] = divisor
            coefficients[objective] = Float(Double(objectiveWeights[objective]) * factor / divisor / totalWeight)
            guard coefficients[objective].isFinite else { throw Divergence(objective: objective) }
        }
    }

    private func choosePath(_ run: Run, _ chosen: View<Int32>) -> HeadPath {
        let scores = layout.linear.scores
        guard scores >= HeadPath.leastScores || forcedPath != nil else { return .dense }
        var pairs = 0
        let pairsOfRow = run.pairs.view
        for index in 0..<chosen.count { pairs += Int(pairsOfRow[Int(chosen[index])]) }
        let cheapest = HeadPath.cheapest(rows: chosen.count, scores: scores, inputs: layout.linear.inputs, pairs: pairs)
        let path = run.plan.idleHeads == .move ? .dense : forcedPath ?? cheapest
        headUse = HeadUse(way: path == .dense ? .allOutputs : .observedLabels, observed: pairs, pairs: chosen.count * scores)
        return path
    }

    /// One pass, forward and backward, over some rows of the logical batch.
    ///
    /// - Returns: the objective whose numbers are not finite, if any.
    private func pass(
        _ run: Run, _ entries: BatchEntries, _ table: TargetMatrix?, _ chosen: View<Int32>, firstRow: Int, step: Int,
        rate: Double, path: HeadPath, isFirst: Bool
    ) -> Int? {
        let rows = chosen.count, profile = workers.profile
        profile?.enter(.gather)
        let input = run.input.gather(
            run.data.features, rows: chosen, padded: rows, keepsSparse: !layout.encoder.isEmpty, workers: workers)
        let key = DropoutKey(seed: run.plan.seed, step: step, part: 0)
        profile?.enter(.encoderForward)
        let hidden = encoder.forward(
            input, rows: rows, parameters: parameters.view, statistics: statistics.view, mode: .training(key),
            firstRow: firstRow)
        let width = layout.linear.inputs
        profile?.enter(.heads)
        let hiddenGradient = run.hiddenGradient.room(for: rows * width), gradients = updater.encoderGradient
        // Linear heads write it; only then do towers add to it.
        let isLinear = layout.linear.scores > 0 && (table != nil || entries.segmentCount > 0)
        if !isLinear { hiddenGradient.fill(0) }
        let relu: OutputLayer.Relu? =
            if isLinear, run.towers.isEmpty, encoder.endsInRelu, run.linear.passesRelu(rows: rows, path: path) {
                OutputLayer.Relu(biasGradient: encoder.lastBias(of: gradients), accumulate: !isFirst)
            } else { nil }
        let pass = OutputLayer.Pass(
            hidden: hidden, rows: rows, parameters: parameters.view, weightGradient: updater.headWeightGradient,
            biasGradient: updater.headBiasGradient, hiddenGradient: hiddenGradient, relu: relu, path: path,
            coefficients: run.coefficients.view, lossSums: run.lossSums.view)
        // All losses come before anything moves: a step that diverges leaves the weights as they were.
        if layout.linear.scores > 0 {
            let bad =
                if let table {
                    run.linear.forward(table, chosen, firstRow: firstRow, entries, pass)
                } else {
                    run.linear.forward(entries, segments: 0..<entries.segmentCount, rowsOfEntries: entries.rows, pass)
                }
            if let bad { return bad }
        }
        if !run.towers.isEmpty { profile?.enter(.towers) }
        if let bad = towersForward(run, entries, pass, firstRow: firstRow, step: step) { return bad }
        profile?.enter(.backward)
        let moves = updater.beginMoves(entries, rate: rate)
        if layout.linear.scores > 0 {
            if table != nil {
                run.linear.backward(table: pass, isFirst: isFirst)
            } else {
                run.linear.backward(
                    entries, segments: 0..<entries.segmentCount, rowsOfEntries: entries.rows, pass, moves: moves)
            }
        }
        if !run.towers.isEmpty { profile?.enter(.towers) }
        towersBackward(run, entries, pass, step: step)
        profile?.enter(.backward)
        if isFirst { encoder.clearNormGradients(gradients) }
        encoder.backward(
            hiddenGradient, input: input, rows: rows, parameters: parameters.view, into: gradients,
            accumulate: !isFirst, key: key, wantsInput: false, isPastRelu: relu != nil,
            moves: encoder.gainsFromMoves(input, rows: rows) ? updater.encoderMoves() : nil, firstRow: firstRow)
        return nil
    }

    /// Towers run side by side.
    private func towersForward(
        _ run: Run, _ entries: BatchEntries, _ pass: OutputLayer.Pass, firstRow: Int, step: Int
    ) -> Int? {
        let bad = run.badObjectives.view, updater = updater
        workers.forEach(run.towers.count) { index, _ in
            let found = run.towers[index].forward(
                entries, pass, output: updater.outputGradient(tower: index), firstRow: firstRow,
                key: DropoutKey(seed: run.plan.seed, step: step, part: 1 + index))
            bad[index] = Int32(found ?? -1)
        }
        for index in run.towers.indices where bad[index] >= 0 { return Int(bad[index]) }
        return nil
    }

    /// Towers run side by side; what they add to the hidden gradient is added in their order.
    private func towersBackward(_ run: Run, _ entries: BatchEntries, _ pass: OutputLayer.Pass, step: Int) {
        let wantsInput = !layout.encoder.isEmpty, updater = updater, parameters = parameters.view
        workers.forEach(run.towers.count) { index, thread in
            let gradients = updater.towerGradients(index, thread: thread)
            let hasMoved = run.towers[index].backward(
                entries, pass, gradients: gradients, accumulate: !updater.movesTowersAtOnce,
                key: DropoutKey(seed: run.plan.seed, step: step, part: 1 + index), wantsInput: wantsInput,
                moves: updater.towerMoves(index, entries))
            updater.moveTower(index, entries, gradients, parameters: parameters, hidden: !hasMoved)
        }
        guard wantsInput else { return }
        for tower in run.towers { tower.addHiddenGradient(to: pass.hiddenGradient) }
    }
}
