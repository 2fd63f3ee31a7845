import TestSupport
import Testing

/// Tests/Goldens/inspection.json: scikit-learn's and SciPy's answers.
struct InspectionGoldens: Decodable, Sendable {
    struct Area: Decodable, Sendable, CustomTestStringConvertible {
        var name: String
        var scores: [Double]
        var positive: [Bool]
        var value: Double
        var standardError: Double
        var lower: Double
        var upper: Double
        var testDescription: String { name }
    }

    struct Batches: Decodable, Sendable, CustomTestStringConvertible {
        var rows: Int
        var labelled: Int
        var batch: Int
        var share: Double
        var testDescription: String { "\(labelled) of \(rows) in batches of \(batch)" }
    }

    var auroc: [Area]
    var emptyBatches: [Batches]

    static func load() throws -> InspectionGoldens { try Golden.load("inspection", as: InspectionGoldens.self) }
}
