@testable import Lacuna
import TestSupport
import Testing

/// Promise 3: the cheaper way is chosen by counting, and both ways are the same training.
@Suite struct HeadPathTests {
    @Test func `few observed pairs are calculated one by one, many as one product`() {
        #expect(HeadPath.cheapest(rows: 32, scores: 1000, inputs: 64, pairs: 320) == .observed)
        #expect(HeadPath.cheapest(rows: 32, scores: 1000, inputs: 64, pairs: 32_000) == .dense)
        #expect(HeadPath.cheapest(rows: 1, scores: 1_000_000, inputs: 64, pairs: 1) == .observed)
        #expect(HeadPath.cheapest(rows: 4096, scores: 2, inputs: 64, pairs: 1) == .dense)
    }

    @Test func `more observed pairs never change the choice from dense to observed`() {
        for scores in [1, 16, 17, 100, 5000] {
            for rows in [1, 7, 64] {
                let choices = (0...20).map { HeadPath.cheapest(rows: rows, scores: scores, inputs: 64, pairs: rows * scores * $0 / 20) }
                let turn = choices.firstIndex(of: .dense) ?? choices.count
                #expect(choices[turn...].allSatisfy { $0 == .dense })
            }
        }
    }

    @Test func `what an observed pair costs beside its products weighs less the more hidden values there are`() {
        let shares = [1, 8, 32, 100, 512, 4096].map(HeadPath.breakEven(inputs:))
        #expect(shares == shares.sorted() && shares.allSatisfy { $0 > 0 && $0 < 0.45 })
        #expect(HeadPath.cheapest(rows: 100, scores: 100, inputs: 512, pairs: 4000) == .observed)
        #expect(HeadPath.cheapest(rows: 100, scores: 100, inputs: 32, pairs: 2500) == .dense)
    }

    @Test func `at constant labels, adding objectives ends on the path that follows the labels`() {
        // 64 rows with 200 observed slots: the dense product grows with the objectives, the observed pairs do not.
        let paths = [8, 64, 512, 4096].map { HeadPath.cheapest(rows: 64, scores: $0, inputs: 64, pairs: 200) }
        #expect(paths.last == .observed)
    }

    @Test(arguments: [Reduction.observed, .slots], [Optimizer.adam(), .adamW(), .sgd(momentum: 0.9, nesterov: true)])
    func `both paths train the same model to rounding`(reduction: Reduction, optimizer: Optimizer) throws {
        var random = SeededGenerator(seed: 61)
        let data = try Problem.random(rows: 24, objectives: .everyKindWithTowers, coverage: 0.3, weighted: true, using: &random).dataset()
        func trained(_ path: HeadPath?) throws -> [String: [Float]] {
            try Model.trained(on: data, EncoderSpec([6], dropout: 0.2), path: path) {
                $0.epochs = 4
                $0.batchSize = 7
                $0.microBatch = 3
                $0.reduction = reduction
                $0.optimizer = optimizer
                $0.clip = 1
            }.weights
        }
        let dense = try trained(.dense), observed = try trained(.observed)
        #expect(distance(dense, observed) < 2e-5)
        #expect(try trained(.dense) == dense)
        #expect(try trained(.observed) == observed)
    }

    @Test(arguments: [Optimizer.adam(), .adamW(), .sgd(momentum: 0.9)], [5, 70])
    func `what moves as soon as its gradients are known moves as what waits`(optimizer: Optimizer, width: Int) throws {
        var random = SeededGenerator(seed: 63)
        let data = try Problem.random(rows: 40, objectives: .everyKindWithTowers, coverage: 0.3, weighted: true, using: &random).dataset()
        func trained(_ path: HeadPath, atOnce: Bool, threads: Int = 1) throws -> [String: [Float]] {
            let model = try Model.trained(on: data, EncoderSpec([width], dropout: 0.2), threads: threads, path: path) {
                $0.epochs = 6
                $0.batchSize = 11
                $0.optimizer = optimizer
                $0.weightDecay = 0.01
                // No gradient is as long as that, but the norm of all of them has to be known before anything moves.
                $0.clip = atOnce ? nil : 1e30
            }
            let updater = try #require(model.engine as? NativeEngine).updater
            #expect(updater.movesHeadsAtOnce == (atOnce && path == .observed && optimizer.isAdam))
            if threads == 1 { #expect(updater.movesTowersAtOnce == atOnce) }
            return model.weights
        }
        for path in [HeadPath.observed, .dense] {
            let waiting = try trained(path, atOnce: false), atOnce = try trained(path, atOnce: true)
            #expect(distance(waiting, atOnce) < 1e-5)
            #expect(try trained(path, atOnce: true) == atOnce)
            #expect(try trained(path, atOnce: true, threads: 3) == atOnce)
        }
    }

    @Test func `heads that move at once move to the same bits on several threads`() throws {
        var random = SeededGenerator(seed: 64)
        let rows = 256, count = 400, batch = 128, width = 200
        let objectives = (0..<count).map { Objective.binary("t\($0)") }
        let data = try Problem.random(rows: rows, objectives: objectives, coverage: 0.1, using: &random).dataset()
        #expect(data.labels.observed / 2 * width > Workers.leastWork, "too little work to be shared out")
        func trained(threads: Int) throws -> [String: [Float]] {
            let model = try Model.trained(on: data, .dense(width), threads: threads) {
                $0.epochs = 2
                $0.batchSize = batch
            }
            #expect(try #require(model.engine as? NativeEngine).updater.movesHeadsAtOnce)
            return model.weights
        }
        let one = try trained(threads: 1)
        #expect(try trained(threads: 2) == one)
        #expect(try trained(threads: 3) == one)
    }

    @Test func `a model of many objectives takes the observed path by itself and learns the same`() throws {
        var random = SeededGenerator(seed: 62)
        let objectives = (0..<40).map { Objective.binary("t\($0)") }
        let data = try Problem.random(rows: 16, objectives: objectives, coverage: 0.05, using: &random).dataset()
        func gradient(_ path: HeadPath?) throws -> [String: [Float]] {
            let driver = try EngineDriver(data, encoder: .dense(40))
            (driver.model.engine as? NativeEngine)?.forcedPath = path
            return try driver.gradient(Array(3..<16))
        }
        let chosen = try gradient(nil)
        #expect(try gradient(.observed) == chosen)
        #expect(distance(chosen, try gradient(.dense)) < 1e-6)
    }
}
