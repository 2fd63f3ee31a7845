internal import LacunaKernels

/// Gradients and optimizer state, and the step from one to the other.
///
/// Under ``IdleHeads/still`` only what a batch observed moves: the encoder, the observed slots' output rows, the towers
/// with an observed slot. Each has a step count of its own.
final class Updater {
    private let layout: ParameterLayout
    private let plan: HeadPlan
    private var settings: Settings?

    /// Gradients of the encoder, and after a dense pass those of all outputs of the linear heads: each at its parameter's place.
    private let dense: Memory<Float>
    /// Gradients of the observed outputs alone, after another pass.
    private let headWeights = Memory<Float>()
    private let headBiases = Memory<Float>()
    /// Gradients of the towers' hidden layers: of every tower, or, where each moves at once, of one for each thread.
    private let towerHidden = Memory<Float>()
    /// Gradients of the towers' output matrices and biases.
    private let towerOutputs: Memory<Float>
    /// Where each tower's part of these begins.
    private let towerHiddenStarts: [Int]
    private let towerOutputStarts: [Int]
    private let towerHiddenCount: Int
    private let largestTower: Int
    /// Where a slot's rows and biases stand in the linear heads' gradients.
    private let scoreOfSlot: Memory<Int32>
    private let logitOfSlot: Memory<Int32>
    private var path = HeadPath.dense
    /// Whether nothing has to be known of the whole gradient, nor is added to, before something moves.
    private var movesAtOnce = false
    /// Whether a row of the linear heads moves as soon as its gradient is known; see ``HeadMoves``.
    private(set) var movesHeadsAtOnce = false
    /// Whether a tower moves as soon as its gradients are known, while they are in a near cache.
    private(set) var movesTowersAtOnce = false
    /// Whether towers that move at once take turns in memory of their thread rather than each having its own.
    private var sharesTowerMemory: Bool { movesTowersAtOnce && workers.count * largestTower < towerHiddenCount }
    /// Whether the encoder has moved in this step already.
    private(set) var hasMovedEncoder = false
    private let paces = Memory<lacuna_adam_pace>()
    /// Of the step in progress, where something moves at once.
    private var rate = 0.0
    private var headScores = 0
    private var headLogits = 0

    private var first: Memory<Float>
    private var second: Memory<Float>
    private(set) var encoderSteps: Int32 = 0
    private let slotSteps: Memory<Int32>
    private let towerSteps: Memory<Int32>
    /// Objectives whose heads stand still, whatever a batch observes.
    private var frozen: Set<Int> = []
    private let workers: Workers
    /// The step in progress.
    private let moves = MoveList()
    private let corrections = AdamCorrections()

    private struct Settings {
        let optimizer: Optimizer
        let decay: Double
        let clip: Double?
        let idleHeads: IdleHeads
    }

    init(layout: ParameterLayout, plan: HeadPlan, workers: Workers) {
        self.workers = workers
        self.layout = layout
        self.plan = plan
        dense = Memory(layout.encoderRange.count)
        var hidden = 0, outputs = 0, hiddenStarts: [Int] = [], outputStarts: [Int] = []
        for tower in layout.towers {
            hiddenStarts.append(hidden)
            outputStarts.append(outputs)
            hidden += tower.hidden.count
            outputs += tower.output.range.count
        }
        (towerHiddenStarts, towerOutputStarts, towerHiddenCount) = (hiddenStarts, outputStarts, hidden)
        largestTower = layout.towers.map(\.hidden.count).max() ?? 0
        towerOutputs = Memory(outputs)
        scoreOfSlot = Memory(plan.slots.count)
        logitOfSlot = Memory(plan.slots.count)
        first = Memory(0)
        second = Memory(0)
        slotSteps = Memory(plan.slots.count)
        towerSteps = Memory(layout.towers.count)
    }

    /// Forgets the moments of an earlier run, so that they do not stand beside those of the next.
    func dropMoments() {
        first = Memory(0)
        second = Memory(0)
    }

