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

    /// The metrics of a kind of objective, in the order of tables and JSON.
    public static func all(for kind: ObjectiveKind.Name) -> [Metric] {
        switch kind {
        case .binary, .multilabel:
            [.auroc, .averagePrecision, .accuracy, .balancedAccuracy, .f1, .logLoss, .brier]
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
        case .auroc, .averagePrecision, .accuracy, .balancedAccuracy, .f1, .macroF1, .r2, .kappa: true
        case .logLoss, .brier, .rmse, .mae: false
        }
    }
}
