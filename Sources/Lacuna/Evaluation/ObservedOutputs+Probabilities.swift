extension ObservedOutputs {
    /// What is predicted at the observed entries of a slot, as ``Predictions`` would say it.
    ///
    /// - Parameter slot: a place in ``slots``.
    /// - Returns: `[n]`: P(yes) of a binary objective or label; `[n × C]`: P(class); `[n × K]`: P(level); of a regression
    ///   `[n]`: the prediction in the label's unit.
    public func predictions(ofSlot slot: Int) -> [Float] {
        let entry = slots[slot], z = entry.logits
        switch objectives[entry.objective].kind {
        case .binary, .multilabel: return z.map(Probabilities.sigmoid)
        case .categorical(let classes):
            var probabilities: [Float] = []
            probabilities.reserveCapacity(z.count)
            for place in entry.labels.indices {
                Probabilities.softmax(z, start: place * classes.count, classes: classes.count, into: &probabilities)
            }
            return probabilities
        case .regression:
            let scaling = scaling[entry.objective] ?? .identity
            return z.map { scaling.prediction(of: $0) }
        case .ordinal:
            return entry.labels.indices.flatMap {
                Probabilities.Ordinal(z, start: $0 * entry.width, count: entry.width).levels
            }
        }
    }
}
