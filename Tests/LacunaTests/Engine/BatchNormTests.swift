@testable import Lacuna
import TestSupport
import Testing

/// Batch norm's numbers are Keras's: ε 1e-3, momentum 0.99, the biased variance.
@Suite struct BatchNormTests {
    private let inputs: [Float] = [1, 4, 7]

    /// One hidden value that is the feature itself, through batch norm and tanh.
    private func driver() throws -> EngineDriver {
        let data = Dataset(
            features: FeatureMatrix(rows: 3, columns: 1, values: inputs), objectives: [.regression("size")],
            labels: LabelTable(rows: 3, columns: [[.init(row: 0, value: 1), .init(row: 2, value: 2)]]))
        let driver = try EngineDriver(data, encoder: EncoderSpec([1], activation: .tanh, norm: .batch), scaled: false)
        let values: [String: Float] = [
            "encoder.0.kernel": 1, "encoder.0.norm.gamma": 1, "encoder.0.norm.variance": 1, "heads.weight": 1,
        ]
        driver.model.engine.setWeights(
            driver.model.engine.weights.map { NamedTensor($0.name, $0.shape, .floats([values[$0.name] ?? 0])) })
        return driver
    }

    @Test func `training standardises by the batch, unlabelled rows included, and moves the averages by a hundredth`() throws {
        let driver = try driver()
        let sums = try driver.step([0, 1, 2], rate: 0)
        // Mean 4, biased variance 6.
        let z = 3 / (6 + 1e-3).squareRoot()
        let hidden = [-z, z].map { x in (1 - 2 / (1 + exponential(2 * x))) }
        let loss = (hidden[0] - 1) * (hidden[0] - 1) + (hidden[1] - 2) * (hidden[1] - 2)
        #expect(isClose(sums.losses[0], loss, relative: 1e-5))
        let weights = driver.model.weights
        #expect(isClose(weights["encoder.0.norm.mean"]!, [0.04], relative: 1e-5))
        #expect(isClose(weights["encoder.0.norm.variance"]!, [0.99 + 0.06], relative: 1e-5))
        try driver.step([0, 1, 2], rate: 0)
        #expect(isClose(driver.model.weights["encoder.0.norm.mean"]!, [0.04 * 0.99 + 0.04], relative: 1e-5))
    }

    @Test func `prediction standardises by the moving averages, whatever the batch`() throws {
        let driver = try driver()
        driver.model.engine.setWeights(
            driver.model.engine.weights.map { tensor in
                switch tensor.name {
                case "encoder.0.norm.mean": NamedTensor(tensor.name, [1], .floats([3]))
                case "encoder.0.norm.variance": NamedTensor(tensor.name, [1], .floats([4]))
                default: tensor
                }
            })
        let before = driver.model.engine.weights
        let logits = driver.model.engine.logits(driver.data.features, rows: 0..<3)
        let expected = inputs.map { x in
            let z = (Double(x) - 3) / (4 + 1e-3).squareRoot()
            return 1 - 2 / (1 + exponential(2 * z))
        }
        #expect(isClose(logits, expected, relative: 1e-5))
        #expect(driver.model.engine.weights == before)
    }

    private func exponential(_ x: Double) -> Double {
        // A series is enough here and needs no import.
        var term = 1.0, sum = 1.0
        for n in 1..<60 {
            term *= x / Double(n)
            sum += term
        }
        return sum
    }
}
