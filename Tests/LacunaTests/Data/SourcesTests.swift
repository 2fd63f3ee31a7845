import Foundation
import Tables
import TestSupport
import Testing

@testable import Lacuna

@Suite struct SourcesTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private func tables(_ paths: [String], _ change: (inout DataDeclaration) -> Void = { _ in }) -> DataDeclaration {
        var data = DataDeclaration()
        data.files = paths.map { DataFile(parsing: $0) }
        change(&data)
        return data
    }

    private func text(_ name: String, _ lines: String...) throws -> String {
        try folder.text(name, lines.joined(separator: "\n") + "\n")
    }

    @Test func `columns are united by name, and what a file lacks is missing in its rows`() throws {
        let a = try text("a.csv", "x,y,z,city", "1,0,5,Oslo", "2,1,6,Bergen")
        let b = try text("b.csv", "city,y,w", "Bergen,1,9", "Rome,,8", ",0,7")
        let data = try load(tables([a, b]), "y:binary", "z:regression")
        #expect(data.labels(slot: 0) == [0: 0, 1: 1, 2: 1, 4: 0])
        #expect(data.labels(slot: 1) == [0: 5, 1: 6])
        #expect(data.preprocessing.encoder.columns.map(\.name) == ["x", "city", "w"])
        #expect(data.preprocessing.encoder.columns.map(\.hasIndicator) == [true, true, true])
        #expect(data.sources == RowSources(names: ["a.csv", "b.csv"], ofRow: [0, 0, 1, 1, 1]))
        #expect(
            data.warnings.prefix(2) == [
                "source 'a.csv' lacks the column 'w': missing in its 2 rows",
                "source 'b.csv' lacks the columns 'x', 'z': missing in its 3 rows",
            ])
    }

    /// The parts of one file, with their columns in another order, are that file: features, labels, draws and split.
    @Test(arguments: [[1, 59], [20, 20, 20], [59, 1]])
    func `a file cut into several is the file`(sizes: [Int]) throws {
        var random = SeededGenerator(seed: 8)
        let columns = ["x", "city", "y", "size", "w"]
        let rows = (0..<60).map { row in
            [
                "x": row % 9 == 0 ? "" : "\(Int.random(in: -50...50, using: &random))",
                "city": ["Oslo", "Rome", "", "Köln"].randomElement(using: &random)!,
                "y": ["0", "1", "-1", ""].randomElement(using: &random)!,
                "size": ["3", "<2", "4.5", ">9", "", "7"].randomElement(using: &random)!,
                "w": "\(1 + row % 3)",
            ]
        }
        func write(_ name: String, _ columns: [String], _ rows: some Sequence<[String: String]>) throws -> String {
            let lines = [columns.joined(separator: ",")] + rows.map { row in columns.map { row[$0]! }.joined(separator: ",") }
            return try folder.text(name, lines.joined(separator: "\n") + "\n")
        }
        let whole = try write("whole.csv", columns, rows)
        var pieces: [String] = [], first = 0
        for (index, size) in sizes.enumerated() {
            let order = index == 0 ? columns : Array(columns.reversed())
            pieces.append(try write("part\(index).csv", order, rows[first..<first + size]))
            first += size
        }
        func loaded(_ data: DataDeclaration) throws -> TrainingData {
            try TrainingData.load(
                data,
                objectives: [
                    try ObjectiveDeclaration(parsing: "y:binary:uncertain=-1:soft(0.2,0.8),cellWeights=w"),
                    try ObjectiveDeclaration(parsing: "size:regression:censored=true"),
                ], seed: 3)
        }
        let one = try loaded(table(whole)), several = try loaded(tables(pieces))
        #expect(several.split == one.split)
        #expect(several.preprocessing.encoder == one.preprocessing.encoder)
        for part in Part.allCases {
            let (a, b) = (try #require(one.datasets[part]), try #require(several.datasets[part]))
            #expect(a.fingerprint == b.fingerprint && a.labels == b.labels, "\(part)")
        }
        #expect(several.preprocessing.labels == one.preprocessing.labels)
    }

    @Test func `an error names the file, its row and line, and the column as the file has it`() throws {
        let a = try text("a.csv", "x,tumor", "1,0", "2,1")
        let b = try text("b.csv", "x,tumour", "1,0", "\"2\n\",1", "3,7")
        let error = try refusal { try load(tables([a, b]) { $0.rename = ["tumour=tumor"]; $0.missingFeatures = ["2\n"] }, "tumor:binary") }
        #expect(error.file == b && error.row == 3 && error.line == 5 && error.column == "tumour")
        #expect(error.problem == "label 7 is neither 0 nor 1")
        let whole = try refusal { try load(tables([a, b]), "size:regression") }
        #expect(whole.file == "\(a), \(b)" && whole.problem == "no column is called 'size'")
    }

    @Test func `numbers in one file and words in another are an error, unless they are text or missing`() throws {
        let a = try text("a.csv", "x,y", "1,0", "2,1"), b = try text("b.csv", "x,y", "old,1", "young,0")
        for order in [[a, b], [b, a]] {
            let error = try refusal { try load(tables(order), "y:binary") }
            #expect(error.problem == "feature 'x' is numbers in one source and words in another")
            #expect(error.why == "it is numbers in '\(a)' and words in '\(b)', such as 'old'")
            #expect(error.file == order[1] && error.column == "x")
        }
        #expect(try load(tables([a, b]) { $0.text = ["x"] }, "y:binary").preprocessing.featureNames == ["x=1", "x=2", "x=old", "x=young"])
        let numbers = try load(tables([a, b]) { $0.missingFeatures = ["old", "young"] }, "y:binary")
        #expect(numbers.preprocessing.featureNames == ["x", "x.missing"])
        // A file in which the column is empty has no say.
        let empty = try text("c.csv", "y,x", "1,", "0,NA")
        for order in [[b, empty], [empty, b]] {
            #expect(try load(tables(order), "y:binary").preprocessing.featureNames == ["x=old", "x=young", "x.missing"])
        }
    }

    @Test func `sources have names of their own, and no two the same`() throws {
        let a = try text("a.csv", "x,y", "1,0", "2,1")
        #expect(try load(tables(["clinic=" + a, a]), "y:binary").sources?.names == ["clinic", "a.csv"])
        #expect(try load(tables(["clinic=" + a]), "y:binary").sources?.names == ["clinic"])
        #expect(try load(table(a), "y:binary").sources == nil)
        let error = try refusal { try load(tables([a, a]), "y:binary") }
        #expect(error.problem == "two sources are called 'a.csv'" && error.fix == "name one of them: --data NAME=\(a)")
    }

    @Test(arguments: [
        ("a.csv", nil, "a.csv"), ("north=a.csv", "north", "a.csv"), ("north=/d/a=b.csv", "north", "/d/a=b.csv"),
        ("./a=b.csv", nil, "./a=b.csv"), ("/d/a=b.csv", nil, "/d/a=b.csv"), ("=a.csv", nil, "=a.csv"),
    ] as [(String, String?, String)])
    func `a source is a path, or a name and a path`(text: String, name: String?, path: String) {
        #expect(DataFile(parsing: text) == DataFile(path: path, name: name))
        #expect(DataFile(parsing: DataFile(parsing: text).text) == DataFile(path: path, name: name))
    }

    @Test func `the source is a column for splits and ids, no feature and no label`() throws {
        let a = try text("a.csv", "x,y", "1,0", "2,1"), b = try text("b.csv", "x,y", "3,1")
        let data = try load(tables([a, b]) { $0.id = "source" }, "*y*:binary")
        #expect(data.ids == ["a.csv", "a.csv", "b.csv"])
        #expect(data.preprocessing.featureNames == ["x"])
        #expect(try refusal { try load(tables([a, b]), "source:binary") }.problem == "no column is called 'source'")
        let own = try text("c.csv", "x,y,source", "3,1,8", "4,0,9")
        let real = try load(tables([a, own]), "y:binary")
        #expect(real.preprocessing.encoder.columns.map(\.name) == ["x", "source"] && real.sources?.ofRow == [0, 0, 1, 1])
    }

    @Test func `the split says which source a row came from`() throws {
        let a = try text("a.csv", "x,y", "1,0", "2,1"), b = try text("b.csv", "x,y", "3,1", "4,0")
        let path = folder.path("split.csv")
        try load(tables([a, b]), "y:binary").writeSplit(to: path)
        let lines = try String(contentsOfFile: path, encoding: .utf8).split(separator: "\n")
        #expect(lines == ["row,id,part,source,sourceRow", "1,,train,a.csv,1", "2,,train,a.csv,2", "3,,train,b.csv,1", "4,,train,b.csv,2"])
    }

    @Test func `evaluation and prediction read several files as training did`() throws {
        let a = try text("a.csv", "x,tumor,city", (0..<20).map { "\($0),\($0 % 2),Oslo" }.joined(separator: "\n"))
        let b = try text("b.csv", "tumour,x", (0..<20).map { "\($0 % 2),\($0)" }.joined(separator: "\n"))
        let data = try TrainingData.load(
            tables([a, b]) { $0.rename = ["b.csv:tumour=tumor"] }, objectives: [try ObjectiveDeclaration(parsing: "tumor:binary")])
        let preprocessing = try JSONDecoder().decode(Preprocessing.self, from: JSONEncoder().encode(data.preprocessing))
        #expect(preprocessing == data.preprocessing)
        let test = try preprocessing.dataset(from: DataDeclaration(), objectives: data.objectives, part: .test)
        #expect(test.rows == data.rowsOfPart[.test])
        #expect(test.dataset.labels == data.datasets[.test]?.labels)
        #expect(test.sources == data.sources?.selecting(rows: test.rows))
        let features = try preprocessing.features(from: tables([b, a]))
        #expect(features.features.rows == 40 && features.sources?.names == ["b.csv", "a.csv"])
        // In another order it is another data set, whose parts nobody drew.
        let error = try refusal {
            try preprocessing.dataset(from: tables([b, a]), objectives: data.objectives, part: .test)
        }
        #expect(error.problem == "the part 'test' cannot be told from this file")
        // A rename of training holds for a new file where it can, and one that is said now must.
        let c = try text("c.csv", "tumor,x,city", "1,1,Rome")
        #expect(try preprocessing.dataset(from: table(c), objectives: data.objectives).dataset.rows == 1)
        #expect(
            try refusal { try preprocessing.dataset(from: table(c) { $0.rename = ["tumour=tumor"] }, objectives: data.objectives) }
                .problem == "no column is called 'tumour'")
    }

    @Test func `a row weight, a split or a label weight is there in every source`() throws {
        let a = try text("a.csv", "x,y,w", "1,0,1", "2,1,2"), b = try text("b.csv", "x,y", "3,1")
        for change in [{ $0.weightColumn = "w" }, { $0.splitColumn = "w" }] as [(inout DataDeclaration) -> Void] {
            let weight = try refusal { try load(tables([a, b], change), "y:binary") }
            #expect(weight.file == (weight.problem.contains("no part") ? a : b))
        }
        let error = try refusal { try load(tables([a, b]), "y:binary:cellWeights=w") }
        #expect(error.problem == "the weight of an observed label is missing" && error.file == b && error.row == 1)
    }
}