    /// Takes a run's settings and starts afresh: moments and step counts are zero until a state is set.
    func prepare(_ step: StepPlan) {
        settings = Settings(
            optimizer: step.optimizer, decay: step.weightDecay, clip: step.clip, idleHeads: step.idleHeads)
        dropMoments()
        first = Memory(layout.count)
        if step.optimizer.isAdam { second = Memory(layout.count) }
        encoderSteps = 0
        slotSteps.view.fill(0)
        towerSteps.view.fill(0)
        switch step.optimizer {
        case .adam(let beta1, let beta2, _), .adamW(let beta1, let beta2, _): corrections.restart(beta1: beta1, beta2: beta2)
        case .sgd: break
        }
        frozen = []
    }

    /// Lets the heads of these objectives, and no others, stand still.
    func freeze(objectives: [Int]) { frozen = Set(objectives) }

    private func isFrozen(slot: Int) -> Bool { !frozen.isEmpty && frozen.contains(plan.slots[slot].objective) }

    var encoderGradient: View<Float> { dense.view.prefix(layout.encoderRange.count) }
    var headWeightGradient: View<Float> {
        let count = headScores * layout.linear.inputs
        return path == .dense ? dense.view.slice(layout.linear.weight, count) : headWeights.view.prefix(count)
    }
    var headBiasGradient: View<Float> {
        path == .dense ? dense.view.slice(layout.linear.bias, headLogits) : headBiases.view.prefix(headLogits)
    }
    /// The gradients of one tower, whose backward pass runs on some thread.
    func towerGradients(_ index: Int, thread: Int) -> TowerRunner.Gradients {
        let tower = layout.towers[index]
        return TowerRunner.Gradients(
            hidden: towerHidden.view.slice(
                sharesTowerMemory ? thread * largestTower : towerHiddenStarts[index], tower.hidden.count),
            output: outputGradient(tower: index))
    }

    func outputGradient(tower index: Int) -> View<Float> {
        towerOutputs.view.slice(towerOutputStarts[index], layout.towers[index].output.range.count)
    }

    /// Makes room for the gradients of a batch and says in each segment where its are. They are zero, but for those that the
    /// first pass writes: the encoder's, those of towers that move at once, and the heads' under `writesHeads`.
    ///
    /// - Parameters:
    ///   - writesHeads: whether the first pass writes the gradients of the heads' weights, so that they need not be zero before.
    ///   - isOnePass: whether no other pass adds to the batch's gradients, so that what is done can move at once.
    func begin(_ entries: BatchEntries, path: HeadPath, writesHeads: Bool, isOnePass: Bool) {
        self.path = path
        hasMovedEncoder = false
        movesAtOnce = isOnePass && settings?.clip == nil && settings?.idleHeads == .still && frozen.isEmpty
        // A single tower's step is better shared out over the threads.
        movesTowersAtOnce = movesAtOnce && layout.towers.count >= workers.count
        movesHeadsAtOnce = movesAtOnce && path == .observed && (settings?.optimizer.isAdam ?? false)
        if path == .dense {
            headScores = layout.linear.scores
            headLogits = layout.linear.logits
        } else {
            headScores = 0
            headLogits = 0
        }
        let segments = entries.segments, slots = plan.slots
        let scoreOfSlot = scoreOfSlot.view, logitOfSlot = logitOfSlot.view, isObserved = path == .observed
        var scores = headScores, logits = headLogits
        for index in 0..<segments.count {
            let number = Int(segments[index].slot), slot = slots[number]
            if isObserved, slot.tower == nil {
                scoreOfSlot[number] = Int32(scores)
                logitOfSlot[number] = Int32(logits)
                scores += slot.scoreWidth
                logits += slot.width
            } else {
                scoreOfSlot[number] = Int32(slot.score)
                logitOfSlot[number] = Int32(slot.logit)
            }
            segments[index].score = scoreOfSlot[number]
            segments[index].logit = logitOfSlot[number]
        }
        (headScores, headLogits) = (scores, logits)
        if movesHeadsAtOnce { headScores = 0 }
        if path == .dense {
            // The encoder's part is 0 where anything relies on it, and new memory is 0, too.
            dense.reserve(exactly: layout.linear.range.upperBound)
        } else {
            headWeights.reserve(headScores * layout.linear.inputs)
            headBiases.reserve(headLogits)
        }
        if !writesHeads { headWeightGradient.fill(0) }
        headBiasGradient.fill(0)
        _ = towerHidden.room(for: sharesTowerMemory ? workers.count * largestTower : towerHiddenCount)
        forEachActiveTower(entries) { index, _ in
            let gradients = towerGradients(index, thread: 0)
            if !movesTowersAtOnce { gradients.hidden.fill(0) }
            gradients.output.fill(0)
        }
    }

