import Foundation
@testable import Lacuna
import TestSupport
import Testing

@Suite struct EnsembleTests {
    private let data: Dataset
    private let members: [Model]

    init() throws {
        var random = SeededGenerator(seed: 401)
        let objectives: [Objective] = .everyKindWithTowers + [.regression("log", unit: "mg", transform: .log1p)]
        var problem = Problem.random(rows: 30, objectives: objectives, coverage: 0.6, using: &random)
        let last = problem.labels.count - 1
        problem.labels[last] = problem.labels[last].map { abs($0) }
        let data = try problem.dataset()
        self.data = data
        members = try (1...3).map { seed in
            let model = try Model(
                features: 4, encoder: EncoderSpec([7], dropout: 0.2), objectives: data.objectives, seed: UInt64(seed), threads: 1)
            // Other rows for each, so that their scalings differ, as those of folds do.
            let rows = (0..<30).filter { $0 % 4 != seed }
            try model.fit(data.selecting(rows: rows), epochs: 3, learningRate: 0.05, seed: UInt64(seed))
            return model
        }
    }

    @Test func `every probability is the mean of the members' and every spread their deviation`() throws {
        let ensemble = try Ensemble(members)
        let mean = try ensemble.predict(data.features)
        let each = try members.map { try $0.predict(data.features) }
        #expect(mean.rows == 30 && mean.spreads.map(\.name) == data.objectives.map(\.name))
        for (index, objective) in data.objectives.enumerated() where objective.transform == .identity {
            let values = each.map { $0.objectives[index].values.numbers }
            let numbers = mean.objectives[index].values.numbers, spread = mean.spreads[index].values
            #expect(numbers.count == values[0].count && spread.count == values[0].count)
            for place in numbers.indices {
                let column = values.map { Double($0[place]) }, average = column.reduce(0, +) / 3
                #expect(isClose(Double(numbers[place]), average, absolute: 2e-6 * max(1, average.magnitude)), "\(objective.name)")
                let deviation = (column.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 3).squareRoot()
                #expect(isClose(Double(spread[place]), deviation, absolute: 2e-6 * max(1, deviation)), "\(objective.name)")
            }
        }
        #expect(try ensemble.spread(data.features).map(\.values) == mean.spreads.map(\.values))
    }

