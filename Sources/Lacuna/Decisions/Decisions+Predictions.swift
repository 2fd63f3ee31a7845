extension Decisions {
    /// The same predictions with calibrated probabilities; levels follow them.
    public func calibrated(_ predictions: Predictions) -> Predictions {
        var result = predictions
        for (index, objective) in objectives.enumerated() where result.objectives.indices.contains(index) {
            result.objectives[index].values = objective.calibrated(result.objectives[index].values)
        }
        return result
    }
}

extension Decisions.Objective {
    /// Calibrated values of this objective.
    func calibrated(_ values: Predictions.Values) -> Predictions.Values {
        guard let calibration = slots.first?.calibration ?? slots.compactMap(\.calibration).first else { return values }
        switch values {
        case .regression: return values
        case .binary(let p): return .binary(calibration.applied(to: p, of: .binary))
        case .categorical(let p, let classes):
            return .categorical(calibration.applied(to: p, of: .categorical(classes: classes)), classes: classes)
        case .ordinal(_, let p, let levels):
            let calibrated = calibration.applied(to: p, of: .ordinal(levels: levels))
            return .ordinal(SlotEntries.levels(calibrated, of: levels.count), probabilities: calibrated, levels: levels)
        case .multilabel(var p, let labels):
            for (label, slot) in slots.enumerated() {
                guard let calibration = slot.calibration else { continue }
                let places = Array(stride(from: label, to: p.count, by: labels.count))
                for (place, value) in zip(places, calibration.applied(to: places.map { p[$0] }, of: .binary)) {
                    p[place] = value
                }
            }
            return .multilabel(p, labels: labels)
        }
    }

    /// Whether a decision is said of a slot.
    public func decides(_ values: Predictions.Values) -> Bool {
        switch values {
        case .binary, .multilabel: slots.contains { $0.threshold != nil }
        case .categorical: choice.threshold != nil
        case .regression, .ordinal: false
        }
    }

    /// The decision of a row: 0 or 1 by the slot's threshold, or the most probable class.
    ///
    /// - Parameters:
    ///   - values: calibrated predictions of this objective.
    ///   - row: of the predictions.
    ///   - slot: the label of a multilabel objective, else 0.
    /// - Returns: nil where none is said, or the probability is not finite.
    public func decision(_ values: Predictions.Values, row: Int, slot: Int = 0) -> Int? {
        switch values {
        case .binary(let p): decision(p[row], slots[0])
        case .multilabel(let p, let labels): decision(p[row * labels.count + slot], slots[slot])
        case .categorical(let p, let classes):
            choice.threshold == nil ? nil : Scores.argmax(p.span, from: row * classes.count, count: classes.count)
        case .regression, .ordinal: nil
        }
    }

    private func decision(_ p: Float, _ slot: Decisions.Slot) -> Int? {
        guard let threshold = slot.threshold, !p.isNaN else { return nil }
        return Double(p) >= threshold.value ? 1 : 0
    }

    /// The conformal set of a row: classes or levels by index, or of `0` for no and `1` for yes.
    ///
    /// - Parameters:
    ///   - values: calibrated predictions of this objective.
    ///   - row: of the predictions.
    ///   - slot: the label of a multilabel objective, else 0.
    /// - Returns: ascending; nil for a regression, and where no coverage was asked for.
    public func set(_ values: Predictions.Values, row: Int, slot: Int = 0) -> [Int]? {
        guard let conformal = slots[slot].conformal else { return nil }
        func yesOrNo(_ p: Float) -> [Int] {
            conformal.set(probabilities: [1 - Double(p), Double(p)], predicted: p >= 0.5 ? 1 : 0, isOrdered: false)
        }
        switch values {
        case .binary(let p): return yesOrNo(p[row])
        case .multilabel(let p, let labels): return yesOrNo(p[row * labels.count + slot])
        case .categorical(let p, let classes):
            let own = p[row * classes.count..<(row + 1) * classes.count].map(Double.init)
            return conformal.set(
                probabilities: own, predicted: Scores.argmax(p.span, from: row * classes.count, count: classes.count),
                isOrdered: false)
        case .ordinal(let predicted, let p, let levels):
            return conformal.set(
                probabilities: p[row * levels.count..<(row + 1) * levels.count].map(Double.init), predicted: predicted[row],
                isOrdered: true)
        case .regression: return nil
        }
    }

    /// The conformal interval of a regression's row, in the label's unit; nil where no coverage was asked for.
    public func interval(
        _ values: Predictions.Values, row: Int, transform: Transform
    ) -> (lower: Double, upper: Double)? {
        guard case .regression(let predictions) = values, let conformal = slots[0].conformal else { return nil }
        return conformal.interval(around: predictions[row], transform: transform)
    }
}
