import Foundation
@testable import Lacuna
import Testing

/// The worked example of the article "Reductions and weights", calculated by the library.
@Suite struct ReductionArticleTests {
    /// Stands in for a loss: each slot's is what its label says, and so is its gradient.
    private struct GivenLoss: Loss {
        let name = "given"
        let kinds: Set<ObjectiveKind.Name> = [.binary]

        func evaluate(
            logits: Span<Float>, targets: Span<Float>, width: Int,
            loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
        ) {
            for slot in logits.indices {
                loss[slot] = targets[slot]
                gradient[slot] = targets[slot]
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

    /// The losses of the article's batch, `[tumor, relapse, total]`. The gradient of each slot is its loss, so that one
    /// step of plain descent moves the heads' biases by exactly what the reduction makes of the batch.
    private func losses(_ reduction: Reduction, _ total: Total, weights: [Float]?) throws -> [Double] {
        let batch = try data([0.6, 0.2, 0.4, 0.8], [nil, nil, 0.9, nil], weights: weights)
        let engine = NativeEngine(features: 1, encoder: .dense(2), objectives: objectives, seed: 0, threads: 1)
        engine.prepare(
            EngineData(
                features: batch.features,
                labels: try TargetTable(batch.labels, rowWeights: weights, scaling: [nil, nil])),
            plan: StepPlan(
                microBatch: nil, optimizer: .sgd(), weightDecay: 0, clip: nil, reduction: reduction, total: total,
                idleHeads: .still, seed: 0, objectiveWeights: objectives.map(\.weight),
                // In training tumor is observed in 8 of 8 rows, relapse in 4.
                expectedWeights: [1, 0.5], losses: objectives.map(\.loss)))
        let rows: [Int32] = [0, 1, 2, 3]
        try engine.step(rows: rows.span, step: 0, rate: 1, sums: EpochSums(objectives: 2))
        let bias = try #require(engine.weights.first { $0.name == "heads.bias" })
        guard case .floats(let moved) = bias.values else { return [] }
        let share = total == .average ? 3.0 : 1.0
        return [
            -Double(moved[0]) * share, -Double(moved[1]) * share / 2, -Double(moved[0]) - Double(moved[1]),
        ]
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
