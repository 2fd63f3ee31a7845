/// One of many objectives by itself: as data to train on, and as outputs to score.
extension Dataset {
    /// The same rows with the labels of one objective alone.
    ///
    /// - Parameters:
    ///   - objective: its place in ``objectives``.
    ///   - weight: of the objective in a total loss; nil: as it is.
    public func selecting(objective: Int, weight: Float? = nil) -> Dataset {
        var chosen = objectives[objective]
        if let weight { chosen.weight = weight }
        let first = objectives[..<objective].reduce(0) { $0 + $1.kind.slotsPerRow }
        return Dataset(
            features: features, objectives: [chosen],
            labels: labels.selecting(slots: first..<first + chosen.kind.slotsPerRow), rowWeights: rowWeights)
    }
}

extension LabelTable {
    /// The same rows with a run of slots alone, numbered from 0.
    func selecting(slots chosen: Range<Int>) -> LabelTable {
        var result = LabelTable(rows: rows, slots: chosen.count)
        result.slotWeights = slotWeights == nil ? nil : []
        for row in 0..<rows {
            for place in rowStarts[row]..<rowStarts[row + 1] where chosen.contains(Int(slotIndices[place])) {
                result.slotIndices.append(slotIndices[place] - Int32(chosen.lowerBound))
                result.values.append(values[place])
                if let slotWeights { result.slotWeights?.append(slotWeights[place]) }
            }
            result.rowStarts[row + 1] = result.values.count
        }
        for (slot, shares) in distributions where chosen.contains(slot) {
            result.distributions[slot - chosen.lowerBound] = shares
        }
        return result
    }
}

extension ObservedOutputs {
    /// What is said of one objective alone.
    ///
    /// - Parameter objective: its place in ``objectives``.
    public func selecting(objective: Int) -> ObservedOutputs {
        ObservedOutputs(
            objectives: [objectives[objective]], scaling: [scaling[objective]],
            slots: slots[slots(of: objective)].map { slot in
                Slot(
                    objective: 0, width: slot.width, rows: slot.rows, logits: slot.logits, labels: slot.labels,
                    weights: slot.weights, distributions: slot.distributions)
            }, rows: rows)
    }
}
