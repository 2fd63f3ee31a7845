import Tables
import Testing

@testable import Lacuna

@Suite struct TimeSplitTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private func times(_ numbers: [Int]) -> RowTimes {
        let distinct = Set(numbers).sorted()
        return RowTimes(
            column: "t", ofRow: numbers.map { Int32(distinct.firstIndex(of: $0)!) }, texts: distinct.map(String.init))
    }

    @Test(arguments: [
        ("2024-03-09", "2024-03-10"), ("2024-02-29", "2024-03-01"), ("1969-12-31", "1970-01-01"), ("0001-01-01", "2024-01-01"),
        ("2023-12", "2024-01"), ("2024-03-09", "2024-03-09T00:00:01"), ("2024-03-09 10:20", "2024-03-09T10:20:00.5"),
        ("2024-03-09T10:20:30.123", "2024-03-09T10:20:30.124"), ("2024-03-09T23:00:00Z", "2024-03-10T00:30:00+01:00"),
        ("2024-03-09T12:00:00+0200", "2024-03-09T06:00:00-05"), ("-1.5", "2"), ("2019", "2020"), ("9", "10"), ("1e2", "101"),
    ])
    func `times are ordered as they passed`(earlier: String, later: String) throws {
        let (first, second) = try (#require(TimeStamp(earlier)), #require(TimeStamp(later)))
        #expect(first < second)
        #expect(first.sort == second.sort)
    }

    @Test(arguments: [("2024-03-09T12:00:00Z", "2024-03-09T14:00:00+02:00"), ("2024-03-09", "2024-03-09T00:00"), ("1.0", "1e0")])
    func `one instant written in two ways is one time`(a: String, b: String) throws {
        #expect(try #require(TimeStamp(a)) == #require(TimeStamp(b)) || !(TimeStamp(a)! < TimeStamp(b)!) && !(TimeStamp(b)! < TimeStamp(a)!))
    }

    @Test(arguments: [
        "03/09/2024", "2024-13-01", "2023-02-29", "1900-02-29", "2024-3-9", "2024-03-09T25:00", "2024-03-09T10:60", "yesterday", "",
        "2024-03-09T10:20:30 Z", "inf", "nan", "0x10", "2024-03-09T", "2024-03-09T10:20:30.", "2024-W10", "20240309T102030",
    ])
    func `what is neither a number nor an ISO date is no time`(text: String) {
        #expect(TimeStamp(text) == nil)
    }

    @Test func `the oldest rows train, the latest are test, in whatever order they stand`() throws {
        var random = SplitMix64(seed: 1)
        let numbers = Array(0..<100).shuffled(using: &random)
        let split = try Split.byTime(times(numbers), groups: nil, fractions: [0.7, 0.2, 0.1]).split
        #expect(Set(split.rows(of: .train).map { numbers[$0] }) == Set(0..<70))
        #expect(Set(split.rows(of: .valid).map { numbers[$0] }) == Set(70..<90))
        #expect(Set(split.rows(of: .test).map { numbers[$0] }) == Set(90..<100))
    }

    @Test(arguments: 0..<20 as Range<UInt64>)
    func `rows of one time are in one part, parts follow each other, and none is empty`(seed: UInt64) throws {
        var random = SplitMix64(seed: seed)
        let most = Int.random(in: 3...30, using: &random)
        let numbers = (0..<80).map { $0 < 3 ? $0 * 1000 : Int.random(in: 0..<most, using: &random) }
        let split = try Split.byTime(times(numbers), groups: nil, fractions: [0.6, 0.2, 0.2]).split
        let spans = try Part.allCases.map { part in
            let own = split.rows(of: part).map { numbers[$0] }
            return try #require(own.min()) ... #require(own.max())
        }
        #expect(spans[0].upperBound < spans[1].lowerBound)
        #expect(spans[1].upperBound < spans[2].lowerBound)
    }

    @Test func `a cut lies as near to its share as times allow`() throws {
        // Six rows of one day, then one a day: 60 % fall on the day's end, 80 % two days later.
        let split = try Split.byTime(times([0, 0, 0, 0, 0, 0, 1, 2, 3, 4]), groups: nil, fractions: [0.5, 0.3, 0.2]).split
        #expect(split.partOfRow == Array(repeating: .train, count: 6) + [.valid, .valid, .test, .test])
    }

    @Test func `fewer times than parts is an error`() {
        #expect(throws: SettingError.self) { try Split.byTime(times([1, 1, 2]), groups: nil, fractions: [0.6, 0.2, 0.2]) }
        #expect(throws: Never.self) { try Split.byTime(times([1, 1, 2]), groups: nil, fractions: [0.6, 0, 0.4]) }
    }

    @Test func `a group stands at its latest time, so no training row is later than a cut`() throws {
        // Group 0 has an old row and the latest one.
        let groups = RowGroups(column: "p", ofRow: [0, 1, 2, 3, 0], names: ["a", "b", "c", "d"])
        let (split, moved) = try Split.byTime(times([1, 2, 3, 4, 5]), groups: groups, fractions: [0.5, 0.25, 0.25])
        #expect(split.partOfRow == [.test, .train, .train, .valid, .test])
        #expect(groups.straddling(split) == nil)
        #expect(moved == 1)
    }

    @Test func `training by time leaves the column out of the features and evaluation finds the same rows`() throws {
        let lines = (0..<30).map { "2024-01-\($0 < 9 ? "0" : "")\($0 + 1),\($0),\($0 % 2)" }
        let path = try folder.text("t.csv", "date,x,y\n" + lines.reversed().joined(separator: "\n") + "\n")
        let data = try load(table(path) { ($0.timeColumn, $0.split) = ("date", [0.6, 0.2, 0.2]) }, "y:binary")
        #expect(data.preprocessing.featureNames == ["x"])
        #expect(data.split.partOfRow == Array(repeating: .test, count: 6) + Array(repeating: .valid, count: 6) + Array(repeating: .train, count: 18))
        #expect(data.preprocessing.split.timeColumn == "date")
        let test = try data.preprocessing.dataset(from: DataDeclaration(), objectives: data.objectives, part: .test)
        #expect(test.rows == Array(0..<6))
    }

    @Test(arguments: [
        ("", "the time is missing"), ("NA", "the time is missing"), ("09.03.2024", "'09.03.2024' is no time"),
        ("20240309", "the time '20240309' is a number, the first row's a date without a time zone"),
        ("2024-03-09T10:00Z", "the time '2024-03-09T10:00Z' is a time with a time zone, the first row's a date without a time zone"),
    ])
    func `a cell that cannot be placed in time is an error that names the row`(cell: String, problem: String) throws {
        let path = try folder.csv("d,x,y", "2024-01-01,1,0", "2024-01-02,2,1", "\(cell),3,1", "2024-01-04,3,1")
        let error = try refusal { try load(table(path) { $0.timeColumn = "d" }, "y:binary") }
        #expect(error.problem == problem)
        #expect(error.row == 3)
        #expect(error.column == "d")
    }

    @Test func `a time column and a split column exclude each other`() throws {
        let path = try folder.csv("d,s,x,y", "1,train,1,0", "2,train,2,1")
        #expect(throws: SettingError.self) { try load(table(path) { ($0.timeColumn, $0.splitColumn) = ("d", "s") }, "y:binary") }
    }
}
