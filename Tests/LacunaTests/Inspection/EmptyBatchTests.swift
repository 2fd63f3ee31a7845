import TestSupport
import Testing

@testable import Lacuna

@Suite struct EmptyBatchTests {
    @Test(arguments: try InspectionGoldens.load().emptyBatches)
    func `the share of batches without a label is the hypergeometric one`(golden: InspectionGoldens.Batches) throws {
        let share = try #require(
            EmptyBatches.share(rows: golden.rows, labelled: golden.labelled, batchSize: golden.batch))
        #expect(isClose(share, golden.share, relative: 1e-9, absolute: 1e-15))
    }

    @Test(arguments: [(rows: 103, labelled: 6, batch: 16), (rows: 64, labelled: 2, batch: 20), (rows: 50, labelled: 30, batch: 3)])
    func `the batches that training draws hold no label as often`(_ data: (rows: Int, labelled: Int, batch: Int)) throws {
        var sampler = BatchSampler(rows: (0..<Int32(data.rows)).map { $0 }, batchSize: data.batch, seed: 5)
        var empty = 0, batches = 0
        for epoch in 0..<1500 {
            sampler.shuffle(epoch: epoch)
            for step in 0..<sampler.steps {
                batches += 1
                if sampler.order[sampler.range(step: step)].allSatisfy({ $0 >= data.labelled }) { empty += 1 }
            }
        }
        let share = try #require(
            EmptyBatches.share(rows: data.rows, labelled: data.labelled, batchSize: data.batch))
        let deviation = (share * (1 - share) / Double(batches)).squareRoot()
        #expect((Double(empty) / Double(batches) - share).magnitude < 4 * deviation)
    }

    @Test func `no row, no label, and all labels`() {
        #expect(EmptyBatches.share(rows: 0, labelled: 0, batchSize: 4) == nil)
        #expect(EmptyBatches.share(rows: 9, labelled: 0, batchSize: 4) == 1)
        #expect(EmptyBatches.share(rows: 9, labelled: 9, batchSize: 4) == 0)
        #expect(EmptyBatches.share(rows: 9, labelled: 1, batchSize: 100) == 0)
    }
}
