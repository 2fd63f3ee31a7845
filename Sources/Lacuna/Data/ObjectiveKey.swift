/// The keys of an objective's declaration, `key=value`: one table for the command line, configuration files and help.
public enum ObjectiveKey: String, CaseIterable, Sendable {
    case weight, loss, head, missing
    case uncertain, cellWeights
    case positive, soft, positiveWeight
    case classes, classWeights
    case any, levels
    case transform, unit, censored
    case calibration, threshold
    case labelSmoothing, gamma, alpha, gammaNegative, gammaPositive, clip, delta

    /// The kinds of objective that take the key.
    public var kinds: Set<ObjectiveKind.Name> {
        switch self {
        case .weight, .loss, .head, .missing, .uncertain, .cellWeights: Set(ObjectiveKind.Name.allCases)
        case .soft: [.binary, .multilabel, .categorical]
        case .positive, .positiveWeight, .gamma, .alpha, .gammaNegative, .gammaPositive, .clip:
            [.binary, .multilabel]
        case .labelSmoothing: [.binary, .multilabel, .categorical]
        case .classes, .classWeights: [.categorical]
        case .calibration: [.binary, .multilabel, .categorical, .ordinal]
        case .threshold: [.binary, .multilabel]
        case .any: [.multilabel]
        case .levels: [.ordinal]
        case .transform, .unit, .delta, .censored: [.regression]
        }
    }

    /// What the key says, for `--help`.
    public var help: String {
        switch self {
        case .weight: "factor of the loss in the total, 0 or more"
        case .loss: "a loss by name: \(LossName.help)"
        case .head: "'linear', or the hidden widths of a tower: head=128|64"
        case .missing: "tokens that mean missing here, beside the run's: missing=-1|9"
        case .positive: "the word that means 1, in a column of two words: positive=yes"
        case .uncertain:
            "cells that are uncertain, and what becomes of them: uncertain=-1:ignore, zeros, ones, soft(0.55,0.85) or class"
        case .cellWeights: "the column with each label's weight, 0 or more; * is the label column's name: cellWeights=*_weight"
        case .soft: "true: fractions in 0…1 are labels; of a categorical group, shares that sum to 1"
        case .positiveWeight: "factor of the positive part of the loss, or 'balanced'"
        case .classes: "all classes, in order: classes=a|b|c"
        case .classWeights: "one factor per class, in order, or 'balanced': classWeights=1|2|3"
        case .any: "a row with some labels lacks others: 'error', or 'negative' to take them as 0"
        case .levels: "all levels, lowest first: levels=low|mid|high"
        case .transform: "the scale to train and score on: 'identity' or 'log1p'"
        case .unit: "the unit of the labels, for reports"
        case .calibration: "how probabilities are calibrated on validation: none, temperature, isotonic"
        case .threshold:
            "how a threshold is chosen on validation: f1, youden, sensitivity=0.9, precision=0.8, cost=5, or a number"
        case .censored: "true: <5 and >5 are labels, bounds of the truth with a one-sided loss"
        case .labelSmoothing: "the share of a target spread over all answers, in 0 ..< 1"
        case .gamma: "focal: the focusing exponent"
        case .alpha: "focal: the weight of positives, in 0 ... 1"
        case .gammaNegative: "asl: the focusing exponent of negatives"
        case .gammaPositive: "asl: the focusing exponent of positives"
        case .clip: "asl: the probability below which negatives do not count"
        case .delta: "huber: where the parabola becomes a line, in standard deviations of the label"
        }
    }

    /// Whether the value is a list, `a|b|c`.
    var isList: Bool {
        switch self {
        case .head, .missing, .classes, .classWeights, .levels: true
        default: false
        }
    }

    /// Whether the key is a number that shapes a loss, kept in `ObjectiveDeclaration.lossSettings`.
    var isLossSetting: Bool {
        switch self {
        case .labelSmoothing, .gamma, .alpha, .gammaNegative, .gammaPositive, .clip, .delta: true
        default: false
        }
    }
}

/// The built-in losses as a person names them, and the settings each takes.
enum LossName {
    /// Short forms beside the full names.
    static let short = [
        "bce": "binaryCrossEntropy", "focal": "focal", "asl": "asymmetric", "ce": "categoricalCrossEntropy",
        "mse": "squaredError", "mae": "absoluteError", "huber": "huber", "coral": "ordinalCrossEntropy",
    ]

    static let help = "bce, focal, asl, ce, mse, mae, huber, or in full"

    /// The full name of a loss, or nil if there is none.
    static func full(_ name: String) -> String? {
        short[name] ?? (BuiltInLoss.allNames.contains(name) ? name : nil)
    }

    /// The loss of a kind where none is named.
    static func usual(for kind: ObjectiveKind.Name) -> String {
        switch kind {
        case .binary, .multilabel: "binaryCrossEntropy"
        case .categorical: "categoricalCrossEntropy"
        case .regression: "squaredError"
        case .ordinal: "ordinalCrossEntropy"
        }
    }

    /// The settings that a loss takes.
    static func settings(of loss: String) -> Set<ObjectiveKey> {
        switch loss {
        case "binaryCrossEntropy": [.positiveWeight, .labelSmoothing]
        case "focal": [.gamma, .alpha, .labelSmoothing]
        case "asymmetric": [.gammaNegative, .gammaPositive, .clip]
        case "categoricalCrossEntropy": [.classWeights, .labelSmoothing]
        case "huber": [.delta]
        default: []
        }
    }
}
