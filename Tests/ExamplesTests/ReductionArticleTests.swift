import Foundation
import Lacuna
import Testing

/// The worked example of the article "Reductions and weights", calculated by the library.
@Suite struct ReductionArticleTests {
    /// Stands in for a loss: each slot's is what its label says, and nothing moves.
    private struct GivenLoss: Loss {
        let name = "given"
        let kinds: Set<ObjectiveKind.Name> = [.binary]

        func evaluate(
            logits: Span<Float>, targets: Span<Float>, width: Int,
            loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
        ) {
            for slot in logits.indices {
                loss[slot] = targets[slot]
                gradient[slot] = 0
            }
        }
    }

    private let objectives: [Objective] = [
        .binary("tumor", loss: GivenLoss(), soft: true), .binary("relapse", loss: GivenLoss(), weight: 2, soft: true),
    ]

    private func data(_ tumor: [Double?], _ relapse: [Double?], weights: [Float]? = nil) throws -> Dataset {
        try Dataset(
            features: FeatureMatrix(rows: tumor.count, columns: 1) { _, _ in 1 }, objectives: objectives,
            labels: ["tumor": .numbers(tumor), "relapse": .numbers(relapse)], rowWeights: weights)
    }

    /// The losses of the article's batch, which is the validation part here: `[tumor, relapse, total]`.
    private func losses(_ reduction: Reduction, _ total: Total, weights: [Float]?) throws -> [Double] {
        let train = try data(Array(repeating: 0.5, count: 8), (0..<8).map { $0 % 2 == 0 ? 0.5 : nil })
        let batch = try data([0.6, 0.2, 0.4, 0.8], [nil, nil, 0.9, nil], weights: weights)
        let model = try Model(features: 1, encoder: .dense(2), objectives: objectives)
        let history = try model.fit(
            train, validation: batch,
            TrainingSettings {
                $0.epochs = 1
                $0.reduction = reduction
                $0.total = total
            })
        let epoch = try #require(history.epochs.first)
        return try epoch.objectives.map { try #require($0.validationLoss) } + [try #require(epoch.validationLoss)]
    }

    @Test(arguments: Reduction.allCases, [false, true])
    func `the article's tables hold what the library calculates`(reduction: Reduction, isWeighted: Bool) throws {
        let weights: [Float]? = isWeighted ? [1, 1, 3, 1] : nil
        let sum = try losses(reduction, .sum, weights: weights)
        let average = try losses(reduction, .average, weights: weights)
        let cells = (sum + [average[2]]).map { String(format: "%.4f", $0) }.joined(separator: " | ")
        let row = "| \(reduction.rawValue)\(isWeighted ? ", row 3 weighs 3" : "") | \(cells) |"
        let article = try BuiltProgram.text("Sources/Lacuna/Lacuna.docc/Reductions-and-weights.md")
        #expect(article.contains(row), "the article does not say \(row)")
    }
}
