extension ObjectiveDeclaration {
    /// Checks what can be wrong without a file: keys that contradict each other, settings that the loss does not take.
    ///
    /// ``init(parsing:)`` calls it; a declaration put together key by key calls it at the end.
    public func check() throws(SettingError) {
        if kind == .multilabel, group == nil {
            throw SettingError(
                "objective '\(self)' has no name", fix: "name the group: 'NAME=\(pattern):multilabel'")
        }
        if group != nil, kind != .multilabel, kind != .categorical {
            throw SettingError(
                "objective '\(self)' is a group of columns",
                fix: "only multilabel objectives, and categorical ones of one-hot columns, have several columns")
        }
        if positive != nil, soft {
            throw SettingError(
                "objective '\(self)' has both 'positive' and 'soft'", fix: "words have no fractions: give one of them")
        }
        if soft, kind == .categorical, group == nil {
            throw SettingError(
                "objective '\(self)' has soft labels in one column",
                fix: "give one column of shares per class, as a group: 'NAME=PATTERN:categorical:soft=true'")
        }
        if cellWeights != nil, missingLabels == .anyElseNegative {
            throw SettingError(
                "objective '\(self)' has both 'cellWeights' and any=negative",
                fix: "a missing cell that counts as 0 has no weight of its own: give one of them")
        }
        try checkUncertain()
        if case .values(let weights)? = classWeights, let classes, weights.count != classes.count {
            throw SettingError(
                "objective '\(self)' has \(weights.count) class weights and \(classes.count) classes",
                fix: "give one weight per class")
        }
        _ = try makeLoss()
    }

    /// Where a policy means something, and where the same cell would be two things.
    private func checkUncertain() throws(SettingError) {
        guard let uncertain else { return }
        let missing = Set(missing.map { LabelValue(parsing: $0) })
        if let twice = uncertain.tokens.first(where: { missing.contains(LabelValue(parsing: $0)) }) {
            throw SettingError(
                "objective '\(self)' has '\(twice)' both as missing and as uncertain",
                fix: "keep one; uncertain=\(twice):ignore takes it as missing")
        }
        if let positive, uncertain.values.contains(LabelValue(parsing: positive)) {
            throw SettingError("objective '\(self)' has '\(positive)' both as positive and as uncertain", fix: "keep one")
        }
        let isYesNo = kind == .binary || kind == .multilabel
        switch uncertain.policy {
        case .ignore: return
        case .zeros, .ones, .soft:
            guard !isYesNo else { return }
            throw SettingError(
                "objective '\(self)' has uncertain=\(uncertain.text), which is not for \(kind.rawValue) objectives",
                fix: "0, 1 and probabilities are labels of binary and multilabel objectives: use \(uncertain.tokens.joined(separator: "|")):ignore")
        case .ownClass:
            if kind == .binary {
                guard soft else { return }
                throw SettingError(
                    "objective '\(self)' has both soft labels and an uncertain class", fix: "classes have no fractions: keep one")
            }
            let advice = switch kind {
            case .multilabel: "declare each column as a binary objective of its own: '\(pattern):binary:uncertain=…:class'"
            case .categorical: "each value is a class already: leave 'uncertain' out"
            default: "use \(uncertain.tokens.joined(separator: "|")):ignore"
            }
            throw SettingError(
                "objective '\(self)' has uncertain=\(uncertain.text), which is for binary objectives", fix: advice)
        }
    }

    /// What is predicted: a binary objective whose uncertain cells are a class of their own is categorical.
    var outcome: ObjectiveKind.Name { uncertain?.policy == .ownClass && kind == .binary ? .categorical : kind }

    /// The loss with its settings. Balanced weights are set when training starts; until then they are 1.
    ///
    /// - Throws: ``SettingError`` for a setting that the loss does not take, out of its range, or a loss for other kinds.
    func makeLoss() throws(SettingError) -> any Loss {
        let name = loss.flatMap(LossName.full) ?? loss ?? LossName.usual(for: outcome)
        var given: [ObjectiveKey: [Double]] = [:]
        for (key, value) in lossSettings {
            if let key = ObjectiveKey(rawValue: key) { given[key] = [Double(value)] }
        }
        switch positiveWeight {
        case .value(let weight)?: given[.positiveWeight] = [Double(weight)]
        case .balanced?: given[.positiveWeight] = [1]
        case nil: break
        }
        var balancedClasses = false
        switch classWeights {
        case .values(let weights)?: given[.classWeights] = weights.map { Double($0) }
        case .balanced?: balancedClasses = true
        case nil: break
        }
        let taken = LossName.settings(of: name)
        for key in ObjectiveKey.allCases where given[key] != nil || (key == .classWeights && balancedClasses) {
            if !taken.contains(key) { throw misplaced(key, loss: name) }
        }
        let settings = Dictionary(uniqueKeysWithValues: given.map { ($0.key.rawValue, $0.value) })
        guard let built = BuiltInLoss.named(name, settings: settings) else {
            throw SettingError("objective '\(self)' names the unknown loss '\(name)'", fix: "the losses are \(LossName.help)")
        }
        guard built.kinds.contains(outcome) else {
            throw SettingError(
                "the loss '\(name)' cannot train objective '\(self)'", fix: "leave the loss out for the usual one")
        }
        do {
            try built.validate()
        } catch {
            throw SettingError("objective '\(self)': \(error.problem)", fix: error.fix)
        }
        return built
    }

    private func misplaced(_ key: ObjectiveKey, loss name: String) -> SettingError {
        let owners = BuiltInLoss.allNames.filter { LossName.settings(of: $0).contains(key) }
        let short = owners.map { owner in LossName.short.first { $0.value == owner }?.key ?? owner }
        return SettingError(
            "objective '\(self)' has the key '\(key.rawValue)', which the loss '\(name)' does not take",
            fix: "add loss=\(short.joined(separator: " or loss="))")
    }

    /// Whether positive or class weights are counted from the observed training labels.
    var isBalanced: Bool { positiveWeight == .balanced || classWeights == .balanced }

    /// The objective of one resolved column or group.
    func objective(named name: String, kind: ObjectiveKind, defaultHead: Head) throws(SettingError) -> Objective {
        let ownHead: Head? = head.map { $0.isEmpty ? .linear : .tower($0) }
        let objective = Objective(
            name, kind: kind, loss: try makeLoss(), weight: weight, head: ownHead ?? defaultHead,
            transform: transform, unit: unit, balance: isBalanced, soft: soft, missingLabels: missingLabels)
        try objective.validate()
        return objective
    }
}