    /// Counts a step of all that moves at once, now that the batch's losses are known to be finite.
    ///
    /// - Returns: how the linear heads' rows move, where they do so at once.
    func beginMoves(_ entries: BatchEntries, rate: Double) -> HeadMoves? {
        guard let settings, movesAtOnce else { return nil }
        self.rate = rate
        for index in layout.towers.indices where movesTowersAtOnce && isObserved(tower: index, entries) {
            towerSteps.view[index] += 1
            remember(steps: towerSteps.view[index], settings)
            for number in plan.towers[index].slots where isObserved(slot: number, entries) {
                slotSteps.view[number] += 1
                remember(steps: slotSteps.view[number], settings)
            }
        }
        guard movesHeadsAtOnce, let adam = numbers(settings, rate: rate, scale: 1) else { return nil }
        let segments = entries.segments, paces = paces.room(for: segments.count)
        let slots = plan.slots, slotSteps = slotSteps.view
        // Thousands of slots share few step counts.
        var known: Int32 = 0, knownPace = lacuna_adam_pace()
        for index in 0..<segments.count {
            let number = Int(segments[index].slot)
            guard slots[number].tower == nil else { continue }
            let steps = slotSteps[number] + 1
            slotSteps[number] = steps
            if steps != known { (known, knownPace) = (steps, pace(of: steps, adam)) }
            paces[index] = knownPace
        }
        return HeadMoves(numbers: adam.numbers, paces: paces, first: first.view, second: second.view)
    }

    /// Counts a step of the encoder, whose layers then move as soon as their gradients are known; nil where they may not.
    ///
    /// Asked after ``beginMoves(_:rate:)``.
    func encoderMoves() -> LayerMoves? {
        guard let settings, movesAtOnce, settings.optimizer.isAdam else { return nil }
        hasMovedEncoder = true
        encoderSteps += 1
        remember(steps: encoderSteps, settings)
        return layerMoves(settings, steps: encoderSteps)
    }

    /// How the hidden layers of an observed tower move, where towers move at once; threads may ask at the same time, for
    /// ``beginMoves(_:rate:)`` has counted the step.
    func towerMoves(_ index: Int, _ entries: BatchEntries) -> LayerMoves? {
        guard let settings, movesTowersAtOnce, isObserved(tower: index, entries) else { return nil }
        return layerMoves(settings, steps: towerSteps.view[index])
    }

    private func layerMoves(_ settings: Settings, steps: Int32) -> LayerMoves? {
        guard let adam = numbers(settings, rate: rate, scale: 1) else { return nil }
        return LayerMoves(numbers: numbers(adam, ofStep: steps), first: first.view, second: second.view)
    }

    /// Moves a tower whose gradients are known, where towers move at once; threads may move different towers at the same time.
    ///
    /// - Parameter hidden: whether its hidden layers are still to move.
    func moveTower(
        _ index: Int, _ entries: BatchEntries, _ gradients: TowerRunner.Gradients, parameters: View<Float>, hidden: Bool
    ) {
        guard let settings, movesTowersAtOnce, isObserved(tower: index, entries) else { return }
        let tower = layout.towers[index]
        if hidden { apply(settings, tower.hidden.lowerBound, gradients.hidden, parameters, towerSteps.view[index], rate, 1) }
        forEachPart(ofOutput: index, entries, everything: false) { offset, range, number in
            apply(settings, offset, gradients.output.slice(range.lowerBound, range.count), parameters, slotSteps.view[number], rate, 1)
        }
    }

