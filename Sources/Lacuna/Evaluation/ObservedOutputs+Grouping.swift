/// From rows to slots: a data set has its labels row by row, metrics want them slot by slot.
extension Model {
    /// - Parameter blockSize: logits that are grouped at once; it decides no number.
    func observedOutputs(of data: Dataset, blockSize: Int = ObservedOutputs.blockSize) -> ObservedOutputs {
        let table = data.labels, chunk = 256
        var result = ObservedOutputs(objectives: objectives, scaling: scaling, plan: plan, labels: table)
        result.threads = engine.threads
        let counts = table.observedCounts()
        let isOneBlock = zip(counts, result.slots).reduce(0) { $0 + $1.0 * $1.1.width } <= blockSize
        if !isOneBlock { result.reserve(counts) }
        var start = 0
        while start < data.rows {
            var end = start, logits: [Float] = []
            repeat {
                let rows = end..<min(end + chunk, data.rows)
                logits += engine.observedLogits(data.features, rows: rows, labels: table)
                end = rows.upperBound
            } while end < data.rows && logits.count < blockSize
            result.append(data, rows: start..<end, logits: logits)
            start = end
        }
        return result
    }
}

extension ObservedOutputs {
    /// Logits that are grouped at once: enough that slots have runs of them, few beside what is kept.
    static let blockSize = 1 << 20

    /// Adds what some rows say.
    ///
    /// - Parameter logits: of the observed slots: row after row, slot after slot, each of its slot's width.
    fileprivate mutating func append(_ data: Dataset, rows: Range<Int>, logits: [Float]) {
        let block = EntryBlock(data.labels, rows: rows, widths: slots.map(\.width))
        let shares = Shares(costs: slots.indices.lazy.map { block.entries(of: $0).count }, threads: threads)
        let pieces = shares.map { [slots] chosen in
            chosen.map { slots[$0].piece(block, of: data, slot: $0, logits: logits) }
        }
        for (index, piece) in pieces.joined().enumerated() where !block.entries(of: index).isEmpty {
            slots[index].append(piece)
        }
    }
}

/// The entries of some rows, ordered by slot with a counting sort, and by row within a slot.
private struct EntryBlock: Sendable {
    /// `[slots + 1]`: slot s owns the places `starts[s] ..< starts[s + 1]`.
    private let starts: [Int]
    /// `[entries]`: the row of each.
    let rows: [Int32]
    /// `[entries]`: its place in the label table.
    let places: [Int]
    /// `[entries]`: where its logits begin; nil where each entry has one, at its place less ``first``.
    let logits: [Int]?
    /// The first place in the label table.
    let first: Int

    init(_ table: LabelTable, rows chosen: Range<Int>, widths: [Int]) {
        first = table.rowStarts[chosen.lowerBound]
        let count = table.rowStarts[chosen.upperBound] - first
        var next = [Int](repeating: 0, count: widths.count + 1)
        for place in first..<first + count { next[Int(table.slotIndices[place]) + 1] += 1 }
        for slot in widths.indices { next[slot + 1] += next[slot] }
        starts = next
        let isNarrow = widths.allSatisfy { $0 == 1 }
        var rows = [Int32](repeating: 0, count: count), places = [Int](repeating: 0, count: count)
        var logits = isNarrow ? nil : [Int](repeating: 0, count: count), logit = 0
        for row in chosen {
            for place in table.rowStarts[row]..<table.rowStarts[row + 1] {
                let slot = Int(table.slotIndices[place]), target = next[slot]
                next[slot] = target + 1
                rows[target] = Int32(row)
                places[target] = place
                logits?[target] = logit
                logit += widths[slot]
            }
        }
        (self.rows, self.places, self.logits) = (rows, places, logits)
    }

    func entries(of slot: Int) -> Range<Int> { starts[slot]..<starts[slot + 1] }
}

extension ObservedOutputs.Slot {
    /// What a block says of this slot, as a slot of its own.
    fileprivate func piece(_ block: EntryBlock, of data: Dataset, slot: Int, logits all: [Float]) -> ObservedOutputs.Slot {
        let entries = block.entries(of: slot), table = data.labels
        var piece = ObservedOutputs.Slot(objective: objective, width: width)
        func weight(_ entry: Int) -> Float {
            (data.rowWeights?[Int(block.rows[entry])] ?? 1) * (table.slotWeights?[block.places[entry]] ?? 1)
        }
        func start(_ entry: Int) -> Int { block.logits?[entry] ?? block.places[entry] - block.first }
        guard table.states == nil else {
            for entry in entries {
                piece.append(
                    row: Int(block.rows[entry]), logits: all[start(entry)..<start(entry) + width],
                    label: table.values[block.places[entry]], weight: weight(entry), state: table.state(block.places[entry]))
            }
            return piece
        }
        piece.rows = Array(block.rows[entries])
        piece.labels = block.places[entries].map { table.values[$0] }
        piece.weights = data.rowWeights == nil && table.slotWeights == nil
            ? Array(repeating: 1, count: entries.count) : entries.map(weight)
        if width == 1 {
            piece.logits = entries.map { all[start($0)] }
        } else {
            piece.logits.reserveCapacity(entries.count * width)
            for entry in entries { piece.logits += all[start(entry)..<start(entry) + width] }
        }
        return piece
    }

    /// Adds later rows of the same slot.
    fileprivate mutating func append(_ piece: ObservedOutputs.Slot) {
        if let more = piece.unscored { append(more) }
        if rows.isEmpty && rows.capacity == 0 {
            (rows, logits, labels, weights) = (piece.rows, piece.logits, piece.labels, piece.weights)
        } else {
            rows += piece.rows
            logits += piece.logits
            labels += piece.labels
            weights += piece.weights
        }
    }
}
