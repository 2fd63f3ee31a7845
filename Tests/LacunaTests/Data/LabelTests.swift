import Tables
import Testing

@testable import Lacuna

@Suite struct BinaryLabelTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    @Test func `0, 1, 0.0, 1.0, true and false are labels in any case`() throws {
        let path = try folder.csv("x,y", "1,0", "2,1", "3,0.0", "4,1.0", "5,true", "6,FALSE", "7,", "8,NA", "9,nan", "10,NULL")
        #expect(try load(table(path), "y:binary").labels() == [0: 0, 1: 1, 2: 0, 3: 1, 4: 1, 5: 0])
    }

    @Test func `an undeclared -1 is an error that says where and what to do`() throws {
        let path = try folder.csv("x,y", "1,0", "2,-1")
        let error = try refusal { try load(table(path), "y:binary") }
        #expect(
            error
                == TableError(
                    "label -1 is neither 0 nor 1", file: path, row: 2, line: 3, column: "y", why: "objective 'y' is binary",
                    fix: "declare it missing: --missing -1, or per objective 'y:binary:missing=-1'; "
                        + "or uncertain: 'y:binary:uncertain=-1:ignore'"))
    }

    @Test func `a declared token means missing, by value`() throws {
        let path = try folder.csv("x,y,z", "1,0,0", "2,-1.0,1", "3,1,9")
        let data = try load(table(path) { $0.missing = ["-1"] }, "y:binary", "z:binary:missing=9.0")
        #expect(data.labels(slot: 0) == [0: 0, 2: 1])
        #expect(data.labels(slot: 1) == [0: 0, 1: 1])
    }

    @Test func `an objective's own token is no token for another`() throws {
        let path = try folder.csv("x,y,z", "1,0,0", "2,9,1", "3,1,9")
        #expect(try refusal { try load(table(path), "y:binary", "z:binary:missing=9") }.column == "y")
    }

    @Test func `two words are labels once one of them is positive`() throws {
        let path = try folder.csv("x,y", "1,yes", "2,no", "3,", "4,yes")
        #expect(try load(table(path), "y:binary:positive=yes").labels() == [0: 1, 1: 0, 3: 1])
        let error = try refusal { try load(table(path), "y:binary") }
        #expect(error.problem == "label 'yes' is neither 0 nor 1")
        #expect(
            error.fix == "if it is one of two words, name the one that means 1: 'y:binary:positive=yes'; "
                + "else declare it missing: --missing 'yes', or per objective 'y:binary:missing=yes'")
    }

    @Test func `a third word is an error at its cell`() throws {
        let path = try folder.csv("x,y", "1,yes", "2,no", "3,maybe", "4,no")
        let error = try refusal { try load(table(path), "y:binary:positive=yes") }
        #expect(error.problem == "label 'maybe' is a third word beside 'yes' and 'no'")
        #expect(error.row == 3)
        #expect(error.line == 4)
        #expect(error.column == "y")
    }

    @Test func `a positive word that no cell holds is an error with the nearest`() throws {
        let path = try folder.csv("x,y", "1,yes", "2,no")
        let error = try refusal { try load(table(path), "y:binary:positive=Yes") }
        #expect(error.problem == "no cell holds 'Yes'")
        #expect(error.fix == "did you mean 'positive=yes'?")
    }

    @Test func `a positive number picks one of two numbers`() throws {
        let path = try folder.csv("x,y", "1,2", "2,1", "3,2.0")
        #expect(try load(table(path), "y:binary:positive=2").labels() == [0: 1, 1: 0, 2: 1])
    }

    @Test func `fractions need soft`() throws {
        let path = try folder.csv("x,y", "1,0.25", "2,1")
        #expect(try load(table(path), "y:binary:soft=true").labels() == [0: 0.25, 1: 1])
        let error = try refusal { try load(table(path), "y:binary") }
        #expect(error.problem == "label 0.25 is neither 0 nor 1")
        #expect(error.fix == "if it is a probability, say 'y:binary:soft=true'")
        let outside = try folder.csv("x,y", "1,0.25", "2,1.5")
        let soft = try refusal { try load(table(outside), "y:binary:soft=true") }
        #expect(soft.problem == "label 1.5 lies outside 0…1")
        #expect(soft.row == 2)
    }

    @Test func `an infinite label is an error`() throws {
        let path = try folder.csv("x,y", "1,1", "2,inf")
        let error = try refusal { try load(table(path), "y:regression") }
        #expect(error.problem == "label 'inf' is infinite")
        #expect(error.row == 2)
        #expect(error.column == "y")
    }

    @Test func `no observed label in training is an error`() throws {
        let path = try folder.csv("x,s,y", "1,train,", "2,train,", "3,test,1")
        let error = try refusal { try load(table(path) { $0.splitColumn = "s" }, "y:binary") }
        #expect(error.problem == "objective 'y' has no observed label in training")
        #expect(error.why == "of 2 training rows none has one of weight above 0")
        let empty = try folder.csv("x,y", "1,", "2,NA")
        #expect(try refusal { try load(table(empty), "y:binary") }.why == "all its cells are missing")
    }
}

