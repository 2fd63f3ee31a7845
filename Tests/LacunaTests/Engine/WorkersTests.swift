@testable import Lacuna
import TestSupport
import Testing

@Suite struct WorkersTests {
    @Test(arguments: 1...5)
    func `every index is worked on once, whatever the number of threads`(threads: Int) {
        let workers = Workers(count: threads)
        for total in [0, 1, 7, 64, 1000] {
            let counts = Memory<Int32>(max(total, 1))
            workers.split(total, grain: 8, work: .max) { range in
                for index in range { counts.view[index] += 1 }
            }
            workers.forEach(total) { item, _ in counts.view[item] += 1 }
            #expect((0..<total).allSatisfy { counts.view[$0] == 2 })
        }
    }

    @Test(arguments: [1.0, 0.1])
    func `one thread and several train the same model`(coverage: Double) throws {
        var random = SeededGenerator(seed: 91)
        let objectives = (0..<200).map { Objective.binary("t\($0)") }
        let data = try Problem.random(rows: 64, objectives: objectives, coverage: coverage, using: &random).dataset()
        func trained(_ threads: Int) throws -> [String: [Float]] {
            try Model.trained(on: data, .dense(96), threads: threads) {
                $0.epochs = 2
                $0.batchSize = 64
            }.weights
        }
        let one = try trained(1), three = try trained(3)
        #expect(distance(one, three) < 1e-6)
        #expect(try trained(3) == three)
    }

    @Test func `an encoder without layers leaves features to the heads and towers`() throws {
        var random = SeededGenerator(seed: 92)
        let objectives: [Objective] = [.binary("linear"), .regression("tower", head: .tower([5]))]
        let data = try Problem.random(rows: 30, objectives: objectives, coverage: 0.6, using: &random).dataset()
        let model = try Model(features: data.features.columns, encoder: EncoderSpec([]), objectives: objectives)
        let history = try model.fit(data, epochs: 30, learningRate: 0.02)
        let losses = history.epochs.map(\.trainingLoss)
        #expect(try #require(losses.last) < #require(losses.first))
        #expect(model.weights["heads.weight"]?.count == data.features.columns)
    }

    @Test func `a profile has the time of every step, and changes none of them`() throws {
        var random = SeededGenerator(seed: 93)
        let data = try Problem.random(rows: 40, objectives: .everyKindWithTowers, coverage: 0.5, using: &random).dataset()
        let profile = StepProfile()
        func trained(_ profile: StepProfile?) throws -> (weights: [String: [Float]], steps: Int) {
            let model = try Model(features: data.features.columns, encoder: .dense(8), objectives: data.objectives)
            let history = try model.fit(
                data,
                TrainingSettings {
                    $0.epochs = 2
                    $0.batchSize = 8
                }, callbacks: Callbacks(profile: profile))
            return (model.weights, history.epochs.reduce(0) { $0 + $1.steps })
        }
        let measured = try trained(profile)
        #expect(try trained(nil).weights == measured.weights)
        #expect(profile.steps == measured.steps)
        for phase in StepProfile.Phase.allCases { #expect(profile.seconds[phase] ?? 0 > 0, "\(phase)") }
        #expect(profile.peak ?? 0 > 0 && profile.shareOfPeak ?? 0 > 0)
    }
}
