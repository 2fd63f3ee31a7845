@testable import Lacuna
import TestSupport
import Testing

@Suite struct UnlabelledRowsTests {
    private let whole: Problem
    private let labelled: Problem

    init() {
        var random = SeededGenerator(seed: 141)
        var problem = Problem.random(rows: 24, objectives: .everyKind, coverage: 0.8, using: &random)
        for (index, objective) in problem.objectives.enumerated() {
            let width = objective.kind.slotsPerRow
            for row in stride(from: 2, to: 24, by: 3) {
                for slot in 0..<width { problem.masks[index][row * width + slot] = false }
            }
        }
        whole = problem
        labelled = problem.selecting(rows: (0..<24).filter { row in
            problem.objectives.indices.contains { index in
                let width = problem.objectives[index].kind.slotsPerRow
                return problem.masks[index][row * width..<(row + 1) * width].contains(true)
            }
        })
    }

    private func trained(
        _ problem: Problem, norm: Normalization = .none, _ change: (inout TrainingSettings) -> Void
    ) throws -> (Model, History) {
        let model = try Model(
            features: 4, encoder: EncoderSpec([5], dropout: 0.1, norm: norm), objectives: problem.objectives, threads: 1)
        var settings = TrainingSettings { $0.epochs = 2; $0.batchSize = 5 }
        change(&settings)
        return (model, try model.fit(problem.dataset(missing: .masked(.nan)), settings).untimed)
    }

    @Test(arguments: Reduction.allCases)
    func `dropped rows take no part in batches and divisors: training is as if they were not there`(reduction: Reduction) throws {
        let (a, first) = try trained(whole) { $0.reduction = reduction }
        let (b, second) = try trained(labelled) { $0.reduction = reduction }
        #expect(labelled.rows < whole.rows)
        #expect(a.engine.weights == b.engine.weights)
        #expect(first == second)
        #expect(first.epochs[0].rows == labelled.rows)
    }

    @Test func `kept rows take part in batches, and in the divisors that count rows`() throws {
        let (_, history) = try trained(whole) { $0.unlabelled = .keep }
        #expect(history.epochs[0].rows == 24 && history.epochs[0].steps == 5)
        func moved(_ unlabelled: Unlabelled, _ reduction: Reduction) throws -> Float {
            let fresh = try Model(features: 4, encoder: EncoderSpec([5]), objectives: whole.objectives, threads: 1)
            let before = fresh.weights
            try fresh.fit(
                whole.dataset(),
                TrainingSettings {
                    $0.epochs = 1
                    $0.batchSize = 24
                    $0.optimizer = .sgd()
                    $0.reduction = reduction
                    $0.unlabelled = unlabelled
                })
            return distance(before, fresh.weights)
        }
        let share = Double(labelled.rows) / 24
        #expect(isClose(Double(try moved(.keep, .batch)), share * Double(try moved(.drop, .batch)), relative: 1e-3))
        for reduction in [Reduction.observed, .expected, .slots] {
            #expect(isClose(Double(try moved(.keep, reduction)), Double(try moved(.drop, reduction)), relative: 1e-3))
        }
    }

    @Test func `batch norm keeps unlabelled rows, unless it is told to drop them`() throws {
        let (kept, history) = try trained(whole, norm: .batch) { _ in }
        #expect(history.epochs[0].rows == 24)
        let (asked, _) = try trained(whole, norm: .batch) { $0.unlabelled = .keep }
        #expect(kept.engine.weights == asked.engine.weights)
        let (dropped, _) = try trained(whole, norm: .batch) { $0.unlabelled = .drop }
        let (alone, _) = try trained(labelled, norm: .batch) { _ in }
        #expect(dropped.engine.weights == alone.engine.weights)
    }
}
