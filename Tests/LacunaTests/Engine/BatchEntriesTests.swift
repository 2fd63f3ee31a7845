@testable import Lacuna
import TestSupport
import Testing

@Suite struct BatchEntriesTests {
    private func gathered(
        _ table: TargetTable, _ rows: [Int], with entries: BatchEntries? = nil, threads: Int = 1
    ) -> BatchEntries {
        let entries = entries ?? BatchEntries(slots: table.slots)
        let chosen = Memory<Int32>(rows.count)
        for (index, row) in rows.enumerated() { chosen.view[index] = Int32(row) }
        entries.gather(chosen.view.prefix(rows.count), from: table, workers: Workers(count: threads))
        return entries
    }

    @Test(arguments: [UInt64](1...8))
    func `a batch's entries are its observed slots, slot by slot and row by row`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let problem = Problem.random(
            rows: 20, objectives: .everyLoss, coverage: Double.random(in: 0.02...0.9, using: &random),
            weighted: seed % 2 == 0, using: &random)
        let data = try problem.dataset()
        let table = try TargetTable(data.labels, rowWeights: data.rowWeights, scaling: Array(repeating: nil, count: data.labels.slots))
        let entries = BatchEntries(slots: table.slots)
        for _ in 0..<4 {
            let rows = (0..<Int.random(in: 1...20, using: &random)).map { _ in Int.random(in: 0..<20, using: &random) }
            _ = gathered(table, rows, with: entries)
            var expected: [[Float]] = [], actual: [[Float]] = []
            for slot in 0..<table.slots {
                for (position, row) in rows.enumerated() {
                    for place in table.rowStarts[row]..<table.rowStarts[row + 1] where Int(table.slotIndices[place]) == slot {
                        expected.append([Float(slot), Float(position), table.targets[place], table.weights?[place] ?? 1])
                    }
                }
            }
            for index in 0..<entries.segmentCount {
                let segment = entries.segments[index]
                #expect(segment.count > 0)
                for entry in Int(segment.start)..<Int(segment.start + segment.count) {
                    actual.append([
                        Float(segment.slot), Float(entries.rows[entry]), entries.targets[entry],
                        entries.isWeighted ? entries.weights[entry] : 1,
                    ])
                }
            }
            #expect(actual == expected)
            #expect(entries.count == expected.count)
        }
    }

    @Test(arguments: [2, 3]) func `several threads gather the entries that one gathers`(threads: Int) throws {
        var random = SeededGenerator(seed: 9)
        let slots = 300, rows = 150
        let columns = (0..<slots).map { _ in
            (0..<rows).filter { _ in Int.random(in: 0..<10, using: &random) > 0 }.map { row in
                LabelTable.Entry(row: row, value: Double(Int.random(in: 0...1, using: &random)), weight: Float.random(in: 0.5...2, using: &random))
            }
        }
        let table = try TargetTable(
            LabelTable(rows: rows, columns: columns), rowWeights: nil, scaling: Array(repeating: nil, count: slots))
        let entries = BatchEntries(slots: slots)
        // Larger and smaller batches in turn: what one leaves behind is nothing to the next.
        for count in [100, 3, 140, 80] {
            let chosen = (0..<count).map { _ in Int.random(in: 0..<rows, using: &random) }
            let one = gathered(table, chosen), several = gathered(table, chosen, with: entries, threads: threads)
            #expect(count < 80 || several.count >= 20_000, "too few entries to be shared out")
            #expect(several.rows.array == one.rows.array)
            #expect(several.targets.array == one.targets.array)
            #expect(several.weights.array == one.weights.array)
            #expect(several.segments.array.map { [$0.slot, $0.start, $0.count] } == one.segments.array.map { [$0.slot, $0.start, $0.count] })
        }
    }

    @Test func `what a batch holds follows its observed slots, not the slots of the model`() throws {
        let few: [LabelTable.Entry] = [.init(row: 0, value: 1), .init(row: 1, value: 0)]
        var columns = [[LabelTable.Entry]](repeating: [], count: 100_000)
        columns[99_999] = few
        columns[5] = few
        let labels = LabelTable(rows: 2, columns: columns)
        #expect(labels.observed == 4 && labels.values.count == 4 && labels.slotIndices.count == 4)
        let table = try TargetTable(labels, rowWeights: nil, scaling: Array(repeating: nil, count: 100_000))
        #expect(table.targets.count == 4 && table.weights == nil)
        let entries = gathered(table, [0, 1])
        #expect(entries.count == 4 && entries.segmentCount == 2)
        #expect(entries.segments.array.map(\.slot) == [5, 99_999])
        #expect(entries.firstSegment(from: 6) == 1 && entries.firstSegment(from: 100_000) == 2)
    }

    @Test func `a batch without labels has no entries`() throws {
        let table = try TargetTable(LabelTable(rows: 3, slots: 4), rowWeights: nil, scaling: Array(repeating: nil, count: 4))
        let entries = gathered(table, [0, 2])
        #expect(entries.count == 0 && entries.segmentCount == 0 && entries.firstSegment(from: 0) == 0)
    }

    @Test func `a weight of 0 is not observed`() throws {
        let labels = LabelTable(
            rows: 2, columns: [[.init(row: 0, value: 1, weight: 0), .init(row: 1, value: 1, weight: 2)]])
        let table = try TargetTable(labels, rowWeights: [1, 3], scaling: [nil])
        #expect(table.targets == [1] && table.weights == [6])
        #expect(!table.isLabelled(0) && table.isLabelled(1))
        #expect(try TargetTable(labels, rowWeights: [1, 0], scaling: [nil]).targets.isEmpty)
    }
}
