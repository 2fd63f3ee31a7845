import TestSupport
import Testing

@testable import Lacuna

@Suite struct InspectionTests {
    private let folder: DataFolder

    init() throws { folder = try DataFolder() }

    /// Six features rows; `rare` has one positive, in training; `left` and `right` are never observed together.
    private func sample() throws -> DataDeclaration {
        var lines = ["part,a,b,rare,left,right,size"]
        for row in 0..<40 {
            let part = row < 24 ? "train" : row < 32 ? "valid" : "test"
            let left = row % 2 == 0 ? "\(row / 2 % 2)" : "", right = row % 2 == 1 ? "\(row / 2 % 2)" : ""
            lines.append("\(part),\(row % 7),\(row * 3 % 11),\(row == 5 ? 1 : 0),\(left),\(right),\(row % 4 == 0 ? "" : "\(row)")")
        }
        // The last test row is training row 4 again, with another label.
        lines.append("test,3,9,1,,0,7")
        // Without any label.
        lines.append("train,100,1,,,,")
        return table(try folder.text("sample.csv", lines.joined(separator: "\n") + "\n")) { $0.splitColumn = "part" }
    }

    @Test func `each part tells coverage, class counts and what it can score`() throws {
        let found = try inspect(try sample(), "rare:binary", "left:binary", "right:binary", "size:regression")
        #expect(found.rows == [.train: 25, .valid: 8, .test: 9])
        #expect(found.unlabelledRows == [.train: 1, .valid: 0, .test: 0])
        let rare = found.objectives[0]
        #expect(rare.parts[.train]?.classes == [ClassCount(name: "0", count: 23), ClassCount(name: "1", count: 1)])
        #expect(rare.parts[.train]?.coverage == 24.0 / 25)
        #expect(rare.parts[.valid]?.isEvaluable == false)
        #expect(rare.parts[.valid]?.undefined[.auroc] == "only one class among the observed labels")
        #expect(rare.parts[.valid]?.undefined[.accuracy] == nil)
        #expect(rare.parts[.test]?.isEvaluable == true)
        let size = found.objectives[3]
        #expect(size.parts[.valid]?.values == ValueFacts(minimum: 25, maximum: 31, mean: 28, deviation: (14.0 / 3).squareRoot(), distinct: 6))
        #expect(size.parts[.valid]?.isEvaluable == true)
        #expect(found.warnings.contains("objective 'rare' cannot be scored by auroc on 'valid': only one class among the observed labels"))
    }

    @Test func `batches count the rows that training takes, and rows with a label of weight above 0`() throws {
        let found = try inspect(try sample(), "rare:binary", "left:binary", batchSize: 5)
        let expected = EmptyBatches.share(rows: 24, labelled: 12, batchSize: 5)
        #expect(found.objectives[1].batchesWithoutLabel == expected)
        let kept = try Inspection.load(
            try sample(), objectives: [ObjectiveDeclaration(parsing: "left:binary")], batchSize: 5, unlabelled: .keep, threads: 1)
        #expect(kept.objectives[0].batchesWithoutLabel == EmptyBatches.share(rows: 25, labelled: 12, batchSize: 5))
    }

    @Test func `pairs that no row observes together are named, and the others counted`() throws {
        let found = try inspect(try sample(), "rare:binary", "left:binary", "right:binary")
        #expect(found.coObservation.neverTogether == [.init(first: "left", second: "right")])
        #expect(found.coObservation.counts == [41, 20, 21, 20, 20, 0, 21, 0, 21])
        #expect(found.warnings.contains { $0.hasPrefix("no row observes both 'left' and 'right': ") })
    }

    @Test func `a draw of rows calls no pair apart that some row observes together`() {
        // Slots 0 and 1 meet in row 37 alone; 0 and 2 never do.
        let columns = [Array(0..<60), [37], Array(60..<90)].map { $0.map { LabelTable.Entry(row: $0, value: 1) } }
        let table = LabelTable(rows: 100, columns: columns)
        let objectives: [Objective] = [.binary("a"), .binary("b"), .binary("c")]
        let drawn = CoObservation(objectives, table, mostSteps: 20)
        #expect(drawn.rowsCounted < 60)
        #expect(drawn.neverTogether == CoObservation(objectives, table).neverTogether)
        #expect(drawn.neverTogetherCount == 2)
    }

