import Foundation
import Tables
import Testing

@testable import Lacuna

@Suite struct SplitTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    @Test func `a column names the parts, in any case, with validation and val for valid`() throws {
        let path = try folder.csv("x,s,y", "1,train,0", "2,Train,1", "3,valid,1", "4,validation,0", "5,val,1", "6, test ,1")
        let data = try load(table(path) { $0.splitColumn = "s" }, "y:binary")
        #expect(data.split.partOfRow == [.train, .train, .valid, .valid, .valid, .test])
    }

    @Test(arguments: [("dev", "'dev' is no part"), ("", "the row names no part")])
    func `another word, or none, is an error that names the row`(cell: String, problem: String) throws {
        let path = try folder.csv("x,s,y", "1,train,0", "2,\(cell),1")
        let error = try refusal { try load(table(path) { $0.splitColumn = "s" }, "y:binary") }
        #expect(error.problem == problem)
        #expect(error.row == 2)
        #expect(error.line == 3)
        #expect(error.column == "s")
    }

    @Test func `a split column without training rows is an error`() throws {
        let path = try folder.csv("x,s,y", "1,test,0", "2,valid,1")
        let error = try refusal { try load(table(path) { $0.splitColumn = "s" }, "y:binary") }
        #expect(error.problem == "no row is in the part 'train'")
    }

    @Test(arguments: [[0.8, 0.2], [0.5, 0.2, 0.2], [-0.1, 1, 0.1], [0, 0.5, 0.5], [.nan, 0.5, 0.5]])
    func `shares that are not three, not 0 or more, or do not sum to 1 are refused`(fractions: [Double]) {
        #expect(throws: SettingError.self) { try Split.check(fractions: fractions) }
    }

    @Test func `a share may be 0`() throws {
        let path = try folder.csv("x,y", "1,0", "2,1", "3,1", "4,0")
        let data = try load(table(path) { $0.split = [0.5, 0, 0.5] }, "y:binary")
        #expect(data.rowCounts == [.train: 2, .test: 2])
        #expect(data.datasets[.valid] == nil)
    }

    /// K binary objectives over random rows, each observed at its own rate.
    private func sparse(rows: Int, rates: [Double], seed: UInt64) -> (LabelTable, [Objective]) {
        var random = TestRandom(seed: seed)
        let columns = rates.map { rate in
            (0..<rows).filter { _ in Double.random(in: 0..<1, using: &random) < rate }.map { row in
                LabelTable.Entry(row: row, value: Double.random(in: 0..<1, using: &random) < 0.2 ? 1 : 0)
            }
        }
        return (LabelTable(rows: rows, columns: columns), rates.indices.map { .binary("t\($0)") })
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `every objective has labels in every part where it can`(seed: UInt64) throws {
        let rates = [0.9, 0.5, 0.1, 0.05, 0.02, 0.02, 0.015, 0.01]
        let (labels, objectives) = sparse(rows: 400, rates: rates, seed: seed)
        let split = try Split.stratified(labels: labels, objectives: objectives, fractions: [0.8, 0.1, 0.1], seed: seed)
        let counts = Part.allCases.map { labels.observedCounts(rows: split.rows(of: $0)) }
        let totals = labels.observedCounts()
        for slot in rates.indices {
            if totals[slot] >= 1 { #expect(counts[0][slot] >= 1, "slot \(slot) of \(totals[slot])") }
            if totals[slot] >= 3 { #expect(counts.allSatisfy { $0[slot] >= 1 }, "slot \(slot) of \(totals[slot])") }
        }
    }

    @Test func `parts have their shares, of rows, labels and positives`() throws {
        let (labels, objectives) = sparse(rows: 2000, rates: [0.9, 0.5, 0.2, 0.1], seed: 1)
        let split = try Split.stratified(labels: labels, objectives: objectives, fractions: [0.7, 0.2, 0.1], seed: 5)
        let totals = labels.observedCounts()
        for (part, share) in zip(Part.allCases, [0.7, 0.2, 0.1]) {
            let rows = split.rows(of: part)
            #expect(abs(Double(rows.count) / 2000 - share) < 0.02)
            let counts = labels.observedCounts(rows: rows)
            for slot in 0..<4 {
                #expect(abs(Double(counts[slot]) - share * Double(totals[slot])) <= 3)
                let positives = labels.values(slot: slot, rows: Array(0..<2000)).filter { $0.value == 1 }
                let here = Set(rows)
                let found = positives.filter { here.contains($0.key) }.count
                #expect(abs(Double(found) - share * Double(positives.count)) <= 3)
            }
        }
    }

    @Test func `the same seed draws the same split, another seed another`() throws {
        let (labels, objectives) = sparse(rows: 300, rates: [0.5, 0.2], seed: 1)
        func draw(_ seed: UInt64) throws -> Split {
            try Split.stratified(labels: labels, objectives: objectives, fractions: [0.8, 0.1, 0.1], seed: seed)
        }
        #expect(try draw(4) == draw(4))
        #expect(try draw(4) != draw(5))
    }

    @Test func `items that stay together are dealt whole`() {
        // Ten groups of three rows, of which one trait occurs in four groups, twice in each.
        let traits = (0..<10).map { $0 < 4 ? [Int32(0), 0] : [] }
        let starts = traits.reduce(into: [0]) { $0.append(($0.last ?? 0) + $1.count) }
        let problem = Stratification(
            starts: starts, traits: traits.flatMap { $0 }, traitCount: 1, requiredCount: 1,
            sizes: Array(repeating: 3, count: 10), shares: [0.5, 0.5])
        var random = TestRandom(seed: 2)
        let parts = problem.assign(using: &random)
        #expect(parts.filter { $0 == 0 }.count == 5)
        #expect(parts[0..<4].filter { $0 == 0 }.count == 2)
    }

    @Test func `split csv says the part of every row`() throws {
        let path = try folder.csv("name,x,s,y", "a,1,train,0", "\"b,c\",2,valid,1", "d,3,test,1")
        let data = try load(table(path) { ($0.splitColumn, $0.id) = ("s", "name") }, "y:binary")
        let out = folder.path("split.csv")
        try data.writeSplit(to: out)
        #expect(try String(contentsOfFile: out, encoding: .utf8) == "row,id,part\n1,a,train\n2,\"b,c\",valid\n3,d,test\n")
    }

    @Test func `packed parts unpack to the same`() throws {
        for count in 0..<12 {
            let parts: [Part?] = (0..<count).map { [nil, .train, .valid, .test][$0 % 4] }
            #expect(PackedParts(parts).partOfRow == parts)
        }
    }
}
