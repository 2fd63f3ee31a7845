import Testing

@testable import LacunaCommand

@Suite struct DemoTests {
    @Test func `the cohort lacks more than half of its labels, some rows all, and the test rows none`() throws {
        let cohort = DemoCohort(rows: 2000, testRows: 300, seed: 3)
        #expect(cohort.train.rows == 2000 && cohort.test.rows == 300)
        #expect((400...800).contains(cohort.train.unlabelled))
        #expect(cohort.test.unlabelled == 0)
        #expect(cohort.test.tumor.allSatisfy { $0 != nil } && cohort.test.size.allSatisfy { $0 != nil })
        let dataset = try cohort.train.dataset(DemoCohort.objectives)
        #expect(dataset.labels.observed < dataset.rows * dataset.labels.slots / 2)
        for (kind, count) in [(true, cohort.test.tumor.count { $0 == true }), (false, cohort.test.tumor.count { $0 == false })] {
            #expect(count > 30, "\(kind)")
        }
        for tissue in 0..<3 { #expect(cohort.test.tissue.count { $0 == tissue } > 20) }
    }

    @Test func `the same seed makes the same cohort`() {
        let a = DemoCohort(rows: 50, testRows: 10, seed: 1), b = DemoCohort(rows: 50, testRows: 10, seed: 1)
        #expect(a.train.features == b.train.features && a.train.size == b.train.size)
        #expect(DemoCohort(rows: 50, testRows: 10, seed: 2).train.features != a.train.features)
    }

    @Test func `the comparison shows what it says`() throws {
        let comparison = try DemoComparison(rows: 6000, seed: 1)
        func value(_ method: DemoComparison.Method, _ objective: String, _ metric: String) throws -> Double {
            let scores = try #require(comparison.scores[method]?.first { $0.name == objective }?.scores)
            return try #require(scores.entries.first { $0.metric.rawValue == metric }?.score.number)
        }
        #expect(try value(.masked, "tumor", "logLoss") < value(.missingAsNo, "tumor", "logLoss") - 0.1)
        #expect(try value(.masked, "tissue", "balancedAccuracy") > value(.missingAsNo, "tissue", "balancedAccuracy") + 0.2)
        #expect(try value(.masked, "size", "r2") > value(.missingAsNo, "size", "r2") + 1)
        #expect(try value(.masked, "findings", "logLoss") < value(.lossTimesMask, "findings", "logLoss"))
        #expect(try value(.masked, "size", "r2") > value(.oneEach, "size", "r2"))
        #expect(comparison.conclusions.count == 3)
        #expect(comparison.missingShare > 0.5)
        #expect(comparison.text.contains("one model each"))
    }
}
