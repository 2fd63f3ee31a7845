import Dispatch

/// The results of `work` for `0 ..< count`, computed on as many threads as the system gives, in order.
///
/// Each call has its own slot, and the caller waits for all of them: nothing is shared beyond what `work` itself reads.
package func concurrently<Result>(_ count: Int, _ work: @Sendable (Int) -> Result) -> [Result] {
    nonisolated(unsafe) let results = UnsafeMutablePointer<Result>.allocate(capacity: count)
    defer { unsafe results.deallocate() }
    DispatchQueue.concurrentPerform(iterations: count) { index in
        unsafe (results + index).initialize(to: work(index))
    }
    let moved = unsafe Array(UnsafeBufferPointer(start: results, count: count))
    unsafe results.deinitialize(count: count)
    return moved
}
