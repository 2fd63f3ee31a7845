/// The curves behind AUROC and average precision, point by point, for drawing.
public enum RankingCurves {
    /// A point of the ROC curve.
    public struct ROCPoint: Equatable, Sendable {
        /// FP / negatives, in `0 ... 1`.
        public let falsePositiveRate: Double
        /// TP / positives, in `0 ... 1`.
        public let truePositiveRate: Double
        /// The least score that is called positive; ∞ at the first point, where none is.
        public let threshold: Double
    }

    /// A point of the precision–recall curve.
    public struct PrecisionRecallPoint: Equatable, Sendable {
        /// TP / positives, in `0 ... 1`.
        public let recall: Double
        /// TP / (TP + FP), in `0 ... 1`.
        public let precision: Double
        /// The least score that is called positive; ∞ at the first point, where none is.
        public let threshold: Double
    }

    /// The ROC curve: from (0, 0) to (1, 1), one point for each distinct score. Straight lines between them enclose AUROC.
    ///
    /// - Parameters:
    ///   - probabilities: `[n]`, or anything that grows with them.
    ///   - labels: `[n]`, in `0 ... 1`; positive when at least 0.5.
    /// - Returns: thresholds descending; empty with one class, or where a score is not finite.
    /// - Note: Peer: `sklearn.metrics.roc_curve(drop_intermediate=False)`.
    public static func roc(probabilities: [Float], labels: [Double]) -> [ROCPoint] {
        let sweep = ThresholdSweep(scores: probabilities, labels: labels)
        guard sweep.positives > 0, sweep.negatives > 0, !sweep.steps.isEmpty else { return [] }
        let (positives, negatives) = (Double(sweep.positives), Double(sweep.negatives))
        return [ROCPoint(falsePositiveRate: 0, truePositiveRate: 0, threshold: .infinity)]
            + sweep.steps.map {
                ROCPoint(
                    falsePositiveRate: Double($0.falsePositives) / negatives,
                    truePositiveRate: Double($0.truePositives) / positives, threshold: Double($0.threshold))
            }
    }

    /// The precision–recall curve: one point for each distinct score, and before them recall 0 at precision 1. Steps
    /// between them (each point's precision back to the recall before it) enclose average precision.
    ///
    /// - Parameters:
    ///   - probabilities: `[n]`, or anything that grows with them.
    ///   - labels: `[n]`, in `0 ... 1`; positive when at least 0.5.
    /// - Returns: thresholds descending, so recall ascending; empty without a positive, or where a score is not finite.
    /// - Note: Peer: `sklearn.metrics.precision_recall_curve`, which gives the points in the other order.
    public static func precisionRecall(probabilities: [Float], labels: [Double]) -> [PrecisionRecallPoint] {
        let sweep = ThresholdSweep(scores: probabilities, labels: labels)
        guard sweep.positives > 0, !sweep.steps.isEmpty else { return [] }
        return [PrecisionRecallPoint(recall: 0, precision: 1, threshold: .infinity)]
            + sweep.steps.map {
                PrecisionRecallPoint(
                    recall: Double($0.truePositives) / Double(sweep.positives),
                    precision: Double($0.truePositives) / Double($0.truePositives + $0.falsePositives),
                    threshold: Double($0.threshold))
            }
    }
}