@Suite struct ClassLabelTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private func classes(_ data: TrainingData) -> ObjectiveKind? { data.objectives.first?.kind }

    @Test func `classes are all values of the file, numbers by value before words`() throws {
        let path = try folder.csv("x,s,y", "1,train,10", "2,train,b", "3,train,2.0", "4,train,a", "5,test,2", "6,test,c")
        let data = try load(table(path) { $0.splitColumn = "s" }, "y:categorical")
        #expect(classes(data) == .categorical(classes: ["2", "10", "a", "b", "c"]))
        #expect(data.labels(in: .test) == [4: 0, 5: 4])
        #expect(data.warnings.contains("objective 'y': no training row shows class 'c'"))
    }

    @Test func `declared classes keep their order, and another value is an error`() throws {
        let path = try folder.csv("x,y", "1,b", "2,a", "3,d")
        let error = try refusal { try load(table(path), "y:categorical:classes=c|b|a") }
        #expect(error.problem == "label 'd' is none of the declared classes")
        #expect(error.why == "objective 'y' is categorical with the classes c, b, a")
        #expect(error.row == 3)
        let good = try load(table(path) { $0.missing = ["d"] }, "y:categorical:classes=c|b|a")
        #expect(good.labels() == [0: 1, 1: 2])
    }

    @Test func `one class is an error`() throws {
        let path = try folder.csv("x,y", "1,a", "2,a", "3,")
        let error = try refusal { try load(table(path), "y:categorical") }
        #expect(error.problem == "the column holds one class, 'a'")
        #expect(error.column == "y")
        #expect(error.file == path)
    }

    @Test func `an undeclared -1 beside 0…C−1 is a class, with a warning`() throws {
        let path = try folder.csv("x,y", "1,0", "2,1", "3,2", "4,-1")
        let data = try load(table(path), "y:categorical")
        #expect(classes(data) == .categorical(classes: ["-1", "0", "1", "2"]))
        #expect(
            data.warnings == [
                "objective 'y': -1 counts as a class beside 0…2; if it means missing, say --missing -1 or 'y:categorical:missing=-1'"
            ])
        let declared = try load(table(path) { $0.missing = ["-1"] }, "y:categorical")
        #expect(classes(declared) == .categorical(classes: ["0", "1", "2"]))
        #expect(declared.warnings == [])
    }

    @Test func `levels in alphabetical order are announced`() throws {
        let path = try folder.csv("x,y", "1,low", "2,high", "3,mid")
        let found = try load(table(path), "y:ordinal")
        #expect(classes(found) == .ordinal(levels: ["high", "low", "mid"]))
        #expect(
            found.warnings == [
                "objective 'y': levels are in alphabetical order, high < low < mid; say 'y:ordinal:levels=…', lowest first, for another"
            ])
        let declared = try load(table(path), "y:ordinal:levels=low|mid|high")
        #expect(declared.labels() == [0: 0, 1: 2, 2: 1])
        #expect(declared.warnings == [])
    }

    @Test func `class weights must be as many as the classes found`() throws {
        let path = try folder.csv("x,y", "1,a", "2,b", "3,c")
        #expect(throws: SettingError.self) { try load(table(path), "y:categorical:classWeights=1|2") }
        #expect(throws: Never.self) { try load(table(path), "y:categorical:classWeights=1|2|3") }
    }

    @Test func `a word in a regression is an error in the shape that STYLE shows`() throws {
        let path = try folder.csv("x,solubility", "1,0.5", "2,n/a")
        #expect(
            try refusal { try load(table(path), "solubility:regression") }
                == TableError(
                    "label 'n/a' is not a number", file: path, row: 2, line: 3, column: "solubility",
                    why: "objective 'solubility' is a regression", fix: "leave the cell empty, or pass --missing 'n/a'"))
    }

    @Test func `log1p refuses labels at or below -1`() throws {
        let path = try folder.csv("x,y", "1,0.5", "2,-1")
        let error = try refusal { try load(table(path), "y:regression:transform=log1p") }
        #expect(error.problem == "label -1 has no log(1 + label)")
        #expect(error.row == 2)
    }
}

