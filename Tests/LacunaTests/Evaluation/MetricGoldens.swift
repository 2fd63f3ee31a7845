import Lacuna
import TestSupport
import Testing

/// Tests/Goldens/metrics.json: scikit-learn's answers.
struct MetricGoldens: Decodable, Sendable {
    struct Binary: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var probabilities: [Double]
        var labels: [Double]
        var expected: [String: Double?]
        var logLossFloat32: Double
        var testDescription: String { name }
    }

    struct Categorical: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var classes: Int
        var probabilities: [Double]
        var labels: [Int]
        var expected: [String: Double?]
        var logLossFloat32: Double
        var testDescription: String { name }
    }

    struct Regression: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var predictions: [Double]
        var targets: [Double]
        var expected: [String: Double?]
        var testDescription: String { name }
    }

    struct Ordinal: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var levels: Int
        var predictions: [Int]
        var labels: [Int]
        var expected: [String: Double?]
        var testDescription: String { name }
    }

    struct Multilabel: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var width: Int
        var probabilities: [Double]
        var labels: [Double]
        var expected: [String: Double?]
        var testDescription: String { name }
    }

    var versions: [String: String]
    var binary: [Binary]
    var categorical: [Categorical]
    var regression: [Regression]
    var ordinal: [Ordinal]
    var multilabel: [Multilabel]

    static let all = try! Golden.load("metrics", as: MetricGoldens.self)
}

/// Equal to a relative 1e-12 of the larger one, or of 1: what remains when two programs sum in other orders.
func isNear(_ value: Double, _ expected: Double, tolerance: Double = 1e-12) -> Bool {
    abs(value - expected) <= tolerance * max(1, abs(value), abs(expected))
}

/// Asserts that scores hold the expected metrics: a number near each number, undefined for each null.
func expect(
    _ scores: Scores, near expected: [String: Double?], _ name: String,
    sourceLocation: SourceLocation = #_sourceLocation
) {
    for (key, number) in expected {
        guard let metric = Metric(rawValue: key), let score = scores[metric] else {
            Issue.record("\(name) has no \(key)", sourceLocation: sourceLocation)
            continue
        }
        switch (number, score) {
        case (let number?, .value(let value)):
            #expect(isNear(value, number), "\(name): \(key)", sourceLocation: sourceLocation)
        case (nil, .undefined(let reason)):
            #expect(!reason.isEmpty && !reason.hasSuffix("."), sourceLocation: sourceLocation)
        default:
            let wanted = number.map { "\($0)" } ?? "undefined"
            Issue.record("\(name): \(key) is \(score), not \(wanted)", sourceLocation: sourceLocation)
        }
    }
}
