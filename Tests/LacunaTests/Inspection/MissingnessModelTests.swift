import TestSupport
import Testing

@testable import Lacuna

@Suite struct MissingnessModelTests {
    /// Three features; `byAge` is observed where feature 1 is high (mostly), `byChance` by lot, `apart` where features 0
    /// and 2 have the same sign (which neither tells alone), `whole` always and `never` never.
    private struct Cohort {
        let features: FeatureMatrix
        let labels: LabelTable
        let objectives: [Objective] = [
            .binary("byAge"), .regression("byChance"), .binary("apart"), .binary("whole"), .binary("never"),
        ]

        init(rows: Int, seed: UInt64) {
            var random = SeededGenerator(seed: seed)
            features = FeatureMatrix(rows: rows, columns: 3) { _, _ in Float.random(in: -1...1, using: &random) }
            var columns = [[LabelTable.Entry]](repeating: [], count: 5)
            for row in 0..<rows {
                let (a, b, c) = (features[row, 0], features[row, 1], features[row, 2])
                let noise = Float.random(in: -0.5...0.5, using: &random)
                let isObserved = [b + noise > 0.3, Bool.random(using: &random), a * c > 0, true, false]
                for slot in columns.indices where isObserved[slot] { columns[slot].append(.init(row: row, value: 1)) }
            }
            labels = LabelTable(rows: rows, columns: columns)
        }
    }

    private func fit(_ cohort: Cohort, seed: UInt64 = 1) throws -> MissingnessModel {
        try MissingnessModel.fit(
            features: cohort.features, labels: cohort.labels, objectives: cohort.objectives, seed: seed, threads: 1)
    }

    @Test func `what a feature decides is found on held-out rows, and what chance decides is not`() throws {
        let cohort = Cohort(rows: 900, seed: 3)
        let model = try fit(cohort)
        let areas = model.auroc
        #expect(try #require(areas["byAge"]).interval.lowerBound > 0.8)
        #expect(try #require(areas["apart"]).interval.lowerBound > 0.7)
        #expect(try #require(areas["byChance"]).interval.contains(0.5))
        #expect(model.findings[3] == .alwaysObserved)
        #expect(model.findings[4] == .neverObserved)
        #expect(areas.count == 3)
        #expect(model.heldOutRows == 300)
    }

    @Test func `the features that tell are named, also those that tell only together`() throws {
        let model = try fit(Cohort(rows: 900, seed: 3))
        let tells = try model.tells(FeatureGroup.columns(3))
        let byAge = try #require(tells[0])
        #expect(byAge.map(\.feature) == ["x1"])
        #expect(byAge[0].alone > 0.8 && byAge[0].drop > 0.2)
        #expect(try Set(#require(tells[2]).map(\.feature)) == ["x0", "x2"])
        #expect(tells[1] == nil && tells[3] == nil)
    }

    @Test func `probabilities follow the share observed, and are exact where nothing varies`() throws {
        let cohort = Cohort(rows: 900, seed: 3)
        let probabilities = try fit(cohort).probabilities(cohort.features)
        let counts = cohort.labels.observedCounts()
        for slot in 0..<3 {
            let mean = probabilities[slot].reduce(0) { $0 + Double($1) } / 900
            #expect((mean - Double(counts[slot]) / 900).magnitude < 0.06)
        }
        #expect(probabilities[3].allSatisfy { $0 == 1 })
        #expect(probabilities[4].allSatisfy { $0 == 0 })
        let high = (0..<900).filter { cohort.features[$0, 1] > 0.9 }, low = (0..<900).filter { cohort.features[$0, 1] < -0.5 }
        #expect(high.allSatisfy { probabilities[0][$0] > 0.6 })
        #expect(low.allSatisfy { probabilities[0][$0] < 0.3 })
    }

    @Test func `the same seed gives the same model to the bit, whatever the labels say`() throws {
        let cohort = Cohort(rows: 240, seed: 8)
        let first = try fit(cohort), second = try fit(cohort)
        #expect(try first.probabilities(cohort.features) == second.probabilities(cohort.features))
        #expect(first.findings == second.findings)
        var other = cohort.labels
        other.values = other.values.map { _ in 0 }
        let third = try MissingnessModel.fit(
            features: cohort.features, labels: other, objectives: cohort.objectives, seed: 1, threads: 1)
        #expect(try third.probabilities(cohort.features) == first.probabilities(cohort.features))
    }

    @Test func `slots observed in the same rows share one output`() throws {
        let cohort = Cohort(rows: 200, seed: 2)
        let columns = (0..<2).flatMap { _ in
            (0..<2).map { slot in
                (0..<200).filter { row in cohort.labels.values(slot: slot, rows: Array(0..<200))[row] != nil }
                    .map { LabelTable.Entry(row: $0, value: 0) }
            }
        }
        let patterns = ObservationPatterns(LabelTable(rows: 200, columns: columns))
        #expect(patterns.ofSlot == [0, 1, 0, 1])
        let model = try MissingnessModel.fit(
            features: cohort.features, labels: LabelTable(rows: 200, columns: columns),
            objectives: [.multilabel("panel", labels: ["a", "b", "c"]), .binary("d")], threads: 1)
        let probabilities = try model.probabilities(cohort.features)
        #expect(probabilities[0].count == 600 && probabilities[1].count == 200)
        #expect((0..<200).allSatisfy { probabilities[0][3 * $0] == probabilities[0][3 * $0 + 2] })
        #expect((0..<200).allSatisfy { probabilities[0][3 * $0 + 1] == probabilities[1][$0] })
    }

    @Test func `too few rows have a reason and no number`() throws {
        let tiny = Cohort(rows: 12, seed: 1)
        let model = try fit(tiny)
        #expect(model.auroc.isEmpty)
        #expect(model.findings[1] == .undecided(reason: "12 rows are too few"))
        #expect(try model.probabilities(tiny.features)[1].allSatisfy { $0 == Float(tiny.labels.observedCounts()[1]) / 12 })
        let rare = LabelTable(rows: 90, columns: [(0..<6).map { .init(row: $0, value: 1) }])
        let features = FeatureMatrix(rows: 90, columns: 1) { row, _ in Float(row) / 90 }
        let undecided = try MissingnessModel.fit(features: features, labels: rare, objectives: [.binary("rare")], threads: 1)
        #expect(undecided.findings == [.undecided(reason: "2 of 30 held-out rows have the label, too few to tell")])
    }

    @Test func `a large table is drawn from, and patterns beyond a limit keep their coverage`() throws {
        let cohort = Cohort(rows: 400, seed: 4)
        let model = try MissingnessModel.fit(
            features: cohort.features, labels: cohort.labels, objectives: cohort.objectives, mostRows: 150, mostPatterns: 2,
            threads: 1)
        #expect(model.rows == 150)
        #expect(model.heldOutRows == 50)
        let left = model.findings.compactMap { if case .notExamined(let reason) = $0 { reason } else { nil } }
        #expect(left == ["only the 2 of 3 patterns of observed rows nearest to one half were examined"])
    }
}
