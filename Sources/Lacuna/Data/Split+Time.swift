extension Split {
    /// Cuts rows by their time: the oldest train, the next are valid, the latest are test, by the shares.
    ///
    /// A cut lies between two times, as near to its share as one can: rows of one time are in one part. Of rows that belong
    /// together, all stand at the latest time of any of them, so that the group is in one part and training never sees a row
    /// that is later than a cut.
    ///
    /// - Parameters:
    ///   - times: of the rows.
    ///   - groups: of the rows; nil: each row stands at its own time.
    ///   - fractions: shares of train, valid and test; a share of 0 leaves its part empty.
    /// - Returns: the parts, and how many groups a cut at the rows' own times would have torn apart.
    /// - Throws: ``SettingError`` as ``check(fractions:)``, and where there are fewer times than parts.
    static func byTime(
        _ times: RowTimes, groups: RowGroups?, fractions: [Double]
    ) throws(SettingError) -> (split: Split, movedGroups: Int) {
        try check(fractions: fractions)
        let parts = zip(Part.allCases, fractions).filter { $0.1 > 0 }
        let standing = groups.map { latest(times, $0) } ?? times.ofRow
        var rowsAt = [Int](repeating: 0, count: times.texts.count)
        for time in standing { rowsAt[Int(time)] += 1 }
        let held = rowsAt.indices.filter { rowsAt[$0] > 0 }
        guard held.count >= parts.count else {
            throw SettingError(
                "the rows are of \(counted(held.count, "time")), and \(parts.count) parts are asked for",
                fix: "rows of one time stay in one part: name another time column, or give a share of 0 to a part")
        }
        let partOfTime = cut(held.map { rowsAt[$0] }, shares: parts.map { $0.1 })
        var partAt = [Part?](repeating: nil, count: rowsAt.count)
        for (time, part) in zip(held, partOfTime) { partAt[time] = parts[part].0 }
        let split = Split(partOfRow: standing.map { partAt[Int($0)] })
        return (split, groups.map { tornGroups(times, $0, split, partAt) } ?? 0)
    }

    /// By row: the latest time of its group.
    private static func latest(_ times: RowTimes, _ groups: RowGroups) -> [Int32] {
        var latest = [Int32](repeating: -1, count: groups.names.count)
        for (row, group) in groups.ofRow.enumerated() { latest[Int(group)] = max(latest[Int(group)], times.ofRow[row]) }
        return groups.ofRow.map { latest[Int($0)] }
    }

    /// The part of each time, earliest first; every part gets one at least.
    private static func cut(_ counts: [Int], shares: [Double]) -> [Int] {
        let rows = Double(counts.reduce(0, +))
        var parts: [Int] = []
        var (before, wanted) = (0, 0.0)
        for part in shares.indices.dropLast() {
            wanted += shares[part] * rows
            var taken = 0
            // Later parts need one time each.
            let most = counts.count - parts.count - (shares.count - 1 - part)
            while taken < most {
                let next = before + counts[parts.count]
                let isNearer = abs(Double(next) - wanted) <= abs(Double(before) - wanted)
                guard taken == 0 || isNearer else { break }
                before = next
                taken += 1
                parts.append(part)
            }
        }
        return parts + Array(repeating: shares.count - 1, count: counts.count - parts.count)
    }

    /// Groups of which some row's own time lies in an earlier part than the group.
    private static func tornGroups(_ times: RowTimes, _ groups: RowGroups, _ split: Split, _ partAt: [Part?]) -> Int {
        // A time at which no group stands belongs to the part of the next time that has one.
        var filled = partAt
        for time in filled.indices.reversed().dropFirst() { filled[time] = filled[time] ?? filled[time + 1] }
        var torn: Set<Int32> = []
        for (row, time) in times.ofRow.enumerated() where filled[Int(time)] != split.partOfRow[row] {
            torn.insert(groups.ofRow[row])
        }
        return torn.count
    }
}
