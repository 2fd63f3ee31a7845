import Foundation
import TestSupport
import Testing

@testable import Lacuna

@Suite struct DecisionRowsTests {
    private func dataset(rows: Int) throws -> Dataset {
        var random = SplitMix64(seed: 1)
        let labels = (0..<rows).map { row -> Bool? in row % 4 == 0 ? nil : random.nextUnit() < 0.4 }
        return try Dataset(
            features: FeatureMatrix(rows: rows, columns: 2) { row, column in
                (labels[row] == true ? 1 : -1) * Float(column) + random.nextUnit() * 3 + Float(row) * 1e-6
            },
            objectives: [.binary("x")], labels: ["x": .yesNo(labels)])
    }

    @Test func `without a coverage all validation rows tune, with one half of them is kept apart`() throws {
        let data = try dataset(rows: 101)
        let whole = try DecisionRows(data, coverage: nil, seed: 1)
        #expect(whole.tuning?.rows == 101 && whole.conformal == nil)
        let halves = try DecisionRows(data, coverage: 0.9, seed: 1)
        let (tuning, kept) = (try #require(halves.tuning), try #require(halves.conformal))
        #expect(tuning.rows + kept.rows == 101 && abs(tuning.rows - kept.rows) <= 1)
        // No row is in both: the second feature tells rows apart.
        func rows(_ data: Dataset) -> Set<Float> { Set((0..<data.rows).map { data.features[$0, 1] }) }
        #expect(rows(tuning).isDisjoint(with: rows(kept)))
        #expect(rows(tuning).union(rows(kept)) == rows(data))
        #expect(try rows(#require(DecisionRows(data, coverage: 0.9, seed: 1).conformal)) == rows(kept))
        #expect(try rows(#require(DecisionRows(data, coverage: 0.9, seed: 2).conformal)) != rows(kept))
        #expect(abs(tuning.labels.observed - kept.labels.observed) <= 2, "labels are spread over both")
    }

    @Test func `a group is never torn`() throws {
        let data = try dataset(rows: 90)
        let groups = (0..<90).map { Int32($0 / 6) }
        let halves = try DecisionRows(data, coverage: 0.9, groups: groups, seed: 3)
        func groupsHeld(by part: Dataset?) throws -> Set<Int32> {
            let part = try #require(part)
            let kept = Set((0..<part.rows).map { part.features[$0, 1] })
            return Set((0..<90).filter { kept.contains(data.features[$0, 1]) }.map { groups[$0] })
        }
        #expect(try groupsHeld(by: halves.tuning).isDisjoint(with: groupsHeld(by: halves.conformal)))
    }

    @Test func `a coverage without validation rows is refused`() throws {
        #expect(throws: SettingError.self) { try DecisionRows(nil, coverage: 0.9, seed: 1) }
        #expect(throws: SettingError.self) { try DecisionRows(dataset(rows: 1), coverage: 0.9, seed: 1) }
        #expect(throws: SettingError.self) {
            try DecisionRows(dataset(rows: 10), coverage: 0.9, groups: Array(repeating: 0, count: 10), seed: 1)
        }
    }

    @Test func `decisions are saved with the model, and a folder without them loads`() throws {
        let data = try dataset(rows: 120)
        let model = try Model(features: 2, encoder: .dense(3), objectives: data.objectives, threads: 1)
        try model.fit(data, epochs: 2)
        let rows = try DecisionRows(data, coverage: 0.8, seed: 5)
        let decisions = try #require(
            try Decisions.fit(model, rows: rows, choices: [.init(calibration: .isotonic, threshold: .youden)], coverage: 0.8))
        #expect(decisions.tuningRows == rows.tuning?.rows && decisions.conformalRows == rows.conformal?.rows)
        #expect(decisions.objectives[0].slots[0].conformal?.count == rows.conformal?.labels.observed)
        #expect(try Decisions.fit(model, rows: rows, choices: [.init()], coverage: nil) == nil)
        try withTemporaryFolder { folder in
            try model.save(to: "\(folder)/with", decisions: decisions)
            #expect(try Decisions.load(from: "\(folder)/with") == decisions)
            #expect(try Model.load(from: "\(folder)/with").predict(data.features) == model.predict(data.features))
            try model.save(to: "\(folder)/without")
            #expect(try Decisions.load(from: "\(folder)/without") == nil)
            var other = decisions
            other.objectives[0].name = "y"
            try model.save(to: "\(folder)/other", decisions: other)
            #expect(throws: ModelFileError.self) { try Decisions.load(from: "\(folder)/other") }
        }
    }

    @Test func `a program fits decisions as the page shows`() throws {
        let train = try dataset(rows: 120), validation = try dataset(rows: 60)
        let objectives = train.objectives, features = validation.features
        let settings = TrainingSettings { $0.epochs = 2 }
        let model = try Model(features: 2, encoder: .dense(3), objectives: objectives, threads: 1)
        try withTemporaryFolder { folder in
            // Article: begin
            let rows = try DecisionRows(validation, coverage: 0.9, seed: 1)
            try model.fit(train, validation: rows.tuning, settings)
            let decisions = try Decisions.fit(
                model, rows: rows, choices: objectives.map { _ in .init(calibration: .temperature, threshold: .youden) }, coverage: 0.9)
            try model.save(to: folder, decisions: decisions)
            let predictions = decisions?.calibrated(try model.predict(features))
            // Article: end
            let own = try #require(decisions?.objectives[0]), values = try #require(predictions?["x"])
            #expect((0..<60).allSatisfy { own.decision(values, row: $0) != nil && own.set(values, row: $0) != nil })
        }
    }

    @Test func `what could not be fitted is said in a sentence`() throws {
        let short = overconfident(.binary, rows: 5, seed: 1)
        let single = outputs(.binary("x"), logits: [1, 2], labels: [1, 1])
        let decisions = try Decisions.fit(
            tuning: single, conformal: short, choices: [.init(calibration: .temperature, threshold: .f1)], coverage: 0.9)
        #expect(
            decisions.shortfalls == [
                "x: not calibrated, for validation holds fewer than two different labels",
                "x: validation has labels of one class; 0.5 was taken",
                "x: a coverage of 0.9 needs 9 labels kept apart in validation, and there are fewer (5); sets hold everything",
            ])
    }
}
