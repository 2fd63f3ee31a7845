internal import LacunaKernels

/// The observed slots of a batch, gathered from the rows' labels and ordered slot by slot.
///
/// Work and memory follow the observed slots: nothing here walks over all slots of the model, unless about as many are observed.
final class BatchEntries {
    /// The observed rows of one slot: entries `start ..< start + count`. `score` and `logit` are the slot's first row and
    /// first bias in a gradient.
    typealias Segment = lacuna_segment

    private let slots: Int
    /// By slot; all 0 between batches.
    private let countMemory: Memory<Int32>
    private let touchedMemory = Memory<Int32>()
    private let rowMemory = Memory<Int32>()
    private let targetMemory = Memory<Float>()
    private let weightMemory = Memory<Float>()
    private let stateMemory = Memory<CellState>()
    private let segmentMemory = Memory<Segment>()
    private let turnedMemory = Memory<Float>()
    private let placeMemory: Memory<Int32>

    /// Observed slots.
    private(set) var count = 0
    private(set) var segmentCount = 0
    private(set) var isWeighted = false
    /// Whether some targets are bounds.
    private(set) var isCensored = false
    /// Whether the entries themselves were gathered, not only how many each slot has.
    private(set) var isGathered = false

    /// Entries below which waking another thread costs more than it saves.
    private static let leastShared = 20_000

    init(slots: Int) {
        self.slots = slots
        countMemory = Memory(slots)
        placeMemory = Memory(slots)
    }

    /// `[count]`: the row of each entry, as a position in the rows given to ``gather(_:from:)``.
    var rows: View<Int32> { rowMemory.view.prefix(isGathered ? count : 0) }
    /// `[count]`.
    var targets: View<Float> { targetMemory.view.prefix(isGathered ? count : 0) }
    /// `[count]`; all 1 where the labels carry no weights.
    var weights: View<Float> { weightMemory.view.prefix(isWeighted ? count : 0) }
    /// `[count]`; empty where no target is a bound.
    var states: View<CellState> { stateMemory.view.prefix(isCensored ? count : 0) }
    /// Of targets that ``count(_:in:turns:workers:)`` turned: rows of each slot.
    private(set) var turnedRows = 0

    /// The targets of some slots and of the batch's rows from `firstRow` on, each slot's ``turnedRows`` after those of the one before.
    func turnedTargets(of slots: Range<Int>, firstRow: Int, rows: Int) -> View<Float> {
        turnedMemory.view.slice(slots.lowerBound * turnedRows + firstRow, (slots.count - 1) * turnedRows + rows)
    }

    /// The slots that are observed, ascending.
    var segments: View<Segment> { segmentMemory.view.prefix(segmentCount) }

