internal import LacunaKernels

/// The observed slots of a batch, gathered from the rows' labels and ordered slot by slot.
///
/// Work and memory follow the observed slots: nothing here walks over all slots of the model.
final class BatchEntries {
    /// The observed rows of one slot: entries `start ..< start + count`. `score` and `logit` are the slot's first row and
    /// first bias in a gradient.
    typealias Segment = lacuna_segment

    private let slots: Int
    private let counts: Memory<Int32>
    private let touched = Memory<Int32>()
    private let rowMemory = Memory<Int32>()
    private let targetMemory = Memory<Float>()
    private let weightMemory = Memory<Float>()
    private let stateMemory = Memory<CellState>()
    private let segmentMemory = Memory<Segment>()
    private let placeMemory: Memory<Int32>

    /// Observed slots.
    private(set) var count = 0
    private(set) var segmentCount = 0
    private(set) var isWeighted = false
    /// Whether some targets are bounds.
    private(set) var isCensored = false
    /// Whether the entries themselves were gathered, not only how many each slot has.
    private(set) var isGathered = false

    init(slots: Int) {
        self.slots = slots
        counts = Memory(slots)
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
    func gather(_ chosen: View<Int32>, from labels: TargetTable) {
        var total = 0
        for index in 0..<chosen.count {
            let row = Int(chosen[index])
            total += labels.rowStarts[row + 1] - labels.rowStarts[row]
        }
        isGathered = true
        isWeighted = labels.weights != nil
        isCensored = labels.states != nil
        touched.reserve(min(total, slots) + 1)
        let touched = touched.view, counts = counts.view
        let touchedCount = unsafe labels.rowStarts.withUnsafeBufferPointer { starts in
            unsafe labels.slotIndices.withUnsafeBufferPointer { slots in
                unsafe lacuna_count_entries(
                    chosen.count, chosen.base, starts.baseAddress, slots.baseAddress, counts.base, touched.base)
            }
        }
        order(touched.prefix(touchedCount))
        rowMemory.reserve(total)
        targetMemory.reserve(total)
        if isWeighted { weightMemory.reserve(total) }
        listSegments(touched.prefix(touchedCount))
        let weights = isWeighted ? weightMemory.view : nil
        unsafe labels.rowStarts.withUnsafeBufferPointer { starts in
            unsafe labels.slotIndices.withUnsafeBufferPointer { slots in
                unsafe labels.targets.withUnsafeBufferPointer { targets in
                    func place(_ all: UnsafePointer<Float>?) {
                        unsafe lacuna_place_entries(
                            chosen.count, chosen.base, starts.baseAddress, slots.baseAddress, targets.baseAddress, all,
                            placeMemory.view.base, rowMemory.view.base, targetMemory.view.base, weights?.base)
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
    func count(_ chosen: View<Int32>, in table: TargetMatrix, workers: Workers) {
        isGathered = false
        isWeighted = false
        isCensored = false
        let counts = counts.view
        workers.split(slots, grain: 16, work: chosen.count * slots) { range in
            unsafe lacuna_count_targets(
                chosen.count, range.count, table.slots, chosen.base, table.values.view.base + range.lowerBound,
                counts.base + range.lowerBound)
        }
        touched.reserve(slots)
        listSegments(touched.view.prefix(listCounted(into: touched.view)))
    }

    /// Makes the segments of the counted slots, and clears the counts.
    private func listSegments(_ touched: View<Int32>) {
        segmentMemory.reserve(touched.count)
        segmentCount = touched.count
        let segments = segmentMemory.view, counts = counts.view, place = placeMemory.view
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
        let counts = counts.view
        var found = 0
        for slot in 0..<slots where counts[slot] > 0 {
            touched[found] = Int32(slot)
            found += 1
        }
        return found
    }
}
