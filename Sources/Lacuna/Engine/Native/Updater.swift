internal import LacunaKernels
#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// Gradients and optimizer state, and the step from one to the other.
///
/// Under ``IdleHeads/still`` only what a batch observed moves: the encoder, the observed slots' output rows, the towers
/// with an observed slot. Each has a step count of its own.
final class Updater {
    private let layout: ParameterLayout
    private let plan: HeadPlan
    private var settings: Settings?

    private let encoderMemory: Memory<Float>
    /// Gradients of the linear heads: rows of all outputs after a dense pass, of the observed ones after another.
    private let headWeights = Memory<Float>()
    private let headBiases = Memory<Float>()
    /// Gradients of all towers, at their places in the layout less ``towerStart``.
    private var towerMemory = Memory<Float>()
    private let towerStart: Int
    /// Where a slot's rows and biases stand in the linear heads' gradients.
    private let scoreOfSlot: Memory<Int32>
    private let logitOfSlot: Memory<Int32>
    private var path = HeadPath.dense
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
    /// The step in progress, as runs of parameters that move alike.
    private var moves: [Move] = []
    private var corrections: [(pace: Double, inverse2: Float)] = []

    private struct Move {
        let offset: Int
        let gradient: View<Float>
        let steps: Int32
    }

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
        encoderMemory = Memory(layout.encoderRange.count)
        towerStart = layout.towers.first?.hidden.lowerBound ?? layout.count
        scoreOfSlot = Memory(plan.slots.count)
        logitOfSlot = Memory(plan.slots.count)
        first = Memory(0)
        second = Memory(0)
        slotSteps = Memory(plan.slots.count)
        towerSteps = Memory(layout.towers.count)
    }

    /// Takes a run's settings and starts afresh: moments and step counts are zero until a state is set.
    func prepare(_ step: StepPlan) {
        settings = Settings(
            optimizer: step.optimizer, decay: step.weightDecay, clip: step.clip, idleHeads: step.idleHeads)
        first = Memory(layout.count)
        if case .sgd = step.optimizer { second = Memory(0) } else { second = Memory(layout.count) }
        encoderSteps = 0
        slotSteps.view.fill(0)
        towerSteps.view.fill(0)
        towerMemory = Memory(layout.count - towerStart)
        corrections = []
        frozen = []
    }

    /// Lets the heads of these objectives, and no others, stand still.
    func freeze(objectives: [Int]) { frozen = Set(objectives) }

    private func isFrozen(slot: Int) -> Bool { !frozen.isEmpty && frozen.contains(plan.slots[slot].objective) }

    var encoderGradient: View<Float> { encoderMemory.view }
    var headWeightGradient: View<Float> { headWeights.view.prefix(headScores * layout.linear.inputs) }
    var headBiasGradient: View<Float> { headBiases.view.prefix(headLogits) }
    /// Gradients of some of the towers' part of the layout.
    func towerGradient(_ range: Range<Int>) -> View<Float> {
        towerMemory.view.slice(range.lowerBound - towerStart, range.count)
    }

    /// Makes room for the gradients of a batch, all zero but the encoder's, and says in each segment where its are.
    ///
    /// - Parameter writesHeads: whether the first pass writes the gradients of the heads' weights, so that they need not be
    ///   zero before.
    func begin(_ entries: BatchEntries, path: HeadPath, writesHeads: Bool = false) {
        self.path = path
        if path == .dense {
            headScores = layout.linear.scores
            headLogits = layout.linear.logits
        } else {
            headScores = 0
            headLogits = 0
        }
        let segments = entries.segments
        for index in 0..<segments.count {
            let number = Int(segments[index].slot), slot = plan.slots[number]
            if slot.tower == nil, path == .observed {
                scoreOfSlot.view[number] = Int32(headScores)
                logitOfSlot.view[number] = Int32(headLogits)
                headScores += slot.scoreWidth
                headLogits += slot.width
            } else {
                scoreOfSlot.view[number] = Int32(slot.score)
                logitOfSlot.view[number] = Int32(slot.logit)
            }
        }
        place(entries)
        let weights = headWeights.room(for: headScores * layout.linear.inputs)
        if !writesHeads { weights.fill(0) }
        headBiases.room(for: headLogits).fill(0)
        forEachActiveTower(entries) { tower in towerGradient(tower.range).fill(0) }
    }

    /// Says in each segment where its gradients are.
    func place(_ entries: BatchEntries) {
        let segments = entries.segments
        for index in 0..<segments.count {
            let slot = Int(segments[index].slot)
            segments[index].score = scoreOfSlot.view[slot]
            segments[index].logit = logitOfSlot.view[slot]
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
        moves.removeAll(keepingCapacity: true)
        encoderSteps += 1
        let encoder = layout.encoderRange
        move(encoder.lowerBound, encoderMemory.view.prefix(encoder.count), encoderSteps)
        let everything = settings.idleHeads == .move
        let segments = entries.segments
        let linearSlots = plan.linearSlots
        if path == .dense, frozen.isEmpty, everything || countLinear(segments) == linearSlots.count, areInStep(linearSlots) {
            if let slot = linearSlots.first {
                let steps = slotSteps.view[slot] + 1
                for slot in linearSlots { slotSteps.view[slot] = steps }
                move(linear.weight, headWeightGradient, steps)
                move(linear.bias, headBiasGradient, steps)
            }
        } else {
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
                move(
                    linear.weight + slot.score * inputs,
                    headWeightGradient.slice(score * inputs, slot.scoreWidth * inputs), slotSteps.view[number])
            }
            forEachMoving { number, slot, _, logit in
                move(linear.bias + slot.logit, headBiasGradient.slice(logit, slot.width), slotSteps.view[number])
            }
        }
        updateTowers(entries, everything: everything)
        carryOut(settings, parameters, rate, scale)
        return true
    }

    private func updateTowers(_ entries: BatchEntries, everything: Bool) {
        for (index, tower) in layout.towers.enumerated() {
            let isActive = isObserved(tower: index, entries)
            guard isActive || everything, !frozen.contains(tower.objective) else { continue }
            if !isActive { towerGradient(tower.range).fill(0) }
            towerSteps.view[index] += 1
            move(tower.hidden.lowerBound, towerGradient(tower.hidden), towerSteps.view[index])
            let inputs = tower.output.inputs
            for number in plan.towers[index].slots where everything || isObserved(slot: number, entries) {
                let slot = plan.slots[number]
                slotSteps.view[number] += 1
                let weight = tower.output.weight + slot.score * inputs, bias = tower.output.bias + slot.logit
                move(weight, towerGradient(weight..<weight + slot.scoreWidth * inputs), slotSteps.view[number])
                move(bias, towerGradient(bias..<bias + slot.width), slotSteps.view[number])
            }
        }
    }

    /// Notes a step of the parameters from `offset` on; neighbours that move alike become one run.
    private func move(_ offset: Int, _ gradient: View<Float>, _ steps: Int32) {
        guard gradient.count > 0 else { return }
        if let last = moves.last, last.steps == steps, last.offset + last.gradient.count == offset,
            unsafe last.gradient.base + last.gradient.count == gradient.base
        {
            moves[moves.count - 1] = Move(
                offset: last.offset, gradient: unsafe View(base: last.gradient.base, count: last.gradient.count + gradient.count),
                steps: steps)
        } else {
            moves.append(Move(offset: offset, gradient: gradient, steps: steps))
        }
    }

    /// One optimizer step on all noted runs, shared out by elements.
    private func carryOut(_ settings: Settings, _ parameters: View<Float>, _ rate: Double, _ scale: Float) {
        var total = 0, most: Int32 = 0
        for move in moves {
            total += move.gradient.count
            most = max(most, move.steps)
        }
        switch settings.optimizer {
        case .adam(let beta1, let beta2, _), .adamW(let beta1, let beta2, _): _ = correction(Int(most), beta1, beta2)
        case .sgd: break
        }
        workers.split(total, grain: 16, work: total) { own in
            var start = 0
            for move in moves {
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
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
            var isDecoupled = false
            if case .adamW = settings.optimizer { isDecoupled = true }
            let correction = correction(Int(steps), beta1, beta2)
            var numbers = lacuna_adam_numbers(
                beta1: Float(beta1), slow1: Float(1 - beta1), beta2: Float(beta2), slow2: Float(1 - beta2),
                epsilon: Float(epsilon), pace: Float(rate * correction.pace), inverse2: correction.inverse2,
                gscale: scale, decay: isDecoupled ? 0 : Float(settings.decay),
                shrink: isDecoupled ? Float(1 - rate * settings.decay) : 1)
            unsafe lacuna_adam(
                count, p.base, gradient.base, m.base, second.view.slice(offset, count).base, &numbers)
        }
    }

    /// 1 ÷ (1 − β1ᵗ) and 1 ÷ √(1 − β2ᵗ), remembered: thousands of slots share few step counts.
    private func correction(_ steps: Int, _ beta1: Double, _ beta2: Double) -> (pace: Double, inverse2: Float) {
        while corrections.count < steps {
            // Once both are exactly 1 they stay so.
            if let last = corrections.last, last.pace == 1, last.inverse2 == 1 { return last }
            let t = Double(corrections.count + 1)
            corrections.append((1 / (1 - pow(beta1, t)), Float(1 / (1 - pow(beta2, t)).squareRoot())))
        }
        return corrections[steps - 1]
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
        forEachActiveTower(entries) { tower in
            if frozen.contains(tower.objective) { towerGradient(tower.range).fill(0) }
        }
    }

    /// The factor that brings the norm of the whole gradient down to the clip, or nil where that norm is not finite.
    private func clipping(_ entries: BatchEntries, _ settings: Settings) -> Float? {
        guard let clip = settings.clip else { return 1 }
        func squares(_ view: View<Float>) -> Double { unsafe lacuna_sum_of_squares(view.count, view.base) }
        var sum = squares(encoderMemory.view.prefix(layout.encoderRange.count))
        sum += squares(headWeightGradient) + squares(headBiasGradient)
        forEachActiveTower(entries) { tower in sum += squares(towerGradient(tower.range)) }
        let norm = sum.squareRoot()
        guard norm.isFinite else { return nil }
        return norm > clip ? Float(clip / norm) : 1
    }

    private func forEachActiveTower(_ entries: BatchEntries, _ body: (ParameterLayout.Tower) -> Void) {
        for (index, tower) in layout.towers.enumerated() where isObserved(tower: index, entries) { body(tower) }
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
            let memory = Memory<Float>(layout.count)
            for tensor in tensors {
                if case .floats(let values) = byName["\(name).\(tensor.name)"] {
                    memory.view.slice(tensor.offset, tensor.count).copy(from: values)
                }
            }
            if isFirst { first = memory } else { second = memory }
        }
    }
}
