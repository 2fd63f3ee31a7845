import Lacuna

/// How training treated one objective.
public struct ObjectiveTraining: Equatable, Sendable, Decodable {
    /// What its loss was multiplied with in the last epoch that observed it: declared weight × balancing factor, the mean
    /// over the steps that observed it.
    public var weight: Double?
    /// Where heads were frozen: the epoch whose head it has.
    public var bestEpoch: Int?
    /// Where heads were frozen: the epoch at whose end its head went back to that of its best epoch; nil where it
    /// learned to the end of the run.
    public var frozenAfter: Int?

    var json: JSONValue {
        var members: [JSONValue.Member] = []
        if let weight { members.append(.init("weight", .number(weight))) }
        if let bestEpoch { members.append(.init("bestEpoch", .integer(bestEpoch))) }
        if let frozenAfter { members.append(.init("frozenAfter", .integer(frozenAfter))) }
        return .object(members)
    }
}

extension ResultReport {
    /// The same with what the history says of each objective.
    func adding(_ history: History, balancing: ObjectiveBalancing) -> ResultReport {
        var result = self
        result.training?.balance = balancing.text
        for index in result.objectives.indices {
            let records = history.epochs.compactMap { epoch in
                epoch.objectives.first { $0.name == result.objectives[index].name }
            }
            result.objectives[index].training = ObjectiveTraining(
                weight: records.last { $0.weight != nil }?.weight, bestEpoch: records.last?.bestEpoch,
                frozenAfter: records.last?.frozenAfter)
        }
        return result
    }

    /// What a person wants to know of balanced objectives and frozen heads; nothing of a run that has neither.
    var balancingLines: [String] {
        var lines: [String] = []
        if let balance = training?.balance, balance != ObjectiveBalancing.static.text {
            let shown = list { training in training.weight.map(NumberText.metric) }
            // Of several models each has weights of its own.
            if !shown.isEmpty { lines.append("weights of the last epoch by \(balance): \(shown)") }
        }
        if objectives.contains(where: { $0.training?.bestEpoch != nil }) {
            let shown = list { training in training.bestEpoch.map(String.init) }
            lines.append("each head is of its own best epoch: \(shown)")
        }
        return lines
    }

    /// "tumor 1.20, tissue 0.80": the first eight, and how many more.
    private func list(_ value: (ObjectiveTraining) -> String?) -> String {
        let all = objectives.compactMap { objective in
            objective.training.flatMap(value).map { "\(objective.name) \($0)" }
        }
        return all.prefix(8).joined(separator: ", ") + (all.count > 8 ? " and \(all.count - 8) more" : "")
    }
}

extension History {
    /// What early stopping kept, in words; nil without it.
    func kept(_ settings: TrainingSettings) -> String? {
        guard settings.earlyStopping != nil else { return nil }
        guard let bestEpoch else { return nil }
        let heads = epochs.last?.objectives ?? []
        let own = heads.count { $0.bestEpoch != nil }, frozen = heads.count { $0.frozenAfter != nil }
        let kept = "of epoch \(bestEpoch), the best of \(epochs.count) by \(settings.monitor.text)"
        guard settings.freezeHeads == .best else { return "kept the weights \(kept)" }
        return "kept the encoder \(kept), and \(own) of \(heads.count) heads of their own best epochs, \(frozen) frozen on the way"
    }
}
