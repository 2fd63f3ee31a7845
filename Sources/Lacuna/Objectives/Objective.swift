/// One thing to predict: a name, a kind, a loss, a weight and a head.
///
/// An objective is declared as a value and carries no data:
///
/// ```swift
/// let objectives: [Objective] = [
///     .regression("solubility", unit: "log mol/L", loss: HuberError(delta: 1)),
///     .binary("toxic", positiveWeight: 4, weight: 0.5),
///     .categorical("phase", classes: ["solid", "liquid", "gas"]),
/// ]
/// ```
public struct Objective: Sendable {
    /// The objective's name: unique in a model, and the name of its column in predictions.
    public var name: String
    /// What is predicted, with its classes, labels or levels.
    public var kind: ObjectiveKind
    /// The loss of one observed slot.
    public var loss: any Loss
    /// The factor of this objective's loss in the total, 0 or more. It never enters a divisor.
    public var weight: Float
    /// What stands between the encoder and this objective's logits.
    public var head: Head
    /// The scale on which a regression trains and is scored.
    public var transform: Transform
    /// The unit of a regression's labels, for reports: "log mol/L".
    public var unit: String?
    /// Whether positive or class weights are set from the observed training labels when training starts.
    public var balance: Bool
    /// Whether fractions between 0 and 1 are legal labels of a binary or multilabel objective.
    public var soft: Bool
    /// What a missing slot of a multilabel row means.
    public var missingLabels: MissingLabels

    /// Declares an objective of any kind; the factories, one per kind, read better. Nothing is checked here:
    /// ``validate()`` runs when a model or data set is made.
    public init(
        _ name: String, kind: ObjectiveKind, loss: any Loss, weight: Float = 1, head: Head = .linear,
        transform: Transform = .identity, unit: String? = nil, balance: Bool = false,
        soft: Bool = false, missingLabels: MissingLabels = .eachSlot
    ) {
        self.name = name
        self.kind = kind
        self.loss = loss
        self.weight = weight
        self.head = head
        self.transform = transform
        self.unit = unit
        self.balance = balance
        self.soft = soft
        self.missingLabels = missingLabels
    }
}

/// What stands between the encoder's hidden values and an objective's logits.
public enum Head: Equatable, Sendable {
    /// One dense layer. The linear heads of all objectives are rows of one matrix.
    case linear
    /// Hidden layers of the objective's own, with the encoder's activation and dropout, then a dense layer.
    /// A tower runs on the rows whose label is observed, and on no other.
    case tower([Int])
}

/// The scale on which a regression trains and is scored. Predictions are always in the label's unit.
public enum Transform: String, Codable, CaseIterable, Sendable {
    /// The label as it is.
    case identity
    /// log(1 + label), for skewed labels above −1, such as rates and counts.
    case log1p
}

/// What a missing slot of a multilabel row means.
public enum MissingLabels: String, Codable, CaseIterable, Sendable {
    /// Every slot is observed or missing by itself.
    case eachSlot
    /// A row counts when any of its labels is observed; a missing slot in such a row is an error.
    case anyElseError
    /// A row counts when any of its labels is observed; its missing slots are negatives.
    case anyElseNegative
}

extension Objective {
    /// A yes-or-no objective with binary cross-entropy.
    ///
    /// - Parameters:
    ///   - name: unique in a model.
    ///   - positiveWeight: factor of the positive part of the loss, as `pos_weight` of
    ///     `torch.nn.BCEWithLogitsLoss`.
    ///   - labelSmoothing: in `0 ..< 1`; targets become y(1 − ε) + ε/2.
    ///   - weight: factor of the objective's loss in the total, 0 or more.
    ///   - head: linear, or a tower of the objective's own.
    ///   - balance: sets the positive weight to negatives ÷ positives of the observed training labels.
    ///   - soft: whether labels may be probabilities.
    public static func binary(
        _ name: String, positiveWeight: Float = 1, labelSmoothing: Float = 0, weight: Float = 1,
        head: Head = .linear, balance: Bool = false, soft: Bool = false
    ) -> Objective {
        Objective(
            name, kind: .binary,
            loss: BinaryCrossEntropy(positiveWeight: positiveWeight, labelSmoothing: labelSmoothing),
            weight: weight, head: head, balance: balance, soft: soft)
    }

    /// A yes-or-no objective with a loss of the caller's choice.
    ///
    /// - Parameters:
    ///   - name: unique in a model.
    ///   - loss: one that trains binary objectives.
    ///   - weight: factor of the objective's loss in the total, 0 or more.
    ///   - head: linear, or a tower of the objective's own.
    ///   - soft: whether labels may be probabilities.
    public static func binary(
        _ name: String, loss: any Loss, weight: Float = 1, head: Head = .linear, soft: Bool = false
    ) -> Objective {
        Objective(name, kind: .binary, loss: loss, weight: weight, head: head, soft: soft)
    }

    /// One of several classes, with categorical cross-entropy unless another loss is given.
    ///
    /// - Parameters:
    ///   - name: unique in a model.
    ///   - classes: the C ≥ 2 classes in the order of their indices and probabilities.
    ///   - loss: one that trains categorical objectives.
    ///   - weight: factor of the objective's loss in the total, 0 or more.
    ///   - head: linear, or a tower of the objective's own.
    ///   - balance: sets the class weights to n ÷ (C · nᵧ), counted over the observed training labels, as
    ///     scikit-learn's `compute_class_weight("balanced")`.
    public static func categorical(
        _ name: String, classes: [String], loss: any Loss = CategoricalCrossEntropy(), weight: Float = 1,
        head: Head = .linear, balance: Bool = false
    ) -> Objective {
        Objective(
            name, kind: .categorical(classes: classes), loss: loss, weight: weight, head: head,
            balance: balance)
    }