    /// The rows and biases of a tower's observed slots: where they lie among the parameters and among the tower's output.
    private func forEachPart(
        ofOutput index: Int, _ entries: BatchEntries, everything: Bool, _ body: (_ offset: Int, Range<Int>, _ slot: Int) -> Void
    ) {
        let output = layout.towers[index].output, inputs = output.inputs
        for number in plan.towers[index].slots where everything || isObserved(slot: number, entries) {
            let slot = plan.slots[number]
            let weights = slot.score * inputs, biases = output.bias - output.weight + slot.logit
            body(output.weight + weights, weights..<weights + slot.scoreWidth * inputs, number)
            body(output.weight + biases, biases..<biases + slot.width, number)
        }
    }

    /// Says in each segment where its gradients are.
    func place(_ entries: BatchEntries) {
        let segments = entries.segments, scoreOfSlot = scoreOfSlot.view, logitOfSlot = logitOfSlot.view
        for index in 0..<segments.count {
            let slot = Int(segments[index].slot)
            segments[index].score = scoreOfSlot[slot]
            segments[index].logit = logitOfSlot[slot]
        }
    }

    /// Moves what the batch observed, or everything under ``IdleHeads/move``.
    ///
    /// - Returns: false, with nothing moved, when the norm that clipping asks for is not finite.
    func update(_ entries: BatchEntries, parameters: View<Float>, rate: Double) -> Bool {
        guard let settings else { preconditionFailure("an update before prepare") }
        if !frozen.isEmpty { silenceFrozen(entries) }
        guard let scale = clipping(entries, settings) else { return false }
        let inputs = layout.linear.inputs, linear = layout.linear
        moves.clear()
        if !hasMovedEncoder {
            encoderSteps += 1
            moves.note(layout.encoderRange.lowerBound, encoderGradient, encoderSteps)
        }
        let everything = settings.idleHeads == .move
        let segments = entries.segments
        let linearSlots = plan.linearSlots
        if path == .dense, frozen.isEmpty, everything || countLinear(segments) == linearSlots.count, areInStep(linearSlots) {
            if let slot = linearSlots.first {
                let steps = slotSteps.view[slot] + 1
                for slot in linearSlots { slotSteps.view[slot] = steps }
                moves.note(linear.weight, headWeightGradient, steps)
                moves.note(linear.bias, headBiasGradient, steps)
            }
        } else if !movesHeadsAtOnce {
            func forEachMoving(_ body: (_ number: Int, _ slot: HeadPlan.Slot, _ score: Int, _ logit: Int) -> Void) {
                if everything {
                    for number in linearSlots where !isFrozen(slot: number) {
                        let slot = plan.slots[number]
                        body(number, slot, slot.score, slot.logit)
                    }
                } else {
                    for index in 0..<segments.count {
                        let segment = segments[index], number = Int(segment.slot), slot = plan.slots[number]
                        guard slot.tower == nil, !isFrozen(slot: number) else { continue }
                        body(number, slot, Int(segment.score), Int(segment.logit))
                    }
                }
            }
            // Weights before biases, so that neighbours join into one run.
            forEachMoving { number, slot, score, _ in
                slotSteps.view[number] += 1
                moves.note(
                    linear.weight + slot.score * inputs,
                    headWeightGradient.slice(score * inputs, slot.scoreWidth * inputs), slotSteps.view[number])
            }
            forEachMoving { number, slot, _, logit in
                moves.note(linear.bias + slot.logit, headBiasGradient.slice(logit, slot.width), slotSteps.view[number])
            }
        }
        updateTowers(entries, everything: everything)
        carryOut(settings, parameters, rate, scale)
        return true
    }

    private func updateTowers(_ entries: BatchEntries, everything: Bool) {
        guard !movesTowersAtOnce else { return }
        for (index, tower) in layout.towers.enumerated() {
            let isActive = isObserved(tower: index, entries)
            guard isActive || everything, !frozen.contains(tower.objective) else { continue }
            let gradients = towerGradients(index, thread: 0)
            if !isActive { gradients.fill(0) }
            towerSteps.view[index] += 1
            moves.note(tower.hidden.lowerBound, gradients.hidden, towerSteps.view[index])
            for number in plan.towers[index].slots where everything || isObserved(slot: number, entries) {
                slotSteps.view[number] += 1
            }
            forEachPart(ofOutput: index, entries, everything: everything) { offset, range, number in
                moves.note(offset, gradients.output.slice(range.lowerBound, range.count), slotSteps.view[number])
            }
        }
    }

