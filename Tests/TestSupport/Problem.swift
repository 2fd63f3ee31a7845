import Lacuna

/// A random training problem held in plain arrays, so that a test can say what stands in the missing slots.
///
/// Labels follow the features with some noise: a model can learn them.
public struct Problem: Sendable {
    public var features: FeatureMatrix
    public var objectives: [Objective]
    /// By objective, `[rows × slots]`: a legal label in every slot, also in those that are missing.
    public var labels: [[Float]]
    /// By objective, `[rows × slots]`: true = observed.
    public var masks: [[Bool]]
    public var rowWeights: [Float]?
    /// By objective name, `[rows × slots]`.
    public var slotWeights: [String: [Float]] = [:]

    public var rows: Int { features.rows }

    /// What stands in a missing slot, and how it is declared as missing.
    public enum Missing: Sendable {
        /// Any number, under a mask that says false.
        case masked(Float)
        /// The label that would be right or wrong, under a mask that says false.
        case maskedLabel
        case sentinel(Float)
        case notANumber
    }

    /// - Parameters:
    ///   - coverage: the share of slots that are observed. The first two rows of each slot always are, so that no
    ///     objective is without labels.
    ///   - weighted: whether rows and slots carry weights, some of them 0.
    public static func random(
        rows: Int, features width: Int = 4, objectives: [Objective], coverage: Double = 0.5, weighted: Bool = false,
        using random: inout SeededGenerator
    ) -> Problem {
        let features = FeatureMatrix(rows: rows, columns: width) { _, _ in Float.random(in: -1.5...1.5, using: &random) }
        var problem = Problem(features: features, objectives: objectives, labels: [], masks: [])
        for objective in objectives {
            let slots = objective.kind.slotsPerRow
            let directions = (0..<slots).map { _ in (0..<width).map { _ in Float.random(in: -1...1, using: &random) } }
            var labels: [Float] = [], mask: [Bool] = []
            for row in 0..<rows {
                for slot in 0..<slots {
                    var score = Float.random(in: -0.3...0.3, using: &random)
                    for column in 0..<width { score += features[row, column] * directions[slot][column] }
                    labels.append(objective.kind.label(of: score))
                    mask.append(row < 2 || Double.random(in: 0..<1, using: &random) < coverage)
                }
            }
            problem.labels.append(labels)
            problem.masks.append(mask)
            if weighted {
                problem.slotWeights[objective.name] = labels.indices.map { _ in
                    [0, 0.5, 1, 2.25].randomElement(using: &random)!
                }
            }
        }
        if weighted {
            problem.rowWeights = (0..<rows).map { $0 < 2 ? 1 : [0, 0.5, 1, 3].randomElement(using: &random)! }
            for objective in objectives {
                for place in 0..<2 * objective.kind.slotsPerRow { problem.slotWeights[objective.name]![place] = 1.5 }
            }
        }
        return problem
    }

    /// The data set of these arrays.
    ///
    /// - Parameter missing: what stands in the missing slots.
    public func dataset(missing: Missing = .masked(0)) throws -> Dataset {
        var given: [String: Labels] = [:]
        for (index, objective) in objectives.enumerated() {
            let mask = masks[index]
            var values = labels[index]
            var rule = MissingRule.nan, declared: [Bool]?
            switch missing {
            case .maskedLabel: declared = mask
            case .masked(let junk):
                for place in values.indices where !mask[place] { values[place] = junk }
                declared = mask
            case .sentinel(let sentinel):
                for place in values.indices where !mask[place] { values[place] = sentinel }
                rule = .sentinel(sentinel)
            case .notANumber:
                for place in values.indices where !mask[place] { values[place] = .nan }
            }
            given[objective.name] = .array(
                values, columns: objective.kind.slotsPerRow, missing: rule, mask: declared)
        }
        return try Dataset(
            features: features, objectives: objectives, labels: given, rowWeights: rowWeights, slotWeights: slotWeights)
    }

    /// The rows in this order, with their labels, masks and weights.
    public func selecting(rows chosen: [Int]) -> Problem {
        func pick<T>(_ values: [T], _ width: Int) -> [T] {
            chosen.flatMap { values[$0 * width..<($0 + 1) * width] }
        }
        var result = self
        result.features = features.selecting(rows: chosen)
        for (index, objective) in objectives.enumerated() {
            let width = objective.kind.slotsPerRow
            result.labels[index] = pick(labels[index], width)
            result.masks[index] = pick(masks[index], width)
            result.slotWeights[objective.name] = slotWeights[objective.name].map { pick($0, width) }
        }
        result.rowWeights = rowWeights.map { pick($0, 1) }
        return result
    }
}

extension ObjectiveKind {
    /// A legal label that grows with a score of about −2 … 2.
    fileprivate func label(of score: Float) -> Float {
        func level(_ count: Int) -> Float { min(Float(count - 1), max(0, ((score + 1.2) / 2.4 * Float(count)).rounded(.down))) }
        return switch self {
        case .binary, .multilabel: score > 0 ? 1 : 0
        case .categorical(let names), .ordinal(let names): level(names.count)
        case .regression: 3 + 2 * score
        }
    }
}

extension [Objective] {
    /// One objective of each kind, with linear heads.
    public static let everyKind: [Objective] = [
        .binary("tumor", positiveWeight: 2, labelSmoothing: 0.1),
        .categorical("tissue", classes: ["a", "b", "c"], loss: CategoricalCrossEntropy(classWeights: [1, 2, 0.5], labelSmoothing: 0.1), weight: 0.5),
        .multilabel("findings", labels: ["p", "q", "r", "s"], weight: 2),
        .regression("size"),
        .ordinal("grade", levels: ["I", "II", "III", "IV"]),
    ]

    /// One objective of each kind, every second one with a tower.
    public static let everyKindWithTowers: [Objective] = everyKind.enumerated().map { index, objective in
        var objective = objective
        if index % 2 == 0 { objective.head = .tower([3]) }
        return objective
    }

    /// One objective for each built-in loss and each kind that it trains.
    public static let everyLoss: [Objective] = [
        .binary("cross", positiveWeight: 3),
        .binary("focal", loss: FocalLoss(gamma: 2, alpha: 0.25)),
        .categorical("class", classes: ["a", "b"]),
        .multilabel("labels", labels: ["p", "q"]),
        .multilabel("asymmetric", labels: ["p", "q", "r"], loss: AsymmetricLoss()),
        .regression("squared"),
        .regression("absolute", loss: AbsoluteError()),
        .regression("huber", loss: HuberError(delta: 0.5)),
        .ordinal("levels", levels: ["lo", "mid", "hi"]),
    ]
}
