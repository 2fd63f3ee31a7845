import Foundation
import Tables
import Testing

@testable import Lacuna

@Suite struct PreprocessingTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private func trained(_ change: (inout DataDeclaration) -> Void = { _ in }) throws -> TrainingData {
        let path = try folder.csv(
            "id,age,city,s,tumor,tissue", "a,1,Oslo,train,1,fat", "b,3,Bern,train,0,bone", "c,5,Oslo,test,,fat", "d,3,Oslo,test,1,")
        return try load(
            table(path) {
                ($0.id, $0.splitColumn) = ("id", "s")
                change(&$0)
            }, "tumor:binary", "tissue:categorical")
    }

    @Test func `it survives its own file form`() throws {
        for change in [{ $0.missing = ["-1"] }, { ($0.splitColumn, $0.ignore, $0.split) = (nil, ["s"], [0.5, 0, 0.5]) }]
            as [(inout DataDeclaration) -> Void]
        {
            let model = try trained(change).preprocessing
            #expect(try JSONDecoder().decode(Preprocessing.self, from: JSONEncoder().encode(model)) == model)
        }
    }

    @Test func `paths can be changed before a model is saved`() throws {
        let model = try trained().preprocessing
        let moved = model.mappingPaths { "/elsewhere/" + $0 }
        #expect(moved.data.file == model.data.file.map { "/elsewhere/" + $0 })
        #expect(moved.digest == model.digest)
    }

    @Test func `prediction finds columns by name, and looks at no other`() throws {
        let model = try trained().preprocessing
        let path = try folder.csv("extra,city,tumor,age,id", "?,Bern,rubbish,3,p", "!,Oslo,,1,q")
        let rows = try model.features(from: table(path))
        #expect(rows.ids == ["p", "q"])
        #expect(rows.idName == "id")
        #expect(model.featureNames == ["age", "city=Bern", "city=Oslo"])
        #expect(rows.features.values == [1, 1, 0, -1, 0, 1])
        #expect(rows.warnings == [])
    }

    @Test func `prediction from the training file gives the training features`() throws {
        let data = try trained()
        let rows = try data.preprocessing.features(from: DataDeclaration())
        let train = try #require(data.rowsOfPart[.train])
        #expect(rows.features.selecting(rows: train) == data.datasets[.train]?.features)
    }

    @Test func `all missing feature columns are named`() throws {
        let model = try trained().preprocessing
        let path = try folder.csv("id,tumor", "a,1")
        let error = try refusal { try model.features(from: table(path)) }
        #expect(error.problem == "the columns 'age', 'city' are missing")
        #expect(error.file == path)
        #expect(error.why == "the model was trained on them")
    }

    @Test func `words where training had numbers are an error with the place`() throws {
        let model = try trained().preprocessing
        let path = try folder.csv("id,age,city", "a,,Oslo", "b,old,Oslo")
        let error = try refusal { try model.features(from: table(path)) }
        #expect(error.problem == "'old' is not a number")
        #expect(error.row == 2)
        #expect(error.line == 3)
        #expect(error.column == "age")
        #expect(error.file == path)
    }

    @Test func `numbers where training had words are words`() throws {
        let model = try trained().preprocessing
        let path = try folder.csv("id,age,city", "a,1,17")
        let rows = try model.features(from: table(path))
        #expect(rows.features.values == [-1, 0, 0])
        #expect(rows.warnings == ["column 'city': 1 cell with words unseen in training becomes all zero"])
    }

    @Test func `a column without any cell is missing throughout`() throws {
        let model = try trained().preprocessing
        let rows = try model.features(from: table(try folder.csv("id,age,city", "a,,", "b,,")))
        #expect(rows.features.values == [0, 0, 0, 0, 0, 0])
    }

    @Test func `an id that training named may be absent, one that is named now may not`() throws {
        let model = try trained().preprocessing
        let path = try folder.csv("age,city", "1,Oslo")
        let rows = try model.features(from: table(path))
        #expect(rows.ids == nil)
        #expect(rows.warnings == ["the file has no column 'id': rows have no id"])
        #expect(try refusal { try model.features(from: table(path) { $0.id = "id" }) }.why == "--id names it")
    }

    @Test func `evaluation reads one part by its column, unlabelled rows included`() throws {
        let data = try trained()
        let rows = try data.preprocessing.dataset(from: DataDeclaration(), objectives: data.objectives, part: .test)
        #expect(rows.rows == [2, 3])
        #expect(rows.ids == ["c", "d"])
        #expect(rows.dataset.labels == data.datasets[.test]?.labels)
        #expect(rows.dataset.features == data.datasets[.test]?.features)
        #expect(rows.dataset.coverage == [0.5, 0.5])
        let other = try folder.csv("id,age,city,s,tumor,tissue", "p,1,Oslo,test,1,", "q,3,Bern,train,,", "r,3,Bern,test,,")
        let there = try data.preprocessing.dataset(from: table(other), objectives: data.objectives, part: .test)
        #expect(there.rows == [0, 2])
        let all = try data.preprocessing.dataset(from: table(other), objectives: data.objectives)
        #expect(all.rows == [0, 1, 2])
    }

    @Test func `a part that no row is in is an error`() throws {
        let data = try trained()
        let error = try refusal {
            try data.preprocessing.dataset(from: DataDeclaration(), objectives: data.objectives, part: .valid)
        }
        #expect(error.problem == "no row is in the part 'valid'")
    }

    @Test func `a class that training did not see is an error that names it`() throws {
        let data = try trained()
        let path = try folder.csv("id,age,city,tumor,tissue", "p,1,Oslo,1,skin")
        let error = try refusal { try data.preprocessing.dataset(from: table(path), objectives: data.objectives) }
        #expect(error.problem == "label 'skin' was not seen in training")
        #expect(error.why == "objective 'tissue' is categorical with the classes bone, fat")
        #expect(error.row == 1)
        #expect(error.column == "tissue")
    }

    @Test func `a missing label column is an error in evaluation`() throws {
        let data = try trained()
        let path = try folder.csv("id,age,city,tumor", "p,1,Oslo,1")
        let error = try refusal { try data.preprocessing.dataset(from: table(path), objectives: data.objectives) }
        #expect(error.problem == "the label column 'tissue' is missing")
    }

    @Test func `missing tokens of training hold in evaluation, and those said now beside them`() throws {
        let data = try trained { $0.missing = ["-1"] }
        let path = try folder.csv("id,age,city,tumor,tissue", "p,1,Oslo,-1,fat", "q,1,Oslo,9,fat")
        let both = try data.preprocessing.dataset(from: table(path) { $0.missing = ["9"] }, objectives: data.objectives)
        #expect(both.dataset.labels.observedCounts() == [0, 2])
        #expect(throws: TableError.self) {
            try data.preprocessing.dataset(from: table(path), objectives: data.objectives)
        }
    }

    @Test func `drawn parts hold for their own file, and are refused on another`() throws {
        let lines = (0..<40).map { "\($0),\($0 % 2)" }.joined(separator: "\n")
        let path = try folder.text("drawn.csv", "x,y\n\(lines)\n")
        let data = try load(table(path) { $0.split = [0.5, 0.25, 0.25] }, "y:binary")
        let copy = try folder.text("copy.csv", "x,y\n\(lines)\n")
        let rows = try data.preprocessing.dataset(from: table(copy), objectives: data.objectives, part: .test)
        #expect(rows.rows == data.split.rows(of: .test))
        let other = try folder.text("other.csv", "x,y\n\(lines)\n41,1\n")
        let error = try refusal {
            try data.preprocessing.dataset(from: table(other), objectives: data.objectives, part: .test)
        }
        #expect(error.problem == "the part 'test' cannot be told from this file")
        #expect(error.why == "in training the parts were drawn from a file with another SHA-256")
        #expect(throws: Never.self) { try data.preprocessing.dataset(from: table(other), objectives: data.objectives) }
    }

    @Test func `arrays must have the columns of training`() throws {
        let features = try folder.npy([[1, 2], [3, 5]])
        let labels = try folder.npy([[1], [0]])
        let data = try load(arrays(features, labels), "t0:binary")
        let wide = try folder.npy([[1, 2, 3]])
        let error = try refusal { try data.preprocessing.features(from: arrays(wide, nil)) }
        #expect(error.problem == "the array has 3 columns")
        #expect(error.why == "the model was trained on 2")
        #expect(try data.preprocessing.features(from: arrays(features, nil)).features == data.datasets[.train]?.features)
        let evaluated = try data.preprocessing.dataset(from: arrays(features, labels), objectives: data.objectives)
        #expect(evaluated.dataset.labels == data.datasets[.train]?.labels)
    }

    @Test func `a word among numbers is not blamed on a missing flag`() throws {
        let model = try trained().preprocessing
        let path = try folder.csv("id,age,city", "a,1,Oslo", "b,old,Oslo", "c,2,Oslo")
        let error = try refusal { try model.features(from: table(path)) }
        #expect(error.problem == "feature 'old' is not a number")
        #expect(error.row == 2)
        #expect(error.why == "2 of 3 cells in this column are numbers; in training they are all numbers")
        #expect(error.fix == "correct the words, or declare the one that means missing: --missing-features WORD")
    }

    @Test func `an array's drawn part is found again, its mask included`() throws {
        let features = try folder.npy((0..<20).map { [Float($0), Float($0 % 3)] })
        let labels = try folder.npy((0..<20).map { [Float($0 % 2), $0 < 10 ? 5 : 0.5] })
        let mask = try folder.npy((0..<20).map { [1, $0 < 10 ? 0 : 1] })
        let data = try load(
            arrays(features, labels) { ($0.mask, $0.split) = (mask, [0.5, 0.25, 0.25]) }, "t0:binary", "t1:binary:soft=true")
        let rows = try data.preprocessing.dataset(from: DataDeclaration(), objectives: data.objectives, part: .valid)
        #expect(rows.rows == data.rowsOfPart[.valid])
        #expect(rows.dataset.labels == data.datasets[.valid]?.labels)
        // Other labels come without the old mask, whose rows they need not share.
        #expect(try refusal {
            try data.preprocessing.dataset(from: arrays(features, labels), objectives: data.objectives)
        }.problem == "label 5 lies outside 0…1")
    }

    @Test func `preprocessing that contradicts itself is refused, not trusted`() throws {
        let data = try trained()
        let text = String(decoding: try JSONEncoder().encode(data.preprocessing), as: UTF8.self)
        let edited = text.replacingOccurrences(of: #"["bone","fat"]"#, with: #"["bone","bone"]"#)
        #expect(edited != text)
        let error = #expect(throws: DecodingError.self) { try JSONDecoder().decode(Preprocessing.self, from: Data(edited.utf8)) }
        #expect("\(error as Any)".contains("what the model says of its labels contradicts itself"))
    }
}