    @Test func `a transformed regression is averaged on the scale of training, its spread is in the unit`() throws {
        let mean = try Ensemble(members).predict(data.features)
        let each = try members.map { try #require(try $0.predict(data.features)["log"]).numbers }
        let numbers = try #require(mean["log"]).numbers, spread = try #require(mean.spreads.last).values
        for row in 0..<30 {
            let values = each.map { Double($0[row]) }
            let wanted = expm1(values.reduce(0) { $0 + log1p($1) } / 3)
            #expect(isClose(Double(numbers[row]), wanted, absolute: 1e-5 * max(1, wanted.magnitude)))
            let average = values.reduce(0, +) / 3
            let deviation = (values.reduce(0) { $0 + ($1 - average) * ($1 - average) } / 3).squareRoot()
            #expect(isClose(Double(spread[row]), deviation, absolute: 1e-5 * max(1, deviation)))
        }
    }

    @Test func `an ordinal level is the one that the mean probabilities name`() throws {
        let ensemble = try Ensemble(members)
        let mean = try ensemble.predict(data.features)
        var ordinals = 0
        for objective in mean.objectives {
            guard case .ordinal(let predicted, let probabilities, let levels) = objective.values else { continue }
            ordinals += 1
            for row in 0..<30 {
                var above = 0.0, level = 0
                for k in stride(from: levels.count - 1, to: 0, by: -1) {
                    above += Double(probabilities[row * levels.count + k])
                    if above > 0.5 + 1e-6 { level = max(level, k) }
                }
                #expect(predicted[row] == level)
            }
        }
        #expect(ordinals > 0)
    }

    @Test func `metrics are those of what predict gives, and chunks change nothing`() throws {
        let ensemble = try Ensemble(members)
        let evaluation = try ensemble.evaluate(data), predictions = try ensemble.predict(data.features)
        #expect(evaluation.diverged == nil && evaluation.rows == 30)
        for (index, objective) in data.objectives.enumerated() where objective.kind == .binary && !objective.soft {
            let observed = try ensemble.outputs(of: data).selecting(objective: index).slots[0]
            let numbers = predictions.objectives[index].values.numbers
            let scores = Scores.binary(
                probabilities: observed.rows.map { numbers[Int($0)] }, labels: observed.labels)
            #expect(scores == evaluation.objectives[index].scores)
        }
        var rows = 0
        try ensemble.forEachPrediction(data.features) { chunk in rows += chunk.rows }
        #expect(rows == 30)
    }

    @Test func `members that are equal are their own mean, without a spread`() throws {
        let one = members[0], predictions = try Ensemble([one, one, one]).predict(data.features)
        let wanted = try one.predict(data.features)
        for (a, b) in zip(predictions.objectives, wanted.objectives) {
            for (x, y) in zip(a.values.numbers, b.values.numbers) {
                #expect(isClose(Double(x), Double(y), absolute: 1e-6 * max(1, Double(y).magnitude)))
            }
        }
        #expect(predictions.spreads.allSatisfy { $0.values.allSatisfy { $0 == 0 } })
    }

    @Test(arguments: [Float(0), 30, 200, 1e6, -1e6, 3e38])
    func `finite logits have a finite mean, however sure the members are`(logit: Float) {
        let members: [[Float]] = [[logit, -logit, 0], [logit, logit, -1], [logit, 0, 5]]
        for kind in [ObjectiveKind.Name.binary, .categorical, .ordinal] {
            var out: [Float] = [0, 0, 0]
            LogitMean(kind: kind, width: 3, scalings: []).write(members, at: 0, to: &out)
            #expect(out.allSatisfy { $0.isFinite }, "\(kind) \(out)")
        }
        // Two that are sure of opposites are undecided.
        var out: [Float] = [9]
        LogitMean(kind: .binary, width: 1, scalings: []).write([[logit], [-logit]], at: 0, to: &out)
        #expect(out[0].magnitude < 1e-3)
    }

    @Test(arguments: [ObjectiveKind.Name.binary, .categorical, .ordinal, .regression])
    func `a NaN of one member stays visible`(kind: ObjectiveKind.Name) {
        var out: [Float] = [0]
        LogitMean(kind: kind, width: 1, scalings: [.identity, .identity]).write([[.nan], [1]], at: 0, to: &out)
        #expect(out[0].isNaN)
    }

    @Test func `members with columns of their own predict as each does from its own`() throws {
        let other = try Model(features: 2, encoder: .dense(3), objectives: data.objectives, seed: 9, threads: 1)
        let ensemble = try Ensemble([members[0], other], columns: [0..<4, 4..<6])
        let own = FeatureMatrix(rows: 30, columns: 2) { row, column in Float(row % 5) - Float(column) }
        let wide = FeatureMatrix.joined([data.features, own])
        #expect(wide.columns == 6 && wide.selecting(columns: 4..<6)[7, 1] == own[7, 1])
        let mean = try ensemble.predict(wide)
        let (a, b) = (try members[0].predict(data.features), try other.predict(own))
        for index in data.objectives.indices where data.objectives[index].transform == .identity {
            let pairs = zip(a.objectives[index].values.numbers, b.objectives[index].values.numbers)
            for (number, pair) in zip(mean.objectives[index].values.numbers, pairs) {
                let wanted = (Double(pair.0) + Double(pair.1)) / 2
                #expect(isClose(Double(number), wanted, absolute: 2e-6 * max(1, wanted.magnitude)))
            }
        }
        let labelled = Dataset(features: wide, objectives: data.objectives, labels: data.labels)
        #expect(try ensemble.evaluate(labelled).rows == 30)
        #expect(throws: DataError.self) { try ensemble.predict(data.features) }
    }

    @Test func `models that do not fit together are refused`() throws {
        let alone = try #require(throws: SettingError.self) { try Ensemble([members[0]]) }
        #expect(alone.problem == "an ensemble has 1 member")
        let other = try Model(features: 4, encoder: .dense(3), objectives: [.binary("x")], threads: 1)
        let unlike = try #require(throws: SettingError.self) { try Ensemble([members[0], other]) }
        #expect(unlike.problem == "the objectives of member 2 are not those of member 1")
        #expect(throws: SettingError.self) { try Ensemble([members[0], members[1]], columns: [0..<4, 4..<6]) }
    }

    @Test func `a saved ensemble predicts as the one that was saved`() throws {
        try withTemporaryFolder { folder in
            let ensemble = try Ensemble(members)
            try ensemble.save(to: folder)
            let loaded = try Ensemble.load(from: folder, threads: 1)
            #expect(try loaded.predict(data.features) == ensemble.predict(data.features))
            #expect(try Model.load(from: folder + "/members/2", threads: 1).predict(data.features) == members[1].predict(data.features))
            let single = try #require(throws: ModelFileError.self) { try Model.load(from: folder) }
            #expect(single.problem == "it holds an ensemble, not one model")
            let several = try #require(throws: ModelFileError.self) { try Ensemble.load(from: folder + "/members/1") }
            #expect(several.problem == "it holds one model, not an ensemble")
        }
    }

    @Test func `an ensemble whose member is missing, changed or exchanged is refused by its name`() throws {
        try withTemporaryFolder { folder in
            try Ensemble(members).save(to: folder)
            try FileSystem.rename(folder + "/members/2", to: folder + "/members/away")
            let missing = try #require(throws: ModelFileError.self) { try Ensemble.load(from: folder) }
            #expect(missing.problem == "the model in it is missing" && missing.file == folder + "/members/2")
            try members[0].save(to: folder + "/members/2")
            let exchanged = try #require(throws: ModelFileError.self) { try Ensemble.load(from: folder) }
            #expect(exchanged.problem == "it is not the one that the ensemble was made of")
            try FileSystem.remove(folder + "/members/2")
            try FileSystem.rename(folder + "/members/away", to: folder + "/members/2")
            _ = try Ensemble.load(from: folder)
            var weights = try bytes(of: folder + "/members/3/model.safetensors")
            weights[weights.count - 1] ^= 1
            try write(weights, to: folder + "/members/3/model.safetensors")
            let changed = try #require(throws: ModelFileError.self) { try Ensemble.load(from: folder) }
            #expect(changed.file == folder + "/members/3/model.safetensors")
        }
    }
}
