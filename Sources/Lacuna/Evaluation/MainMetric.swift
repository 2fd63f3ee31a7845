/// The main metric of one slot, made ready so that it can be taken again and again with entries counted by weights, as
/// the bootstrap does. With all weights 1 it is what `Scores` says.
struct MainMetric {
    /// What each entry adds, by kind.
    private enum Form {
        /// Entries from the lowest score up, in runs of equal scores; positive or not by entry.
        case auroc(order: [Int], starts: [Int], isPositive: [Bool])
        /// The class of each entry, and whether it is predicted.
        case balancedAccuracy(labels: [Int], isRight: [Bool], classes: Int)
        case r2(predictions: [Double], targets: [Double])
        case kappa(predictions: [Double], labels: [Double])
        case undefined
    }

    private let form: Form

    init(_ outputs: ObservedOutputs, slot index: Int) {
        let slot = outputs.slots[index], z = slot.logits
        guard slot.count > 0, z.allSatisfy(\.isFinite) else {
            form = .undefined
            return
        }
        switch outputs.objectives[slot.objective].kind {
        case .binary, .multilabel:
            let scores = z.map(Probabilities.sigmoid), order = scores.indices.sorted { scores[$0] < scores[$1] }
            let starts = order.indices.filter { $0 == 0 || scores[order[$0]] != scores[order[$0 - 1]] }
            form = .auroc(order: order, starts: starts + [order.count], isPositive: slot.labels.map { $0 >= 0.5 })
        case .categorical(let classes):
            var probabilities: [Float] = []
            for entry in 0..<slot.count {
                Probabilities.softmax(z, start: entry * classes.count, classes: classes.count, into: &probabilities)
            }
            let labels = slot.classLabels
            let isRight = labels.indices.map { entry in
                let own = probabilities[entry * classes.count..<(entry + 1) * classes.count]
                // The first of several largest, as everywhere.
                return own.firstIndex(of: own.max() ?? 0) == own.startIndex + labels[entry]
            }
            form = .balancedAccuracy(labels: labels, isRight: isRight, classes: classes.count)
        case .regression:
            let scaling = outputs.scaling[slot.objective] ?? .identity
            form = .r2(
                predictions: z.map { Double(Float(Double($0) * scaling.deviation + scaling.mean)) },
                targets: slot.labels.map { scaling.transform.applied(to: $0) })
        case .ordinal:
            let predicted = (0..<slot.count).map {
                Double(Probabilities.Ordinal(z, start: $0 * slot.width, count: slot.width).level)
            }
            form = .kappa(predictions: predicted, labels: slot.labels)
        }
    }

    /// - Parameter weights: `[n]`, by entry, 0 or more.
    /// - Returns: NaN where the entries of weight above 0 do not decide it.
    func value(weights: [Double]) -> Double {
        switch form {
        case .undefined: .nan
        case .auroc(let order, let starts, let isPositive): Self.auroc(order, starts, isPositive, weights)
        case .balancedAccuracy(let labels, let isRight, let classes):
            Self.balancedAccuracy(labels, isRight, classes, weights)
        case .r2(let predictions, let targets): Self.r2(predictions, targets, weights)
        case .kappa(let predictions, let labels): Self.kappa(predictions, labels, weights)
        }
    }

    private static func auroc(_ order: [Int], _ starts: [Int], _ isPositive: [Bool], _ weights: [Double]) -> Double {
        var positives = 0.0, negatives = 0.0, concordant = 0.0
        for run in 0..<starts.count - 1 {
            var positive = 0.0, negative = 0.0
            for place in starts[run]..<starts[run + 1] {
                let entry = order[place]
                if isPositive[entry] { positive += weights[entry] } else { negative += weights[entry] }
            }
            concordant += positive * (negatives + negative / 2)
            positives += positive
            negatives += negative
        }
        return positives > 0 && negatives > 0 ? concordant / (positives * negatives) : .nan
    }

    private static func balancedAccuracy(
        _ labels: [Int], _ isRight: [Bool], _ classes: Int, _ weights: [Double]
    ) -> Double {
        var all = [Double](repeating: 0, count: classes), right = all
        for entry in labels.indices {
            all[labels[entry]] += weights[entry]
            if isRight[entry] { right[labels[entry]] += weights[entry] }
        }
        let present = all.indices.filter { all[$0] > 0 }
        return present.count > 1 ? present.reduce(0) { $0 + right[$1] / all[$1] } / Double(present.count) : .nan
    }

    private static func r2(_ predictions: [Double], _ targets: [Double], _ weights: [Double]) -> Double {
        var weight = 0.0, sum = 0.0, lowest = Double.infinity, highest = -Double.infinity
        for entry in targets.indices where weights[entry] > 0 {
            weight += weights[entry]
            sum += weights[entry] * targets[entry]
            lowest = min(lowest, targets[entry])
            highest = max(highest, targets[entry])
        }
        guard lowest < highest else { return .nan }
        let mean = sum / weight
        var errors = 0.0, spread = 0.0
        for entry in targets.indices {
            errors += weights[entry] * (targets[entry] - predictions[entry]) * (targets[entry] - predictions[entry])
            spread += weights[entry] * (targets[entry] - mean) * (targets[entry] - mean)
        }
        return 1 - errors / spread
    }

    private static func kappa(_ predictions: [Double], _ labels: [Double], _ weights: [Double]) -> Double {
        var weight = 0.0, apart = 0.0, squares = 0.0, labelSum = 0.0, predictionSum = 0.0
        var first: Double?, isDecided = false
        for entry in labels.indices where weights[entry] > 0 {
            let (w, p, y) = (weights[entry], predictions[entry], labels[entry])
            isDecided = isDecided || y != first ?? y
            first = first ?? y
            weight += w
            apart += w * (p - y) * (p - y)
            squares += w * (p * p + y * y)
            labelSum += w * y
            predictionSum += w * p
        }
        return isDecided ? 1 - weight * apart / (weight * squares - 2 * labelSum * predictionSum) : .nan
    }
}
