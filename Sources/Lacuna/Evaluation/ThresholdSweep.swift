/// What each threshold would decide: the counts of right and wrong positives at every distinct score, highest first.
///
/// One sort serves ROC and precision–recall curves and the choice of a threshold. A slot is called positive at a score of
/// at least the threshold; counts are exact integers, so the order of the slots changes nothing.
public struct ThresholdSweep: Equatable, Sendable {
    /// One threshold, and what calling every score of at least it positive does.
    public struct Step: Equatable, Sendable {
        /// The score from which on a slot is positive.
        public let threshold: Float
        /// Slots called positive that are.
        public let truePositives: Int
        /// Slots called positive that are not.
        public let falsePositives: Int
    }

    /// One for each distinct score, from the highest down; empty where a score is not finite.
    public let steps: [Step]
    /// How many labels are at least 0.5.
    public let positives: Int
    /// How many labels are below 0.5.
    public let negatives: Int

    /// Sweeps over observed slots.
    ///
    /// - Parameters:
    ///   - scores: `[n]`, probabilities or anything that grows with them.
    ///   - labels: `[n]`, in `0 ... 1`; positive when at least 0.5.
    public init(scores: [Float], labels: [Double]) {
        precondition(scores.count == labels.count, "as many scores as labels")
        positives = labels.count { $0 >= 0.5 }
        negatives = labels.count - positives
        guard scores.allSatisfy(\.isFinite) else {
            steps = []
            return
        }
        var keys = zip(scores, labels).map { rankingKey($0, isPositive: $1 >= 0.5) }
        sortRankingKeys(&keys)
        var steps: [Step] = []
        var right = 0, wrong = 0, end = keys.count
        while end > 0 {
            let order = keys[end - 1] >> 1
            while end > 0, keys[end - 1] >> 1 == order {
                end -= 1
                if keys[end] & 1 == 1 { right += 1 } else { wrong += 1 }
            }
            steps.append(Step(threshold: score(ofRankingKey: keys[end]), truePositives: right, falsePositives: wrong))
        }
        self.steps = steps
    }
}
