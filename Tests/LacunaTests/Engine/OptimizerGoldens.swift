@testable import Lacuna
import TestSupport
import Testing

/// What PyTorch makes of a small masked network in 50 steps: Tests/Goldens/make_optimizers.py.
struct OptimizerGoldens: Decodable {
    struct Case: Decodable, Sendable, CustomTestStringConvertible {
        var optimizer: String
        var activation: Activation
        var norm: Normalization
        var reduction: Reduction
        var rate: Double
        var decay: Double
        var clip: Double?
        var momentum: Double
        var nesterov: Bool
        /// By tensor name; what is not comparable is left out.
        var final: [String: [Double]]
        var firstLoss: Double
        var lastLoss: Double

        var testDescription: String {
            "\(optimizer), \(activation), norm \(norm), \(reduction), decay \(decay), clip \(clip ?? 0), nesterov \(nesterov)"
        }

        var settings: Optimizer {
            switch optimizer {
            case "adam": .adam()
            case "adamw": .adamW()
            default: .sgd(momentum: momentum, nesterov: nesterov)
            }
        }
    }

    struct Schedule: Decodable, Sendable {
        var name: String
        var warmup: Int
        var factors: [Double]
    }

    var features: [Float]
    /// By objective, `[rows × slots]`.
    var labels: [String: [Float]]
    var masks: [String: [Bool]]
    var batches: [[Int]]
    var rowWeights: [Float]
    var objectiveWeights: [Float]
    var initial: [String: [Double]]
    /// Initial gamma and beta, where there is a norm.
    var norms: [String: [Double]]
    var cases: [Case]
    var schedules: [Schedule]

    static let all: OptimizerGoldens = {
        do { return try Golden.load("optimizers", as: OptimizerGoldens.self) } catch { fatalError("\(error)") }
    }()

    /// The data set that PyTorch was given.
    func dataset() throws -> Dataset {
        var objectives: [Objective] = [
            .binary("yes"), .categorical("class", classes: ["a", "b", "c"]),
            .multilabel("labels", labels: ["p", "q", "r", "s"]), .regression("number"),
            .ordinal("level", levels: ["1", "2", "3", "4"]),
        ]
        var given: [String: Labels] = [:]
        for index in objectives.indices {
            objectives[index].weight = objectiveWeights[index]
            let name = objectives[index].name
            given[name] = .array(labels[name]!, columns: objectives[index].kind.slotsPerRow, mask: masks[name]!)
        }
        return try Dataset(
            features: FeatureMatrix(rows: rowWeights.count, columns: features.count / rowWeights.count, values: features),
            objectives: objectives, labels: given, rowWeights: rowWeights)
    }
}
