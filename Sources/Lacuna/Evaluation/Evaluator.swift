/// Scores what a model says of observed slots, and adds up its losses.
struct Evaluator {
    let outputs: ObservedOutputs

    init(_ outputs: ObservedOutputs) { self.outputs = outputs }

    /// - Parameter losses: by slot, after balancing.
    func evaluate(losses: [any Loss], reduction: Reduction, total: Total) -> Evaluation {
        var objectives: [Evaluation.Objective] = []
        var sums: [(loss: Double, weight: Double)] = []
        var first = 0
        for objective in outputs.objectives {
            let slots = first..<first + objective.kind.slotsPerRow
            first = slots.upperBound
            let entries = slots.map { SlotEntries(outputs, slot: $0) }
            let each = entries.map(\.scores)
            var result = Evaluation.Objective(
                name: objective.name, kind: objective.kind.name, scores: each[0], labels: [], loss: nil)
            if !entries[0].predicted.isEmpty { result.confusion = entries[0].confusion }
            if case .multilabel(let names) = objective.kind {
                result.scores = Scores.multilabel(each)
                result.labels = zip(names, each).map { (name: $0, scores: $1) }
            }
            objectives.append(result)
            sums.append(slots.reduce((0, 0)) { sum, slot in
                let added = lossSum(slot: slot, losses[slot])
                return (sum.0 + added.loss, sum.1 + added.weight)
            })
        }
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
        let diverged = outputs.slots.first { !$0.logits.allSatisfy(\.isFinite) }
        return Evaluation(
            objectives: objectives, macro: MacroScores(objectives.map(\.scores)),
            loss: objectives.contains { $0.loss != nil } ? whole : nil,
            diverged: diverged.map { outputs.objectives[$0.objective].name }, rows: outputs.rows)
    }

    private func lossSum(slot index: Int, _ loss: any Loss) -> (loss: Double, weight: Double) {
        let slot = outputs.slots[index], width = slot.width, scaling = outputs.scaling[slot.objective]
        let chosen = slot.weights.indices.filter { slot.weights[$0] > 0 }
        guard !chosen.isEmpty else { return (0, 0) }
        var z: [Float] = [], y: [Float] = []
        for entry in chosen {
            z += slot.logits[entry * width..<(entry + 1) * width]
            if let distributions = slot.distributions {
                let start = Int(slot.labels[entry]) * width
                y += distributions[start..<start + width]
            } else {
                y.append(scaling.map { $0.target(of: slot.labels[entry]) } ?? Float(slot.labels[entry]))
            }
        }
        var values = [Float](repeating: 0, count: chosen.count), gradient = [Float](repeating: 0, count: z.count)
        var valueSpan = values.mutableSpan, gradientSpan = gradient.mutableSpan
        loss.evaluate(logits: z.span, targets: y.span, width: width, loss: &valueSpan, gradient: &gradientSpan)
        var sum = 0.0, weight = 0.0
        for (position, entry) in chosen.enumerated() {
            sum += Double(slot.weights[entry]) * Double(values[position])
            weight += Double(slot.weights[entry])
        }
        return (sum, weight)
    }
}
