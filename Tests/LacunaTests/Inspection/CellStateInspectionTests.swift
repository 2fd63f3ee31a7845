import TestSupport
import Testing

@testable import Lacuna

/// Uncertain and censored cells in an inspection, and rows of several sources.
@Suite struct CellStateInspectionTests {
    private let folder: DataFolder

    init() throws { folder = try DataFolder() }

    /// `edema`: 6 of 0, 6 of 1, 6 uncertain, 2 empty; `flu` the same by another column. Rows 1 and 2 have equal features and
    /// are both uncertain.
    private func uncertain() throws -> DataDeclaration {
        var lines = ["x,edema"]
        for row in 0..<20 { lines.append("\(row < 2 ? 99 : row),\(row < 6 ? "-1" : row < 12 ? "0" : row < 18 ? "1" : "")") }
        return table(try folder.text("uncertain.csv", lines.joined(separator: "\n") + "\n")) { $0.split = [1, 0, 0] }
    }

    @Test(arguments: [
        ("ignore", 12, [6, 6]), ("zeros", 18, [12, 6]), ("ones", 18, [6, 12]), ("soft(0.55,0.85)", 18, [6, 6]),
        ("class", 18, [6, 6, 6]),
    ])
    func `uncertain cells are counted under every policy, and drawn labels are of no class`(
        policy: String, observed: Int, classes: [Int]
    ) throws {
        let found = try inspect(try uncertain(), "edema:binary:uncertain=-1:\(policy)")
        let facts = try #require(found.objectives[0].parts[.train])
        #expect(facts.uncertain == 6)
        #expect(facts.observed == observed)
        #expect(facts.classes.map(\.count) == classes)
        #expect(found.objectives[0].uncertainty?.text == "-1:\(policy)")
        // Labels drawn for two equal rows differ by chance alone.
        #expect(found.repeatedRows.sets == 1 && found.repeatedRows.contradicting == 0)
    }

    @Test func `a part whose labels are all drawn or bounds scores nothing`() throws {
        var lines = ["part,x,a,size"]
        for row in 0..<12 { lines.append("train,\(row),\(row % 2),\(row)") }
        for row in 0..<4 { lines.append("valid,\(row),-1,<\(row + 3)") }
        let data = table(try folder.text("states.csv", lines.joined(separator: "\n") + "\n")) { $0.splitColumn = "part" }
        let found = try inspect(data, "a:binary:uncertain=-1:soft(0.2,0.8)", "size:regression:censored=true")
        for objective in found.objectives {
            #expect(objective.parts[.valid]?.coverage == 1)
            #expect(objective.parts[.valid]?.isEvaluable == false)
            #expect(objective.parts[.valid]?.undefined.values.allSatisfy { $0 == "all observed labels are censored or uncertain" } == true)
            #expect(objective.parts[.train]?.undefined.isEmpty == true)
            #expect(objective.parts[.train]?.isEvaluable == true)
        }
    }

    @Test func `bounds are counted by side, are no values, and no markers`() throws {
        var lines = ["x,size"]
        for row in 0..<30 { lines.append("\(row % 5),\(row % 3 == 0 ? "<2" : row % 5 == 0 ? ">999" : "\(row)")") }
        let data = table(try folder.text("bounds.csv", lines.joined(separator: "\n") + "\n")) { $0.split = [1, 0, 0] }
        let found = try inspect(data, "size:regression:censored=true")
        let facts = try #require(found.objectives[0].parts[.train])
        #expect((facts.observed, facts.bounds.below, facts.bounds.above) == (30, 10, 4))
        #expect(facts.values?.maximum == 29 && facts.values?.minimum == 1)
        #expect(found.tokens.isEmpty)
    }

    @Test func `the source tells what is observed, and is named among the features that tell`() throws {
        var random = SeededGenerator(seed: 11)
        func file(_ name: String, observed: Double) throws -> DataFile {
            var lines = ["x,z,y"]
            for _ in 0..<200 {
                let isObserved = Double.random(in: 0..<1, using: &random) < observed
                lines.append("\(Float.random(in: 0..<1, using: &random)),\(Int.random(in: 0..<9, using: &random)),\(isObserved ? "\(Int.random(in: 0...1, using: &random))" : "")")
            }
            return DataFile(path: try folder.text(name, lines.joined(separator: "\n") + "\n"))
        }
        var data = DataDeclaration()
        data.files = [try file("clinic.csv", observed: 0.9), try file("ward.csv", observed: 0.2)]
        let found = try inspect(data, "y:binary")
        let missingness = found.objectives[0].missingness
        #expect(try #require(missingness.finding.estimate).interval.lowerBound > 0.7)
        #expect(missingness.tells.first?.feature == "source")
        #expect(missingness.tells.first?.column.hasPrefix("source=") == true)
        #expect(found.warnings.contains { $0.contains("source=") && $0.contains("tells most") })
        #expect(found.missingnessColumns == (4, 4))
        #expect(found.sources.map(\.name) == ["clinic.csv", "ward.csv"])
        #expect(found.sources.map { $0.rows.values.reduce(0, +) } == [200, 200])
        let coverage = found.sources.compactMap { $0.coverage["y"] }
        #expect(coverage[0] > 0.8 && coverage[1] < 0.3)
    }
}
