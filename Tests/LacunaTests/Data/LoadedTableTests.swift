import Foundation
@testable import Lacuna
import TestSupport
import Testing

@Suite struct LoadedTableTests {
    /// Features by row, and labels that every fold has enough of.
    private func csv(rows: Int = 40, _ feature: (Int) -> String) -> String {
        (["id,patient,x,word,y"] + (0..<rows).map { row in
            "r\(row),p\(row / 4),\(feature(row)),\(["a", "b", "c"][row % 3]),\(row % 2)"
        }).joined(separator: "\n") + "\n"
    }

    private func read(_ path: String, _ change: (inout DataDeclaration) -> Void = { _ in }) throws -> LoadedTable {
        try LoadedTable.read(
            table(path) {
                $0.id = "id"
                $0.ignore = ["patient"]
                change(&$0)
            }, objectives: [try ObjectiveDeclaration(parsing: "y:binary")])
    }

    @Test func `every row is tested once, and no row is in two parts of a fold`() throws {
        let folder = try DataFolder()
        let loaded = try read(folder.text("a.csv", csv { "\($0)" }))
        let folds = try loaded.folds(5)
        var tested: [Int] = []
        for fold in 0..<5 {
            let data = try loaded.trainingData(loaded.division(testing: fold, of: folds))
            let parts = data.rowsOfPart
            #expect(Set(parts.values.joined()).count == 40 && parts.values.joined().count == 40)
            #expect(parts[.test] == folds.rows(testedIn: fold) && parts[.valid]?.isEmpty == false)
            tested += parts[.test] ?? []
            #expect(data.preprocessing.split.folds == nil)
        }
        #expect(tested.sorted() == Array(0..<40))
    }

    @Test func `groups are in one part of every fold`() throws {
        let folder = try DataFolder()
        let loaded = try read(folder.text("a.csv", csv { "\($0)" })) {
            $0.ignore = []
            $0.group = "patient"
        }
        let folds = try loaded.folds(3)
        for fold in 0..<3 {
            let parts = try loaded.division(testing: fold, of: folds).split.partOfRow
            for row in 0..<40 { #expect(parts[row] == parts[row / 4 * 4]) }
        }
        let error = try #require(throws: SettingError.self) { try loaded.folds(11) }
        #expect(error.problem == "11 folds are asked for, and there are 10 groups")
    }

    @Test func `what stands in a fold's own test and validation rows does not change its encoding`() throws {
        let folder = try DataFolder()
        let loaded = try read(folder.text("a.csv", csv { "\($0)" }))
        let folds = try loaded.folds(4)
        for fold in 0..<4 {
            let before = try loaded.trainingData(loaded.division(testing: fold, of: folds))
            let train = Set(before.rowsOfPart[.train] ?? [])
            let other = try read(folder.text("b.csv", csv { train.contains($0) ? "\($0)" : "\(1000 * $0)" }))
            let after = try other.trainingData(other.division(testing: fold, of: folds))
            #expect(after.preprocessing.encoder == before.preprocessing.encoder)
            #expect(after.datasets[.train]?.features == before.datasets[.train]?.features)
            #expect(after.datasets[.test]?.features != before.datasets[.test]?.features)
        }
        let encoders = try (0..<4).map { try loaded.trainingData(loaded.division(testing: $0, of: folds)).preprocessing.encoder }
        #expect(Set(encoders.map { "\($0)" }).count == 4)
    }

    @Test func `folds together read a file once and encode it in every fold's way`() throws {
        let folder = try DataFolder()
        let path = try folder.text("a.csv", csv { $0 % 9 == 0 ? "" : "\($0)" })
        let loaded = try read(path)
        let folds = try loaded.folds(3)
        let each = try (0..<3).map { try loaded.trainingData(loaded.division(testing: $0, of: folds)).preprocessing }
        let joined = Preprocessing(ofFolds: each)
        let wide = try joined.features(from: table(path)).features
        let columns = joined.columnsOfEncoders
        #expect(wide.columns == columns.last?.upperBound && joined.featureNames.count == wide.columns)
        for (own, range) in zip(each, columns) {
            #expect(try own.features(from: table(path)).features == wide.selecting(columns: range))
        }
        let objectives = loaded.objectives
        let labelled = try joined.dataset(from: table(path), objectives: objectives)
        #expect(labelled.warnings.contains { $0.contains("2 of the 3 models have seen each of them") })
        let elsewhere = try folder.text("c.csv", csv { "\($0 + 1)" })
        #expect(try joined.dataset(from: table(elsewhere), objectives: objectives).warnings.isEmpty)
        let error = try refusal { try joined.dataset(from: table(path), objectives: objectives, part: .test) }
        #expect(error.why == "the model is of 3 folds, in which every row was tested by one model")
        let copy = try JSONDecoder().decode(Preprocessing.self, from: JSONEncoder().encode(joined))
        #expect(copy == joined)
    }
}
