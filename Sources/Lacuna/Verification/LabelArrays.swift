/// The labels of a data set as a program would hand them over: whole arrays with a value in every slot, observed or not, and
/// masks that say which is which. What stands in missing slots is chosen here.
struct LabelArrays {
    /// What stands in the missing slots.
    enum Filling {
        case zeros
        /// By turns NaN, ±1e30, ±∞, a class that is none, and labels that are legal and mean nothing.
        case poison
        /// Legal labels alone: what a program that forgets its mask would train on.
        case wrongLabels
    }

    /// A slot of a row.
    struct Place: Equatable {
        let row: Int
        let slot: Int
    }

    private let dataset: Dataset
    /// By slot: the rows that observe it, and the places of their entries in the label table.
    private var rowsOfSlot: [[Int32]]
    private var entriesOfSlot: [[Int]]

    init(_ dataset: Dataset) {
        self.dataset = dataset
        let labels = dataset.labels
        rowsOfSlot = Array(repeating: [], count: labels.slots)
        entriesOfSlot = Array(repeating: [], count: labels.slots)
        for row in 0..<labels.rows {
            for entry in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                rowsOfSlot[Int(labels.slotIndices[entry])].append(Int32(row))
                entriesOfSlot[Int(labels.slotIndices[entry])].append(entry)
            }
        }
    }

    /// Slots of all rows, observed or not.
    var cells: Int { dataset.labels.rows * dataset.labels.slots }
    /// Slots that hold no label.
    var missing: Int { cells - dataset.labels.observed }

    /// The first missing slot that would teach if it were observed; nil where there is none.
    var firstMissing: Place? {
        let labels = dataset.labels
        var slot = 0
        for objective in dataset.objectives {
            let slots = slot..<slot + objective.kind.slotsPerRow
            slot = slots.upperBound
            // Soft classes have no place for a label, and a row that is observed whole has no single slot to open.
            guard labels.distributions[slots.lowerBound] == nil, slots.count == 1 || objective.missingLabels == .eachSlot else { continue }
            for slot in slots {
                let observed = Set(rowsOfSlot[slot])
                let row = (0..<labels.rows).first { !observed.contains(Int32($0)) && dataset.rowWeights?[$0] != 0 }
                if let row { return Place(row: row, slot: slot) }
            }
        }
        return nil
    }

    /// The data set anew, through the arrays that a program would pass.
    ///
    /// - Parameters:
    ///   - filling: what stands in missing slots.
    ///   - opened: a missing slot that the mask calls observed, with a legal label.
    ///   - ignoresMask: whether the mask calls every slot observed.
    func dataset(_ filling: Filling, opened: Place? = nil, ignoresMask: Bool = false) throws(DataError) -> Dataset {
        var labels: [String: Labels] = [:]
        var weights: [String: [Float]] = [:]
        var first = 0
        for objective in dataset.objectives {
            let slots = first..<first + objective.kind.slotsPerRow
            first = slots.upperBound
            if let distributions = dataset.labels.distributions[slots.lowerBound] {
                // A missing distribution has no place where poison could stand.
                labels[objective.name] = .distributions(shares(of: slots.lowerBound, distributions, objective))
                weights[objective.name] = slotWeights(slots, filling)
                continue
            }
            var values = [Float](repeating: 0, count: dataset.labels.rows * slots.count)
            for place in values.indices { values[place] = filler(filling, place: place, objective) }
            var mask = [Bool](repeating: ignoresMask, count: values.count)
            forEachEntry(slots) { place, value, _ in
                values[place] = Float(value)
                mask[place] = true
            }
            if let opened, slots.contains(opened.slot) {
                let place = opened.row * slots.count + opened.slot - slots.lowerBound
                values[place] = wrongLabel(place: 1, objective)
                mask[place] = true
            }
            labels[objective.name] = .array(values, columns: slots.count, mask: mask)
            weights[objective.name] = slotWeights(slots, opened == nil && !ignoresMask ? filling : .zeros)
        }
        let read = try Dataset(
            features: dataset.features, objectives: readingObjectives, labels: labels, rowWeights: dataset.rowWeights,
            slotWeights: weights)
        return Dataset(
            features: dataset.features, objectives: dataset.objectives, labels: withStates(read.labels),
            rowWeights: dataset.rowWeights)
    }

    /// Labels drawn for uncertain cells are fractions, which an array of yes and no may hold if it says so.
    private var readingObjectives: [Objective] {
        guard dataset.labels.states?.contains(.uncertain) == true else { return dataset.objectives }
        return dataset.objectives.map { objective in
            var copy = objective
            if objective.kind.isYesOrNo { copy.soft = true }
            return copy
        }
    }

    /// An array holds bounds and drawn labels as numbers; that they are no more than that is laid beside them.
    private func withStates(_ table: LabelTable) -> LabelTable {
        let own = dataset.labels
        guard let states = own.states else { return table }
        var result = table
        var all = [CellState](repeating: .known, count: table.observed)
        for row in 0..<own.rows {
            var place = own.rowStarts[row]
            for entry in table.rowStarts[row]..<table.rowStarts[row + 1] {
                while place < own.rowStarts[row + 1], own.slotIndices[place] < table.slotIndices[entry] { place += 1 }
                if place < own.rowStarts[row + 1], own.slotIndices[place] == table.slotIndices[entry] { all[entry] = states[place] }
            }
        }
        result.states = all
        return result
    }

    private func forEachEntry(_ slots: Range<Int>, _ body: (_ place: Int, _ value: Double, _ weight: Float) -> Void) {
        let labels = dataset.labels
        for slot in slots {
            for (row, entry) in zip(rowsOfSlot[slot], entriesOfSlot[slot]) {
                body(Int(row) * slots.count + slot - slots.lowerBound, labels.values[entry], labels.slotWeights?[entry] ?? 1)
            }
        }
    }

    /// Slot weights, where there are any: those of missing slots are poisoned as well.
    private func slotWeights(_ slots: Range<Int>, _ filling: Filling) -> [Float]? {
        guard dataset.labels.slotWeights != nil else { return nil }
        let junk: [Float] = if case .poison = filling { [.nan, -1, .infinity] } else { [1] }
        var weights = (0..<dataset.labels.rows * slots.count).map { junk[$0 % junk.count] }
        forEachEntry(slots) { place, _, weight in weights[place] = weight }
        return weights
    }

    private func shares(of slot: Int, _ distributions: [Float], _ objective: Objective) -> [[Float]?] {
        let classes = objective.kind.logitsPerSlot
        var rows = [[Float]?](repeating: nil, count: dataset.labels.rows)
        forEachEntry(slot..<slot + 1) { place, value, _ in
            rows[place] = Array(distributions[Int(value) * classes..<(Int(value) + 1) * classes])
        }
        return rows
    }

    private func filler(_ filling: Filling, place: Int, _ objective: Objective) -> Float {
        switch filling {
        case .zeros: return 0
        case .wrongLabels: return wrongLabel(place: place, objective)
        case .poison:
            let junk: [Float] = [.nan, 1e30, -1e30, .infinity, -.infinity, 99, wrongLabel(place: place / 7, objective)]
            return junk[place % junk.count]
        }
    }

    /// A label that the kind allows.
    private func wrongLabel(place: Int, _ objective: Objective) -> Float {
        switch objective.kind {
        case .binary, .multilabel: Float(place % 2)
        case .categorical(let names), .ordinal(let names): Float(place % names.count)
        // Legal on every scale, log1p's too.
        case .regression: Float(1000 + place % 7)
        }
    }
}
