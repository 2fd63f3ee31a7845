/// The shapes that every loss relies on. A wrong one is a broken invariant of the caller's code, not of the
/// user's data, so it traps with a sentence.
extension Loss {
    /// Traps unless the shapes are those of `n` slots with one logit and one target each.
    @inline(__always)
    func requireOneLogitPerSlot(logits: Int, targets: Int, width: Int, loss: Int, gradient: Int) {
        precondition(width == 1, "\(name) has one logit per slot, not \(width)")
        precondition(
            logits == loss && targets == loss && gradient == loss,
            "\(name): \(logits) logits, \(targets) targets, \(gradient) gradients for \(loss) slots")
    }

    /// Traps unless there are `width` logits and gradients per slot; targets are the caller's.
    @inline(__always)
    func requireRows(logits: Int, width: Int, loss: Int, gradient: Int) {
        precondition(width >= 1, "\(name) needs at least one logit per slot, not \(width)")
        precondition(
            logits == loss * width && gradient == logits,
            "\(name): \(logits) logits, \(gradient) gradients for \(loss) slots of \(width)")
    }

    /// The class or level index that a target holds; traps when it is none.
    @inline(__always)
    func requireIndex(_ target: Float, below count: Int) -> Int {
        guard let index = Int(exactly: target), index >= 0, index < count else {
            preconditionFailure("\(name): the target \(target) is not an index in 0 ..< \(count)")
        }
        return index
    }
}
