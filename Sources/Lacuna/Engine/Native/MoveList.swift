/// A step of the optimizer as runs of parameters that move alike, in the order they were noted.
final class MoveList {
    /// Parameters from `offset` on, which move by a gradient as the `steps`-th time.
    struct Move {
        let offset: Int
        let gradient: View<Float>
        let steps: Int32
    }

    private let moves = Memory<Move>()
    private var count = 0

    /// Valid until the next run is noted.
    var view: View<Move> { moves.view.prefix(count) }

    func clear() { count = 0 }

    /// Notes a step of the parameters from `offset` on; neighbours that move alike become one run.
    func note(_ offset: Int, _ gradient: View<Float>, _ steps: Int32) {
        guard gradient.count > 0 else { return }
        if count > 0 {
            let last = moves.view[count - 1]
            if last.steps == steps, last.offset + last.gradient.count == offset,
                unsafe last.gradient.base + last.gradient.count == gradient.base
            {
                let whole = unsafe View(base: last.gradient.base, count: last.gradient.count + gradient.count)
                moves.view[count - 1] = Move(offset: last.offset, gradient: whole, steps: steps)
                return
            }
        }
        moves.append(Move(offset: offset, gradient: gradient, steps: steps), after: count)
        count += 1
    }
}