@Suite struct RenameTests {
    private func headers(_ all: (String, [String])...) -> [Renames.Header] {
        all.map { .init(file: DataFile(parsing: $0.0), names: $0.1) }
    }

    private func renamed(_ texts: [String], inherited: [String] = [], _ headers: [Renames.Header]) throws -> [[String]] {
        try Renames.apply(texts, inherited: inherited, to: headers)
    }

    @Test func `a rename holds for all files that have the column, or for one`() throws {
        let files = headers(("/d/a.csv", ["x", "tumour"]), ("lab=/d/b.csv", ["tumour", "z"]), ("/d/c.csv", ["tumor"]))
        #expect(try renamed(["tumour=tumor"], files) == [["x", "tumor"], ["tumor", "z"], ["tumor"]])
        #expect(try renamed(["a.csv:tumour=tumor"], files) == [["x", "tumor"], ["tumour", "z"], ["tumor"]])
        for name in ["lab", "b.csv", "/d/b.csv"] {
            #expect(try renamed([name + ": tumour = tumor "], files) == [["x", "tumour"], ["tumor", "z"], ["tumor"]])
        }
    }

    @Test func `two columns may change places`() throws {
        #expect(try renamed(["a=b", "b=a"], headers(("f.csv", ["a", "b"]))) == [["b", "a"]])
    }

