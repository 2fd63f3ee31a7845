/// Numbers for what a row can hold: "slot 3 is observed", and "slot 3 is class 1".
///
/// Slots come first, under their own numbers; the classes of all slots follow.
struct LabelTraits {
    /// The number of each slot's class 0; nil for regressions and distributions, which have no classes.
    let firstClass: [Int?]
    let count: Int

    init(_ objectives: [Objective], _ labels: LabelTable) {
        var firstClass: [Int?] = []
        var next = labels.slots
        for objective in objectives {
            let classes = Self.classes(of: objective.kind)
            for _ in 0..<objective.kind.slotsPerRow {
                let hasClasses = classes > 0 && labels.distributions[firstClass.count] == nil
                firstClass.append(hasClasses ? next : nil)
                if hasClasses { next += classes }
            }
        }
        self.firstClass = firstClass
        count = next
    }

    private static func classes(of kind: ObjectiveKind) -> Int {
        switch kind {
        case .binary, .multilabel: 2
        case .categorical(let names), .ordinal(let names): names.count
        case .regression: 0
        }
    }

    /// The number of an observed label's class; a soft label of 0.5 or more is positive.
    func trait(of value: Double, slot: Int) -> Int? { firstClass[slot].map { $0 + Int(value.rounded()) } }

    /// What each row holds: row r has `traits[starts[r] ..< starts[r + 1]]`. A row of weight 0 holds nothing, for it
    /// teaches nothing.
    func traits(of labels: LabelTable, rowWeights: [Float]?) -> (starts: [Int], traits: [Int32]) {
        var starts = [0]
        var traits: [Int32] = []
        starts.reserveCapacity(labels.rows + 1)
        traits.reserveCapacity(2 * labels.observed)
        for row in 0..<labels.rows {
            if rowWeights?[row] != 0 {
                for place in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                    if labels.slotWeights?[place] == 0 { continue }
                    let slot = Int(labels.slotIndices[place])
                    traits.append(Int32(slot))
                    // A bound or a drawn label decides no class: what it says of the row is that the slot is observed.
                    if labels.state(place).isScored, let own = trait(of: labels.values[place], slot: slot) { traits.append(Int32(own)) }
                }
            }
            starts.append(traits.count)
        }
        return (starts, traits)
    }

    /// One sentence per objective whose training rows lack a class, or a label of a group.
    func gaps(_ labels: LabelTable, rows: [Int], objectives: [Objective]) -> [String] {
        var held = [Bool](repeating: false, count: count)
        for row in rows {
            for place in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let slot = Int(labels.slotIndices[place])
                held[slot] = true
                if labels.state(place).isScored, let own = trait(of: labels.values[place], slot: slot) { held[own] = true }
            }
        }
        var warnings: [String] = []
        var slot = 0
        for objective in objectives {
            let slots = slot..<slot + objective.kind.slotsPerRow
            slot = slots.upperBound
            let missing = missing(objective, slots, held)
            if !missing.isEmpty {
                let shown = missing.prefix(8).joined(separator: ", ") + (missing.count > 8 ? ", …" : "")
                warnings.append("objective '\(objective.name)': no training row shows \(shown)")
            }
        }
        return warnings
    }

    private func missing(_ objective: Objective, _ slots: Range<Int>, _ held: [Bool]) -> [String] {
        func lacks(_ value: Int, _ slot: Int) -> Bool { firstClass[slot].map { !held[$0 + value] } ?? false }
        let first = slots.lowerBound
        switch objective.kind {
        case .regression: return []
        case .binary: return ["0", "1"].indices.filter { lacks($0, first) }.map { "a label \($0)" }
        case .categorical(let names): return names.indices.filter { lacks($0, first) }.map { "class '\(names[$0])'" }
        case .ordinal(let names): return names.indices.filter { lacks($0, first) }.map { "level '\(names[$0])'" }
        case .multilabel(let names):
            return zip(names, slots).flatMap { name, slot in
                held[slot] ? [0, 1].filter { lacks($0, slot) }.map { "\(name) = \($0)" } : ["a label '\(name)'"]
            }
        }
    }
}
