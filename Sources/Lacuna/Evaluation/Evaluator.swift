/// Scores what a model says of observed slots, and adds up its losses.
struct Evaluator {
    let outputs: ObservedOutputs

    init(_ outputs: ObservedOutputs) { self.outputs = outputs }

    /// What one objective's entries say.
    private struct Part: Sendable {
        var result: Evaluation.Objective
        /// Over all its entries: Σ w · loss and Σ w.
        var loss: Double
        var weight: Double
        /// Whether all logits are finite.
        var isFinite: Bool
    }

    /// - Parameter losses: by slot, after balancing.
    func evaluate(losses: [any Loss], reduction: Reduction, total: Total) -> Evaluation {
        var places: [Range<Int>] = []
        for objective in outputs.objectives {
            let first = places.last?.upperBound ?? 0
            places.append(first..<first + objective.kind.slotsPerRow)
        }
        let costs = places.lazy.map { slots in slots.reduce(0) { $0 + outputs.slots[$1].count * outputs.slots[$1].width } }
        let parts = Shares(costs: costs, threads: outputs.threads).map { [places] chosen in
            chosen.map { part($0, slots: places[$0], losses: losses) }
        }.flatMap { $0 }
        var objectives = parts.map(\.result)
        let sums = parts.map { (loss: $0.loss, weight: $0.weight) }
        let pooled = sums.reduce(0) { $0 + $1.weight }
        var whole = 0.0
        for (index, sum) in sums.enumerated() where sum.weight > 0 && !(outputs.objectives[index].loss is UnavailableLoss) {
            let divisor =
                switch reduction {
                // What a part of these rows holds on average is what it holds.
                case .observed, .expected: sum.weight
                case .batch: Double(outputs.rows)
                case .slots: pooled
                }
            let value = divisor > 0 ? sum.loss / divisor : 0
            objectives[index].loss = value
            whole += Double(outputs.objectives[index].weight) * value
        }
        if total == .average {
            let weight = outputs.objectives.reduce(0.0) { $0 + Double($1.weight) }
            if weight > 0 { whole /= weight }
        }
        return Evaluation(
            objectives: objectives, macro: MacroScores(objectives.map(\.scores)),
            loss: objectives.contains { $0.loss != nil } ? whole : nil,
            diverged: parts.first { !$0.isFinite }?.result.name, rows: outputs.rows)
    }

    private func part(_ index: Int, slots: Range<Int>, losses: [any Loss]) -> Part {
        let objective = outputs.objectives[index]
        let entries = slots.map { SlotEntries(outputs, slot: $0) }
        let each = zip(slots, entries).map { scores(of: $1, unscored: outputs.slots[$0].unscored?.rows.count) }
        var part = Part(
            result: .init(name: objective.name, kind: objective.kind.name, scores: each[0], labels: [], loss: nil),
            loss: 0, weight: 0, isFinite: true)
        if !entries[0].predicted.isEmpty { part.result.confusion = entries[0].confusion }
        if case .multilabel(let names) = objective.kind {
            part.result.scores = Scores.multilabel(each)
            part.result.labels = zip(names, each).map { (name: $0, scores: $1) }
        }
        for slot in slots {
            let added = lossSum(slot: slot, losses[slot]), said = outputs.slots[slot]
            part.loss += added.loss
            part.weight += added.weight
            part.isFinite = part.isFinite && said.logits.span.allFinite && said.unscored?.logits.span.allFinite ?? true
        }
        return part
    }

    private func scores(of entries: SlotEntries, unscored: Int?) -> Scores {
        guard let unscored else { return entries.scores }
        var scores = entries.count > 0
            ? entries.scores : Scores(undefined: entries.kind.name, observed: 0, reason: UndefinedReason.noScored)
        scores.unscored = unscored
        return scores
    }

    private func lossSum(slot index: Int, _ loss: any Loss) -> (loss: Double, weight: Double) {
        let slot = outputs.slots[index]
        let known = lossSum(slot, loss, slot.logits, slot.labels, slot.weights, nil)
        guard let more = slot.unscored else { return known }
        let rest = lossSum(slot, loss, more.logits, more.labels, more.weights, more.states)
        return (known.loss + rest.loss, known.weight + rest.weight)
    }

    private func lossSum(
        _ slot: ObservedOutputs.Slot, _ loss: any Loss, _ logits: [Float], _ labels: [Double], _ weights: [Float],
        _ states: [CellState]?
    ) -> (loss: Double, weight: Double) {
        let width = slot.width, scaling = outputs.scaling[slot.objective]
        let chosen = weights.indices.filter { weights[$0] > 0 }
        guard !chosen.isEmpty else { return (0, 0) }
        var z: [Float] = [], y: [Float] = []
        z.reserveCapacity(chosen.count * width)
        y.reserveCapacity(chosen.count * (slot.distributions == nil ? 1 : width))
        for entry in chosen {
            for place in entry * width..<(entry + 1) * width { z.append(logits[place]) }
            if let distributions = slot.distributions {
                let start = Int(labels[entry]) * width
                y += distributions[start..<start + width]
            } else {
                y.append(scaling.map { $0.target(of: labels[entry]) } ?? Float(labels[entry]))
            }
        }
        var values = [Float](repeating: 0, count: chosen.count), gradient = [Float](repeating: 0, count: z.count)
        var valueSpan = values.mutableSpan, gradientSpan = gradient.mutableSpan
        loss.evaluate(logits: z.span, targets: y.span, width: width, loss: &valueSpan, gradient: &gradientSpan)
        if let states, width == 1 {
            let chosenStates = chosen.map { states[$0] }
            CellState.makeOneSided(
                chosenStates.span, logits: z.span, targets: y.span, loss: &valueSpan, gradient: &gradientSpan)
        }
        var sum = 0.0, weight = 0.0
        for (position, entry) in chosen.enumerated() {
            sum += Double(weights[entry]) * Double(values[position])
            weight += Double(weights[entry])
        }
        return (sum, weight)
    }
}