@Suite struct GroupLabelTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    @Test func `a multilabel group has a slot per column`() throws {
        let path = try folder.csv("x,f_a,f_b", "1,1,", "2,,0", "3,0,1")
        let data = try load(table(path), "findings=f_*:multilabel")
        #expect(data.objectives.map(\.name) == ["findings"])
        #expect(data.objectives[0].kind == .multilabel(labels: ["f_a", "f_b"]))
        #expect(data.labels(slot: 0) == [0: 1, 2: 0])
        #expect(data.labels(slot: 1) == [1: 0, 2: 1])
        #expect(data.coverage == [[.train: 4.0 / 6]])
    }

    @Test func `any makes rows whole: an error, or negatives`() throws {
        let path = try folder.csv("x,f_a,f_b", "1,1,", "2,,", "3,0,1")
        let error = try refusal { try load(table(path), "g=f_*:multilabel:any=error") }
        #expect(error.problem == "the label is missing in a row that has others")
        #expect(error.row == 1)
        #expect(error.column == "f_b")
        let negatives = try load(table(path), "g=f_*:multilabel:any=negative")
        #expect(negatives.labels(slot: 0) == [0: 1, 2: 0])
        #expect(negatives.labels(slot: 1) == [0: 0, 2: 1])
    }

    @Test func `one-hot columns are one categorical objective`() throws {
        let path = try folder.csv("x,t_a,t_b,t_c", "1,1,0,0", "2,0,0,1", "3,0,0,0", "4,,,", "5,0,true,false", "6,-1,-1,-1")
        let data = try load(table(path) { $0.missing = ["-1"] }, "tissue=t_*:categorical")
        #expect(data.objectives[0].kind == .categorical(classes: ["t_a", "t_b", "t_c"]))
        #expect(data.labels() == [0: 0, 1: 2, 4: 1])
        let named = try load(table(path) { $0.missing = ["-1"] }, "tissue=t_*:categorical:classes=a|b|c")
        #expect(named.objectives[0].kind == .categorical(classes: ["a", "b", "c"]))
    }

    @Test(arguments: [
        ("1,1,0", "the row has a 1 in 't_a' and in 't_b'", "t_b"), ("1,,0", "1 of the row's 3 one-hot cells are missing", "t_b"),
        ("0,,0", "1 of the row's 3 one-hot cells are missing", "t_b"), ("2,0,0", "label 2 is neither 0 nor 1", "t_a"),
        ("0,0.5,0.5", "label 0.5 is neither 0 nor 1", "t_b"),
    ])
    func `a row that is not one-hot is an error`(row: String, problem: String, column: String) throws {
        let path = try folder.csv("x,t_a,t_b,t_c", "1,1,0,0", "2,\(row)", "3,0,1,0")
        let error = try refusal { try load(table(path), "tissue=t_*:categorical") }
        #expect(error.problem == problem)
        #expect(error.row == 2)
        #expect(error.column == column)
    }

    @Test func `a −1 never becomes the last class`() throws {
        let csv = try folder.csv("x,t_a,t_b,t_c", "1,1,0,0", "2,-1,-1,-1", "3,0,1,0", "4,0,0,1")
        #expect(
            try refusal { try load(table(csv), "tissue=t_*:categorical") }.fix
                == "declare it missing: --missing -1, or per objective 'tissue=t_*:categorical:missing=-1'")
        let fromCSV = try load(table(csv) { $0.missing = ["-1"] }, "tissue=t_*:categorical")
        #expect(fromCSV.labels() == [0: 0, 2: 1, 3: 2])

        let features = try folder.npy([[1], [2], [3], [4]])
        let oneHot = try folder.npy([[1, 0, 0], [-1, -1, -1], [0, 1, 0], [0, 0, 1]])
        #expect(throws: TableError.self) { try load(arrays(features, oneHot), "tissue=t?:categorical") }
        let fromArray = try load(arrays(features, oneHot) { $0.missing = ["-1"] }, "tissue=t?:categorical")
        #expect(fromArray.labels() == [0: 0, 2: 1, 3: 2])

        let indices = try folder.npy([[0], [-1], [1], [2]])
        let fromIndices = try load(arrays(features, indices) { $0.missing = ["-1"] }, "t0:categorical")
        #expect(fromIndices.objectives[0].kind == .categorical(classes: ["0", "1", "2"]))
        #expect(fromIndices.labels() == [0: 0, 2: 1, 3: 2])
    }
}

