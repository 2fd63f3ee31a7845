/// A number that says how well an objective is predicted on observed slots.
///
/// The raw value is the name in files, messages and JSON. Every metric is unweighted, and conventions are
/// scikit-learn's except that 0/0 is undefined (see ``Score``) where scikit-learn answers 0, 1 or NaN.
public enum Metric: String, CaseIterable, Codable, Sendable {
    /// Area under the ROC curve, in `0 ... 1`: the chance that a positive is ranked above a negative.
    case auroc
    /// Area under the precision–recall steps, in `0 ... 1`.
    case averagePrecision
    /// Share of slots predicted exactly, in `0 ... 1`.
    case accuracy
    /// Mean over classes of the share of their slots predicted exactly, in `0 ... 1`.
    case balancedAccuracy
    /// Harmonic mean of precision and recall of the positive class, in `0 ... 1`.
    case f1
    /// Mean over classes of their F1, in `0 ... 1`.
    case macroF1
    /// Mean negative log probability of the label, in nats; 0 is perfect.
    case logLoss
    /// Mean squared difference of probability and label, in `0 ... 1`; 0 is perfect.
    case brier
    /// Root of the mean squared error, in the target's units; 0 is perfect.
    case rmse
    /// Mean absolute error, in the target's units (regression) or in levels (ordinal); 0 is perfect.
    case mae
    /// Coefficient of determination, at most 1; 0 is what predicting the mean reaches.
    case r2
    /// Cohen's kappa with quadratic weights, in `-1 ... 1`; 0 is chance.
    case kappa
    /// Share of the slots called positive that are, in `0 ... 1`.
    case precision
    /// Share of the positives that are called so, in `0 ... 1`.
    case recall
    /// 1 − log loss ÷ log loss of the prior: of predicting every slot with the shares of the labels that are scored. At
    /// most 1; 0 is what the prior reaches.
    case logLossSkill
    /// Expected calibration error over bins of equal mass, in `0 ... 1`; 0 is perfect. Of classes and levels: of the
    /// predicted one's probability.
    case eceEqualMass
    /// Expected calibration error over bins of equal width, in `0 ... 1`; 0 is perfect.
    case eceEqualWidth
    /// Mean over classes of the AUROC of the class against the rest, in `0 ... 1`.
    case macroAUROC
    /// Spearman's rank correlation of predictions and labels, in `-1 ... 1`.
    case spearman

    /// The metrics of a kind of objective, in the order of tables and JSON.
    public static func all(for kind: ObjectiveKind.Name) -> [Metric] {
        switch kind {
        case .binary, .multilabel:
            [
                .auroc, .averagePrecision, .accuracy, .balancedAccuracy, .f1, .logLoss, .brier, .precision, .recall,
                .logLossSkill, .eceEqualMass, .eceEqualWidth,
            ]
        case .categorical:
            [.accuracy, .balancedAccuracy, .macroF1, .logLoss, .macroAUROC, .logLossSkill, .eceEqualMass, .eceEqualWidth]
        case .regression: [.rmse, .mae, .r2, .spearman]
        case .ordinal: [.accuracy, .mae, .kappa, .spearman, .logLoss, .logLossSkill, .eceEqualMass, .eceEqualWidth]
        }
    }

    /// The metrics of a kind that a table shows where not all are asked for, in order.
    public static func usual(for kind: ObjectiveKind.Name) -> [Metric] {
        switch kind {
        case .binary, .multilabel: [.auroc, .averagePrecision, .accuracy, .balancedAccuracy, .f1, .logLoss, .brier]
        case .categorical: [.accuracy, .balancedAccuracy, .macroF1, .logLoss]
        case .regression: [.rmse, .mae, .r2]
        case .ordinal: [.accuracy, .mae, .kappa]
        }
    }

    /// The one metric that stands for an objective when a run is monitored or a model chosen.
    ///
    /// All of them are better when higher, so their mean over objectives of different kinds means something.
    public static func main(for kind: ObjectiveKind.Name) -> Metric {
        switch kind {
        case .binary, .multilabel: .auroc
        case .categorical: .balancedAccuracy
        case .regression: .r2
        case .ordinal: .kappa
        }
    }

    /// Whether a larger value is the better one: false for the errors and losses.
    public var isBetterHigher: Bool {
        switch self {
        case .auroc, .averagePrecision, .accuracy, .balancedAccuracy, .f1, .macroF1, .r2, .kappa, .precision, .recall,
            .logLossSkill, .macroAUROC, .spearman:
            true
        case .logLoss, .brier, .rmse, .mae, .eceEqualMass, .eceEqualWidth: false
        }
    }
}
