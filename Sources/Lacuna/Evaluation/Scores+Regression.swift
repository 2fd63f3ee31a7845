extension Scores {
    /// Scores of a regression objective.
    ///
    /// | metric | formula | range, units | peer in `sklearn.metrics` |
    /// |---|---|---|---|
    /// | rmse | √(mean of (t − p)²) | `0 ...`, the target's | `root_mean_squared_error` |
    /// | mae | mean of abs(t − p) | `0 ...`, the target's | `mean_absolute_error` |
    /// | r2 | 1 − Σ (t − p)² / Σ (t − mean t)² | up to 1, none | `r2_score` |
    /// | spearman | Pearson's correlation of ranks, equal values sharing their mean rank | `-1 ... 1`, none | `scipy.stats.spearmanr` |
    ///
    /// Spearman's correlation is undefined where all targets or all predictions are equal. R² is undefined for fewer than two targets and for targets that are all equal, where scikit-learn answers
    /// NaN, 0 or 1. All count in Double.
    ///
    /// - Parameters:
    ///   - predictions: `[n]`, in the target's units. One that is not finite makes all metrics undefined.
    ///   - targets: `[n]`, finite.
    /// - Returns: Four metrics; all undefined when n is 0.
    public static func regression(predictions: Span<Float>, targets: Span<Double>) -> Scores {
        precondition(predictions.count == targets.count, "as many predictions as targets")
        let count = targets.count
        if count == 0 { return Scores(undefined: .regression, observed: 0, reason: UndefinedReason.noLabel) }
        guard predictions.allFinite else {
            return Scores(undefined: .regression, observed: count, reason: UndefinedReason.notFinite)
        }
        var absoluteSum = 0.0
        var squareSum = 0.0
        for slot in targets.indices {
            precondition(targets[slot].isFinite, "an observed target is finite")
            let error = targets[slot] - Double(predictions[slot])
            absoluteSum += error.magnitude
            squareSum += error * error
        }
        return Scores(
            observed: count,
            entries: [
                Entry(metric: .rmse, score: Score(finite: (squareSum / Double(count)).squareRoot())),
                Entry(metric: .mae, score: Score(finite: absoluteSum / Double(count))),
                Entry(metric: .r2, score: determination(squaredErrors: squareSum, targets: targets)),
                Entry(metric: .spearman, score: RankCorrelation.spearman(predictions: predictions, targets: targets)),
            ])
    }

    /// Scores of a regression objective from arrays: see ``regression(predictions:targets:)-(Span<Float>,_)``.
    public static func regression(predictions: [Float], targets: [Double]) -> Scores {
        regression(predictions: predictions.span, targets: targets.span)
    }

    /// R² from the sum of squared errors, of at least one target.
    private static func determination(squaredErrors: Double, targets: Span<Double>) -> Score {
        guard targets.count > 1 else { return .undefined(reason: UndefinedReason.oneValue) }
        // The spread alone would not tell: the rounded mean of equal values can differ from them.
        var lowest = targets[0]
        var highest = targets[0]
        var sum = 0.0
        for slot in targets.indices {
            lowest = min(lowest, targets[slot])
            highest = max(highest, targets[slot])
            sum += targets[slot]
        }
        guard lowest < highest else { return .undefined(reason: UndefinedReason.constant) }
        let mean = sum / Double(targets.count)
        var spread = 0.0
        for slot in targets.indices { spread += (targets[slot] - mean) * (targets[slot] - mean) }
        return Score(finite: 1 - squaredErrors / spread)
    }
}
