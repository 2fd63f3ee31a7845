/// Runs a model over a data set and scores the observed slots. Memory follows the observed labels: logits of missing
/// slots are dropped chunk by chunk.
struct Evaluator {
    let model: Model
    let data: Dataset
    /// By slot: the logits `[n × width]` of the slots observed in the data, in row order, and their labels.
    private var logits: [[Float]]
    private var labels: [[Double]]
    private var targets: [[Float]]
    private var weights: [[Float]]

    init(_ model: Model, _ data: Dataset) {
        self.model = model
        self.data = data
        let slots = data.labels.slots
        logits = Array(repeating: [], count: slots)
        labels = Array(repeating: [], count: slots)
        targets = Array(repeating: [], count: slots)
        weights = Array(repeating: [], count: slots)
        collect()
    }

    private mutating func collect() {
        let plan = model.plan, outputs = plan.outputs, table = data.labels
        for chunk in model.chunks(of: data.rows) {
            let all = model.engine.logits(data.features, rows: chunk)
            for row in chunk {
                let base = (row - chunk.lowerBound) * outputs
                for place in table.rowStarts[row]..<table.rowStarts[row + 1] {
                    let index = Int(table.slotIndices[place]), slot = plan.slots[index], label = table.values[place]
                    for column in 0..<slot.width { logits[index].append(all[base + slot.output + column]) }
                    labels[index].append(label)
                    let scaling = model.scaling[slot.objective]
                    targets[index].append(scaling.map { $0.target(of: label) } ?? Float(label))
                    weights[index].append((data.rowWeights?[row] ?? 1) * (table.slotWeights?[place] ?? 1))
                }
            }
        }
    }

    /// - Parameter losses: by slot, after balancing.
    func evaluate(losses: [any Loss], reduction: Reduction, total: Total) -> Evaluation {
        let plan = model.plan
        var objectives: [Evaluation.Objective] = []
        var sums: [(loss: Double, weight: Double)] = []
        for (index, objective) in model.objectives.enumerated() {
            let slots = plan.slotsOfObjective[index]
            let each = slots.map { scores(of: objective, slot: $0) }
            var result = Evaluation.Objective(
                name: objective.name, kind: objective.kind.name, scores: each[0], labels: [], loss: nil)
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
        for (index, sum) in sums.enumerated() where sum.weight > 0 && !(model.objectives[index].loss is UnavailableLoss) {
            let divisor =
                switch reduction {
                // What a part of these rows holds on average is what it holds.
                case .observed, .expected: sum.weight
                case .batch: Double(data.rows)
                case .slots: pooled
                }
            let value = divisor > 0 ? sum.loss / divisor : 0
            objectives[index].loss = value
            whole += Double(model.objectives[index].weight) * value
        }
        if total == .average {
            let weight = model.objectives.reduce(0.0) { $0 + Double($1.weight) }
            if weight > 0 { whole /= weight }
        }
        let diverged = logits.firstIndex { !$0.allSatisfy(\.isFinite) }
        return Evaluation(
            objectives: objectives, macro: MacroScores(objectives.map(\.scores)),
            loss: objectives.contains { $0.loss != nil } ? whole : nil,
            diverged: diverged.map { model.objectives[plan.slots[$0].objective].name }, rows: data.rows)
    }

    private func lossSum(slot: Int, _ loss: any Loss) -> (loss: Double, weight: Double) {
        let chosen = weights[slot].indices.filter { weights[slot][$0] > 0 }
        guard !chosen.isEmpty else { return (0, 0) }
        let width = model.plan.slots[slot].width
        var z: [Float] = [], y: [Float] = []
        for entry in chosen {
            z += logits[slot][entry * width..<(entry + 1) * width]
            if let distributions = data.labels.distributions[slot] {
                let start = Int(labels[slot][entry]) * width
                y += distributions[start..<start + width]
            } else {
                y.append(targets[slot][entry])
            }
        }
        var values = [Float](repeating: 0, count: chosen.count), gradient = [Float](repeating: 0, count: z.count)
        var valueSpan = values.mutableSpan, gradientSpan = gradient.mutableSpan
        loss.evaluate(logits: z.span, targets: y.span, width: width, loss: &valueSpan, gradient: &gradientSpan)
        var sum = 0.0, weight = 0.0
        for (position, entry) in chosen.enumerated() {
            sum += Double(weights[slot][entry]) * Double(values[position])
            weight += Double(weights[slot][entry])
        }
        return (sum, weight)
    }

    private func scores(of objective: Objective, slot: Int) -> Scores {
        let z = logits[slot], observed = labels[slot]
        switch objective.kind {
        case .binary, .multilabel:
            return .binary(probabilities: z.map(Probabilities.sigmoid), labels: observed)
        case .categorical(let classes):
            var probabilities: [Float] = []
            probabilities.reserveCapacity(z.count)
            for entry in observed.indices {
                Probabilities.softmax(z, start: entry * classes.count, classes: classes.count, into: &probabilities)
            }
            return .categorical(
                probabilities: probabilities, classes: classes.count, labels: classLabels(slot, classes.count))
        case .regression:
            let scaling = model.scaling[model.plan.slots[slot].objective] ?? .identity
            // On the scale of training: through the unit and back, a large output would overflow.
            let predictions = z.map { Float(Double($0) * scaling.deviation + scaling.mean) }
            return .regression(
                predictions: predictions, targets: observed.map { scaling.transform.applied(to: $0) })
        case .ordinal(let levels):
            let width = levels.count - 1
            let predicted = observed.indices.map {
                Probabilities.Ordinal(z, start: $0 * width, count: width).level
            }
            return .ordinal(predictions: predicted, labels: observed.map { Int($0) }, levels: levels.count)
        }
    }

    /// Class indices; a soft target counts as its most probable class.
    private func classLabels(_ slot: Int, _ classes: Int) -> [Int] {
        guard let distributions = data.labels.distributions[slot] else { return labels[slot].map { Int($0) } }
        return labels[slot].map { position in
            let start = Int(position) * classes
            return (0..<classes).max { distributions[start + $0] < distributions[start + $1] } ?? 0
        }
    }
}
