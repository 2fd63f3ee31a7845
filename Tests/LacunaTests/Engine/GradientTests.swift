@testable import Lacuna
import TestSupport
import Testing

/// The gradient of the whole network against central differences of the reference network, which is in Double: a
/// wrong term and a wrong digit both show.
@Suite struct GradientTests {
    @Test(arguments: Activation.allCases, Normalization.allCases)
    func `the gradient of every parameter is the slope of the total loss, with every kind of head`(
        activation: Activation, norm: Normalization
    ) throws {
        let encoder = EncoderSpec([5, 4], activation: activation, norm: norm)
        try check([Objective].everyKindWithTowers, encoder, reduction: .observed, seed: 11)
    }

    @Test(arguments: Reduction.allCases, Total.allCases)
    func `the gradient is the slope of the total loss under every reduction`(reduction: Reduction, total: Total) throws {
        try check([Objective].everyKind, EncoderSpec([4], activation: .tanh), reduction: reduction, total: total, seed: 12)
    }

    @Test(arguments: [HeadPath.dense, .observed])
    func `both ways of calculating linear heads have the slope as gradient`(path: HeadPath) throws {
        try check([Objective].everyKind, EncoderSpec([4], activation: .silu), reduction: .observed, path: path, seed: 13)
    }

    @Test func `few outputs above a relu have the slope as gradient, in whole vectors and what is left of them`() throws {
        try check([Objective].everyKind, EncoderSpec([21]), reduction: .observed, path: .dense, seed: 15)
        try check([.binary("one")], EncoderSpec([7, 16]), reduction: .observed, seed: 16)
    }

    @Test func `few outputs over more hidden values than a kernel of their own takes have the slope as gradient`() throws {
        let objectives: [Objective] = [.binary("a"), .categorical("c", classes: ["x", "y"]), .regression("r", loss: SquaredError())]
        try check(objectives, EncoderSpec([5000]), reduction: .observed, path: .dense, seed: 17)
    }

    @Test func `towers of several layers have the slope as gradient`() throws {
        var objectives = [Objective].everyKind
        for index in objectives.indices { objectives[index].head = .tower([3, 2]) }
        try check(objectives, EncoderSpec([4], activation: .gelu, norm: .layer), reduction: .slots, seed: 14)
    }

    private func check(
        _ objectives: [Objective], _ encoder: EncoderSpec, reduction: Reduction, total: Total = .sum,
        path: HeadPath? = nil, seed: UInt64
    ) throws {
        var random = SeededGenerator(seed: seed)
        let problem = Problem.random(rows: 12, objectives: objectives, weighted: true, using: &random)
        let driver = try EngineDriver(problem.dataset(), encoder: encoder, seed: seed) {
            $0.reduction = reduction
            $0.total = total
        }
        (driver.model.engine as? NativeEngine)?.forcedPath = path
        jiggle(driver.model, using: &random)
        let rows = [0, 1, 3, 4, 7, 9, 11]
        let gradient = try driver.gradient(rows)
        let reference = driver.reference
        let inputs = driver.inputs(rows), entries = driver.entries(rows)
        func loss(_ network: ReferenceNetwork) -> Double {
            network.loss(inputs, entries, reduction: reduction, total: total, expected: driver.plan.expectedWeights)
        }
        let step = 1e-5
        for (name, values) in gradient {
            for index in sample(values.count, using: &random) {
                var (above, below) = (reference, reference)
                above.weights[name]![index] += step
                below.weights[name]![index] -= step
                let slope = (loss(above) - loss(below)) / (2 * step)
                #expect(
                    isClose(Double(values[index]), slope, relative: 2e-5, absolute: 3e-6), "\(name)[\(index)]")
            }
        }
    }

    /// Biases and norms begin at 0 and 1, where some errors do not show.
    private func jiggle(_ model: Model, using random: inout SeededGenerator) {
        model.engine.setWeights(
            model.engine.weights.map { tensor in
                NamedTensor(
                    tensor.name, tensor.shape,
                    .floats(tensor.floats.map { $0 + Float.random(in: -0.2...0.2, using: &random) }))
            })
    }

    /// All places of a small tensor, some of a larger one.
    private func sample(_ count: Int, using random: inout SeededGenerator) -> [Int] {
        count <= 8 ? Array(0..<count) : (0..<8).map { _ in Int.random(in: 0..<count, using: &random) }
    }
}
