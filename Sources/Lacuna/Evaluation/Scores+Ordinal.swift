extension Scores {
    /// Scores of an ordinal objective, whose levels are 0 ..< K.
    ///
    /// | metric | formula | range, units | peer in `sklearn.metrics` |
    /// |---|---|---|---|
    /// | accuracy | share of p = y | `0 ... 1` | `accuracy_score` |
    /// | mae | mean of abs(p − y) | `0 ... K − 1`, levels | `mean_absolute_error` |
    /// | kappa | 1 − n Σᵢ (pᵢ − yᵢ)² / Σᵢ Σⱼ (pᵢ − yⱼ)² | `-1 ... 1` | `cohen_kappa_score(weights="quadratic")` |
    /// | spearman | Pearson's correlation of ranks, equal levels sharing their mean rank | `-1 ... 1` | `scipy.stats.spearmanr` |
    /// | logLoss | mean of −ln P(y), in nats | `0 ... 23 ln 2` | `log_loss` |
    /// | logLossSkill | 1 − logLoss ÷ that of the labels' own shares | up to 1 | `d2_log_loss_score` |
    /// | eceEqualMass, eceEqualWidth | of the predicted level's probability, see ``Reliability``, 15 bins | `0 ... 1` | – |
    ///
    /// Kappa divides what predictions and labels differ by what they would if paired at random. It is undefined
    /// when the labels hold one level only (scikit-learn answers 0 or NaN). Sums are exact integers, so the order
    /// of the slots changes nothing, bit for bit.
    ///
    /// - Parameters:
    ///   - predictions: `[n]`, levels in `0 ..< K`.
    ///   - labels: `[n]`, levels in `0 ..< K`.
    ///   - levels: K, at least 1. Which of them occur does not move kappa.
    ///   - probabilities: `[n × K]`, P(level), row by row, or nil. One that is not finite makes all metrics undefined.
    /// - Returns: Eight metrics, or the first four without probabilities; all undefined when n is 0.
    public static func ordinal(
        predictions: Span<Int>, labels: Span<Int>, levels: Int, probabilities: [Float]? = nil
    ) -> Scores {
        precondition(predictions.count == labels.count, "as many predictions as labels")
        precondition(probabilities.map { $0.count == labels.count * levels } ?? true, "a probability for each slot and level")
        let count = labels.count
        if count == 0 { return Scores(undefined: .ordinal, observed: 0, reason: UndefinedReason.noLabel) }
        if let probabilities, !probabilities.allSatisfy(\.isFinite) {
            return Scores(undefined: .ordinal, observed: count, reason: UndefinedReason.notFinite)
        }
        var tally = LevelTally(firstLabel: labels[0])
        for slot in labels.indices {
            precondition(labels[slot] >= 0 && labels[slot] < levels, "a level lies in 0 ..< K")
            precondition(predictions[slot] >= 0 && predictions[slot] < levels, "a level lies in 0 ..< K")
            tally.add(label: labels[slot], prediction: predictions[slot])
        }
        return Scores(
            observed: count,
            entries: [
                Entry(metric: .accuracy, score: .value(Double(tally.equal) / Double(count))),
                Entry(metric: .mae, score: .value(Double(tally.distance) / Double(count))),
                Entry(metric: .kappa, score: tally.kappa),
                Entry(metric: .spearman, score: RankCorrelation.spearman(predictions: predictions, labels: labels)),
            ] + (probabilities.map { Self.probabilistic($0, predictions: predictions, labels: labels, levels: levels) } ?? []))
    }

    /// What asks the levels' probabilities.
    private static func probabilistic(
        _ probabilities: [Float], predictions: Span<Int>, labels: Span<Int>, levels: Int
    ) -> [Entry] {
        var logSum = 0.0
        var counts = [Double](repeating: 0, count: levels)
        var confidences: [Float] = [], isRight: [Bool] = []
        for slot in labels.indices {
            logSum += logLoss(ofLabelled: probabilities[slot * levels + labels[slot]])
            counts[labels[slot]] += 1
            confidences.append(probabilities[slot * levels + predictions[slot]])
            isRight.append(predictions[slot] == labels[slot])
        }
        let mean = logSum / Double(labels.count)
        let errors = Reliability.errors(confidences: confidences, isRight: isRight)
        return [
            Entry(metric: .logLoss, score: Score(finite: mean)),
            Entry(
                metric: .logLossSkill,
                score: Lacuna.logLossSkill(mean: mean, counts: counts, oneClass: UndefinedReason.oneLevel)),
            Entry(metric: .eceEqualMass, score: .value(errors.mass)),
            Entry(metric: .eceEqualWidth, score: .value(errors.width)),
        ]
    }

    /// Scores of an ordinal objective from arrays:
    /// see ``ordinal(predictions:labels:levels:probabilities:)-(Span<Int>,_,_,_)``.
    public static func ordinal(
        predictions: [Int], labels: [Int], levels: Int, probabilities: [Float]? = nil
    ) -> Scores {
        ordinal(predictions: predictions.span, labels: labels.span, levels: levels, probabilities: probabilities)
    }
}

/// The sums from which the ordinal metrics follow; no K × K matrix is needed for quadratic weights.
private struct LevelTally {
    let firstLabel: Int
    var severalLabels = false
    var count = 0
    var equal = 0
    var distance = 0
    var squaredDistance = 0
    var labelSum = 0
    var labelSquares = 0
    var predictionSum = 0
    var predictionSquares = 0

    init(firstLabel: Int) {
        self.firstLabel = firstLabel
    }

    mutating func add(label: Int, prediction: Int) {
        let difference = prediction - label
        severalLabels = severalLabels || label != firstLabel
        count += 1
        if difference == 0 { equal += 1 }
        distance += abs(difference)
        squaredDistance += difference * difference
        labelSum += label
        labelSquares += label * label
        predictionSum += prediction
        predictionSquares += prediction * prediction
    }

    /// Two levels among the labels keep the denominator above 0, whatever is predicted.
    var kappa: Score {
        guard severalLabels else { return .undefined(reason: UndefinedReason.oneLevel) }
        // Σᵢ Σⱼ (pᵢ − yⱼ)² by its binomial; products of sums over rows leave 64 bits behind.
        let ifPairedAtRandom =
            Int128(count) * Int128(labelSquares + predictionSquares)
            - 2 * Int128(labelSum) * Int128(predictionSum)
        let observed = Int128(count) * Int128(squaredDistance)
        return .value(1 - Double(observed) / Double(ifPairedAtRandom))
    }
}
