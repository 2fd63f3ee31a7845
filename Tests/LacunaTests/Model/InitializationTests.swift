@testable import Lacuna
import TestSupport
import Testing

/// The first weights, as Keras begins: kernels Glorot-uniform, biases 0, gamma 1, beta 0.
@Suite struct InitializationTests {
    private func weights(_ objectives: [Objective], seed: UInt64 = 1, norm: Normalization = .none) throws -> [String: [Float]] {
        try Model(features: 30, encoder: EncoderSpec([50, 20], norm: norm), objectives: objectives, seed: seed).weights
    }

    @Test func `kernels fill the range of Glorot's uniform distribution, each objective's head as a layer of its own`() throws {
        let objectives: [Objective] = [
            .multilabel("many", labels: (0..<30).map { "l\($0)" }), .binary("tumor", head: .tower([40])),
            .categorical("tissue", classes: (0..<40).map { "c\($0)" }),
        ]
        let weights = try weights(objectives)
        func range(_ values: [Float], inputs: Int, outputs: Int) -> Bool {
            let limit = (6 / Float(inputs + outputs)).squareRoot()
            let mean = values.reduce(0, +) / Float(values.count)
            let square = values.reduce(0) { $0 + $1 * $1 } / Float(values.count)
            return values.allSatisfy { $0.magnitude <= limit } && values.max()! > 0.9 * limit && values.min()! < -0.9 * limit
                && mean.magnitude < limit * 0.15 && (square / (limit * limit / 3) - 1).magnitude < 0.15
        }
        #expect(range(weights["encoder.0.kernel"]!, inputs: 30, outputs: 50))
        #expect(range(weights["encoder.1.kernel"]!, inputs: 50, outputs: 20))
        #expect(range(weights["towers.tumor.0.kernel"]!, inputs: 20, outputs: 40))
        let heads = weights["heads.weight"]!
        #expect(range(Array(heads[..<600]), inputs: 20, outputs: 30))
        #expect(range(Array(heads[600...]), inputs: 20, outputs: 40))
        for (name, values) in weights where name.hasSuffix(".bias") { #expect(values.allSatisfy { $0 == 0 }) }
    }

    @Test(arguments: [Normalization.layer, .batch])
    func `norms begin as the identity`(norm: Normalization) throws {
        let weights = try weights([.binary("tumor")], norm: norm)
        #expect(weights["encoder.1.norm.gamma"] == Array(repeating: 1, count: 20))
        #expect(weights["encoder.1.norm.beta"] == Array(repeating: 0, count: 20))
        guard norm == .batch else { return }
        #expect(weights["encoder.1.norm.mean"] == Array(repeating: 0, count: 20))
        #expect(weights["encoder.1.norm.variance"] == Array(repeating: 1, count: 20))
    }

    @Test func `the seed decides, and adding an objective leaves the others' weights as they were`() throws {
        let one: [Objective] = [.binary("tumor")], two: [Objective] = [.regression("size"), .binary("tumor")]
        #expect(try weights(one) == weights(one))
        #expect(try weights(one)["encoder.0.kernel"] != weights(one, seed: 2)["encoder.0.kernel"])
        #expect(try weights(one)["encoder.0.kernel"] == weights(two)["encoder.0.kernel"])
        #expect(try weights(one)["heads.weight"]! == Array(weights(two)["heads.weight"]![20...]))
    }

    @Test func `an ordinal objective has H + K − 1 parameters`() throws {
        let model = try Model(
            features: 3, encoder: .dense(7), objectives: [.ordinal("grade", levels: ["1", "2", "3", "4", "5"])])
        #expect(model.parameterCount == 3 * 7 + 7 + 7 + 4)
    }

    @Test func `no two tensors share a name, whatever the objectives are called`() throws {
        let names = ["a", "a.0", "a.output", "0", "a.0.output", "heads"]
        let objectives = names.map { Objective.binary($0, head: .tower([2, 2])) }
        let model = try Model(features: 2, encoder: .dense(2), objectives: objectives)
        let tensors = model.engine.weights.map(\.name)
        #expect(Set(tensors).count == tensors.count)
        model.engine.setWeights(model.engine.weights)
    }
}