    @Test func `equal rows across parts are leaks, and different labels on them are said`() throws {
        let found = try inspect(try sample(), "rare:binary", "left:binary", "right:binary", "size:regression").repeatedRows
        let crossing = try #require(found.crossings.first)
        #expect((crossing.first, crossing.second, crossing.rows, crossing.total) == (.train, .test, 1, 9))
        #expect(crossing.examples.elementsEqual([(first: 4, second: 41)]) { $0 == $1 })
        #expect((found.sets, found.surplus, found.contradicting) == (1, 1, 1))
        #expect(found.contradictingExamples == [[4, 41]])
    }

    @Test func `illegal cells are collected with rows, line and flag instead of stopping`() throws {
        let data = table(
            try folder.csv("x,a,b,size", "1,0,1,2", "2,-1,unknown,3", "3,1,0,?", "4,-1,1,5", "5,0,0,6", "6,-1,1,7", "7,1,0,8")
        ) { $0.split = [1, 0, 0] }
        let found = try inspect(data, "a:binary", "b:binary", "size:regression")
        #expect(found.tokens.filter(\.isIllegal).map(\.token) == ["-1", "unknown", "?"])
        let first = try #require(found.tokens.first)
        #expect((first.column, first.objective, first.count, first.rows, first.line) == ("a", "a", 3, [2, 4, 6], 3))
        #expect(first.fix == "declare it missing: --missing -1, or per objective 'a:binary:missing=-1'; or uncertain: 'a:binary:uncertain=-1:ignore'")
        #expect(found.objectives[0].parts[.train]?.classes.map(\.count) == [2, 2])
        #expect(found.objectives[2].parts[.train]?.observed == 6)
        #expect(found.warnings.contains { $0.hasPrefix("'-1' in column 'a' stops training (3 cells, rows 2, 4, 6 (line 3)): label -1 is neither 0 nor 1; declare it missing: --missing -1") })
    }

    @Test func `what training cannot use is named and left out, and all else is inspected`() throws {
        let data = table(
            try folder.csv(
                "part,x,name,mixed,good,empty,alone,late", "train,1,aa,1,0,,k,", "train,2,bb,2,1,,k,", "train,3,cc,?,0,,k,",
                "test,4,dd,4,1,,k,1", "test,5,ee,5,0,,k,0")
        ) { $0.splitColumn = "part" }
        let found = try inspect(data, "good:binary", "empty:binary", "alone:categorical", "late:binary")
        #expect(found.objectives.map(\.name) == ["good", "empty", "alone", "late"])
        #expect(Set(found.obstacles.map(\.name)) == ["empty", "alone", "late"])
        #expect(found.objectives[1].obstacle == "objective 'empty' has no observed label")
        #expect(found.objectives[3].parts[.test]?.classes.map(\.count) == [1, 1])
        #expect(found.objectives[3].parts[.train]?.observed == 0)
        #expect(found.tokens.contains { $0.column == "mixed" && $0.token == "?" && $0.isIllegal && $0.rows == [3] })
        #expect(found.objectives[0].parts[.train]?.observed == 3)
    }

    @Test func `a column that is not there is an error as in training`() throws {
        let error = try refusal { try inspect(table(try folder.csv("x,a", "1,0")), "b:binary") }
        #expect(error.problem == "no column is called 'b'")
    }

    @Test(arguments: [
        // Counts to 12: a 9 among its neighbours is a count.
        ((0...12).map { (Double($0), 20 - $0) }, []),
        // Grades 0 to 4 with a 9.
        ([(0, 5), (1, 9), (2, 4), (3, 3), (4, 2), (9, 6)], [9.0]),
        // Rates from 0 on with −1 and −999.
        ([(-999, 3), (-1, 2), (0, 10), (3.5, 1), (200, 1)], [-999, -1]),
        // Centred numbers.
        ([(-3, 1), (-1, 2), (0, 5), (2, 1)], []),
        // Ages to 98 with many a 99.
        ((20...98).map { (Double($0), 3) } + [(99, 60)], [99]),
        ((20...99).map { (Double($0), 3) }, []),
        // A single cell is no code.
        ([(-1, 1), (0, 5), (2, 1)], []),
    ] as [([(Double, Int)], [Double])])
    func `a number is suspect where it stands apart, and only there`(values: [(Double, Int)], expected: [Double]) {
        let found = SuspectToken.suspects(values.map { (value: $0.0, count: $0.1) })
        #expect(found.map(\.value) == expected)
    }

