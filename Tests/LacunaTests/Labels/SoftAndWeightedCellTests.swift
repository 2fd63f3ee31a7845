@testable import Lacuna
import Tables
import TestSupport
import Testing

@Suite struct SoftCellTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    @Test func `a probability in a cell trains and is scored`() throws {
        let path = try folder.csv("x,y", "1,0.25", "2,1", "3,0", "4,0.75", "5,")
        let data = try load(table(path), "y:binary:soft=true")
        #expect(data.labels() == [0: 0.25, 1: 1, 2: 0, 3: 0.75])
        let train = try #require(data.datasets[.train])
        #expect(train.labels.states == nil)
        let model = try Model(features: train.features.columns, encoder: .dense(3), objectives: data.objectives, threads: 1)
        let scores = try model.evaluate(train).objectives[0].scores
        #expect(scores.observed == 4 && scores.unscored == 0)
        // Brier against the probabilities themselves.
        guard case .binary(let predicted) = try model.predict(train.features).objectives[0].values else { return }
        let brier = zip(predicted, [0.25, 1, 0, 0.75]).reduce(0) { $0 + (Double($1.0) - $1.1) * (Double($1.0) - $1.1) } / 4
        #expect(isClose(try #require(scores[.brier]?.number), brier, relative: 1e-6))
    }

    @Test func `shares of a categorical group are soft labels`() throws {
        let path = try folder.csv(
            "x,c_a,c_b,c_c", "1,0.2,0.3,0.5", "2,,,", "3,1,0,0", "4,0,0,0", "5,0.333,0.333,0.334")
        let data = try load(table(path), "c=c_*:categorical:soft=true", unlabelled: .keep)
        let labels = try #require(data.datasets[.train]).labels
        #expect(labels.distributions[0] == [0.2, 0.3, 0.5, 1, 0, 0, 0.333, 0.333, 0.334])
        #expect(data.labels() == [0: 0, 2: 1, 4: 2])
        let again = try data.preprocessing.dataset(from: table(path), objectives: data.objectives)
        #expect(again.dataset.labels == labels)
    }

    @Test func `shares of a file are the distributions of a program`() throws {
        let path = try folder.csv("x,k,c_a,c_b", "1,0,0.25,0.75", "2,1,1,0", "3,1,,", "4,0,0.5,0.5")
        let data = try load(table(path), "k:binary", "c=c_*:categorical:soft=true")
        let train = try #require(data.datasets[.train])
        let program = try Dataset(
            features: train.features, objectives: data.objectives,
            labels: ["k": .indices([0, 1, 1, 0]), "c": .distributions([[0.25, 0.75], [1, 0], nil, [0.5, 0.5]])])
        #expect(program.labels == train.labels)
        let model = try Model(features: 1, encoder: .dense(3), objectives: data.objectives, threads: 1)
        try model.fit(train, epochs: 2, batchSize: 2)
        #expect(try model.evaluate(train) == model.evaluate(program))
    }

    @Test func `what is no whole is an error with its place`() throws {
        func refused(_ row: String) throws -> TableError {
            let path = try folder.csv("x,c_a,c_b", "1,0.5,0.5", row)
            return try refusal { try load(table(path), "c=c_*:categorical:soft=true") }
        }
        let sum = try refused("2,0.5,0.4")
        #expect(sum.problem == "the row's shares sum to 0.9" && sum.row == 2 && sum.line == 3)
        #expect(try refused("2,0.5,").problem == "1 of the row's 2 soft cells are missing")
        #expect(try refused("2,0.5,").column == "c_b")
        let range = try refused("2,1.5,-0.5")
        #expect(range.problem == "label 1.5 is no share in 0…1" && range.column == "c_a")
    }

    @Test func `undeclared shares are an error that suggests the key`() throws {
        let path = try folder.csv("x,c_a,c_b", "1,1,0", "2,0.5,0.5")
        let error = try refusal { try load(table(path), "c=c_*:categorical") }
        #expect(error.problem == "label 0.5 is neither 0 nor 1")
        #expect(error.fix == "if it is a share of one whole, say 'c=c_*:categorical:soft=true'")
        let one = #expect(throws: SettingError.self) { try ObjectiveDeclaration(parsing: "c:categorical:soft=true") }
        #expect(one?.problem == "objective 'c:categorical' has soft labels in one column")
    }
}

@Suite struct CellWeightTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    private func weights(_ data: TrainingData) throws -> [Float]? { try #require(data.datasets[.train]).labels.slotWeights }

