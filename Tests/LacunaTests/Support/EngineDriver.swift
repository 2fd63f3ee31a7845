@testable import Lacuna
import TestSupport

/// A model and its engine, driven step by step without a trainer.
final class EngineDriver {
    let model: Model
    let data: EngineData
    var plan: StepPlan
    private var steps = 0

    /// - Parameters:
    ///   - scaled: whether regressions are standardised as a training run does it; else targets are the labels.
    ///   - change: settings of the run; the optimizer is SGD until then.
    init(
        _ dataset: Dataset, encoder: EncoderSpec, seed: UInt64 = 1, scaled: Bool = true,
        _ change: (inout StepPlan) -> Void = { _ in }
    ) throws {
        model = try Model(
            features: dataset.features.columns, encoder: encoder, objectives: dataset.objectives, seed: seed, threads: 1)
        let observed = ObservedLabels(dataset)
        if scaled { model.scaling = observed.scaling(model) }
        let table = try TargetTable(dataset.labels, rowWeights: dataset.rowWeights, scaling: model.slotScaling)
        let sums = table.weightSums()
        data = EngineData(features: dataset.features, labels: table)
        plan = StepPlan(
            microBatch: nil, optimizer: .sgd(momentum: 0.9), weightDecay: 0, clip: nil, reduction: .observed, total: .sum,
            idleHeads: .still, seed: 5, objectiveWeights: model.objectives.map(\.weight),
            expectedWeights: model.plan.slotsOfObjective.map { slots in
                slots.reduce(0) { $0 + sums[$1] } / Double(dataset.rows)
            },
            losses: observed.losses(model))
        change(&plan)
        model.engine.prepare(data, plan: plan)
    }

    @discardableResult
    func step(_ rows: [Int], rate: Double = 0.01) throws -> EpochSums {
        let sums = EpochSums(objectives: model.objectives.count)
        let chosen = rows.map { Int32($0) }
        defer { steps += 1 }
        try model.engine.step(rows: chosen.span, step: steps, rate: rate, sums: sums)
        return sums
    }

    /// d total loss / d parameter of one logical batch, by tensor name.
    ///
    /// After one step of SGD with momentum the velocity is the gradient, exactly; the rate of 0 moves nothing.
    func gradient(_ rows: [Int]) throws -> [String: [Float]] {
        model.engine.prepare(data, plan: plan)
        try step(rows, rate: 0)
        var gradient: [String: [Float]] = [:]
        for tensor in model.engine.optimizerState where tensor.name.hasPrefix("first.") {
            gradient[String(tensor.name.dropFirst("first.".count))] = tensor.floats
        }
        return gradient
    }

    /// The parameters alone, in Double and by name.
    var reference: ReferenceNetwork {
        ReferenceNetwork(
            encoder: model.encoder, objectives: model.objectives,
            weights: model.weights.mapValues { $0.map(Double.init) })
    }

    /// The observed slots of a batch as the reference network takes them.
    func entries(_ rows: [Int]) -> [ReferenceNetwork.Entry] {
        rows.enumerated().flatMap { index, row in
            (data.labels.rowStarts[row]..<data.labels.rowStarts[row + 1]).map { place in
                let slot = Int(data.labels.slotIndices[place]), objective = model.plan.slots[slot].objective
                return ReferenceNetwork.Entry(
                    row: index, objective: objective, slot: slot - model.plan.slotsOfObjective[objective].lowerBound,
                    target: Double(data.labels.targets[place]), weight: Double(data.labels.weights?[place] ?? 1))
            }
        }
    }

    /// The features of a batch.
    func inputs(_ rows: [Int]) -> [[Double]] {
        rows.map { row in (0..<data.features.columns).map { Double(data.features[row, $0]) } }
    }
}

extension NamedTensor {
    var floats: [Float] { if case .floats(let values) = values { values } else { [] } }
    var integers: [Int32] { if case .integers(let values) = values { values } else { [] } }
}

extension Model {
    /// Parameters and statistics by name.
    var weights: [String: [Float]] {
        Dictionary(uniqueKeysWithValues: engine.weights.map { ($0.name, $0.floats) })
    }

    /// The row of the output matrix and the biases of one slot of one objective.
    func output(_ objective: String, slot: Int = 0) -> [Float] {
        let index = objectives.firstIndex { $0.name == objective }!
        let place = plan.slots[plan.slotsOfObjective[index].lowerBound + slot]
        let prefix = place.tower == nil ? "heads" : "towers.\(objective).output"
        let all = weights, weight = all["\(prefix).weight"]!, bias = all["\(prefix).bias"]!
        let scores = plan.slots.filter { $0.tower == place.tower }.reduce(0) { $0 + $1.scoreWidth }
        let inputs = weight.count / scores
        return Array(weight[place.score * inputs..<(place.score + place.scoreWidth) * inputs])
            + Array(bias[place.logit..<place.logit + place.width])
    }
}

/// The largest absolute difference between two sets of tensors; infinite if names or shapes differ.
func distance(_ a: [String: [Float]], _ b: [String: [Float]]) -> Float {
    guard a.keys.sorted() == b.keys.sorted() else { return .infinity }
    var largest: Float = 0
    for (name, values) in a {
        guard let others = b[name], others.count == values.count else { return .infinity }
        for (x, y) in zip(values, others) {
            let difference = (x - y).magnitude
            if !(difference <= largest) { largest = difference.isNaN ? .infinity : difference }
        }
    }
    return largest
}

extension History {
    /// The same without times, which no two runs share.
    var untimed: History {
        var history = self
        for index in history.epochs.indices { history.epochs[index].seconds = 0 }
        return history
    }
}
