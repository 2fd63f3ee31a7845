import Foundation
import Tables
import Testing

@testable import Lacuna

@Suite struct FeatureEncoderTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private func features(_ data: TrainingData, _ part: Part = .train) -> [Float] { data.datasets[part]?.features.values ?? [] }

    @Test func `numbers are standardised with the training part's mean and population deviation`() throws {
        // scikit-learn 1.9.1: StandardScaler().fit([[1], [2], [6]]).transform([[1], [2], [6], [10]]), as float32.
        let path = try folder.csv("x,s,y", "1,train,0", "2,train,1", "6,train,1", "10,test,0")
        let data = try load(table(path) { $0.splitColumn = "s" }, "y:binary")
        #expect(features(data) == [-0.9258201, -0.46291006, 1.3887302])
        #expect(features(data, .test) == [3.2403703])
    }

    @Test func `columns of 0 and 1 stay as they are`() throws {
        let path = try folder.csv("b,x,y", "0,1,0", "1,2,1", "1.0,3,0")
        let encoder = try load(table(path), "y:binary").preprocessing.encoder
        #expect(encoder.columns[0].coding == .bits(mean: 2.0 / 3))
        let (matrix, _) = encoder.transform([FeatureColumn("b", numbers: [0, 1]), FeatureColumn("x", numbers: [2, 2])])
        #expect(matrix.values == [0, 0, 1, 0])
    }

    @Test func `a constant column becomes 0, with a warning`() throws {
        let path = try folder.csv("c,e,x,s,y", "7,,1,train,0", "7,,2,train,1", "9,4,3,test,1")
        let data = try load(table(path) { $0.splitColumn = "s" }, "y:binary")
        #expect(features(data) == [0, 0, -1, 0, 0, 1])
        #expect(features(data, .test) == [0, 0, 3])
        #expect(
            data.warnings == [
                "column 'c' is 7 in every training row that has it: it becomes 0",
                "column 'e' has no value in any training row: it becomes 0",
            ])
    }

    @Test func `many constant columns share a sentence`() throws {
        let path = try folder.csv("a,b,c,d,e,x,y", "7,7,7,7,7,1,0", "7,7,7,7,7,2,1")
        #expect(
            try load(table(path), "y:binary").warnings
                == ["5 columns (a, b, c, d, e) hold one value, or none, in all training rows: they become 0"])
    }

    @Test func `a gap becomes the training mean, and an indicator says so`() throws {
        let path = try folder.csv("x,b,y", "1,0,0", ",1,1", "3,,0", "NA,1,1")
        let data = try load(table(path), "y:binary")
        #expect(data.preprocessing.featureNames == ["x", "x.missing", "b", "b.missing"])
        let third = Float(2.0 / 3)
        #expect(features(data) == [-1, 0, 0, 0, 0, 1, 1, 0, 1, 0, third, 1, 0, 1, 1, 0])
    }

    @Test func `gaps outside training alone get no indicator, and are counted`() throws {
        let path = try folder.csv("x,s,y", "1,train,0", "3,train,1", ",test,1", ",valid,0")
        let data = try load(table(path) { $0.splitColumn = "s" }, "y:binary")
        #expect(data.preprocessing.featureNames == ["x"])
        #expect(features(data, .test) == [0])
        #expect(
            data.warnings.contains(
                "column 'x': 2 missing cells become the training mean, without an indicator, for training has no gaps there"))
    }

    @Test func `declared feature tokens are missing, label tokens are not`() throws {
        let path = try folder.csv("x,y", "1,0", "-9,1", "3,-1", "-1,0")
        let data = try load(table(path) { ($0.missing, $0.missingFeatures) = (["-1"], ["-9"]) }, "y:binary")
        #expect(data.preprocessing.encoder.columns[0].coding == .standardised(mean: 0, deviation: 1))
        #expect(features(data) == [1, 0, 0, 1, -1, 0])
    }

    @Test func `words are one-hot in sorted order, unseen ones all zero and counted`() throws {
        let path = try folder.csv("city,x,s,y", "Oslo,1,train,0", "Bern,2,train,1", ",3,train,1", "Rome,2,test,1", "Oslo,2,test,0")
        let data = try load(table(path) { $0.splitColumn = "s" }, "y:binary")
        #expect(data.preprocessing.featureNames == ["city=Bern", "city=Oslo", "city.missing", "x"])
        let train = try #require(data.datasets[.train]).features
        #expect((0..<3).map { row in (0..<3).map { train[row, $0] } } == [[0, 1, 0], [1, 0, 0], [0, 0, 1]])
        let test = try #require(data.datasets[.test]).features
        #expect((0..<2).map { row in (0..<3).map { test[row, $0] } } == [[0, 0, 0], [0, 1, 0]])
        #expect(data.warnings.contains("column 'city': 1 cell with words unseen in training becomes all zero"))
    }

    @Test func `numbers can be declared text`() throws {
        let path = try folder.csv("zip,y", "8000,0", "3000,1")
        #expect(try load(table(path) { $0.text = ["zip"] }, "y:binary").preprocessing.featureNames == ["zip=3000", "zip=8000"])
    }

    @Test func `a mix of numbers and words is an error at the first minority cell`() throws {
        let path = try folder.csv("x,y", "1,0", "2,1", "three,1", "4,0")
        let error = try refusal { try load(table(path), "y:binary") }
        #expect(error.problem == "feature 'three' is not a number")
        #expect(error.row == 3)
        #expect(error.column == "x")
    }

    @Test func `a nearly all-distinct text column is an error that suggests id or ignore`() throws {
        let lines = (0..<60).map { "name\($0),\($0),\($0 % 2)" }.joined(separator: "\n")
        let path = try folder.text("names.csv", "who,x,y\n\(lines)\n")
        let error = try refusal { try load(table(path), "y:binary") }
        #expect(error.problem == "text column 'who' holds 60 distinct words in 60 cells")
        #expect(error.fix == "pass --id 'who' if it names the rows, or --ignore 'who'")
        #expect(error.file == path)
        #expect(throws: Never.self) { try load(table(path) { $0.id = "who" }, "y:binary") }
    }

    @Test func `few distinct words are fine, however distinct`() throws {
        let path = try folder.csv("who,y", "a,0", "b,1", "c,1")
        #expect(try load(table(path), "y:binary").preprocessing.featureNames == ["who=a", "who=b", "who=c"])
    }

    @Test func `an infinite feature is an error with its row and column`() throws {
        let path = try folder.csv("x,y", "1,0", "inf,1", "2,1")
        let error = try refusal { try load(table(path), "y:binary") }
        #expect(error.row == 2)
        #expect(error.column == "x")
    }

    @Test func `the encoder survives its own file form`() throws {
        let path = try folder.csv("city,x,b,c,y", "Oslo,1.1,0,4,0", "Bern,2.7,1,4,1", ",,1,4,1")
        let encoder = try load(table(path), "y:binary").preprocessing.encoder
        let copy = try JSONDecoder().decode(FeatureEncoder.self, from: JSONEncoder().encode(encoder))
        #expect(copy == encoder)
    }

    @Test func `permuting rows changes no row's features beyond rounding`() throws {
        var random = TestRandom(seed: 3)
        let rows = (0..<40).map { row in "\(Float.random(in: -5...5, using: &random)),\(row % 3 == 0 ? "" : "w\(row % 4)"),\(row % 2)" }
        let order = (0..<40).shuffled(using: &random)
        let plain = try load(table(try folder.text("a.csv", "x,t,y\n" + rows.joined(separator: "\n"))), "y:binary")
        let shuffled = try load(
            table(try folder.text("b.csv", "x,t,y\n" + order.map { rows[$0] }.joined(separator: "\n"))), "y:binary")
        let expected = try #require(plain.datasets[.train]).features.selecting(rows: order)
        let got = try #require(shuffled.datasets[.train]).features
        #expect(plain.preprocessing.featureNames == shuffled.preprocessing.featureNames)
        #expect(zip(got.values, expected.values).allSatisfy { ($0 - $1).magnitude < 1e-5 })
    }

    @Test func `permuting columns changes the order of the features, not the features`() throws {
        let one = try load(table(try folder.csv("a,b,c,y", "1,u,0,0", "2,v,1,1", "4,u,1,0")), "y:binary")
        let two = try load(table(try folder.csv("c,y,b,a", "0,0,u,1", "1,1,v,2", "1,0,u,4")), "y:binary")
        func byName(_ data: TrainingData) throws -> [String: [Float]] {
            let matrix = try #require(data.datasets[.train]).features
            let names = data.preprocessing.featureNames
            return Dictionary(uniqueKeysWithValues: names.enumerated().map { place, name in
                (name, (0..<matrix.rows).map { matrix[$0, place] })
            })
        }
        #expect(try byName(one) == byName(two))
    }
}

/// A small generator of the tests' own.
struct TestRandom: RandomNumberGenerator {
    private var state: UInt64
    init(seed: UInt64) { state = seed &* 2 &+ 1 }
    mutating func next() -> UInt64 {
        state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
        return (state >> 32) | (state << 32)
    }
}
