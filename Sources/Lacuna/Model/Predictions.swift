/// What a model predicts for some rows, one entry per objective.
public struct Predictions: Equatable, Sendable {
    /// One objective's predictions for n rows.
    public enum Values: Equatable, Sendable {
        /// P(yes), `[n]`.
        case binary([Float])
        /// P(class), `[n × C]`, row-major.
        case categorical([Float], classes: [String])
        /// P(yes) of each label, `[n × L]`, row-major.
        case multilabel([Float], labels: [String])
        /// `[n]`, in the label's unit.
        case regression([Float])
        /// The predicted level's index `[n]`, and P(level), `[n × K]`, row-major.
        case ordinal([Int], probabilities: [Float], levels: [String])
    }

    /// How many rows are predicted, n.
    public internal(set) var rows: Int
    /// Names and values, in the order of the model's objectives.
    public internal(set) var objectives: [(name: String, values: Values)]
    /// Of an ensemble: the standard deviation over its members of every one of ``Values/numbers``, by objective; empty
    /// where one model predicts.
    public internal(set) var spreads: [(name: String, values: [Float])] = []

    /// The predictions of one objective, or nil where the model has none of that name.
    public subscript(name: String) -> Values? { objectives.first { $0.name == name }?.values }

    /// Whether names and numbers are equal; a NaN equals nothing.
    public static func == (a: Predictions, b: Predictions) -> Bool {
        a.rows == b.rows && a.objectives.elementsEqual(b.objectives) { $0.name == $1.name && $0.values == $1.values }
            && a.spreads.elementsEqual(b.spreads) { $0.name == $1.name && $0.values == $1.values }
    }
}

extension Predictions.Values {
    /// All numbers, row by row: probabilities, or values in the label's unit. Per row 1 for a binary objective or a
    /// regression, C, L or K for the others (of an ordinal objective the probability of each level).
    public var numbers: [Float] {
        switch self {
        case .binary(let values), .regression(let values): values
        case .categorical(let values, _), .multilabel(let values, _): values
        case .ordinal(_, let values, _): values
        }
    }

    /// Predictions from logits.
    ///
    /// - Parameters:
    ///   - logits: `[rows × outputs]` of the whole model.
    ///   - first: the objective's first column.
    init(_ objective: Objective, scaling: TargetScaling, logits: [Float], rows: Int, outputs: Int, first: Int) {
        switch objective.kind {
        case .binary:
            self = .binary((0..<rows).map { Probabilities.sigmoid(logits[$0 * outputs + first]) })
        case .multilabel(let labels):
            var values: [Float] = []
            values.reserveCapacity(rows * labels.count)
            for row in 0..<rows {
                for label in 0..<labels.count {
                    values.append(Probabilities.sigmoid(logits[row * outputs + first + label]))
                }
            }
            self = .multilabel(values, labels: labels)
        case .categorical(let classes):
            var values: [Float] = []
            values.reserveCapacity(rows * classes.count)
            for row in 0..<rows {
                Probabilities.softmax(logits, start: row * outputs + first, classes: classes.count, into: &values)
            }
            self = .categorical(values, classes: classes)
        case .regression:
            self = .regression((0..<rows).map { scaling.prediction(of: logits[$0 * outputs + first]) })
        case .ordinal(let levels):
            var predicted: [Int] = [], values: [Float] = []
            for row in 0..<rows {
                let slot = Probabilities.Ordinal(logits, start: row * outputs + first, count: levels.count - 1)
                predicted.append(slot.level)
                values += slot.levels
            }
            self = .ordinal(predicted, probabilities: values, levels: levels)
        }
    }
}
