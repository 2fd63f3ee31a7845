/// Outputs of several data sets as those of one: what the models of folds say of the rows that each did not see.
extension ObservedOutputs {
    /// The outputs of all parts together, in the order of rows.
    ///
    /// Labels are in their units, and so are kept; the logits of a regression, which each model has standardised in its
    /// own way, are put on the first part's scale.
    ///
    /// - Parameters:
    ///   - parts: outputs of the same objectives, one or more, and by row of each its row in the whole.
    ///   - rows: of the whole, with or without labels.
    /// - Precondition: objectives are equal, and no row occurs twice.
    public static func pooled(_ parts: [(outputs: ObservedOutputs, rows: [Int])], rows: Int) -> ObservedOutputs {
        var whole = parts[0].outputs.moved(to: parts[0].rows, of: rows)
        for part in parts.dropFirst() { whole.append(part.outputs.moved(to: part.rows, of: rows)) }
        for index in whole.slots.indices { whole.slots[index].sortByRow() }
        return whole
    }

    private func moved(to places: [Int], of rows: Int) -> ObservedOutputs {
        precondition(places.count == self.rows, "one place for each row")
        var result = self
        result.rows = rows
        for index in slots.indices {
            result.slots[index].rows = slots[index].rows.map { Int32(places[Int($0)]) }
            if let unscored = slots[index].unscored {
                result.slots[index].unscored?.rows = unscored.rows.map { Int32(places[Int($0)]) }
            }
        }
        return result
    }

    private mutating func append(_ other: ObservedOutputs) {
        precondition(other.objectives.map(\.name) == objectives.map(\.name), "outputs of other objectives")
        for index in slots.indices {
            var slot = other.slots[index]
            if let own = scaling[slot.objective], let theirs = other.scaling[slot.objective], own != theirs {
                func rescaled(_ logit: Float) -> Float {
                    Float((Double(logit) * theirs.deviation + theirs.mean - own.mean) / own.deviation)
                }
                slot.logits = slot.logits.map(rescaled)
                if let unscored = slot.unscored { slot.unscored?.logits = unscored.logits.map(rescaled) }
            }
            if let distributions = slot.distributions {
                // Labels are positions in the distributions, which are appended as well.
                let before = (slots[index].distributions?.count ?? 0) / slot.width
                slot.labels = slot.labels.map { $0 + Double(before) }
                slots[index].distributions = (slots[index].distributions ?? []) + distributions
            }
            slots[index].rows += slot.rows
            slots[index].logits += slot.logits
            slots[index].labels += slot.labels
            slots[index].weights += slot.weights
            if let unscored = slot.unscored { slots[index].append(unscored) }
        }
    }
}

extension ObservedOutputs.Slot {
    fileprivate mutating func sortByRow() {
        let order = rows.indices.sorted { rows[$0] < rows[$1] }
        (rows, labels, weights) = (order.map { rows[$0] }, order.map { labels[$0] }, order.map { weights[$0] })
        logits = order.flatMap { logits[$0 * width..<($0 + 1) * width] }
        guard let old = unscored else { return }
        var sorted = ObservedOutputs.Unscored()
        for place in old.rows.indices.sorted(by: { old.rows[$0] < old.rows[$1] }) {
            sorted.rows.append(old.rows[place])
            sorted.labels.append(old.labels[place])
            sorted.weights.append(old.weights[place])
            sorted.states.append(old.states[place])
            sorted.logits += old.logits[place * width..<(place + 1) * width]
        }
        unscored = sorted
    }

    mutating func append(_ other: ObservedOutputs.Unscored) {
        var all = unscored ?? ObservedOutputs.Unscored()
        all.rows += other.rows
        all.logits += other.logits
        all.labels += other.labels
        all.weights += other.weights
        all.states += other.states
        unscored = all
    }
}