    /// Several yes-or-no labels trained and scored as one objective, with binary cross-entropy unless
    /// another loss is given.
    ///
    /// - Parameters:
    ///   - name: unique in a model.
    ///   - labels: the L ≥ 1 labels in the order of their columns and probabilities.
    ///   - loss: one that trains multilabel objectives.
    ///   - weight: factor of the objective's loss in the total, 0 or more.
    ///   - head: linear, or a tower of the objective's own.
    ///   - missingLabels: what a missing slot of a row with labels means.
    ///   - balance: sets each label's positive weight to negatives ÷ positives of its observed training labels.
    ///   - soft: whether labels may be probabilities.
    public static func multilabel(
        _ name: String, labels: [String], loss: any Loss = BinaryCrossEntropy(), weight: Float = 1,
        head: Head = .linear, missingLabels: MissingLabels = .eachSlot, balance: Bool = false,
        soft: Bool = false
    ) -> Objective {
        Objective(
            name, kind: .multilabel(labels: labels), loss: loss, weight: weight, head: head,
            balance: balance, soft: soft, missingLabels: missingLabels)
    }

    /// A number, with the squared error unless another loss is given.
    ///
    /// Labels are standardised inside with the mean and deviation of the observed training labels;
    /// predictions and metrics are in the label's unit (metrics on the transformed scale, if any).
    ///
    /// - Parameters:
    ///   - name: unique in a model.
    ///   - unit: of the labels, for reports: "log mol/L".
    ///   - loss: one that trains regressions; it sees standardised labels.
    ///   - transform: the scale to train and score on.
    ///   - weight: factor of the objective's loss in the total, 0 or more.
    ///   - head: linear, or a tower of the objective's own.
    public static func regression(
        _ name: String, unit: String? = nil, loss: any Loss = SquaredError(), transform: Transform = .identity,
        weight: Float = 1, head: Head = .linear
    ) -> Objective {
        Objective(
            name, kind: .regression, loss: loss, weight: weight, head: head, transform: transform, unit: unit)
    }

    /// One of several ordered levels, as CORAL: one weight vector and K − 1 biases (Cao, Mirjalili & Raschka 2020).
    ///
    /// - Parameters:
    ///   - name: unique in a model.
    ///   - levels: the K ≥ 2 levels, lowest first.
    ///   - loss: one that trains ordinal objectives.
    ///   - weight: factor of the objective's loss in the total, 0 or more.
    ///   - head: linear, or a tower of the objective's own.
    public static func ordinal(
        _ name: String, levels: [String], loss: any Loss = OrdinalCrossEntropy(), weight: Float = 1,
        head: Head = .linear
    ) -> Objective {
        Objective(name, kind: .ordinal(levels: levels), loss: loss, weight: weight, head: head)
    }
}

extension Objective {
    /// The name of every slot: the objective's own, or one per label of a multilabel objective.
    public var slotNames: [String] {
        if case .multilabel(let labels) = kind { labels } else { [name] }
    }

    /// Checks what a declaration can get wrong by itself.
    ///
    /// - Throws: ``SettingError`` naming the objective: a categorical objective of one class, a loss that
    ///   does not fit the kind, a weight that is negative or not finite, a tower without width.
    public func validate() throws(SettingError) {
        guard weight >= 0, weight.isFinite else {
            throw SettingError(
                "the weight of objective '\(name)' is \(weight)", fix: "give a finite weight of 0 or more")
        }
        switch kind {
        case .categorical(let classes):
            guard classes.count >= 2 else {
                throw SettingError(
                    "categorical objective '\(name)' has \(classes.count == 1 ? "one class" : "no class")",
                    fix: "declare at least two classes; with one there is nothing to tell apart")
            }
            try unique(classes, "class")
        case .ordinal(let levels):
            guard levels.count >= 2 else {
                throw SettingError(
                    "ordinal objective '\(name)' has \(levels.count == 1 ? "one level" : "no level")",
                    fix: "declare at least two levels, lowest first")
            }
            try unique(levels, "level")
        case .multilabel(let labels):
            guard !labels.isEmpty else {
                throw SettingError("multilabel objective '\(name)' has no label", fix: "declare its labels")
            }
            try unique(labels, "label")
        case .binary, .regression: break
        }
        if case .tower(let widths) = head, widths.isEmpty || widths.contains(where: { !(1...1_000_000 ~= $0) }) {
            throw SettingError(
                "the tower of objective '\(name)' has widths \(widths)",
                fix: "give at least one hidden width in 1 ... 1000000, or use a linear head")
        }
        if transform != .identity, kind != .regression {
            throw SettingError(
                "objective '\(name)' is \(kind.name.rawValue) and has the transform \(transform.rawValue)",
                fix: "transforms belong to regressions")
        }
        if balance, !(loss is BinaryCrossEntropy || loss is CategoricalCrossEntropy) {
            throw SettingError(
                "objective '\(name)' asks for balanced weights, which the loss '\(loss.name)' does not have",
                fix: "use cross-entropy, or leave the balancing out")
        }
        guard loss.kinds.contains(kind.name) else {
            throw SettingError(
                "the loss \(loss.name) cannot train objective '\(name)', which is \(kind.name.rawValue)",
                fix: "choose a loss for \(kind.name.rawValue) objectives")
        }
        do {
            try loss.check(for: kind)
        } catch {
            throw SettingError("objective '\(name)': \(error.problem)", fix: error.fix)
        }
    }

    private func unique(_ names: [String], _ what: String) throws(SettingError) {
        var seen: Set<String> = []
        for name in names where !seen.insert(name).inserted {
            throw SettingError(
                "objective '\(self.name)' names the \(what) '\(name)' twice", fix: "name each \(what) once")
        }
    }
}
