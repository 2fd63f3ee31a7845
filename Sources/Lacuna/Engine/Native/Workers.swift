internal import LacunaKernels
import Synchronization

/// The threads of an engine. Work is shared out by index, so results depend on neither the number of threads nor their
/// speed, wherever parts do not add to each other.
///
/// One library owns the threads at a time: the BLAS runs on the thread that calls it, and ``Products`` shares large
/// products out itself.
@safe final class Workers {
    var count: Int {
        didSet {
            count = max(count, 1)
            unsafe lacuna_pool_free(pool)
            unsafe pool = nil
            isStarted = false
        }
    }
    /// Told of the time of products; nil: nothing is measured.
    var profile: StepProfile?
    private var pool: OpaquePointer?
    private var isStarted = false
    private let next = Atomic<Int>(0)

    /// Multiply-adds, or elements of a plain loop, below which waking another thread costs more than it saves.
    static let leastWork = 200_000

    init(count: Int) { self.count = max(count, 1) }

    deinit { unsafe lacuna_pool_free(pool) }

    /// Threads start with the first work for them: many commands never have any.
    private func start() {
        isStarted = true
        // Where no thread can be had, all parts run on this one, with the same results.
        unsafe pool = lacuna_pool_new(Int32(count))
    }

    /// Calls `body` once for each part of `0 ..< count`, at the same time.
    func run(_ body: (Int) -> Void) {
        guard count > 1 else { return body(0) }
        if !isStarted { start() }
        guard unsafe pool != nil else { return (0..<count).forEach(body) }
        withoutActuallyEscaping(body) { body in
            unsafe withUnsafePointer(to: body) { pointer in
                unsafe lacuna_pool_run(
                    pool,
                    { context, part in
                        unsafe context?.assumingMemoryBound(to: ((Int) -> Void).self).pointee(Int(part))
                    }, UnsafeMutableRawPointer(mutating: pointer))
            }
        }
    }

    /// Cuts `0 ..< total` into one range for each thread, or leaves it whole where there is little to do.
    ///
    /// - Parameters:
    ///   - grain: ranges begin at multiples of it.
    ///   - work: of all of it, as ``leastWork`` counts it.
    func split(_ total: Int, grain: Int = 1, work: Int, _ body: (Range<Int>) -> Void) {
        guard count > 1, work >= Self.leastWork, total > grain else { return body(0..<total) }
        run { part in
            let range = Self.range(part, of: self.count, total: total, grain: grain)
            if !range.isEmpty { body(range) }
        }
    }

    /// One of the ranges that ``split(_:grain:work:_:)`` makes.
    static func range(_ part: Int, of parts: Int, total: Int, grain: Int) -> Range<Int> {
        let grains = (total + grain - 1) / grain
        let low = grains * part / parts * grain, high = grains * (part + 1) / parts * grain
        return min(low, total)..<min(high, total)
    }

    /// Cuts `range` into one range for each thread, with about equal shares of its cost.
    ///
    /// - Parameters:
    ///   - work: of all of it, as ``leastWork`` counts it.
    ///   - runningCost: of all before an index, from the range's lower bound to its upper; never falls.
    func share(_ range: Range<Int>, work: Int, runningCost: (Int) -> Int, _ body: (_ thread: Int, Range<Int>) -> Void) {
        guard count > 1, work >= Self.leastWork else { return body(0, range) }
        let none = runningCost(range.lowerBound), all = runningCost(range.upperBound) - none, parts = count
        func bound(_ part: Int) -> Int {
            guard part < parts else { return range.upperBound }
            let wanted = none + all * part / parts
            var low = range.lowerBound, high = range.upperBound
            while low < high {
                let middle = (low + high) / 2
                if runningCost(middle) < wanted { low = middle + 1 } else { high = middle }
            }
            return low
        }
        run { part in
            let own = bound(part)..<bound(part + 1)
            if !own.isEmpty { body(part, own) }
        }
    }

    /// Calls `body` for each item, at the same time, by whichever thread is free: items must not add to each other. The
    /// thread's number is for memory that it may use while it works on the item.
    func forEach(_ items: Int, _ body: (_ item: Int, _ thread: Int) -> Void) {
        guard count > 1, items > 1 else { return (0..<items).forEach { body($0, 0) } }
        next.store(0, ordering: .relaxed)
        run { thread in
            while true {
                let item = self.next.wrappingAdd(1, ordering: .relaxed).oldValue
                if item >= items { return }
                body(item, thread)
            }
        }
    }
}