    @Test func `names with signs in them are found`() throws {
        let file = headers(("f.csv", ["a=b", "c:d", "f.csv:x"]))
        #expect(try renamed(["a=b=new"], file) == [["new", "c:d", "f.csv:x"]])
        #expect(try renamed(["c:d=new", "f.csv:x=y"], file) == [["a=b", "new", "y"]])
        #expect(try renamed(["f.csv:a=b=new"], file) == [["new", "c:d", "f.csv:x"]])
    }

    @Test func `a rename of nothing, or to a name that is taken, is an error`() throws {
        let files = headers(("a.csv", ["tumour", "tumor"]), ("b.csv", ["x"]))
        let unknown = try #require(throws: TableError.self) { try renamed(["tumuor=t"], files) }
        #expect(unknown.problem == "no column is called 'tumuor'" && unknown.fix == "did you mean 'tumour'?")
        #expect(unknown.why == "--rename 'tumuor=t' names it")
        let scoped = try #require(throws: TableError.self) { try renamed(["b.csv:tumour=t"], files) }
        #expect(scoped.problem == "no column is called 'tumour'" && scoped.file == "b.csv")
        let taken = try #require(throws: TableError.self) { try renamed(["tumour=tumor"], files) }
        #expect(taken.problem == "two columns are called 'tumor' once 'tumour' is renamed" && taken.file == "a.csv")
        var data = DataDeclaration()
        data.file = "a.csv"
        data.rename = ["tumour"]
        let setting = #expect(throws: SettingError.self) { try data.check(needsLabels: false) }
        #expect(setting?.problem == "the rename 'tumour' has no new name")
    }