@Suite struct ArrayLabelTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    @Test func `label columns are t0, t1, … or as a file names them`() throws {
        let features = try folder.npy([[1, 2], [3, 5]])
        let labels = try folder.npy([[1, 0.5], [.nan, 2]])
        let data = try load(arrays(features, labels), "t0:binary", "t1:regression")
        #expect(data.objectives.map(\.name) == ["t0", "t1"])
        #expect(data.labels(slot: 0) == [0: 1])
        #expect(data.labels(slot: 1) == [0: 0.5, 1: 2])
        let names = try folder.text("names.txt", "tumor\r\nsize\r\n")
        let named = try load(arrays(features, labels) { $0.labelNames = names }, "tumor:binary", "size:regression")
        #expect(named.objectives.map(\.name) == ["tumor", "size"])
        #expect(named.preprocessing.featureNames == ["x0", "x1"])
        let short = try folder.text("short.txt", "tumor\n")
        #expect(
            try refusal { try load(arrays(features, labels) { $0.labelNames = short }, "tumor:binary") }.problem
                == "the file has 1 name, '\(labels)' 2 columns")
    }

    @Test(arguments: [Float.nan, .infinity, -1e30, 7])
    func `what stands under a mask is never looked at`(junk: Float) throws {
        let features = try folder.npy([[1], [2], [3]])
        let mask = try folder.npy([[1, 0], [1, 1], [0, 1]])
        let clean = try load(
            arrays(features, try folder.npy([[1, 0], [0, 1], [0, 0]])) { $0.mask = mask }, "t0:binary", "t1:regression")
        let dirty = try load(
            arrays(features, try folder.npy([[1, junk], [0, 1], [junk, 0]])) { $0.mask = mask }, "t0:binary", "t1:regression")
        #expect(clean.datasets[.train]?.labels == dirty.datasets[.train]?.labels)
        #expect(clean.datasets[.train]?.features == dirty.datasets[.train]?.features)
    }

    @Test func `a mask of one column is for whole rows`() throws {
        let features = try folder.npy([[1], [2], [3]])
        let labels = try folder.npy([[1, 9], [0, 1], [5, 5]])
        let mask = try folder.npy([[1], [1], [0]])
        let data = try load(arrays(features, labels) { $0.mask = mask }, "t0:binary", "t1:regression")
        #expect(data.labels(slot: 1) == [0: 9, 1: 1])
    }

    @Test func `an illegal or infinite label says file, row and column`() throws {
        let features = try folder.npy([[1], [2]])
        let illegal = try folder.npy([[0], [-1]])
        #expect(
            try refusal { try load(arrays(features, illegal), "t0:binary") }
                == TableError(
                    "label -1 is neither 0 nor 1", file: illegal, row: 2, column: "t0", why: "objective 't0' is binary",
                    fix: "declare it missing: --missing -1, or per objective 't0:binary:missing=-1'; "
                        + "or uncertain: 't0:binary:uncertain=-1:ignore'"))
        let infinite = try folder.npy([[0], [.infinity]])
        let error = try refusal { try load(arrays(features, infinite), "t0:regression") }
        #expect(error.problem == "label inf is infinite")
        #expect(error.row == 2)
        #expect(error.column == "t0")
    }

    @Test func `a fractional token matches what float32 made of it`() throws {
        let data = try load(
            arrays(try folder.npy([[1], [2]]), try folder.npy([[0.1], [2]])) { $0.missing = ["0.1"] }, "t0:regression")
        #expect(data.labels() == [1: 2])
    }

    @Test func `shapes that do not belong together are refused`() throws {
        let features = try folder.npy([[1], [2]])
        let labels = try folder.npy([[1], [0], [1]])
        #expect(try refusal { try load(arrays(features, labels), "t0:binary") }.problem == "the labels have 3 rows, the features 2")
        let mask = try folder.npy([[1, 1, 1], [1, 1, 1]])
        let pair = try folder.npy([[1, 0], [0, 1]])
        #expect(
            try refusal { try load(arrays(features, pair) { $0.mask = mask }, "t0:binary") }.problem
                == "the mask has the shape [2, 3], the labels [2, 2]")
    }

    @Test func `an infinite feature says row and column`() throws {
        let error = try refusal {
            try load(arrays(try folder.npy([[1, 2], [3, .infinity]]), try folder.npy([[1], [0]])), "t0:binary")
        }
        #expect(error.problem == "feature inf is infinite")
        #expect(error.row == 2)
        #expect(error.column == "x1")
    }

    @Test func `row columns need a table, and a table excludes arrays`() throws {
        let features = try folder.npy([[1], [2]])
        let labels = try folder.npy([[1], [0]])
        #expect(throws: SettingError("column 'name' is named, but arrays have no such columns",
            fix: "pass a table with --data, or leave the column out")) {
            try load(arrays(features, labels) { $0.id = "name" }, "t0:binary")
        }
        #expect(throws: SettingError.self) { try load(arrays(features, nil), "t0:binary") }
        #expect(throws: SettingError.self) { try load(table("a.csv") { $0.features = features }, "t0:binary") }
        #expect(throws: SettingError.self) { try load(DataDeclaration(), "t0:binary") }
    }
}

