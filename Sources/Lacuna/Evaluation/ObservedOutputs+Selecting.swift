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
        result.states = states == nil ? nil : []
        for row in 0..<rows {
            for place in rowStarts[row]..<rowStarts[row + 1] where chosen.contains(Int(slotIndices[place])) {
                result.slotIndices.append(slotIndices[place] - Int32(chosen.lowerBound))
                result.values.append(values[place])
                if let slotWeights { result.slotWeights?.append(slotWeights[place]) }
                if let states { result.states?.append(states[place]) }
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
                var own = Slot(
                    objective: 0, width: slot.width, rows: slot.rows, logits: slot.logits, labels: slot.labels,
                    weights: slot.weights, distributions: slot.distributions)
                own.unscored = slot.unscored
                return own
            }, rows: rows)
    }
}

extension ObservedOutputs {
    /// What concerns some rows alone.
    ///
    /// - Parameter isChosen: `[rows]`: which rows of the data set stay. They keep their numbers.
    public func selecting(_ isChosen: [Bool]) -> ObservedOutputs {
        precondition(isChosen.count == rows, "\(isChosen.count) choices for \(rows) rows")
        var result = self
        result.rows = isChosen.count { $0 }
        for index in slots.indices { result.slots[index] = slots[index].selecting { isChosen[Int($0)] } }
        return result
    }
}

extension ObservedOutputs.Slot {
    /// The entries of some rows.
    fileprivate func selecting(_ isChosen: (Int32) -> Bool) -> ObservedOutputs.Slot {
        var result = ObservedOutputs.Slot(objective: objective, width: width, distributions: distributions)
        for entry in rows.indices where isChosen(rows[entry]) {
            result.append(
                row: Int(rows[entry]), logits: logits[entry * width..<(entry + 1) * width], label: labels[entry],
                weight: weights[entry], state: .known)
        }
        guard let unscored else { return result }
        for entry in unscored.rows.indices where isChosen(unscored.rows[entry]) {
            result.append(
                row: Int(unscored.rows[entry]), logits: unscored.logits[entry * width..<(entry + 1) * width],
                label: unscored.labels[entry], weight: unscored.weights[entry], state: unscored.states[entry])
        }
        return result
    }
}
