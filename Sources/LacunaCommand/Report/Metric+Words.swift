import Lacuna

extension Metric {
    /// What a reader calls it.
    var title: String {
        switch self {
        case .auroc: "AUROC"
        case .averagePrecision: "Average precision"
        case .accuracy: "Accuracy"
        case .balancedAccuracy: "Balanced accuracy"
        case .f1: "F1"
        case .macroF1: "Macro F1"
        case .logLoss: "Log loss"
        case .brier: "Brier score"
        case .rmse: "RMSE"
        case .mae: "MAE"
        case .r2: "R²"
        case .kappa: "Weighted kappa"
        case .precision: "Precision"
        case .recall: "Recall"
        case .logLossSkill: "Log loss skill"
        case .eceEqualMass: "ECE, equal mass"
        case .eceEqualWidth: "ECE, equal width"
        case .macroAUROC: "Macro AUROC"
        case .spearman: "Spearman"
        }
    }

    /// What it says, in a sentence or two.
    var definition: String {
        switch self {
        case .auroc:
            "Area under the ROC curve: the chance that a positive label gets a higher probability than a negative one. 0.5 is chance, 1 is perfect."
        case .averagePrecision:
            "Area under the steps of the precision–recall curve. A model that knows nothing reaches the share of positive labels; 1 is perfect."
        case .accuracy: "Share of labels that are predicted exactly; of a binary objective with probability 0.5 as the threshold."
        case .balancedAccuracy: "Mean over classes of the share of their labels that are predicted exactly. Chance is 1 ÷ the number of classes."
        case .f1: "Harmonic mean of precision and recall of the positive class, with probability 0.5 as the threshold."
        case .macroF1: "Mean over classes of each one's F1."
        case .logLoss: "Mean negative logarithm of the probability given to what was observed, in nats. 0 is perfect."
        case .brier: "Mean squared difference of probability and label. 0 is perfect."
        case .rmse: "Root of the mean squared error, in the unit shown beside the name. 0 is perfect."
        case .mae: "Mean absolute error, in the unit shown beside the name, or in levels. 0 is perfect."
        case .r2: "Coefficient of determination: the share of the variance that the predictions explain. 0 is what predicting the mean reaches, 1 is perfect."
        case .precision: "Share of the labels called positive that are, with probability 0.5 as the threshold unless another is named."
        case .recall: "Share of the positive labels that are called so, with probability 0.5 as the threshold unless another is named."
        case .logLossSkill:
            "How much of the log loss of the prior, which predicts every label with the observed shares of the classes, the model takes away. 0 is what the prior reaches, 1 is perfect."
        case .eceEqualMass:
            "Expected calibration error over 15 bins of equally many labels: the mean distance of predicted and observed share. 0 is perfect; few labels make it larger."
        case .eceEqualWidth: "Expected calibration error over 15 bins of equal width in the probability. 0 is perfect."
        case .macroAUROC: "Mean over classes of the AUROC of the class against the rest. 0.5 is chance, 1 is perfect."
        case .spearman: "Spearman's rank correlation of predictions and labels. 0 is none, 1 is perfect order."
        case .kappa: "Cohen's kappa with quadratic weights: agreement of predicted and observed levels beyond chance. 0 is chance, 1 is perfect."
        }
    }

    /// Which way is good, for heads of tables.
    var direction: String { isBetterHigher ? "↑" : "↓" }
}

extension ObjectiveKind.Name {
    /// What it is, for a glossary.
    var definition: String {
        switch self {
        case .binary: "Yes or no; the model gives the probability of yes."
        case .categorical: "One of several classes; the model gives a probability to each."
        case .multilabel: "Several yes-or-no labels that form one objective; its metrics are means over its labels."
        case .regression: "A number."
        case .ordinal: "One of several ordered levels; the predicted level is how many thresholds the row more likely than not exceeds."
        }
    }
}
