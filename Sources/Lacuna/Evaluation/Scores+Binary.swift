extension Scores {
    /// Scores of a binary objective, or of one label of a multilabel one.
    ///
    /// A slot is predicted positive at p ≥ threshold. A soft label y (a fraction) is positive at y ≥ 0.5 for all
    /// metrics but log losses, Brier and calibration errors, which use y itself. With TP, FP, TN, FN the counts of a slot's four fates:
    ///
    /// | metric | formula | range | undefined with one class | peer in `sklearn.metrics` |
    /// |---|---|---|---|---|
    /// | auroc, averagePrecision | see ``Ranking`` | `0 ... 1` | yes | `roc_auc_score`, `average_precision_score` |
    /// | accuracy | (TP + TN) / n | `0 ... 1` | no | `accuracy_score` |
    /// | balancedAccuracy | ½ TP/(TP + FN) + ½ TN/(TN + FP) | `0 ... 1` | yes | `balanced_accuracy_score` |
    /// | f1 | 2 TP / (2 TP + FP + FN) | `0 ... 1` | only if no slot is predicted positive either | `f1_score` |
    /// | logLoss | mean of −y ln p − (1 − y) ln(1 − p), in nats | `0 ... 23 ln 2` | no | `log_loss` |
    /// | brier | mean of (p − y)² | `0 ... 1` | no | `brier_score_loss` |
    /// | precision | TP / (TP + FP) | `0 ... 1` | only if no slot is predicted positive | `precision_score` |
    /// | recall | TP / (TP + FN) | `0 ... 1` | if no label is positive | `recall_score` |
    /// | logLossSkill | 1 − logLoss ÷ (−ȳ ln ȳ − (1 − ȳ) ln(1 − ȳ)), ȳ the mean label scored | up to 1 | yes | `d2_log_loss_score` |
    /// | eceEqualMass, eceEqualWidth | see ``Reliability``, 15 bins | `0 ... 1` | no | – |
    ///
    /// Log loss clips p to `2⁻²³ ... 1 − 2⁻²³` as `log_loss` does for float32, and then counts in Double.
    ///
    /// - Parameters:
    ///   - probabilities: `[n]`, P(y = 1) of each observed slot, in `0 ... 1`. One that is not finite makes all
    ///     metrics undefined.
    ///   - labels: `[n]`, in `0 ... 1`.
    ///   - threshold: the least probability that is predicted positive.
    /// - Returns: Twelve metrics; all undefined when n is 0.
    public static func binary(
        probabilities: Span<Float>, labels: Span<Double>, threshold: Double = 0.5
    ) -> Scores {
        let keys = Ranking.sortedKeys(scores: probabilities, labels: labels)
        let count = labels.count
        if count == 0 { return Scores(undefined: .binary, observed: 0, reason: UndefinedReason.noLabel) }
        guard let keys else {
            return Scores(undefined: .binary, observed: count, reason: UndefinedReason.notFinite)
        }
        let ranking = Ranking(keys: keys, count: count)
        let fates = BinaryFates(probabilities: probabilities, labels: labels, threshold: threshold)
        let (logLoss, brier, mean) = meanLosses(probabilities: probabilities, labels: labels)
        let positives = mean * Double(count)
        let pairs = Reliability.SortedPairs(keys: keys, probabilities: probabilities, labels: labels)
        return Scores(
            observed: count,
            entries: [
                Entry(metric: .auroc, score: ranking.auroc),
                Entry(metric: .averagePrecision, score: ranking.averagePrecision),
                Entry(metric: .accuracy, score: fates.accuracy),
                Entry(metric: .balancedAccuracy, score: fates.balancedAccuracy),
                Entry(metric: .f1, score: fates.f1),
                Entry(metric: .logLoss, score: Score(finite: logLoss)),
                Entry(metric: .brier, score: Score(finite: brier)),
                Entry(metric: .precision, score: fates.precision),
                Entry(metric: .recall, score: fates.recall),
                Entry(
                    metric: .logLossSkill,
                    score: Lacuna.logLossSkill(
                        mean: logLoss, counts: [positives, Double(count) - positives], oneClass: UndefinedReason.oneClass)),
                Entry(metric: .eceEqualMass, score: .value(pairs.error(.equalMass))),
                Entry(metric: .eceEqualWidth, score: .value(pairs.error(.equalWidth))),
            ])
    }

    /// Scores of a binary objective from arrays: see ``binary(probabilities:labels:threshold:)-(Span<Float>,_,_)``.
    public static func binary(probabilities: [Float], labels: [Double], threshold: Double = 0.5) -> Scores {
        binary(probabilities: probabilities.span, labels: labels.span, threshold: threshold)
    }

    /// Log loss, Brier score and mean label, of at least one slot.
    private static func meanLosses(
        probabilities: Span<Float>, labels: Span<Double>
    ) -> (logLoss: Double, brier: Double, label: Double) {
        var logSum = 0.0
        var labelSum = 0.0
        var squareSum = 0.0
        for slot in labels.indices {
            let label = labels[slot]
            logSum += logLoss(of: probabilities[slot], label: label)
            labelSum += label
            let difference = Double(probabilities[slot]) - label
            squareSum += difference * difference
        }
        let count = Double(labels.count)
        return (logSum / count, squareSum / count, labelSum / count)
    }
}

extension Span<Float> {
    /// Whether no element is NaN or infinite.
    var allFinite: Bool {
        for index in indices where !self[index].isFinite { return false }
        return true
    }
}

/// How many slots are truly or falsely predicted positive or negative.
private struct BinaryFates {
    var truePositives = 0
    var falsePositives = 0
    var trueNegatives = 0
    var falseNegatives = 0

    init(probabilities: Span<Float>, labels: Span<Double>, threshold: Double) {
        for slot in labels.indices {
            switch (Double(probabilities[slot]) >= threshold, labels[slot] >= 0.5) {
            case (true, true): truePositives += 1
            case (true, false): falsePositives += 1
            case (false, true): falseNegatives += 1
            case (false, false): trueNegatives += 1
            }
        }
    }

    private var positives: Int { truePositives + falseNegatives }
    private var negatives: Int { trueNegatives + falsePositives }

    var accuracy: Score {
        .value(Double(truePositives + trueNegatives) / Double(positives + negatives))
    }

    var balancedAccuracy: Score {
        guard positives > 0, negatives > 0 else { return .undefined(reason: UndefinedReason.oneClass) }
        let sensitivity = Double(truePositives) / Double(positives)
        let specificity = Double(trueNegatives) / Double(negatives)
        return .value((sensitivity + specificity) / 2)
    }

    var f1: Score {
        let denominator = 2 * truePositives + falsePositives + falseNegatives
        guard denominator > 0 else { return .undefined(reason: UndefinedReason.noPositive) }
        return .value(Double(2 * truePositives) / Double(denominator))
    }

    var precision: Score {
        let called = truePositives + falsePositives
        guard called > 0 else { return .undefined(reason: UndefinedReason.noPredictedPositive) }
        return .value(Double(truePositives) / Double(called))
    }

    var recall: Score {
        guard positives > 0 else { return .undefined(reason: UndefinedReason.noPositiveLabel) }
        return .value(Double(truePositives) / Double(positives))
    }
}