    /// One optimizer step on all noted runs, shared out by elements.
    private func carryOut(_ settings: Settings, _ parameters: View<Float>, _ rate: Double, _ scale: Float) {
        let moves = moves.view
        var total = 0, steps: Int32 = 0
        for index in 0..<moves.count {
            total += moves[index].gradient.count
            steps = max(steps, moves[index].steps)
        }
        remember(steps: steps, settings)
        workers.split(total, grain: 16, work: total) { own in
            var start = 0
            for index in 0..<moves.count {
                let move = moves[index]
                let low = max(own.lowerBound, start), high = min(own.upperBound, start + move.gradient.count)
                if low < high {
                    apply(
                        settings, move.offset + low - start, move.gradient.slice(low - start, high - low), parameters,
                        move.steps, rate, scale)
                }
                start += move.gradient.count
                if start >= own.upperBound { break }
            }
        }
    }

    /// One optimizer step on parameters from `offset` on.
    private func apply(
        _ settings: Settings, _ offset: Int, _ gradient: View<Float>, _ parameters: View<Float>, _ steps: Int32,
        _ rate: Double, _ scale: Float
    ) {
        let count = gradient.count
        guard count > 0 else { return }
        let p = parameters.slice(offset, count), m = first.view.slice(offset, count)
        switch settings.optimizer {
        case .sgd(let momentum, let nesterov):
            unsafe lacuna_sgd(
                count, p.base, gradient.base, m.base, Float(rate), Float(momentum), nesterov ? 1 : 0, scale,
                Float(settings.decay))
        case .adam, .adamW:
            guard let adam = numbers(settings, rate: rate, scale: scale) else { return }
            var numbers = numbers(adam, ofStep: steps)
            unsafe lacuna_adam(
                count, p.base, gradient.base, m.base, second.view.slice(offset, count).base, &numbers)
        }
    }

    /// Adam's numbers, without what depends on the step count.
    private struct Adam {
        let numbers: lacuna_adam_numbers
        let rate: Double
    }

    /// Nil for an optimizer of another kind.
    private func numbers(_ settings: Settings, rate: Double, scale: Float) -> Adam? {
        switch settings.optimizer {
        case .sgd: return nil
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
            var isDecoupled = false
            if case .adamW = settings.optimizer { isDecoupled = true }
            return Adam(
                numbers: lacuna_adam_numbers(
                    beta1: Float(beta1), slow1: Float(1 - beta1), beta2: Float(beta2), slow2: Float(1 - beta2),
                    epsilon: Float(epsilon), pace: 0, inverse2: 0, gscale: scale,
                    decay: isDecoupled ? 0 : Float(settings.decay), shrink: isDecoupled ? Float(1 - rate * settings.decay) : 1),
                rate: rate)
        }
    }

    private func numbers(_ adam: Adam, ofStep steps: Int32) -> lacuna_adam_numbers {
        let pace = pace(of: steps, adam)
        var numbers = adam.numbers
        (numbers.pace, numbers.inverse2) = (pace.pace, pace.inverse2)
        return numbers
    }

    private func pace(of steps: Int32, _ adam: Adam) -> lacuna_adam_pace {
        let correction = corrections.after(Int(steps))
        return lacuna_adam_pace(pace: Float(adam.rate * correction.pace), inverse2: correction.inverse2)
    }

    /// Works out the corrections up to a step count, for threads to read.
    private func remember(steps: Int32, _ settings: Settings) {
        if settings.optimizer.isAdam, steps > 0 { _ = corrections.after(Int(steps)) }
    }

    /// What stands still has no part in the norm that clipping looks at.
    private func silenceFrozen(_ entries: BatchEntries) {
        let segments = entries.segments, inputs = layout.linear.inputs
        for index in 0..<segments.count where isFrozen(slot: Int(segments[index].slot)) {
            let segment = segments[index], slot = plan.slots[Int(segment.slot)]
            guard slot.tower == nil else { continue }
            headWeightGradient.slice(Int(segment.score) * inputs, slot.scoreWidth * inputs).fill(0)
            headBiasGradient.slice(Int(segment.logit), slot.width).fill(0)
        }
        forEachActiveTower(entries) { index, tower in
            if frozen.contains(tower.objective) { towerGradients(index, thread: 0).fill(0) }
        }
    }

