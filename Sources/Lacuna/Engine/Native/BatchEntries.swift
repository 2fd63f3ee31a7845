/// The observed slots of a batch, gathered from the rows' labels and ordered slot by slot.
///
/// Work and memory follow the observed slots: nothing here walks over all slots of the model.
final class BatchEntries {
    /// The observed rows of one slot: entries `start ..< start + count`.
    struct Segment: BitwiseCopyable {
        var slot: Int32
        var start: Int32
        var count: Int32
        /// First row and first bias of the slot in a compact gradient.
        var score: Int32
        var logit: Int32
    }

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

    init(slots: Int) {
        self.slots = slots
        counts = Memory(slots)
        placeMemory = Memory(slots)
    }

    /// `[count]`: the row of each entry, as a position in the rows given to ``gather(_:from:)``.
    var rows: View<Int32> { rowMemory.view.prefix(count) }
    /// `[count]`.
    var targets: View<Float> { targetMemory.view.prefix(count) }
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
        var total = 0, touchedCount = 0
        for index in 0..<chosen.count {
            let row = Int(chosen[index])
            total += labels.rowStarts[row + 1] - labels.rowStarts[row]
        }
        count = total
        isWeighted = labels.weights != nil
        isCensored = labels.states != nil
        touched.reserve(min(total, slots))
        let touched = touched.view, counts = counts.view, place = placeMemory.view
        for index in 0..<chosen.count {
            let row = Int(chosen[index])
            for entry in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let slot = Int(labels.slotIndices[entry])
                if counts[slot] == 0 {
                    touched[touchedCount] = Int32(slot)
                    touchedCount += 1
                }
                counts[slot] += 1
            }
        }
        order(touched.prefix(touchedCount))
        rowMemory.reserve(total)
        targetMemory.reserve(total)
        if isWeighted { weightMemory.reserve(total) }
        if isCensored { stateMemory.reserve(total) }
        segmentMemory.reserve(touchedCount)
        segmentCount = touchedCount
        let segments = segmentMemory.view
        var start: Int32 = 0
        for index in 0..<touchedCount {
            let slot = touched[index], count = counts[Int(slot)]
            segments[index] = Segment(slot: slot, start: start, count: count, score: 0, logit: 0)
            place[Int(slot)] = start
            start += count
            counts[Int(slot)] = 0
        }
        let rows = rowMemory.view, targets = targetMemory.view, weights = weightMemory.view, states = stateMemory.view
        for index in 0..<chosen.count {
            let row = Int(chosen[index])
            for entry in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let slot = Int(labels.slotIndices[entry])
                let at = Int(place[slot])
                place[slot] += 1
                rows[at] = Int32(index)
                targets[at] = labels.targets[entry]
                if let all = labels.weights { weights[at] = all[entry] }
                if let all = labels.states { states[at] = all[entry] }
            }
        }
    }

    /// Sorts the touched slots. Labels that come slot by slot within each row are often nearly in order already.
    private func order(_ touched: View<Int32>) {
        guard touched.count > 1 else { return }
        if touched.count * 8 >= slots {
            // Many slots: walking over all of them is cheaper than sorting, and bounded by what is observed.
            let counts = counts.view
            var index = 0
            for slot in 0..<slots where counts[slot] > 0 {
                touched[index] = Int32(slot)
                index += 1
            }
        } else {
            touched.sort()
        }
    }
}
