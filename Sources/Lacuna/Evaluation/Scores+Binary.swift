extension Scores {
    /// Scores of a binary objective, or of one label of a multilabel one.
    ///
    /// A slot is predicted positive at p ≥ 0.5. A soft label y (a fraction) is positive at y ≥ 0.5 for all
    /// metrics but log loss and Brier, which use y itself. With TP, FP, TN, FN the counts of a slot's four fates:
    ///
    /// | metric | formula | range | undefined with one class | peer in `sklearn.metrics` |
    /// |---|---|---|---|---|
    /// | auroc, averagePrecision | see ``Ranking`` | `0 ... 1` | yes | `roc_auc_score`, `average_precision_score` |
    /// | accuracy | (TP + TN) / n | `0 ... 1` | no | `accuracy_score` |
    /// | balancedAccuracy | ½ TP/(TP + FN) + ½ TN/(TN + FP) | `0 ... 1` | yes | `balanced_accuracy_score` |
    /// | f1 | 2 TP / (2 TP + FP + FN) | `0 ... 1` | only if no slot is predicted positive either | `f1_score` |
    /// | logLoss | mean of −y ln p − (1 − y) ln(1 − p), in nats | `0 ... 23 ln 2` | no | `log_loss` |
    /// | brier | mean of (p − y)² | `0 ... 1` | no | `brier_score_loss` |
    ///
    /// Log loss clips p to `2⁻²³ ... 1 − 2⁻²³` as `log_loss` does for float32, and then counts in Double.
    ///
    /// - Parameters:
    ///   - probabilities: `[n]`, P(y = 1) of each observed slot, in `0 ... 1`. One that is not finite makes all
    ///     metrics undefined.
    ///   - labels: `[n]`, in `0 ... 1`.
    /// - Returns: Seven metrics; all undefined when n is 0.
    public static func binary(probabilities: Span<Float>, labels: Span<Double>) -> Scores {
        let ranking = Ranking(scores: probabilities, labels: labels)
        let count = labels.count
        if count == 0 { return Scores(undefined: .binary, observed: 0, reason: UndefinedReason.noLabel) }
        guard probabilities.allFinite else {
            return Scores(undefined: .binary, observed: count, reason: UndefinedReason.notFinite)
        }
        let fates = BinaryFates(probabilities: probabilities, labels: labels)
        let (logLoss, brier) = meanLosses(probabilities: probabilities, labels: labels)
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
            ])
    }

    /// Scores of a binary objective from arrays: see ``binary(probabilities:labels:)-(Span<Float>,_)``.
    public static func binary(probabilities: [Float], labels: [Double]) -> Scores {
        binary(probabilities: probabilities.span, labels: labels.span)
    }

    /// Log loss and Brier score, of at least one slot.
    private static func meanLosses(
        probabilities: Span<Float>, labels: Span<Double>
    ) -> (logLoss: Double, brier: Double) {
        var logSum = 0.0
        var squareSum = 0.0
        for slot in labels.indices {
            let label = labels[slot]
            logSum += logLoss(of: probabilities[slot], label: label)
            let difference = Double(probabilities[slot]) - label
            squareSum += difference * difference
        }
        let count = Double(labels.count)
        return (logSum / count, squareSum / count)
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

    init(probabilities: Span<Float>, labels: Span<Double>) {
        for slot in labels.indices {
            switch (probabilities[slot] >= 0.5, labels[slot] >= 0.5) {
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
}
