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

    func tokens() -> [SuspectToken] { labelTokens() + featureTokens() }

    // MARK: labels

    private func labelTokens() -> [SuspectToken] {
        var bySlot = [[Double: Seen]](repeating: [:], count: rows.labels.slots)
        for row in 0..<rows.labels.rows {
            for place in rows.labels.rowStarts[row]..<rows.labels.rowStarts[row + 1] {
                let slot = Int(rows.labels.slotIndices[place])
                if rows.labels.distributions[slot] != nil { continue }
                let value = rows.labels.values[place]
                bySlot[slot][value, default: Seen()].note(rows.fileRows[row])
            }
        }
        var found: [SuspectToken] = []
        for (index, slots) in objectives.slotRanges.enumerated() {
            let rules = rules.indices.contains(index) ? rules[index] : nil
            for (label, slot) in slots.enumerated() {
                found += suspects(objectives[index], rules, label: label, bySlot[slot])
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
        _ objective: Objective, _ rules: LabelRules?, label: Int, _ seen: [Double: Seen]
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
            let values = seen.map { (value: $0.key, count: $0.value.count) }.sorted { $0.value < $1.value }
            return SuspectToken.suspects(values).compactMap { found in
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

    // MARK: features

    /// A value to look for in an encoded column.
    private struct Probe {
        let feature: String
        let column: Int
        let code: Float
        let token: String
        let isWord: Bool
    }

    private func featureTokens() -> [SuspectToken] {
        let probes = probes()
        guard !probes.isEmpty else { return [] }
        let seen = count(probes)
        let numeric = Set(probes.indices.filter { !probes[$0].isWord && seen[$0].count >= 2 }.map { probes[$0].column })
        let suspects = numberSuspects(numeric)
        return probes.indices.compactMap { place in
            let probe = probes[place]
            guard seen[place].count > 0 else { return nil }
            let why = probe.isWord ? "it counts as a word of its own" : suspects[probe.column]?[probe.code]
            guard let why else { return nil }
            return SuspectToken(
                column: probe.feature, objective: nil, token: probe.token, count: seen[place].count,
                rows: seen[place].rows.sorted(), line: nil, isIllegal: false, why: why,
                fix: "declare it missing: --missing-features \(probe.isWord ? "'\(probe.token)'" : probe.token)")
        }
    }

    /// The markers as the encoder writes them. Equal cells have equal codes, to the bit.
    private func probes() -> [Probe] {
        var probes: [Probe] = []
        var next = 0
        for column in rows.data.preprocessing.encoder.columns {
            switch column.coding {
            case .standardised(let mean, let deviation):
                for number in SuspectToken.numbers {
                    probes.append(
                        Probe(
                            feature: column.name, column: next, code: Float((number - mean) / deviation), token: plain(number),
                            isWord: false))
                }
            case .oneHot(let words):
                for (place, word) in words.enumerated() where SuspectToken.isMarker(word) {
                    probes.append(Probe(feature: column.name, column: next + place, code: 1, token: word, isWord: true))
                }
            default: break
            }
            next += column.width
        }
        return next == rows.width ? probes : []
    }

    private func count(_ probes: [Probe]) -> [Seen] {
        var seen = [Seen](repeating: Seen(), count: probes.count)
        forEachRow { fileRow, values in
            for (place, probe) in probes.enumerated() where values[probe.column] == probe.code {
                seen[place].note(fileRow)
            }
        }
        return seen
    }

    /// By column and code: why the number is suspect there.
    private func numberSuspects(_ columns: Set<Int>) -> [Int: [Float: String]] {
        guard !columns.isEmpty else { return [:] }
        let wanted = columns.sorted()
        var counts = [[Float: Int]](repeating: [:], count: wanted.count)
        forEachRow { _, values in
            for (place, column) in wanted.enumerated() { counts[place][values[column], default: 0] += 1 }
        }
        var found: [Int: [Float: String]] = [:]
        for (place, column) in wanted.enumerated() {
            guard case .standardised(let mean, let deviation)? = coding(ofColumn: column) else { continue }
            let codes = Dictionary(
                SuspectToken.numbers.map { (Float(($0 - mean) / deviation), $0) }, uniquingKeysWith: { first, _ in first })
            let values = counts[place].map { code, count in
                (value: codes[code] ?? Double(code) * deviation + mean, count: count)
            }.map { (value: cleaned($0.value, deviation), count: $0.count) }.sorted { $0.value < $1.value }
            for suspect in SuspectToken.suspects(values) {
                found[column, default: [:]][Float((suspect.value - mean) / deviation)] = suspect.why
            }
        }
        return found
    }

    /// A decoded number without the rounding of the encoding, as far as zero and whole numbers go.
    private func cleaned(_ value: Double, _ deviation: Double) -> Double {
        let whole = value.rounded()
        return (value - whole).magnitude < 1e-5 * max(deviation, whole.magnitude * 1e-2) ? whole : value
    }

    private func coding(ofColumn wanted: Int) -> FeatureEncoder.Coding? {
        var next = 0
        for column in rows.data.preprocessing.encoder.columns {
            if next == wanted { return column.coding }
            next += column.width
        }
        return nil
    }

    private func forEachRow(_ body: (_ fileRow: Int, _ values: [Float]) -> Void) {
        for (part, range) in rows.ranges {
            rows.data.datasets[part]?.features.eachRow { row, values in body(rows.fileRows[range.lowerBound + row], values) }
        }
    }
}
