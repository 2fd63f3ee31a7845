/// What is predicted and what is observed at the entries of one slot, on the scale of scoring.
struct SlotEntries {
    let kind: ObjectiveKind
    /// `[n × width]`: probabilities; of a regression `[n]` on the transformed scale.
    var predictions: [Float]
    /// `[n]`: of a regression on the transformed scale; of classes and levels the index.
    let labels: [Double]
    /// `[n]`: the class or level predicted; empty for other kinds.
    var predicted: [Int] = []
    /// The least probability that is called positive.
    var threshold = 0.5

    var count: Int { labels.count }

    /// The metrics of these entries.
    var scores: Scores {
        switch kind {
        case .binary, .multilabel: .binary(probabilities: predictions, labels: labels, threshold: threshold)
        case .categorical(let classes):
            .categorical(probabilities: predictions, classes: classes.count, labels: labels.map { Int($0) })
        case .regression: .regression(predictions: predictions, targets: labels)
        case .ordinal(let levels):
            .ordinal(
                predictions: predicted, labels: labels.map { Int($0) }, levels: levels.count, probabilities: predictions)
        }
    }

    /// How often each label (row) is predicted as each (column): classes, levels, or no and yes. nil for a regression, and
    /// where a prediction is not finite.
    var confusion: [[Int]]? {
        guard predictions.allSatisfy(\.isFinite) else { return nil }
        let size: Int
        switch kind {
        case .regression: return nil
        case .binary, .multilabel: size = 2
        case .categorical(let names), .ordinal(let names): size = names.count
        }
        guard size <= Evaluation.confusionLimit else { return nil }
        var counts = [[Int]](repeating: Array(repeating: 0, count: size), count: size)
        for place in labels.indices {
            if predicted.isEmpty {
                counts[labels[place] >= 0.5 ? 1 : 0][Double(predictions[place]) >= threshold ? 1 : 0] += 1
            } else {
                counts[Int(labels[place])][predicted[place]] += 1
            }
        }
        return counts
    }

    /// The most probable of `width` at each entry, the first of several.
    static func mostProbable(_ probabilities: [Float], of width: Int) -> [Int] {
        stride(from: 0, to: probabilities.count, by: width).map {
            Scores.argmax(probabilities.span, from: $0, count: width)
        }
    }
}

extension SlotEntries {
    /// Of a slot of what a model said.
    init(_ outputs: ObservedOutputs, slot index: Int) {
        let slot = outputs.slots[index], objective = outputs.objectives[slot.objective]
        kind = objective.kind
        switch objective.kind {
        case .binary, .multilabel:
            labels = slot.labels
            predictions = outputs.predictions(ofSlot: index)
        case .categorical:
            labels = slot.classLabels.map(Double.init)
            predictions = outputs.predictions(ofSlot: index)
            predicted = Self.mostProbable(predictions, of: slot.width)
        case .regression:
            let scaling = outputs.scaling[slot.objective] ?? .identity
            labels = slot.labels.map { scaling.transform.applied(to: $0) }
            // On the scale of training: through the unit and back, a large output would overflow.
            predictions = slot.logits.map { Float(Double($0) * scaling.deviation + scaling.mean) }
        case .ordinal:
            labels = slot.labels
            predictions = []
            for place in slot.labels.indices {
                let entry = Probabilities.Ordinal(slot.logits, start: place * slot.width, count: slot.width)
                predictions += entry.levels
                predicted.append(entry.level)
            }
        }
    }
}
