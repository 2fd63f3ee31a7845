/// Looks for undeclared missing markers among the labels and features that a load took for values.
struct TokenScan {
    private let rows: InspectedRows
    private let objectives: [Objective]
    private let rules: [LabelRules]

    init(_ rows: InspectedRows) {
        self.rows = rows
        objectives = rows.data.objectives
        rules = rows.data.preprocessing.labels
    }

    func tokens() -> [SuspectToken] { labelTokens() + FeatureTokenScan(rows).tokens() }

    private func labelTokens() -> [SuspectToken] {
        var bySlot = [[Double: Seen]](repeating: [:], count: rows.labels.slots)
        // Of numbers, which may all differ, only markers are counted one by one.
        var extremes = Extremes(columns: rows.labels.slots)
        let isNumber = objectives.flatMap { Array(repeating: $0.kind.name == .regression, count: $0.kind.slotsPerRow) }
        for row in 0..<rows.labels.rows {
            for place in rows.labels.rowStarts[row]..<rows.labels.rowStarts[row + 1] {
                let slot = Int(rows.labels.slotIndices[place])
                // A bound at 99 and a label drawn for an uncertain cell are no markers.
                if rows.labels.distributions[slot] != nil || !rows.labels.state(place).isScored { continue }
                let value = rows.labels.values[place]
                if isNumber[slot] {
                    extremes.add(value, column: slot)
                    if !SuspectToken.numbers.contains(value) { continue }
                }
                bySlot[slot][value, default: Seen()].note(rows.fileRows[row])
            }
        }
        var found: [SuspectToken] = []
        for (index, slots) in objectives.slotRanges.enumerated() {
            let rules = rules.indices.contains(index) ? rules[index] : nil
            for (label, slot) in slots.enumerated() {
                found += suspects(objectives[index], rules, label: label, bySlot[slot], extremes.values(slot))
            }
        }
        return found
    }

    /// How often a value stands, and its first rows.
    private struct Seen {
        var count = 0
        var rows: [Int] = []

        mutating func note(_ fileRow: Int) {
            count += 1
            if rows.count < 5 { rows.append(fileRow + 1) }
        }
    }

    private func suspects(
        _ objective: Objective, _ rules: LabelRules?, label: Int, _ seen: [Double: Seen],
        _ extremes: [(value: Double, count: Int)]
    ) -> [SuspectToken] {
        func token(_ text: String, _ seen: Seen, _ why: String) -> SuspectToken {
            SuspectToken(
                column: rules.map { $0.columns.indices.contains(label) ? $0.columns[label] : objective.name } ?? objective.name,
                objective: objective.name, token: text, count: seen.count, rows: seen.rows.sorted(), line: nil,
                isIllegal: false, why: why,
                fix: rules.map { $0.missingFix(LabelValue(parsing: text)) } ?? "declare it missing: --missing \(text)")
        }
        switch objective.kind {
        case .regression:
            return SuspectToken.suspects(extremes).compactMap { found in
                seen[found.value].map { token(plain(found.value), $0, found.why) }
            }
        case .categorical(let names), .ordinal(let names):
            guard rules?.areNamesDeclared != true, rules?.isOneHot != true else { return [] }
            let held = names.indices.compactMap { place in seen[Double(place)].map { (names[place], $0) } }
            let numbers = held.compactMap { name, seen in
                if case .number(let number) = LabelValue(parsing: name) { (value: number, count: seen.count) } else { nil }
            }
            let apart = SuspectToken.suspects(numbers.sorted { $0.value < $1.value }, isClass: true)
            return held.compactMap { name, seen in
                if let suspect = apart.first(where: { plain($0.value) == name }) { return token(name, seen, "as a class: \(suspect.why)") }
                guard case .word = LabelValue(parsing: name), SuspectToken.isMarker(name) else { return nil }
                return token(name, seen, "it counts as a \(objective.kind.name == .ordinal ? "level" : "class")")
            }
        case .binary, .multilabel:
            guard let rules, rules.negatives.indices.contains(label), let word = rules.negatives[label],
                SuspectToken.isMarker(word), let zeros = seen[0]
            else { return [] }
            return [token(word, zeros, "it counts as 0 beside '\(rules.positive ?? "1")'")]
        }
    }
}
