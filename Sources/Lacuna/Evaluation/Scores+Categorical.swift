extension Scores {
    /// Scores of a categorical objective.
    ///
    /// The predicted class is the most probable one, the first of several. Per class c, TP is how often it is
    /// predicted rightly, L how often it is the label, P how often it is predicted.
    ///
    /// | metric | formula | range | peer in `sklearn.metrics` |
    /// |---|---|---|---|
    /// | accuracy | Σ TP / n | `0 ... 1` | `accuracy_score` |
    /// | balancedAccuracy | mean of TP/L over classes among the labels | `0 ... 1` | `balanced_accuracy_score` |
    /// | macroF1 | mean of 2 TP/(L + P) over classes among labels or predictions | `0 ... 1` | `f1_score(average="macro")` |
    /// | logLoss | mean of −ln p of the label's class, in nats | `0 ... 23 ln 2` | `log_loss` |
    /// | macroAUROC | mean over classes with both of the AUROC of p of the class, class against rest | `0 ... 1` | `roc_auc_score(multi_class="ovr")` |
    /// | logLossSkill | 1 − logLoss ÷ −Σ (L/n) ln(L/n) | up to 1 | `d2_log_loss_score` |
    /// | eceEqualMass, eceEqualWidth | of the predicted class, see ``Reliability``, 15 bins | `0 ... 1` | – |
    ///
    /// Balanced accuracy, macroAUROC and logLossSkill are undefined when the labels hold one class only. Log loss clips p to
    /// `2⁻²³ ... 1 − 2⁻²³` as `log_loss` does for float32, counts in Double, and takes a row as it is: scikit-learn
    /// no longer makes rows sum to one either.
    ///
    /// - Parameters:
    ///   - probabilities: `[n × C]`, row by row. One that is not finite makes all metrics undefined.
    ///   - classes: C, at least 1.
    ///   - labels: `[n]`, class indices in `0 ..< C`.
    /// - Returns: Eight metrics; all undefined when n is 0.
    public static func categorical(probabilities: Span<Float>, classes: Int, labels: Span<Int>) -> Scores {
        precondition(classes > 0, "a categorical objective has a class")
        precondition(probabilities.count == labels.count * classes, "a probability for each slot and class")
        let count = labels.count
        if count == 0 { return Scores(undefined: .categorical, observed: 0, reason: UndefinedReason.noLabel) }
        guard probabilities.allFinite else {
            return Scores(undefined: .categorical, observed: count, reason: UndefinedReason.notFinite)
        }
        var tally = ClassTally(classes: classes)
        var logSum = 0.0
        var confidences: [Float] = [], isRight: [Bool] = []
        for slot in labels.indices {
            let row = slot * classes
            precondition(labels[slot] >= 0 && labels[slot] < classes, "a class index lies in 0 ..< C")
            let predicted = argmax(probabilities, from: row, count: classes)
            tally.add(label: labels[slot], prediction: predicted)
            logSum += logLoss(ofLabelled: probabilities[row + labels[slot]])
            confidences.append(probabilities[row + predicted])
            isRight.append(predicted == labels[slot])
        }
        let errors = Reliability.errors(confidences: confidences, isRight: isRight)
        return Scores(
            observed: count,
            entries: [
                Entry(metric: .accuracy, score: tally.accuracy),
                Entry(metric: .balancedAccuracy, score: tally.balancedAccuracy),
                Entry(metric: .macroF1, score: tally.macroF1),
                Entry(metric: .logLoss, score: Score(finite: logSum / Double(count))),
                Entry(
                    metric: .macroAUROC,
                    score: macroAUROC(probabilities: probabilities, classes: classes, labels: labels, counts: tally.labelled)),
                Entry(
                    metric: .logLossSkill,
                    score: Lacuna.logLossSkill(
                        mean: logSum / Double(count), counts: tally.labelled.map(Double.init),
                        oneClass: UndefinedReason.oneClass)),
                Entry(metric: .eceEqualMass, score: .value(errors.mass)),
                Entry(metric: .eceEqualWidth, score: .value(errors.width)),
            ])
    }

    /// One class against the rest, the mean over classes that some but not all labels name.
    private static func macroAUROC(
        probabilities: Span<Float>, classes: Int, labels: Span<Int>, counts: [Int]
    ) -> Score {
        var sum = 0.0, taken = 0
        for index in 0..<classes where counts[index] > 0 && counts[index] < labels.count {
            var keys: [UInt64] = []
            keys.reserveCapacity(labels.count)
            for slot in labels.indices {
                keys.append(rankingKey(probabilities[slot * classes + index], isPositive: labels[slot] == index))
            }
            sortRankingKeys(&keys)
            guard let area = Ranking(keys: keys, count: keys.count).auroc.number else { continue }
            sum += area
            taken += 1
        }
        return taken > 0 ? .value(sum / Double(taken)) : .undefined(reason: UndefinedReason.oneClass)
    }

    /// Scores of a categorical objective from arrays:
    /// see ``categorical(probabilities:classes:labels:)-(Span<Float>,_,_)``.
    public static func categorical(probabilities: [Float], classes: Int, labels: [Int]) -> Scores {
        categorical(probabilities: probabilities.span, classes: classes, labels: labels.span)
    }

    /// The index, from `start`, of the largest of `count` values; the first of several.
    static func argmax(_ values: Span<Float>, from start: Int, count: Int) -> Int {
        var best = 0
        for index in 1..<max(count, 1) where values[start + index] > values[start + best] { best = index }
        return best
    }
}

/// Per class: how often it is the label, how often it is predicted, how often both.
private struct ClassTally {
    private(set) var labelled: [Int]
    private var predicted: [Int]
    private var both: [Int]

    init(classes: Int) {
        labelled = Array(repeating: 0, count: classes)
        predicted = labelled
        both = labelled
    }

    mutating func add(label: Int, prediction: Int) {
        labelled[label] += 1
        predicted[prediction] += 1
        if label == prediction { both[label] += 1 }
    }

    var accuracy: Score {
        .value(Double(both.reduce(0, +)) / Double(labelled.reduce(0, +)))
    }

    var balancedAccuracy: Score {
        var sum = 0.0
        var present = 0
        for index in labelled.indices where labelled[index] > 0 {
            sum += Double(both[index]) / Double(labelled[index])
            present += 1
        }
        return present > 1 ? .value(sum / Double(present)) : .undefined(reason: UndefinedReason.oneClass)
    }

    var macroF1: Score {
        var sum = 0.0
        var present = 0
        for index in labelled.indices where labelled[index] + predicted[index] > 0 {
            sum += Double(2 * both[index]) / Double(labelled[index] + predicted[index])
            present += 1
        }
        return .value(sum / Double(present))
    }
}
