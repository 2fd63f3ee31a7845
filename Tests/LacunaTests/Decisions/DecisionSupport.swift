import TestSupport

@testable import Lacuna

/// Tests/Goldens/decisions.json: scipy's temperatures, scikit-learn's isotonic fits and thresholds.
struct DecisionGoldens: Decodable {
    struct Fit: Decodable, Sendable {
        var classes, levels: Int?
        var logits: [Double]
        var labels: [Double]
        var temperature: Double
        var isotonicAt, isotonic: [Double]?
    }

    struct Thresholds: Decodable, Sendable {
        var probabilities: [Double]
        var labels: [Double]
        var expected: [String: Double]
    }

    var binary, categorical, ordinal: [Fit]
    var thresholds: [Thresholds]
    static let all = try! Golden.load("decisions", as: DecisionGoldens.self)
}

/// What a model would have said: one row per entry.
func outputs(_ objective: Objective, logits: [Float], labels: [Double]) -> ObservedOutputs {
    var outputs = ObservedOutputs(
        objectives: [objective],
        scaling: [objective.kind == .regression ? TargetScaling(transform: objective.transform, mean: 0, deviation: 1) : nil],
        plan: HeadPlan([objective]), labels: LabelTable(rows: labels.count, slots: 1))
    let width = logits.count / labels.count
    for row in labels.indices {
        outputs.slots[0].append(row: row, logits: logits[row * width..<(row + 1) * width], label: labels[row], weight: 1)
    }
    return outputs
}

func usualLoss(_ kind: ObjectiveKind) -> any Loss {
    switch kind {
    case .binary, .multilabel: BinaryCrossEntropy()
    case .categorical: CategoricalCrossEntropy()
    case .ordinal: OrdinalCrossEntropy()
    case .regression: SquaredError()
    }
}

/// Overconfident outputs: labels are drawn at the logits, which are then sharpened.
func overconfident(_ kind: ObjectiveKind, rows: Int, sharpness: Float = 3, seed: UInt64) -> ObservedOutputs {
    var random = SplitMix64(seed: seed)
    func noise() -> Float { (0..<4).reduce(Float(0)) { sum, _ in sum + random.nextUnit() - 0.5 } }
    var logits: [Float] = [], labels: [Double] = []
    let objective = Objective("x", kind: kind, loss: usualLoss(kind))
    for _ in 0..<rows {
        switch kind {
        case .categorical(let classes):
            let z = classes.map { _ in 2 * noise() }
            var p: [Float] = []
            Probabilities.softmax(z, start: 0, classes: z.count, into: &p)
            var left = random.nextUnit(), label = 0
            while label < p.count - 1, left >= p[label] {
                left -= p[label]
                label += 1
            }
            logits += z.map { $0 * sharpness }
            labels.append(Double(label))
        case .ordinal(let levels):
            let score = 2 * noise()
            let z = (1..<levels.count).map { score + 1.5 - Float($0) }
            let draw = random.nextUnit()
            labels.append(Double(z.count { draw < Probabilities.sigmoid($0) }))
            logits += z.map { $0 * sharpness }
        case .regression:
            let z = noise()
            logits.append(z)
            labels.append(Double(z + 0.5 * noise()))
        case .binary, .multilabel:
            let z = 2 * noise() - 0.5
            labels.append(random.nextUnit() < Probabilities.sigmoid(z) ? 1 : 0)
            logits.append(z * sharpness)
        }
    }
    return outputs(objective, logits: logits, labels: labels)
}

let decisionKinds: [ObjectiveKind] = [
    .binary, .categorical(classes: ["a", "b", "c"]), .ordinal(levels: ["l", "m", "h", "x"]), .regression,
]
