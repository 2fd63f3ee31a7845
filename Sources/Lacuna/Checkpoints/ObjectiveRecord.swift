/// An objective as a saved model keeps it: the loss by name and settings.
struct ObjectiveRecord: Codable, Equatable {
    var name: String
    var kind: ObjectiveKind.Name
    /// Classes, labels or levels, in order; nil for binary objectives and regressions.
    var classes: [String]?
    var loss: String
    var lossSettings: [String: [Double]]
    var weight: Float
    /// Hidden widths of a tower; empty for a linear head.
    var head: [Int]
    var transform: Transform
    var unit: String?
    var balance: Bool
    var soft: Bool
    var missingLabels: MissingLabels
    /// Of a regression.
    var scaling: TargetScaling?

    init(_ objective: Objective, scaling: TargetScaling?) {
        name = objective.name
        kind = objective.kind.name
        classes = objective.kind.names
        loss = objective.loss.name
        lossSettings = objective.loss.settings
        weight = objective.weight
        if case .tower(let widths) = objective.head { head = widths } else { head = [] }
        transform = objective.transform
        unit = objective.unit
        balance = objective.balance
        soft = objective.soft
        missingLabels = objective.missingLabels
        self.scaling = scaling
    }

    /// - Parameter losses: the user's own, looked up by name and settings before the built-in ones. One of the same name
    ///   with other settings is another loss: training on with it would change the objective in silence.
    func objective(losses: [any Loss]) -> Objective {
        let names = classes ?? []
        let kind: ObjectiveKind =
            switch kind {
            case .binary: .binary
            case .regression: .regression
            case .categorical: .categorical(classes: names)
            case .multilabel: .multilabel(labels: names)
            case .ordinal: .ordinal(levels: names)
            }
        let found = losses.first { $0.name == loss && $0.settings == lossSettings }
            ?? BuiltInLoss.named(loss, settings: lossSettings)
        return Objective(
            name, kind: kind, loss: found ?? UnavailableLoss(name: loss, settings: lossSettings), weight: weight,
            head: head.isEmpty ? .linear : .tower(head), transform: transform, unit: unit, balance: balance,
            soft: soft, missingLabels: missingLabels)
    }
}
