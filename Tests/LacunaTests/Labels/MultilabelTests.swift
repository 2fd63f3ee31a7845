import Lacuna
import TestSupport
import Testing

@Suite struct MultilabelTests {
    private func findings(_ missing: MissingLabels) -> Objective {
        .multilabel("findings", labels: ["p", "q", "r"], missingLabels: missing)
    }

    private let rows = Labels.manyYesNo([[true, nil, false], nil, [nil, nil, nil], [true, false, true]])
    private let array = Labels.array(
        [1, -1, 0, -1, -1, -1, .nan, -1, -1, 1, 0, 1], columns: 3, missing: .sentinel(-1))

    @Test func `by default every slot is observed or missing by itself`() throws {
        let expected: [[Int: Double]] = [[0: 1, 3: 1], [3: 0], [0: 0, 3: 1]]
        #expect(try observed(findings(.eachSlot), rows: 4, rows) == expected)
        #expect(try observed(findings(.eachSlot), rows: 4, array) == expected)
    }

    @Test func `under any, a row with some labels and a gap is an error that names the label`() throws {
        for labels in [rows, array] {
            let error = try #require(refusal(findings(.anyElseError), rows: 4, labels))
            #expect(error.problem == "label 'q' is missing in a row that has others")
            #expect(error.row == 0 && error.objective == "findings")
        }
    }

    @Test func `under any with negatives, the gaps of an observed row are negatives and empty rows stay missing`() throws {
        let expected: [[Int: Double]] = [[0: 1, 3: 1], [0: 0, 3: 0], [0: 0, 3: 1]]
        #expect(try observed(findings(.anyElseNegative), rows: 4, rows) == expected)
        #expect(try observed(findings(.anyElseNegative), rows: 4, array) == expected)
    }

    @Test func `a row of another length is an error`() {
        #expect(refusal(findings(.eachSlot), rows: 1, .manyYesNo([[true]]))?.problem == "a row has 1 labels")
    }

    @Test func `a multilabel objective of one label is legal`() throws {
        let one = Objective.multilabel("one", labels: ["p"])
        #expect(try observed(one, rows: 2, .array([1, -1], missing: .sentinel(-1))) == [[0: 1]])
        #expect(try observed(one, rows: 2, .manyYesNo([[nil], [false]])) == [[1: 0]])
    }
}
