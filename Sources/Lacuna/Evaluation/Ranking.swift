/// How scores rank positives against negatives: AUROC and average precision from one sort.
///
/// Counts are exact integers, so the order of the slots changes nothing, bit for bit. O(n log n) at most,
/// two arrays of 8 n bytes, nothing kept.
public struct Ranking: Equatable, Sendable {
    /// How many labels are at least 0.5.
    public private(set) var positives = 0
    /// How many labels are below 0.5.
    public private(set) var negatives = 0
    /// Pairs of a positive and a negative that are ranked rightly count 2, tied ones 1.
    private var twiceConcordantPairs = 0
    /// Σ over distinct thresholds, from the highest, of new positives × precision.
    private var precisionSum = 0.0
    private var isFinite = true

    /// Ranks observed slots.
    ///
    /// - Parameters:
    ///   - scores: `[n]`, probabilities or anything that grows with them. One that is not finite makes the
    ///     metrics undefined.
    ///   - labels: `[n]`, in `0 ... 1`; positive when at least 0.5.
    public init(scores: Span<Float>, labels: Span<Double>) {
        self.init(keys: Self.sortedKeys(scores: scores, labels: labels), count: scores.count)
    }

    /// - Parameter keys: what ``sortedKeys(scores:labels:)`` made of `count` slots.
    init(keys: [UInt64]?, count: Int) {
        guard let keys else {
            isFinite = false
            negatives = count
            return
        }
        for key in keys { positives += Int(key & 1) }
        negatives = count - positives
        guard positives > 0, negatives > 0 else { return }
        self.count(keys.span)
    }

    /// Scores with their labels, ascending; nil where a score is not finite.
    static func sortedKeys(scores: Span<Float>, labels: Span<Double>) -> [UInt64]? {
        precondition(scores.count == labels.count, "as many scores as labels")
        var keys: [UInt64] = [], isFinite = true
        keys.reserveCapacity(scores.count)
        for slot in scores.indices {
            precondition(labels[slot] >= 0 && labels[slot] <= 1, "a binary label lies in 0 ... 1")
            isFinite = isFinite && scores[slot].isFinite
            keys.append(rankingKey(scores[slot], isPositive: labels[slot] >= 0.5))
        }
        guard isFinite else { return nil }
        sortRankingKeys(&keys)
        return keys
    }

    /// Ranks observed slots given as arrays.
    public init(scores: [Float], labels: [Double]) {
        self.init(scores: scores.span, labels: labels.span)
    }

    /// Walks the sorted keys from the highest score, one group of equal scores after the other.
    private mutating func count(_ keys: Span<UInt64>) {
        var truePositives = 0
        var concordant = 0
        var sum = 0.0
        var end = keys.count
        while end > 0 {
            let threshold = keys[end - 1] >> 1
            var positivesHere = 0
            var start = end
            repeat {
                start -= 1
                positivesHere += Int(keys[start] & 1)
            } while start > 0 && keys[start - 1] >> 1 == threshold
            let negativesHere = end - start - positivesHere
            concordant += negativesHere * (2 * truePositives + positivesHere)
            truePositives += positivesHere
            sum += Double(positivesHere * truePositives) / Double(keys.count - start)
            end = start
        }
        twiceConcordantPairs = concordant
        precisionSum = sum
    }

    /// Area under the ROC curve: `(pairs ranked rightly + ½ tied pairs) / (positives × negatives)`.
    ///
    /// In `0 ... 1`; 0.5 is chance. Undefined without a label, with one class, and where a score is not finite.
    /// - Note: Peer: `sklearn.metrics.roc_auc_score`.
    public var auroc: Score {
        if let reason = undefinedReason { return .undefined(reason: reason) }
        return .value(Double(twiceConcordantPairs) / (2 * Double(positives) * Double(negatives)))
    }

    /// Average precision: `Σ (Rₖ − Rₖ₋₁) · Pₖ` over the distinct scores as thresholds, highest first; R is
    /// recall, P precision. No interpolation.
    ///
    /// In `0 ... 1`; the share of positives is chance. Undefined without a label, with one class, and where a
    /// score is not finite. (Of positives alone it would be 1 whatever is predicted, which says nothing.)
    /// - Note: Peer: `sklearn.metrics.average_precision_score`.
    public var averagePrecision: Score {
        if let reason = undefinedReason { return .undefined(reason: reason) }
        return .value(precisionSum / Double(positives))
    }

    private var undefinedReason: String? {
        if positives + negatives == 0 { return UndefinedReason.noLabel }
        if !isFinite { return UndefinedReason.notFinite }
        return positives == 0 || negatives == 0 ? UndefinedReason.oneClass : nil
    }
}