    @Test func `a rename of training says nothing where its column is not, or is called so already`() throws {
        let rules = ["tumour=tumor", "b.csv:q=r"]
        #expect(try renamed([], inherited: rules, headers(("n.csv", ["tumor", "q"]))) == [["tumor", "q"]])
        #expect(try renamed([], inherited: rules, headers(("n.csv", ["tumour"]))) == [["tumor"]])
        #expect(try renamed([], inherited: rules, headers(("n.csv", ["tumour", "tumor"]))) == [["tumour", "tumor"]])
    }
}

@Suite struct DataDeclarationCodingTests {
    @Test func `every property survives coding`() throws {
        var data = DataDeclaration()
        data.files = [DataFile(path: "a.csv"), DataFile(path: "b.csv", name: "lab")]
        data.rename = ["a=b"]
        data.features = "x"
        data.labels = "y"
        data.labelNames = "n"
        data.mask = "m"
        data.cellWeights = "w"
        data.missing = ["-1"]
        data.missingFeatures = ["9"]
        data.text = ["t"]
        data.id = "i"
        data.ignore = ["g"]
        data.weightColumn = "c"
        data.splitColumn = "s"
        data.split = [1, 0, 0]
        data.splitSeed = 4
        data.group = "p"
        data.libsvm = LibSVMLabels()
        data.timeColumn = "d"
        // A property that is not tried here is one that nobody knows to survive.
        for (tried, usual) in zip(Mirror(reflecting: data).children, Mirror(reflecting: DataDeclaration()).children) {
            #expect("\(tried.value)" != "\(usual.value)", "\(tried.label ?? "")")
        }
        #expect(try JSONDecoder().decode(DataDeclaration.self, from: JSONEncoder().encode(data)) == data)
    }

    @Test func `what an earlier version wrote loads`() throws {
        let text = """
            {"file": "/data/a.csv", "missing": ["-1"], "missingFeatures": [], "text": [], "ignore": ["x*"], "splitSeed": 7, "id": "p"}
            """
        let read = try JSONDecoder().decode(DataDeclaration.self, from: Data(text.utf8))
        #expect(read.files == [DataFile(path: "/data/a.csv")] && read.file == "/data/a.csv")
        #expect(read.missing == ["-1"] && read.ignore == ["x*"] && read.splitSeed == 7 && read.id == "p")
        let rules = """
            {"objective": "y", "kind": "binary", "columns": ["y"], "missing": [], "names": [], "areNamesDeclared": false,
             "negatives": [], "soft": false, "transform": "identity", "missingLabels": "eachSlot", "declaration": "y:binary"}
            """
        let labels = try JSONDecoder().decode(LabelRules.self, from: Data(rules.utf8))
        #expect(labels.uncertain == nil && labels.cellWeights == nil && labels.censored == nil)
    }
}

@Suite struct LabelWeightArrayTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    @Test func `an array of the labels' shape weighs them`() throws {
        let x = try folder.npy([[1], [2], [3]]), y = try folder.npy([[0, 1], [1, .nan], [-1, 0]])
        let w = try folder.npy([[1, 2], [3, .nan], [-5, 0.5]])
        let data = try load(arrays(x, y) { $0.cellWeights = w; $0.missing = ["-1"] }, "t*:binary")
        #expect(data.datasets[.train]?.labels.slotWeights == [1, 2, 3, 0.5])
        let again = try data.preprocessing.dataset(from: DataDeclaration(), objectives: data.objectives)
        #expect(again.dataset.labels.slotWeights == [1, 2, 3, 0.5])
        #expect(data.preprocessing.digest.cellWeights != nil)
    }

    @Test func `a bad weight and another shape are errors`() throws {
        let x = try folder.npy([[1], [2]]), y = try folder.npy([[0, 1], [1, 0]])
        let bad = try folder.npy([[1, 2], [3, -4]]), short = try folder.npy([[1], [2]])
        let negative = try refusal { try load(arrays(x, y) { $0.cellWeights = bad }, "t*:binary") }
        #expect(negative.problem == "the weight of a label is -4.0" && negative.row == 2 && negative.column == "t1" && negative.file == bad)
        let shape = try refusal { try load(arrays(x, y) { $0.cellWeights = short }, "t*:binary") }
        #expect(shape.problem == "the label weights have the shape [2, 1], the labels [2, 2]")
    }
}
