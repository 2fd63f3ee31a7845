/// Which slots are observed in exactly the same rows. Such slots share everything that can be asked of their
/// missingness, so one answer serves all: the thousand labels of one assay panel are one pattern.
struct ObservationPatterns {
    /// By slot.
    let ofSlot: [Int]
    /// By pattern: its first slot.
    let firstSlot: [Int]
    /// By pattern: rows that observe it.
    let counts: [Int]

    /// Two sums of well-mixed row numbers tell patterns apart: that different sets of rows agree in count and in both
    /// sums has a chance of 2⁻¹²⁸.
    private struct Print: Hashable {
        var count = 0
        var first: UInt64 = 0
        var second: UInt64 = 0
    }

    init(_ labels: LabelTable) {
        var prints = [Print](repeating: Print(), count: labels.slots)
        for row in 0..<labels.rows {
            var mixer = SplitMix64(seed: UInt64(row))
            let (first, second) = (mixer.next(), mixer.next())
            for place in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let slot = Int(labels.slotIndices[place])
                prints[slot].count += 1
                prints[slot].first &+= first
                prints[slot].second &+= second
            }
        }
        var known: [Print: Int] = [:]
        var ofSlot: [Int] = [], firstSlot: [Int] = [], counts: [Int] = []
        for (slot, print) in prints.enumerated() {
            if let pattern = known[print] {
                ofSlot.append(pattern)
            } else {
                known[print] = firstSlot.count
                ofSlot.append(firstSlot.count)
                firstSlot.append(slot)
                counts.append(print.count)
            }
        }
        (self.ofSlot, self.firstSlot, self.counts) = (ofSlot, firstSlot, counts)
    }

    /// Labels of one slot per pattern, 1 where the row observes it and 0 where not, nothing missing.
    func labels(_ patterns: Range<Int>, among chosen: [Int], of labels: LabelTable, rows: [Int]) -> LabelTable {
        var column = [Int32](repeating: -1, count: firstSlot.count)
        for (index, pattern) in chosen[patterns].enumerated() { column[pattern] = Int32(index) }
        let width = patterns.count
        var table = LabelTable(rows: rows.count, slots: width)
        table.slotIndices.reserveCapacity(rows.count * width)
        var values = [Double](repeating: 0, count: rows.count * width)
        for (index, row) in rows.enumerated() {
            for slot in 0..<width { table.slotIndices.append(Int32(slot)) }
            for place in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let own = column[ofSlot[Int(labels.slotIndices[place])]]
                if own >= 0 { values[index * width + Int(own)] = 1 }
            }
            table.rowStarts[index + 1] = (index + 1) * width
        }
        table.values = values
        return table
    }
}
