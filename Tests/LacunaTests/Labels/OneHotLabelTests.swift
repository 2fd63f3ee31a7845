import Lacuna
import TestSupport
import Testing

@Suite struct OneHotLabelTests {
    private let tissue = Objective.categorical("tissue", classes: ["a", "b", "c"])

    /// `eye(C)[-1]` and `to_categorical(-1)` are the last class; training on that is the classic silent bug.
    @Test func `one-hot encoding never turns −1 into the last class`() throws {
        #expect(try observed(tissue, rows: 3, .array([-1, 0, -1], missing: .sentinel(-1))) == [[1: 0]])
        #expect(refusal(tissue, rows: 1, .array([-1]))?.problem == "label -1 is no class index")
        #expect(refusal(tissue, rows: 1, .indices([-1]))?.problem == "label -1 is no class index")
        let rows: [Float] = [-1, -1, -1, 0, 0, 1]
        #expect(try observed(tissue, rows: 2, .array(rows, columns: 3, missing: .sentinel(-1))) == [[1: 2]])
        #expect(refusal(tissue, rows: 2, .array(rows, columns: 3))?.problem == "the row [-1, -1, -1] is not one-hot")

        // To the end: the class that the sentinel would become is not learnt.
        let features = FeatureMatrix(rows: 8, columns: 1) { _, _ in 1 }
        let objectives = [tissue]
        let labels = Labels.array([0, -1, 0, -1, 0, -1, -1, -1], missing: .sentinel(-1))
        let data = try Dataset(features: features, objectives: objectives, labels: ["tissue": labels])
        let model = try Model(features: 1, encoder: .dense(4), objectives: objectives, threads: 1)
        try model.fit(data, epochs: 60, learningRate: 0.05)
        guard case .categorical(let probabilities, _) = try model.predict(features)["tissue"] else { return }
        #expect(probabilities[0] > 0.9 && probabilities[2] < 0.05)
    }

    @Test func `a row of all zero, all sentinel, all NaN or all masked is missing`() throws {
        let rows: [Float] = [0, 0, 0, 0, 1, 0, .nan, .nan, .nan, 1, 0, 0]
        #expect(try observed(tissue, rows: 4, .array(rows, columns: 3)) == [[1: 1, 3: 0]])
        #expect(
            try observed(tissue, rows: 4, .array(rows, columns: 3, mask: [true, false, true, true])) == [[3: 0]])
        let cells = [Bool](repeating: true, count: 9) + [false, false, false]
        #expect(try observed(tissue, rows: 4, .array(rows, columns: 3, mask: cells)) == [[1: 1]])
    }

    @Test(arguments: [
        [1, 1, 0], [0.5, 0.5, 0], [0, 2, 0], [0, 0, -1], [1, 0, .nan], [.nan, 0, 0], [1, -1, 0], [0, .infinity, 0],
    ] as [[Float]])
    func `anything else that is not one-hot is an error`(row: [Float]) throws {
        let error = try #require(refusal(tissue, rows: 2, .array([0, 1, 0] + row, columns: 3)))
        #expect(error.problem.hasSuffix("is not one-hot"))
        #expect(error.objective == "tissue" && error.row == 1)
        #expect(error.fix == "correct it, or give class indices")
    }

    @Test func `a row that mixes sentinel and one-hot is an error, not half missing`() {
        #expect(
            refusal(tissue, rows: 1, .array([-1, 1, -1], columns: 3, missing: .sentinel(-1)))?.problem
                == "the row [missing, 1, missing] is not one-hot")
    }

    @Test func `one-hot rows need one column per class`() {
        let error = refusal(tissue, rows: 1, .array([1, 0], columns: 2))
        #expect(error?.why == "one-hot rows have one column per class, 3 here")
    }
}