@Suite struct MissingCellTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    @Test(arguments: ["", "NA", "nan", "null", "-1", "-1.0", "-1e0", "?", " "])
    func `how a missing label is written changes nothing`(token: String) throws {
        var random = TestRandom(seed: 11)
        let missing = (0..<30).map { _ in (0..<4).map { _ in Bool.random(using: &random) } }
        func table(of token: String) throws -> DataDeclaration {
            let lines = missing.enumerated().map { row, gaps in
                let cells = ["\(row % 2)", ["a", "b", "c"][row % 3], "\(Double(row) / 4)", "\(row % 4)"]
                return "\(row),x\(row % 5)," + zip(cells, gaps).map { $1 ? token : $0 }.joined(separator: ",")
            }
            let path = try folder.text("t\(token.count)-\(token.hashValue).csv", "x,w,b,c,r,o\n" + lines.joined(separator: "\n"))
            return LacunaTests.table(path) { ($0.missing, $0.split) = (["-1", "?"], [0.6, 0.2, 0.2]) }
        }
        let declared = ["b:binary", "c:categorical", "r:regression", "o:ordinal"]
        let plain = try load(try table(of: ""), declared[0], declared[1], declared[2], declared[3])
        let other = try load(try table(of: token), declared[0], declared[1], declared[2], declared[3])
        for part in Part.allCases {
            #expect(other.datasets[part]?.labels == plain.datasets[part]?.labels)
            #expect(other.datasets[part]?.features == plain.datasets[part]?.features)
        }
        #expect(other.split == plain.split)
        #expect(other.preprocessing.labels == plain.preprocessing.labels)
    }
}