    /// The first segment whose slot is `slot` or a later one.
    func firstSegment(from slot: Int) -> Int {
        let segments = segments
        var low = 0, high = segments.count
        while low < high {
            let middle = (low + high) / 2
            if Int(segments[middle].slot) < slot { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// Gathers the entries of the given rows. Within a slot they keep the rows' order.
    func gather(_ chosen: View<Int32>, from labels: TargetTable, workers: Workers) {
        var total = 0
        for index in 0..<chosen.count {
            let row = Int(chosen[index])
            total += labels.rowStarts[row + 1] - labels.rowStarts[row]
        }
        isGathered = true
        isWeighted = labels.weights != nil
        isCensored = labels.states != nil
        rowMemory.reserve(total)
        targetMemory.reserve(total)
        if isWeighted { weightMemory.reserve(total) }
        // Threads take slots of their own, so that none writes where another does; the list of touched slots is worth
        // making where entries are few.
        let isShared = workers.count > 1 && total >= Self.leastShared && total >= slots
        let counts = countMemory.view, places = placeMemory.view
        let weights = isWeighted ? weightMemory.view : nil
        unsafe labels.rowStarts.withUnsafeBufferPointer { starts in
            unsafe labels.slotIndices.withUnsafeBufferPointer { slotIndices in
                unsafe labels.targets.withUnsafeBufferPointer { targets in
                    func split(_ body: (Range<Int>) -> Void) {
                        if isShared { workers.split(slots, work: .max, body) } else { body(0..<slots) }
                    }
                    if isShared {
                        touchedMemory.reserve(slots)
                        split { own in
                            unsafe lacuna_add_counts(
                                chosen.count, chosen.base, Int32(own.lowerBound), Int32(own.upperBound), starts.baseAddress,
                                slotIndices.baseAddress, counts.base)
                        }
                        listSegments(touchedMemory.view.prefix(listCounted(into: touchedMemory.view)))
                    } else {
                        touchedMemory.reserve(min(total, slots) + 1)
                        let found = unsafe lacuna_count_entries(
                            chosen.count, chosen.base, starts.baseAddress, slotIndices.baseAddress, counts.base,
                            touchedMemory.view.base)
                        order(touchedMemory.view.prefix(found))
                        listSegments(touchedMemory.view.prefix(found))
                    }
                    func place(_ all: UnsafePointer<Float>?) {
                        split { own in
                            unsafe lacuna_place_entries(
                                chosen.count, chosen.base, Int32(own.lowerBound), Int32(own.upperBound), starts.baseAddress,
                                slotIndices.baseAddress, targets.baseAddress, all, places.base, rowMemory.view.base,
                                targetMemory.view.base, weights?.base)
                        }
                    }
                    if let all = labels.weights {
                        unsafe all.withUnsafeBufferPointer { unsafe place($0.baseAddress) }
                    } else {
                        place(nil)
                    }
                }
            }
        }
        if let states = labels.states { gather(states, chosen, labels) }
    }

    private func gather(_ states: [CellState], _ chosen: View<Int32>, _ labels: TargetTable) {
        stateMemory.reserve(count)
        let segments = segments, place = placeMemory.view, out = stateMemory.view
        for index in 0..<segments.count { place[Int(segments[index].slot)] = segments[index].start }
        for index in 0..<chosen.count {
            let row = Int(chosen[index])
            for entry in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let slot = Int(labels.slotIndices[entry])
                out[Int(place[slot])] = states[entry]
                place[slot] += 1
            }
        }
    }

    /// Counts the entries of the given rows by slot, in a matrix of targets, and gathers none.
    ///
    /// - Parameter turns: whether to keep the rows' targets, `[slots, rows]`: for few slots.
    func count(_ chosen: View<Int32>, in table: TargetMatrix, turns: Bool, workers: Workers) {
        isGathered = false
        isWeighted = false
        isCensored = false
        let counts = countMemory.view
        if turns {
            turnedRows = chosen.count
            let turned = turnedMemory.room(for: slots * chosen.count)
            workers.split(slots, work: chosen.count * slots) { range in
                unsafe lacuna_turn_targets(
                    chosen.count, range.count, table.slots, chosen.base, table.values.view.base + range.lowerBound,
                    turned.base + range.lowerBound * chosen.count, counts.base + range.lowerBound)
            }
        } else {
            workers.split(slots, grain: 16, work: chosen.count * slots) { range in
                unsafe lacuna_count_targets(
                    chosen.count, range.count, table.slots, chosen.base, table.values.view.base + range.lowerBound,
                    counts.base + range.lowerBound)
            }
        }
        touchedMemory.reserve(slots)
        listSegments(touchedMemory.view.prefix(listCounted(into: touchedMemory.view)))
    }

    /// Makes the segments of the counted slots, and clears the counts.
    private func listSegments(_ touched: View<Int32>) {
        segmentMemory.reserve(touched.count)
        segmentCount = touched.count
        let segments = segmentMemory.view, counts = countMemory.view, place = placeMemory.view
        var start: Int32 = 0
        for index in 0..<touched.count {
            let slot = touched[index], count = counts[Int(slot)]
            segments[index] = Segment(slot: slot, start: start, count: count, score: 0, logit: 0)
            place[Int(slot)] = start
            start += count
            counts[Int(slot)] = 0
        }
        count = Int(start)
    }

    /// Sorts the touched slots. Labels that come slot by slot within each row are often nearly in order already.
    private func order(_ touched: View<Int32>) {
        guard touched.count > 1 else { return }
        if touched.count * 8 >= slots {
            // Many slots: walking over all of them is cheaper than sorting, and bounded by what is observed.
            _ = listCounted(into: touched)
        } else {
            touched.sort()
        }
    }

    /// Lists the counted slots in order.
    ///
    /// - Returns: how many those are.
    private func listCounted(into touched: View<Int32>) -> Int {
        let counts = countMemory.view
        var found = 0
        for slot in 0..<slots where counts[slot] > 0 {
            touched[found] = Int32(slot)
            found += 1
        }
        return found
    }
}
