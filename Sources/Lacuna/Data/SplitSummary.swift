/// How rows and labels are spread over the parts of a split, beside what an exact share of each would be.
public struct SplitSummary: Sendable {
    /// One part, or one fold.
    public struct Part: Sendable {
        /// train, valid or test; or the fold's number, from 1.
        public let name: String
        /// Of the rows, wanted.
        public let share: Double
        /// How many rows it has.
        public let rows: Int
        /// How many groups it has; nil without a group column.
        public let groups: Int?
    }

    /// How often something occurs in each part: that a slot is observed, or that it is of one class.
    public struct Count: Sendable {
        /// "observed", or the class.
        public let label: String
        /// `[parts]`.
        public let counts: [Int]
        /// `[parts]`: count − share · total.
        public let deviations: [Double]
        /// Over all parts.
        public var total: Int { counts.reduce(0, +) }
        /// The largest deviation, without its sign.
        public var largestDeviation: Double { deviations.map(\.magnitude).max() ?? 0 }
    }

    /// One slot: an objective, or one label of a multilabel objective.
    public struct Slot: Sendable {
        /// The objective's name.
        public let objective: String
        /// The objective's name, or the label's of a multilabel objective.
        public let name: String
        /// The objective's kind.
        public let kind: ObjectiveKind.Name
        /// Observed labels.
        public let observed: Count
        /// One for each class or level, 0 and 1 of binary slots; empty for regressions and soft classes.
        public let classes: [Count]
        /// The largest deviation of all its counts.
        public var largestDeviation: Double { ([observed] + classes).map(\.largestDeviation).max() ?? 0 }
    }

    /// In order.
    public let parts: [Part]
    /// In slot order.
    public let slots: [Slot]

    /// Counts what each part has.
    ///
    /// - Parameters:
    ///   - rows: what the parts are made of.
    ///   - partOfRow: `[rows]`, indices of `names`; −1 for a row in no part.
    ///   - names: of the parts.
    ///   - shares: of the rows, wanted; one per part, summing to 1.
    public init(_ rows: UndividedRows, partOfRow: [Int], names: [String], shares: [Double]) {
        let labels = rows.labels, width = names.count
        let traits = LabelTraits(rows.objectives, labels)
        var counts = [Int](repeating: 0, count: traits.count * width)
        var partRows = [Int](repeating: 0, count: width)
        for row in partOfRow.indices where partOfRow[row] >= 0 {
            let part = partOfRow[row]
            partRows[part] += 1
            for place in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let slot = Int(labels.slotIndices[place])
                counts[slot * width + part] += 1
                if let own = traits.trait(of: labels.values[place], slot: slot) { counts[own * width + part] += 1 }
            }
        }
        func count(_ trait: Int, _ label: String) -> Count {
            let own = Array(counts[trait * width..<(trait + 1) * width])
            let total = Double(own.reduce(0, +))
            return Count(label: label, counts: own, deviations: zip(own, shares).map { Double($0) - $1 * total })
        }
        let groups = rows.groups.map { Self.groupCounts($0, partOfRow, width) }
        parts = names.indices.map {
            Part(name: names[$0], share: shares[$0], rows: partRows[$0], groups: groups?[$0])
        }
        var slots: [Slot] = []
        for objective in rows.objectives {
            for name in objective.slotNames {
                let slot = slots.count
                let classes = traits.firstClass[slot].map { first in
                    objective.kind.classNames.enumerated().map { count(first + $0, $1) }
                }
                slots.append(
                    Slot(
                        objective: objective.name, name: name, kind: objective.kind.name,
                        observed: count(slot, "observed"), classes: classes ?? []))
            }
        }
        self.slots = slots
    }

    private static func groupCounts(_ groups: RowGroups, _ partOfRow: [Int], _ width: Int) -> [Int] {
        var partOfGroup = [Int](repeating: -1, count: groups.names.count)
        for (row, group) in groups.ofRow.enumerated() { partOfGroup[Int(group)] = partOfRow[row] }
        var counts = [Int](repeating: 0, count: width)
        for part in partOfGroup where part >= 0 { counts[part] += 1 }
        return counts
    }
}