    @Test func `a column weighs the labels of another and is no feature`() throws {
        let path = try folder.csv("x,y,w", "1,0,0.5", "2,1,2", "3,,junk", "4,1,0", "5,0,1")
        let data = try load(table(path), "y:binary:cellWeights=w")
        #expect(data.preprocessing.featureNames == ["x"])
        // Row 3 has no label, so its weight is not looked at; row 4 teaches nothing and is dropped.
        #expect(try weights(data) == [0.5, 2, 1])
        #expect(data.rowsOfPart[.train] == [0, 1, 4])
        let again = try data.preprocessing.dataset(from: table(path), objectives: data.objectives)
        #expect(again.dataset.labels.slotWeights == [0.5, 2, 0, 1])
    }

    @Test func `a star stands for the label column's name`() throws {
        let path = try folder.csv("x,y_a,y_b,y_a.w,y_b.w", "1,0,1,2,3", "2,1,,4,", "3,,0,,5")
        for objective in ["y_*:binary:cellWeights=*.w", "g=y_*:multilabel:cellWeights=*.w"] {
            let data = try load(table(path), objective)
            #expect(data.preprocessing.featureNames == ["x"])
            #expect(try weights(data) == [2, 3, 4, 5], "\(objective)")
        }
        let shared = try load(table(try folder.csv("x,y_a,y_b,w", "1,0,1,2", "2,1,0,4")), "y_*:binary:cellWeights=w")
        #expect(try weights(shared) == [2, 2, 4, 4])
    }

    @Test func `a one-hot label has the weight beside its 1`() throws {
        let path = try folder.csv("x,c_a,c_b,w_c_a,w_c_b", "1,1,0,2,7", "2,0,1,7,3", "3,1,0,5,7")
        #expect(try weights(load(table(path), "c=c_*:categorical:cellWeights=w_*")) == [2, 3, 5])
        let soft = try folder.csv("x,c_a,c_b,w", "1,0.6,0.4,2", "2,0,1,3")
        #expect(try weights(load(table(soft), "c=c_*:categorical:soft=true,cellWeights=w")) == [2, 3])
    }

    @Test(arguments: ["", "-1", "many", "1e99"])
    func `an observed label without a weight is an error with its place`(cell: String) throws {
        let path = try folder.csv("x,y,w", "1,0,1", "2,1,\(cell)")
        let error = try refusal { try load(table(path), "y:binary:cellWeights=w") }
        #expect(error.column == "w" && error.row == 2 && error.line == 3)
        #expect(error.problem.hasPrefix(cell.isEmpty ? "the weight of an observed label is missing" : "the weight of a label is '"))
    }

    @Test func `a weight column that is not there is an error with the nearest`() throws {
        let path = try folder.csv("x,y,weight_y", "1,0,1", "2,1,1")
        let error = try refusal { try load(table(path), "y:binary:cellWeights=weigth_*") }
        #expect(error.problem == "no column is called 'weigth_y'" && error.fix == "did you mean 'weight_y'?")
        let both = #expect(throws: SettingError.self) {
            try ObjectiveDeclaration(parsing: "g=y_*:multilabel:any=negative,cellWeights=w")
        }
        #expect(both?.problem == "objective 'g=y_*:multilabel' has both 'cellWeights' and any=negative")
    }

    @Test func `label weights train as the slot weights of a program`() throws {
        let path = try folder.csv("x,y,z,wy", "1,0,3,0.5", "2,1,4,2", "3,1,5,0", "4,0,7,1")
        let data = try load(table(path), "y:binary:cellWeights=wy", "z:regression")
        let train = try #require(data.datasets[.train])
        let program = try Dataset(
            features: train.features, objectives: data.objectives,
            labels: ["y": .indices([0, 1, 1, 0]), "z": .numbers([3, 4, 5, 7])], slotWeights: ["y": [0.5, 2, 0, 1]])
        #expect(program.labels == train.labels)
        func trained(_ data: Dataset) throws -> [String: [Float]] {
            let model = try Model(features: 1, encoder: .dense(3), objectives: data.objectives, threads: 1)
            try model.fit(data, epochs: 2, batchSize: 2)
            return model.weights
        }
        #expect(try trained(train) == trained(program))
    }

    @Test func `a file without weights is evaluated with a warning`() throws {
        let path = try folder.csv("x,y,w", "1,0,3", "2,1,2")
        let data = try load(table(path), "y:binary:cellWeights=w")
        let bare = try folder.csv("x,y", "1,0", "2,1")
        let again = try data.preprocessing.dataset(from: table(bare), objectives: data.objectives)
        #expect(again.dataset.labels.slotWeights == nil)
        #expect(again.warnings == ["the file has no label weights of objective 'y': all its labels weigh 1"])
    }
}
