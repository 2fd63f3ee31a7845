@testable import Lacuna
import TestSupport
import Testing

@Suite struct OptimizerGoldenTests {
    @Test(arguments: OptimizerGoldens.all.cases)
    func `fifty steps with moving idle heads end in PyTorch's weights to 1e-5`(golden: OptimizerGoldens.Case) throws {
        let all = OptimizerGoldens.all
        // 16 hidden values; the file's initial tensors say the rest.
        let encoder = EncoderSpec([16], activation: golden.activation, norm: golden.norm)
        let driver = try EngineDriver(all.dataset(), encoder: encoder, scaled: false) {
            $0.optimizer = golden.settings
            $0.weightDecay = golden.decay
            $0.clip = golden.clip
            $0.reduction = golden.reduction
            $0.idleHeads = .move
        }
        let initial = all.initial.merging(all.norms) { $1 }
        driver.model.engine.setWeights(
            driver.model.engine.weights.map { tensor in
                guard let values = initial[tensor.name] else { return tensor }
                return NamedTensor(tensor.name, tensor.shape, .floats(values.map { Float($0) }))
            })
        var losses: [Double] = []
        for step in 0..<50 {
            let batch = all.batches[step % all.batches.count]
            let sums = try driver.step(batch, rate: golden.rate)
            losses.append(total(sums, driver, rows: batch.count))
        }
        #expect(isClose(losses[0], golden.firstLoss, relative: 2e-6))
        #expect(isClose(losses[49], golden.lastLoss, relative: 2e-5))
        let weights = driver.model.weights
        for (name, expected) in golden.final {
            let actual = try #require(weights[name])
            #expect(isClose(actual, expected, relative: 0, absolute: 1e-5), "\(name)")
        }
    }

    /// The total of a step, put together from what the engine added up.
    private func total(_ sums: EpochSums, _ driver: EngineDriver, rows: Int) -> Double {
        let pooled = sums.weights.reduce(0, +)
        return sums.losses.indices.reduce(0) { whole, index in
            let divisor =
                switch driver.plan.reduction {
                case .observed: sums.weights[index]
                case .expected: Double(rows) * driver.plan.expectedWeights[index]
                case .batch: Double(rows)
                case .slots: pooled
                }
            return whole + Double(driver.plan.objectiveWeights[index]) * sums.losses[index] / divisor
        }
    }
}
