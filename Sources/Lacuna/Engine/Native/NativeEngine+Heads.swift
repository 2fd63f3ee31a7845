/// One objective's head as a value, and heads that stand still.
extension NativeEngine {
    package func head(of objective: Int) -> [Float] {
        headRanges(objective).flatMap { parameters.view.slice($0.lowerBound, $0.count).array }
    }

    package func setHead(_ values: [Float], of objective: Int) {
        var start = 0
        for range in headRanges(objective) {
            parameters.view.slice(range.lowerBound, range.count).copy(from: values[start..<start + range.count])
            start += range.count
        }
        precondition(start == values.count, "a head of \(values.count) numbers where \(start) belong")
    }

    package func freeze(objectives: [Int]) { updater.freeze(objectives: objectives) }

    /// Where the parameters of an objective's head lie: its rows of the linear heads and its biases, or its tower.
    private func headRanges(_ objective: Int) -> [Range<Int>] {
        let slots = plan.slotsOfObjective[objective].map { plan.slots[$0] }
        guard let first = slots.first else { return [] }
        if let tower = first.tower { return [layout.towers[tower].range] }
        let inputs = layout.linear.inputs
        let scores = slots.reduce(0) { $0 + $1.scoreWidth }, logits = slots.reduce(0) { $0 + $1.width }
        let weight = layout.linear.weight + first.score * inputs, bias = layout.linear.bias + first.logit
        return [weight..<weight + scores * inputs, bias..<bias + logits]
    }
}