    /// The factor that brings the norm of the whole gradient down to the clip, or nil where that norm is not finite.
    private func clipping(_ entries: BatchEntries, _ settings: Settings) -> Float? {
        guard let clip = settings.clip else { return 1 }
        func squares(_ view: View<Float>) -> Double { unsafe lacuna_sum_of_squares(view.count, view.base) }
        var sum = squares(encoderGradient)
        sum += squares(headWeightGradient) + squares(headBiasGradient)
        forEachActiveTower(entries) { index, _ in
            let gradients = towerGradients(index, thread: 0)
            sum += squares(gradients.hidden) + squares(gradients.output)
        }
        let norm = sum.squareRoot()
        guard norm.isFinite else { return nil }
        return norm > clip ? Float(clip / norm) : 1
    }

    private func forEachActiveTower(_ entries: BatchEntries, _ body: (Int, ParameterLayout.Tower) -> Void) {
        for (index, tower) in layout.towers.enumerated() where isObserved(tower: index, entries) { body(index, tower) }
    }

    private func isObserved(tower: Int, _ entries: BatchEntries) -> Bool {
        let slots = plan.towers[tower].slots
        let index = entries.firstSegment(from: slots.lowerBound)
        return index < entries.segmentCount && Int(entries.segments[index].slot) < slots.upperBound
    }

    private func isObserved(slot: Int, _ entries: BatchEntries) -> Bool {
        let index = entries.firstSegment(from: slot)
        return index < entries.segmentCount && Int(entries.segments[index].slot) == slot
    }

    /// Whether all have the same step count, so that one call can update them all. Asked only when all move, so its cost
    /// follows the labels.
    private func areInStep(_ slots: [Int]) -> Bool {
        guard let first = slots.first else { return true }
        return slots.allSatisfy { slotSteps.view[$0] == slotSteps.view[first] }
    }

    private func countLinear(_ segments: View<BatchEntries.Segment>) -> Int {
        guard !layout.towers.isEmpty else { return segments.count }
        var count = 0
        for index in 0..<segments.count where plan.slots[Int(segments[index].slot)].tower == nil { count += 1 }
        return count
    }
}

extension Updater {
    /// Moments and step counts as named tensors; what has not been used yet is zero.
    func state(tensors: [ParameterLayout.Tensor]) -> [NamedTensor] {
        var state = [NamedTensor("steps.encoder", [1], .integers([encoderSteps]))]
        state.append(NamedTensor("steps.slots", [slotSteps.count], .integers(slotSteps.view.array)))
        if towerSteps.count > 0 {
            state.append(NamedTensor("steps.towers", [towerSteps.count], .integers(towerSteps.view.array)))
        }
        for (name, memory) in [("first", first), ("second", second)] where memory.count == layout.count {
            for tensor in tensors {
                state.append(
                    NamedTensor(
                        "\(name).\(tensor.name)", tensor.shape,
                        .floats(memory.view.slice(tensor.offset, tensor.count).array)))
            }
        }
        return state
    }

    func setState(_ state: [NamedTensor], tensors: [ParameterLayout.Tensor]) {
        let byName = Dictionary(uniqueKeysWithValues: state.map { ($0.name, $0.values) })
        if case .integers(let steps) = byName["steps.encoder"] { encoderSteps = steps[0] }
        if case .integers(let steps) = byName["steps.slots"] { slotSteps.view.copy(from: steps) }
        if case .integers(let steps) = byName["steps.towers"] { towerSteps.view.copy(from: steps) }
        for (name, isFirst) in [("first", true), ("second", false)] {
            guard byName.keys.contains(where: { $0.hasPrefix("\(name).") }) else { continue }
            let memory = isFirst ? first : second
            precondition(memory.count == layout.count, "a state with moments that this optimizer has not")
            for tensor in tensors {
                if case .floats(let values) = byName["\(name).\(tensor.name)"] {
                    memory.view.slice(tensor.offset, tensor.count).copy(from: values)
                }
            }
        }
    }
}
