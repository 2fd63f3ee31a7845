import Lacuna

/// The columns that decisions add to an objective's predictions.
///
/// | kind | columns |
/// |---|---|
/// | binary | `tumor.decision`: the word of the file for yes or no, else 1 or 0; `tumor.set`: those that cannot be ruled out, as `no|yes` |
/// | categorical | `tissue.decision`: the class; `tissue.set`: classes, as `fat|gland` |
/// | multilabel | `LABEL.decision` and `LABEL.set` of each label |
/// | ordinal | `grade.set`: neighbouring levels, as `low|mid` |
/// | regression | `size.lower`, `size.upper`: the interval in the label's unit |
///
/// In an array a decision is 0, 1 or the class's index, and a set has one column for each class or level, 1 where it holds it.
struct DecisionColumns {
    private let decisions: Decisions.Objective
    private let objective: Objective
    /// By slot: the words of its set, in order.
    private let words: [[String]]

    init(_ decisions: Decisions.Objective, of objective: Objective, rules: LabelRules?) {
        self.decisions = decisions
        self.objective = objective
        switch objective.kind {
        case .categorical(let names), .ordinal(let names): words = [names]
        case .regression: words = [[]]
        case .binary, .multilabel:
            words = (0..<objective.kind.slotsPerRow).map { slot in
                guard let rules, let positive = rules.positive else { return ["0", "1"] }
                return [(rules.negatives.indices.contains(slot) ? rules.negatives[slot] : nil) ?? "0", positive]
            }
        }
    }

    /// Whether a slot has a decision.
    private func decides(_ slot: Int) -> Bool {
        switch objective.kind {
        case .binary, .multilabel: decisions.slots[slot].threshold != nil
        case .categorical: decisions.choice.threshold != nil
        case .ordinal, .regression: false
        }
    }

    func names(inArray: Bool) -> [String] {
        objective.slotNames.enumerated().flatMap { slot, name -> [String] in
            var names = decides(slot) ? ["\(name).decision"] : []
            guard decisions.slots[slot].conformal != nil else { return names }
            if objective.kind == .regression {
                names += ["\(name).lower", "\(name).upper"]
            } else {
                names += inArray ? words[slot].map { "\(name).set=\($0)" } : ["\(name).set"]
            }
            return names
        }
    }

    /// The cells of a table; a decision without a finite probability is empty.
    func cells(_ values: Predictions.Values, row: Int) -> [String] {
        (0..<words.count).flatMap { slot -> [String] in
            var cells: [String] = []
            if decides(slot) {
                cells.append(decisions.decision(values, row: row, slot: slot).map { words[slot][$0] } ?? "")
            }
            if let set = decisions.set(values, row: row, slot: slot) {
                cells.append(set.map { words[slot][$0] }.joined(separator: "|"))
            }
            if let interval = decisions.interval(values, row: row, transform: objective.transform) {
                cells += ["\(Float(interval.lower))", "\(Float(interval.upper))"]
            }
            return cells
        }
    }

    /// The columns of an array.
    func numbers(_ values: Predictions.Values, row: Int) -> [Float] {
        (0..<words.count).flatMap { slot -> [Float] in
            var numbers: [Float] = []
            if decides(slot) {
                numbers.append(decisions.decision(values, row: row, slot: slot).map { Float($0) } ?? .nan)
            }
            if let set = decisions.set(values, row: row, slot: slot) {
                numbers += words[slot].indices.map { set.contains($0) ? 1 : 0 }
            }
            if let interval = decisions.interval(values, row: row, transform: objective.transform) {
                numbers += [Float(interval.lower), Float(interval.upper)]
            }
            return numbers
        }
    }
}
