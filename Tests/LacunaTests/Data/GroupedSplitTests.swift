import Tables
import Testing

@testable import Lacuna

@Suite struct GroupedSplitTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    /// Rows of patients with one to six visits each; labels at 60, 20 and 5 %, a patient's alike.
    private struct Visits {
        var labels: LabelTable
        var groups: [Int32] = []
        let objectives: [Objective] = [.binary("a"), .categorical("b", classes: ["x", "y", "z"]), .binary("c")]

        init(patients: Int, seed: UInt64) {
            var random = SplitMix64(seed: seed)
            var columns: [[LabelTable.Entry]] = [[], [], []]
            for patient in 0..<patients {
                let ill = Double.random(in: 0..<1, using: &random) < 0.2
                for _ in 0..<Int.random(in: 1...6, using: &random) {
                    let row = groups.count
                    groups.append(Int32(patient))
                    for (slot, coverage) in [0.6, 0.2, 0.05].enumerated()
                    where Double.random(in: 0..<1, using: &random) < coverage {
                        columns[slot].append(.init(row: row, value: slot == 1 ? Double(patient % 3) : ill ? 1 : 0))
                    }
                }
            }
            labels = LabelTable(rows: groups.count, columns: columns)
        }

        func positives(slot: Int, in rows: [Int]) -> Int {
            labels.values(slot: slot, rows: Array(0..<labels.rows)).filter { Set(rows).contains($0.key) && $0.value == 1 }.count
        }
    }

    @Test(arguments: 0..<8 as Range<UInt64>)
    func `no group is in two parts, and rows and labels still have their shares`(seed: UInt64) throws {
        let visits = Visits(patients: 300, seed: seed)
        let split = try Split.stratified(
            labels: visits.labels, objectives: visits.objectives, groups: visits.groups, fractions: [0.7, 0.15, 0.15], seed: seed)
        var partOfGroup: [Int32: Part] = [:]
        for (row, part) in split.partOfRow.enumerated() {
            #expect(partOfGroup.updateValue(try #require(part), forKey: visits.groups[row]) ?? part == part)
        }
        let totals = visits.labels.observedCounts()
        for (part, share) in zip(Part.allCases, [0.7, 0.15, 0.15]) {
            let rows = split.rows(of: part)
            #expect(abs(Double(rows.count) - share * Double(visits.labels.rows)) <= 8)
            for (slot, count) in visits.labels.observedCounts(rows: rows).enumerated() {
                #expect(abs(Double(count) - share * Double(totals[slot])) <= 8, "slot \(slot)")
            }
            #expect(abs(Double(visits.positives(slot: 0, in: rows)) - share * Double(visits.positives(slot: 0, in: Array(0..<visits.labels.rows)))) <= 4)
        }
    }

    @Test(arguments: [2, 3, 5, 10])
    func `folds test every row once, keep groups whole and have equal sizes`(count: Int) throws {
        let visits = Visits(patients: 200, seed: 3)
        let folds = try Folds.stratified(
            labels: visits.labels, objectives: visits.objectives, groups: visits.groups, count: count, seed: 1)
        let tested = (0..<count).flatMap { folds.rows(testedIn: $0) }
        #expect(tested.sorted() == Array(0..<visits.labels.rows))
        var foldOfGroup: [Int32: Int] = [:]
        for (row, fold) in folds.foldOfRow.enumerated() {
            #expect(foldOfGroup.updateValue(fold, forKey: visits.groups[row]) ?? fold == fold)
        }
        let share = Double(visits.labels.rows) / Double(count)
        for fold in 0..<count { #expect(abs(Double(folds.rows(testedIn: fold).count) - share) <= 8) }
        let split = folds.split(testing: 0, validating: 1)
        #expect(split.rows(of: .test) == folds.rows(testedIn: 0))
        #expect(split.rows(of: .valid) == folds.rows(testedIn: 1))
        #expect(split.rows(of: .train).count == visits.labels.rows - split.rows(of: .test).count - split.rows(of: .valid).count)
    }

    @Test func `the same seed deals the same folds, another seed others`() throws {
        let visits = Visits(patients: 100, seed: 5)
        func deal(_ seed: UInt64) throws -> Folds {
            try Folds.stratified(labels: visits.labels, objectives: visits.objectives, count: 5, seed: seed)
        }
        #expect(try deal(1) == deal(1))
        #expect(try deal(1) != deal(2))
    }

    @Test func `every fold has each class of which there are enough`() throws {
        let visits = Visits(patients: 200, seed: 8)
        let folds = try Folds.stratified(labels: visits.labels, objectives: visits.objectives, count: 5, seed: 2)
        let totals = visits.labels.observedCounts()
        for fold in 0..<5 {
            let counts = visits.labels.observedCounts(rows: folds.rows(testedIn: fold))
            for slot in 0..<3 { #expect(abs(Double(counts[slot]) - Double(totals[slot]) / 5) <= 2, "fold \(fold), slot \(slot)") }
        }
    }

    @Test(arguments: [0, 1, -3, 101])
    func `a number of folds that cannot be is refused`(count: Int) {
        #expect(throws: SettingError.self) {
            try Folds.stratified(
                labels: LabelTable(rows: 100, slots: 1), objectives: [.binary("a")], count: count, seed: 0)
        }
        #expect(throws: SettingError.self) {
            try Folds.stratified(
                labels: LabelTable(rows: 100, slots: 1), objectives: [.binary("a")], groups: .init(repeating: 4, count: 100),
                count: 2, seed: 0)
        }
    }

    @Test func `the rarest count is found as a scan would find it`() {
        var random = SplitMix64(seed: 4)
        var counts = (0..<50).map { _ in Int.random(in: 0...20, using: &random) }
        var rarest = RarestFirst(counts)
        while let found = rarest.rarest {
            #expect(counts[found] == counts.filter { $0 > 0 }.min())
            if Int.random(in: 0..<5, using: &random) == 0 {
                counts[found] = 0
                rarest.close(found)
            } else {
                let other = Int.random(in: 0..<50, using: &random)
                counts[other] = max(0, counts[other] - 1)
                rarest.take(other)
            }
        }
        #expect(counts.allSatisfy { $0 == 0 })
    }

    @Test func `thousands of objectives cost what their labels cost`() throws {
        // A scan over all traits for each trait would take a hundred million looks here.
        let rows = 400, objectives = (0..<8000).map { Objective.binary("t\($0)") }
        let columns = objectives.indices.map { slot in
            [LabelTable.Entry(row: slot % rows, value: 1), .init(row: (slot * 7 + 1) % rows == slot % rows ? (slot + 5) % rows : (slot * 7 + 1) % rows, value: 0)]
        }
        let split = try Split.stratified(
            labels: LabelTable(rows: rows, columns: columns), objectives: objectives, fractions: [0.5, 0.5, 0], seed: 0)
        #expect(split.rows(of: .train).count > 150)
    }

    @Test func `a group column is no feature, and what it groups is known by row`() throws {
        let lines = (0..<40).map { "\($0),p\($0 / 4),\($0 % 2)" }
        let path = try folder.text("t.csv", "x,patient,y\n" + lines.joined(separator: "\n") + "\n")
        let data = try load(table(path) { ($0.group, $0.split) = ("patient", [0.5, 0.25, 0.25]) }, "y:binary")
        #expect(data.preprocessing.featureNames == ["x"])
        #expect(data.groups == (0..<40).map { Int32($0 / 4) })
        #expect(data.groupNames == (0..<10).map { "p\($0)" })
        #expect(data.rowGroups?.straddling(data.split) == nil)
        #expect(data.preprocessing.split.group == "patient")
        let test = try data.preprocessing.dataset(from: DataDeclaration(), objectives: data.objectives, part: .test)
        #expect(test.rows == data.split.rows(of: .test))
        #expect(test.groups == test.rows.map { Int32($0 / 4) })
    }

    @Test func `one column may name rows and groups`() throws {
        let path = try folder.csv("p,x,y", "a,1,0", "a,2,1", "b,3,0", "b,4,1")
        let data = try load(table(path) { ($0.id, $0.group) = ("p", "p") }, "y:binary")
        #expect(data.ids == ["a", "a", "b", "b"])
        #expect(data.groups == [0, 0, 1, 1])
        let all = try data.preprocessing.dataset(from: DataDeclaration(), objectives: data.objectives)
        #expect(all.groups == [0, 0, 1, 1])
    }

    @Test func `a split column that tears a group apart is an error that names the group`() throws {
        let path = try folder.csv("p,s,x,y", "a,train,1,0", "b,train,2,1", "b,train,5,1", "a,test,3,0")
        let error = try refusal { try load(table(path) { ($0.splitColumn, $0.group) = ("s", "p") }, "y:binary") }
        #expect(error.problem == "group 'a' is in two parts: train (row 1) and test (row 4)")
        #expect(error.column == "p")
    }

    @Test(arguments: ["", "NA", " "])
    func `a row without a group is an error that names the row`(cell: String) throws {
        let path = try folder.csv("p,x,y", "a,1,0", "\(cell),2,1")
        let error = try refusal { try load(table(path) { $0.group = "p" }, "y:binary") }
        #expect(error.problem == "the group is missing")
        #expect(error.row == 2)
    }

    @Test func `a group column that is an objective, or is not there, is an error`() throws {
        let path = try folder.csv("p,x,y", "a,1,0", "b,2,1")
        #expect(
            try refusal { try load(table(path) { $0.group = "y" }, "y:binary") }.problem
                == "column 'y' is both the group column and a label of objective 'y:binary'")
        #expect(try refusal { try load(table(path) { $0.group = "q" }, "y:binary") }.why == "--group names it")
    }
}
