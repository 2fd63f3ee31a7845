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
