@testable import Lacuna
import Tables
import TestSupport
import Testing

@Suite struct UncertainCellTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private func declared(_ text: String) throws -> ObjectiveDeclaration { try ObjectiveDeclaration(parsing: text) }

    private func settingRefusal(_ text: String) throws -> SettingError {
        try #require(throws: SettingError.self) { try ObjectiveDeclaration(parsing: text) }
    }

    @Test(arguments: [
        ("ignore", .ignore), ("zeros", .zeros), ("ones", .ones), ("class", .ownClass),
        ("soft(0.55,0.85)", .soft(from: 0.55, to: 0.85)), ("soft( 0 , 0.3 )", .soft(from: 0, to: 0.3)),
    ] as [(String, UncertainCells.Policy)])
    func `a policy is read, and the keys after its commas too`(text: String, policy: UncertainCells.Policy) throws {
        let declaration = try declared("Edema:binary:uncertain=-1:\(text),weight=2")
        #expect(declaration.uncertain == UncertainCells(["-1"], policy) && declaration.weight == 2)
        #expect(declaration.kind == .binary && declaration.pattern == "Edema")
        #expect(try UncertainCells(parsing: UncertainCells(["-1", "u"], policy).text) == UncertainCells(["-1", "u"], policy))
    }

    @Test func `what is no policy is an error that says what is`() throws {
        #expect(
            try settingRefusal("y:binary:uncertain=-1")
                == SettingError(
                    "objective 'y:binary': uncertain '-1' has no policy",
                    fix: "say what becomes of such a cell: uncertain=-1:ignore, zeros, ones, soft(0.55,0.85) or class"))
        #expect(try settingRefusal("y:binary:uncertain=-1:one").fix == "did you mean 'ones'?")
        for range in ["soft", "soft(0.5)", "soft(0.8,0.2)", "soft(-0.1,0.5)", "soft(0.5,1.5)", "soft(a,b)", "soft(0.1,0.2"] {
            #expect(
                try settingRefusal("y:binary:uncertain=-1:\(range)").fix
                    == "give a range of probabilities, lowest first, such as soft(0.55,0.85)", "\(range)")
        }
        #expect(try settingRefusal("y:binary:uncertain=NA:ones").problem == "objective 'y:binary': 'NA' cannot be uncertain")
        #expect(try settingRefusal("y:binary:uncertain=:ones").problem == "objective 'y:binary': uncertain ':ones' names no cell")
        #expect(try settingRefusal("y:binry:uncertain=-1:soft(0.55,0.85)").fix == "did you mean 'binary'?")
    }

    @Test func `a cell is one thing`() throws {
        #expect(
            try settingRefusal("y:binary:missing=-1.0,uncertain=-1:ones").problem
                == "objective 'y:binary' has '-1' both as missing and as uncertain")
        #expect(
            try settingRefusal("y:binary:positive=yes,uncertain=yes:ones").problem
                == "objective 'y:binary' has 'yes' both as positive and as uncertain")
    }

    @Test(arguments: ["categorical", "ordinal", "regression"], ["zeros", "ones", "soft(0.1,0.2)", "class"])
    func `a policy that means nothing for a kind is an error`(kind: String, policy: String) throws {
        let error = try settingRefusal("y:\(kind):uncertain=-1:\(policy)")
        #expect(error.problem.hasPrefix("objective 'y:\(kind)' has uncertain=-1:\(policy), which is"))
        #expect(try declared("y:\(kind):uncertain=-1:ignore").uncertain?.policy == .ignore)
    }

    @Test func `a multilabel slot has no third class`() throws {
        let error = try settingRefusal("all=f_*:multilabel:uncertain=-1:class")
        #expect(error.fix == "declare each column as a binary objective of its own: 'f_*:binary:uncertain=…:class'")
    }

    @Test func `every policy says what an uncertain cell becomes`() throws {
        let path = try folder.csv("x,y", "1,0", "2,-1.0", "3,1", "4,", "5,-1")
        func labels(_ policy: String) throws -> [Int: Double] { try load(table(path), "y:binary:uncertain=-1:\(policy)").labels() }
        #expect(try labels("ignore") == [0: 0, 2: 1])
        #expect(try labels("zeros") == [0: 0, 1: 0, 2: 1, 4: 0])
        #expect(try labels("ones") == [0: 0, 1: 1, 2: 1, 4: 1])
        #expect(try labels("class") == [0: 0, 1: 1, 2: 2, 4: 1])
        let soft = try labels("soft(0.55,0.85)")
        #expect(soft.keys.sorted() == [0, 1, 2, 4] && soft[0] == 0 && soft[2] == 1)
        for row in [1, 4] { #expect((0.55...0.85).contains(try #require(soft[row]))) }
        #expect(soft[1] != soft[4])
    }

    @Test func `ignore, zeros and ones are the same as files that say so`() throws {
        let given = try folder.csv("x,y", "1,0", "2,-1", "3,1", "4,-1", "5,1", "6,0")
        for (policy, cell) in [("ignore", ""), ("zeros", "0"), ("ones", "1")] {
            let said = try folder.csv("x,y", "1,0", "2,\(cell)", "3,1", "4,\(cell)", "5,1", "6,0")
            let uncertain = try load(table(given), "y:binary:uncertain=-1:\(policy)")
            let plain = try load(table(said), "y:binary")
            #expect(uncertain.datasets[.train]?.labels == plain.datasets[.train]?.labels, "\(policy)")
            #expect(uncertain.rowsOfPart == plain.rowsOfPart)
        }
    }

    @Test func `one token is uncertain for one objective and missing for another`() throws {
        let path = try folder.csv("x,a,b,c", "1,0,0,1", "2,-1,-1,-1", "3,1,1,0")
        let data = try load(table(path) { $0.missing = ["-1"] }, "a:binary:uncertain=-1:ones", "b:binary", "c:binary:uncertain=-1:zeros")
        #expect(data.labels(slot: 0) == [0: 0, 1: 1, 2: 1])
        #expect(data.labels(slot: 1) == [0: 0, 2: 1])
        #expect(data.labels(slot: 2) == [0: 1, 1: 0, 2: 0])
        let own = try load(table(path), "a:binary:uncertain=-1:ones", "b:binary:missing=-1", "c:binary:missing=-1")
        #expect(own.labels(slot: 1) == [0: 0, 2: 1])
    }

    @Test func `an undeclared -1 beside a declared one stays an error`() throws {
        let path = try folder.csv("x,a,b", "1,0,0", "2,-1,-1", "3,1,1")
        let error = try refusal { try load(table(path), "a:binary:uncertain=-1:ones", "b:binary") }
        #expect(error.column == "b" && error.row == 2)
        #expect(
            error.fix == "declare it missing: --missing -1, or per objective 'b:binary:missing=-1'; "
                + "or uncertain: 'b:binary:uncertain=-1:ignore'")
    }

    @Test func `a draw depends on seed, objective and row alone`() throws {
        let path = try folder.csv("x,a,b", "1,-1,-1", "2,0,1", "3,-1,0", "4,1,-1")
        // Another objective, other cells, another order of objectives and columns.
        let other = try folder.csv("b,a,x", "0,-1,1", "1,-1,2", "1,-1,3", "0,0,4")
        let rule = "uncertain=-1:soft(0.2,0.9)"
        func draws(_ path: String, _ objectives: [String], seed: UInt64 = 4) throws -> [String: [Int: Double]] {
            let data = try TrainingData.load(
                table(path) { $0.split = [1, 0, 0] }, objectives: objectives.map { try ObjectiveDeclaration(parsing: $0) }, seed: seed)
            return Dictionary(
                uniqueKeysWithValues: data.objectives.indices.map { (data.objectives[$0].name, data.labels(slot: $0)) })
        }
        let first = try draws(path, ["a:binary:\(rule)", "b:binary:\(rule)"])
        let second = try draws(other, ["a:binary:\(rule)", "b:binary"])
        let third = try draws(path, ["b:binary:\(rule)", "a:binary:\(rule)"])
        for row in [0, 2] { #expect(first["a"]?[row] == second["a"]?[row]) }
        #expect(first == third)
        #expect(first["a"]?[0] != first["b"]?[0])
        #expect(first["a"]?[0] != (try draws(path, ["a:binary:\(rule)"], seed: 5))["a"]?[0])
    }

    @Test func `draws are even over the range`() {
        let draws = CellDraws(seed: 1, objective: "Edema", column: "Edema")
        let values = (0..<20_000).map { draws.draw(row: $0) }
        let mean = values.reduce(0, +) / 20_000
        let variance = values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 20_000
        // Of an even draw: 1/2 and 1/12, within four standard errors.
        #expect(abs(mean - 0.5) < 4 * 0.2887 / 20_000.0.squareRoot())
        #expect(abs(variance - 1.0 / 12) < 0.003)
        for tenth in 0..<10 {
            let count = values.count { Int($0 * 10) == tenth }
            #expect((1800...2200).contains(count), "tenth \(tenth): \(count)")
        }
        // Neighbours have nothing to do with each other.
        let products = (1..<20_000).map { (values[$0] - 0.5) * (values[$0 - 1] - 0.5) }
        #expect(abs(products.reduce(0, +) / 20_000) < 0.003)
    }

    @Test func `drawn labels train and are not scored; evaluation draws them again`() throws {
        let lines = (0..<40).map { row in "\(row % 7),\(row % 4 == 3 ? "-1" : row % 3 == 0 ? "1" : "0")" }
        let path = try folder.text("soft.csv", (["x,y"] + lines).joined(separator: "\n"))
        let data = try TrainingData.load(
            table(path) { $0.split = [1, 0, 0] }, objectives: [try ObjectiveDeclaration(parsing: "y:binary:uncertain=-1:soft(0.55,0.85)")],
            seed: 9)
        let train = try #require(data.datasets[.train])
        let again = try data.preprocessing.dataset(from: table(path), objectives: data.objectives)
        #expect(again.dataset.labels == train.labels)
        let model = try Model(features: train.features.columns, encoder: .dense(4), objectives: data.objectives, threads: 1)
        let evaluation = try model.evaluate(train)
        #expect(evaluation.objectives[0].scores.observed == 30 && evaluation.objectives[0].scores.unscored == 10)
        let bare = try load(table(path), "y:binary:uncertain=-1:ignore", unlabelled: .keep)
        let ignored = try model.evaluate(try #require(bare.datasets[.train]))
        #expect(evaluation.objectives[0].scores.entries == ignored.objectives[0].scores.entries)
        #expect(evaluation.loss != ignored.loss)
        #expect(data.coverage == [[.train: 1]])
    }

    @Test func `uncertain words stand beside two words`() throws {
        let path = try folder.csv("x,y", "1,yes", "2,unsure", "3,no", "4,unsure", "5,yes")
        let data = try load(table(path), "y:binary:positive=yes,uncertain=unsure:class")
        #expect(data.labels() == [0: 2, 1: 1, 2: 0, 3: 1, 4: 2])
        #expect(data.objectives[0].kind == .categorical(classes: ["negative", "uncertain", "positive"]))
        #expect(data.objectives[0].loss is CategoricalCrossEntropy)
        #expect(try load(table(path), "y:binary:positive=yes,uncertain=unsure:zeros").labels() == [0: 1, 1: 0, 2: 0, 3: 0, 4: 1])
        // What is uncertain is no word to learn: 'no' is left as the other one.
        let third = try refusal { try load(table(path), "y:binary:positive=yes") }
        #expect(third.problem == "label 'no' is a third word beside 'yes' and 'unsure'")
    }

    @Test func `slots of a multilabel objective have uncertain cells, in arrays too`() throws {
        let x = try folder.npy([[1], [2], [3]]), y = try folder.npy([[0, -1], [1, 1], [-1, .nan]])
        let data = try load(arrays(x, y), "all=t*:multilabel:uncertain=-1:ones")
        #expect(data.labels(slot: 0) == [0: 0, 1: 1, 2: 1] && data.labels(slot: 1) == [0: 1, 1: 1])
        let soft = try load(arrays(x, y), "all=t*:multilabel:uncertain=-1:soft(0.4,0.6)")
        #expect(soft.labels(slot: 0)[2] != soft.labels(slot: 1)[0])
    }
}

@Suite struct CheXpertLayoutTests {
    @Test(.enabled(if: sharedData != nil))
    func `a file in CheXpert's layout takes another policy for each finding`() throws {
        let path = try #require(sharedData) + "/chexpert_format_MADE_UP.csv"
        let data = try load(
            table(path) { $0.id = "Path"; $0.ignore = ["No Finding", "Lung*", "Enlarged*", "Pneumo*", "Fracture", "Support*", "Consol*"] },
            "Edema:binary:uncertain=-1:soft(0.55,0.85)", "Atelectasis:binary:uncertain=-1:ones", "Cardiomegaly:binary:missing=-1",
            "Pleural Effusion:binary:uncertain=-1:class", "Pleural Other:binary:uncertain=-1:zeros")
        #expect(data.objectives.map(\.kind.name) == [.binary, .binary, .binary, .categorical, .binary])
        let labels = try #require(data.datasets[.train]).labels
        #expect(labels.states?.contains(.uncertain) == true)
        #expect(!data.labels(slot: 2).values.contains(-1))
    }
}