    @Test func `legal values that look like markers are named in labels and features`() throws {
        var lines = ["age,city,rate,tissue"]
        for row in 0..<60 {
            let age = row % 10 == 0 ? "-999" : "\(20 + row)", city = row % 15 == 0 ? "Unknown" : ["Oslo", "Bergen"][row % 2]
            lines.append("\(age),\(city),\(row % 12 == 0 ? "-1" : "\(row).5"),\(row % 20 == 0 ? "?" : ["skin", "bone"][row % 2])")
        }
        let data = table(try folder.text("markers.csv", lines.joined(separator: "\n") + "\n")) { $0.split = [1, 0, 0] }
        let found = try inspect(data, "rate:regression", "tissue:categorical")
        let seen = found.tokens.map { "\($0.column) \($0.token) \($0.count) \($0.isIllegal)" }
        #expect(Set(seen) == ["rate -1 5 false", "tissue ? 3 false", "age -999 6 false", "city Unknown 4 false"])
        #expect(found.tokens.first { $0.column == "age" }?.fix == "declare it missing: --missing-features -999")
        #expect(found.tokens.first { $0.column == "age" }?.rows == [1, 11, 21, 31, 41])
        #expect(found.tokens.first { $0.column == "rate" }?.fix == "declare it missing: --missing -1, or per objective 'rate:regression:missing=-1'")
    }

    @Test func `whether labels are missing at random is asked of all parts, and the tell-tale feature is named`() throws {
        var lines = ["age,dose,biopsy,blood"], random = SeededGenerator(seed: 5)
        for _ in 0..<400 {
            let age = Double.random(in: 0..<100, using: &random), dose = Double.random(in: 0..<1, using: &random)
            let biopsy = age > 50 ? (Bool.random(using: &random) ? "1" : "0") : ""
            lines.append("\(age),\(dose),\(biopsy),\(Bool.random(using: &random) ? (dose > 0.5 ? "1" : "0") : "")")
        }
        let found = try inspect(table(try folder.text("age.csv", lines.joined(separator: "\n") + "\n")), "*o*y:binary", "blood:binary")
        #expect(found.objectives[0].missingness.isSuspect)
        #expect(found.objectives[0].missingness.tells.first?.feature == "age")
        #expect(!found.objectives[1].missingness.isSuspect)
        #expect(found.missingnessRows == (400, 133) || found.missingnessRows == (400, 134))
        let warnings = found.warnings.filter { $0.contains("is not missing at random") }
        #expect(warnings.count == 1)
        #expect(found.warnings.last?.contains("the model can learn who was measured instead of what was found") == true)
        #expect(warnings.first?.hasPrefix("whether 'biopsy' is observed can be told from the features (AUROC ") == true)
        #expect(warnings.first?.contains("age tells most") == true)
    }

    @Test func `the same data and seed give the same inspection`() throws {
        let objectives = ["rare:binary", "left:binary", "size:regression"]
        func once() throws -> [Missingness] {
            try inspect(try sample(), objectives[0], objectives[1], objectives[2]).objectives.map(\.missingness)
        }
        #expect(try once() == once())
    }
}

/// Real sets, where their folder stands beside the package.
@Suite(.enabled(if: sharedData != nil)) struct RealInspectionTests {
    @Test func `rates of Communities and Crime are missing by state, and the census features tell`() throws {
        let found = try Inspection.load(
            table((sharedData ?? "") + "/communities_crime.csv.gz") { ($0.splitColumn, $0.id) = ("split", "id") },
            objectives: ["murdPerPop", "rapesPerPop"].map { try ObjectiveDeclaration(parsing: "\($0):regression") }
                + [ObjectiveDeclaration(parsing: "arsonsPerPop:regression")],
            batchSize: 32, threads: 1)
        #expect(found.objectives[0].missingness.finding == .alwaysObserved)
        let rapes = try #require(found.objectives[1].missingness.finding.estimate)
        #expect(rapes.interval.lowerBound > 0.8)
        #expect(!found.objectives[1].missingness.tells.isEmpty)
        #expect(found.tokens.isEmpty, "\(found.tokens)")
        #expect(found.repeatedRows.sets == 0)
    }
}
