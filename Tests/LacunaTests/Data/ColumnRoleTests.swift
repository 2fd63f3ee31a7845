import Tables
import Testing

@testable import Lacuna

@Suite struct ColumnRoleTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private func path() throws -> String {
        try folder.csv("id,age,tumor,size,fold,w,note", "a,1,1,0.5,train,1,p", "b,2,0,0.7,train,1,q", "c,4,1,0.9,valid,2,p")
    }

    @Test func `what is not an objective, id, split, weight or ignored is a feature`() throws {
        let data = try load(
            table(try path()) { ($0.id, $0.splitColumn, $0.weightColumn, $0.ignore) = ("id", "fold", "w", ["no*"]) },
            "tumor:binary", "size:regression")
        #expect(data.preprocessing.featureNames == ["age"])
        #expect(data.ids == ["a", "b", "c"])
        #expect(data.rowCounts == [.train: 2, .valid: 1])
        #expect(data.datasets[.valid]?.rowWeights == [2])
    }

    @Test func `an unknown column is an error with the nearest name`() throws {
        let path = try path()
        let error = try refusal { try load(table(path) { $0.id = "idd" }, "tumor:binary") }
        #expect(error == TableError("no column is called 'idd'", file: path, why: "--id names it", fix: "did you mean 'id'?"))
        let objective = try refusal { try load(table(path), "tumr:binary") }
        #expect(objective.problem == "no column is called 'tumr'")
        #expect(objective.why == "objective 'tumr:binary' names it")
        #expect(objective.fix == "did you mean 'tumor'?")
        #expect(try refusal { try load(table(path) { $0.text = ["ages"] }, "tumor:binary") }.fix == "did you mean 'age'?")
        #expect(try refusal { try load(table(path) { $0.ignore = ["nota"] }, "tumor:binary") }.fix == "did you mean 'note'?")
        #expect(
            try refusal { try load(table(path) { $0.weightColumn = "v" }, "tumor:binary") }.why == "--weight-column names it")
        #expect(try refusal { try load(table(path) { $0.splitColumn = "folds" }, "tumor:binary") }.fix == "did you mean 'fold'?")
    }

    @Test func `a pattern that matches nothing is an error`() throws {
        let path = try path()
        let error = try refusal { try load(table(path), "finding_*:binary") }
        #expect(error.problem == "the pattern 'finding_*' matches no column")
        #expect(error.fix == "check the pattern against the header: id, age, tumor, size, fold, …")
        #expect(try refusal { try load(table(path), "g=finding_*:multilabel") }.why == "objective 'g=finding_*:multilabel' needs at least one")
        #expect(
            try refusal { try load(table(path) { $0.ignore = ["z*"] }, "tumor:binary") }.problem
                == "the pattern 'z*' matches no column")
    }

    @Test func `two objectives on one column are an error that names both`() throws {
        let error = try refusal { try load(table(try path()), "t*:binary", "tumor:categorical") }
        #expect(error.problem == "column 'tumor' belongs to two objectives, 't*:binary' and 'tumor:categorical'")
        #expect(error.column == "tumor")
    }

    @Test func `a column with two roles is an error`() throws {
        let path = try path()
        #expect(
            try refusal { try load(table(path) { $0.id = "tumor" }, "tumor:binary") }.problem
                == "column 'tumor' is both the id column and a label of objective 'tumor:binary'")
        #expect(
            try refusal { try load(table(path) { ($0.id, $0.weightColumn) = ("w", "w") }, "tumor:binary") }.problem
                == "column 'w' is both the id column and the weight column")
        #expect(
            try refusal { try load(table(path) { $0.ignore = ["tum*"] }, "tumor:binary") }.problem
                == "column 'tumor' is both a label of objective 'tumor:binary' and an ignored column")
    }

    @Test func `two objectives of one name are an error`() throws {
        let error = try refusal { try load(table(try path()), "tumor:binary", "tumor=w:multilabel") }
        #expect(error.problem == "two objectives are called 'tumor', 'tumor:binary' and 'tumor=w:multilabel'")
    }

    @Test func `no feature left, and no objective, are errors`() throws {
        let path = try folder.csv("x,y", "1,0", "2,1")
        #expect(try refusal { try load(table(path) { $0.ignore = ["x"] }, "y:binary") }.problem == "no column is left as a feature")
        #expect(try refusal { try TrainingData.load(table(path), objectives: []) }.problem == "no objective is declared")
    }

    @Test func `every column of a glob is an objective of its own, in the file's order`() throws {
        let path = try folder.csv("x,t2,t1", "1,0,1", "2,1,0")
        #expect(try load(table(path), "t*:binary:weight=3").objectives.map(\.name) == ["t2", "t1"])
        #expect(try load(table(path), "t*:binary:weight=3").objectives.map(\.weight) == [3, 3])
    }

    @Test func `a column called like a group is still a column`() throws {
        let path = try folder.csv("x,a=b", "1,p", "2,q")
        #expect(try load(table(path), "a=b:categorical").objectives.map(\.name) == ["a=b"])
    }

    @Test(arguments: [
        ("-1", "the weight is -1", 2), ("", "the weight is missing", 2), ("heavy", "the weight 'heavy' is not a number", 2),
    ])
    func `a bad weight names its row`(cell: String, problem: String, row: Int) throws {
        let path = try folder.csv("x,w,y", "1,1,0", "2,\(cell),1", "3,1,1")
        let error = try refusal { try load(table(path) { $0.weightColumn = "w" }, "y:binary") }
        #expect(error.problem == problem)
        #expect(error.row == row)
        #expect(error.line == row + 1)
        #expect(error.column == "w")
    }

    @Test func `rows without a label of weight above 0 are dropped from training and counted`() throws {
        let path = try folder.csv("x,w,y", "1,1,0", "2,0,1", "3,1,", "5,1,1")
        let dropped = try load(table(path) { $0.weightColumn = "w" }, "y:binary")
        #expect(dropped.droppedUnlabelled == 2)
        #expect(dropped.rowsOfPart == [.train: [0, 3]])
        #expect(dropped.rowCounts == [.train: 4])
        #expect(dropped.coverage == [[.train: 0.75]])
        // Statistics are of the rows that stay: 1 and 5 have mean 3 and deviation 2.
        #expect(dropped.datasets[.train]?.features.values == [-1, 1])
        let kept = try load(table(path) { $0.weightColumn = "w" }, "y:binary", unlabelled: .keep)
        #expect(kept.droppedUnlabelled == 0)
        #expect(kept.rowsOfPart == [.train: [0, 1, 2, 3]])
    }
}
