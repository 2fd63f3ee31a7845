import Lacuna
import TestSupport
import Testing

/// The labels of one objective over some rows, as `[row: value]` by slot.
func observed(_ objective: Objective, rows: Int, _ labels: Labels, slotWeights: [Float]? = nil) throws -> [[Int: Double]] {
    let data = try Dataset(
        features: FeatureMatrix(rows: rows, columns: 1) { _, _ in 0 }, objectives: [objective],
        labels: [objective.name: labels], slotWeights: slotWeights.map { [objective.name: $0] } ?? [:])
    var columns = [[Int: Double]](repeating: [:], count: objective.kind.slotsPerRow)
    for row in 0..<rows {
        for place in data.labels.rowStarts[row]..<data.labels.rowStarts[row + 1] {
            columns[Int(data.labels.slotIndices[place])][row] = data.labels.values[place]
        }
    }
    return columns
}

/// The error of labels that are refused.
func refusal(_ objective: Objective, rows: Int, _ labels: Labels, slotWeights: [Float]? = nil) -> DataError? {
    do {
        _ = try observed(objective, rows: rows, labels, slotWeights: slotWeights)
        return nil
    } catch {
        return error as? DataError
    }
}

@Suite struct MissingLabelTests {
    private let tumor = Objective.binary("tumor")
    private let tissue = Objective.categorical("tissue", classes: ["a", "b", "c"])
    private let size = Objective.regression("size")
    private let grade = Objective.ordinal("grade", levels: ["I", "II", "III"])

    @Test func `nil is missing in every form of labels`() throws {
        #expect(try observed(tumor, rows: 3, .yesNo([true, nil, false])) == [[0: 1, 2: 0]])
        #expect(try observed(tumor, rows: 3, .indices([1, nil, 0])) == [[0: 1, 2: 0]])
        #expect(try observed(tumor, rows: 3, .numbers([0.25, nil, 1])) == [[0: 0.25, 2: 1]])
        #expect(try observed(tissue, rows: 3, .indices([2, nil, 0])) == [[0: 2, 2: 0]])
        #expect(try observed(tissue, rows: 3, .names(["c", nil, "a"])) == [[0: 2, 2: 0]])
        #expect(try observed(tissue, rows: 3, .distributions([[0, 0.5, 0.5], nil, [1, 0, 0]])) == [[0: 0, 2: 1]])
        #expect(try observed(grade, rows: 3, .names([nil, "I", "III"])) == [[1: 0, 2: 2]])
        #expect(try observed(size, rows: 3, .numbers([nil, -1, 1e9])) == [[1: -1, 2: 1e9]])
    }

    @Test func `NaN is missing in numbers, arrays and distributions`() throws {
        #expect(try observed(size, rows: 2, .numbers([.nan, 2])) == [[1: 2]])
        #expect(try observed(size, rows: 2, .array([.nan, 2])) == [[1: 2]])
        #expect(try observed(tumor, rows: 2, .array([1, .nan])) == [[0: 1]])
        #expect(try observed(grade, rows: 2, .array([.nan, 2], missing: .sentinel(-1))) == [[1: 2]])
        #expect(try observed(tissue, rows: 2, .distributions([[.nan, .nan, .nan], [0, 1, 0]])) == [[1: 0]])
    }

    @Test func `a declared sentinel is missing, for every kind`() throws {
        #expect(try observed(tumor, rows: 3, .array([-1, 1, 0], missing: .sentinel(-1))) == [[1: 1, 2: 0]])
        #expect(try observed(tissue, rows: 3, .array([-1, 2, 0], missing: .sentinel(-1))) == [[1: 2, 2: 0]])
        #expect(try observed(grade, rows: 3, .array([-9, 2, 0], missing: .sentinel(-9))) == [[1: 2, 2: 0]])
        #expect(try observed(size, rows: 3, .array([-999, -1, 0], missing: .sentinel(-999))) == [[1: -1, 2: 0]])
    }

    @Test func `a sentinel that is not declared is no label, and says what to do`() throws {
        let binary = try #require(refusal(tumor, rows: 2, .array([1, -1])))
        #expect(binary.problem == "label -1 is neither 0 nor 1")
        #expect(binary.objective == "tumor" && binary.row == 1)
        #expect(binary.fix == "correct it, or declare -1 as missing")
        #expect(
            "\(binary)"
                == "label -1 is neither 0 nor 1 (objective 'tumor', row 1); objective 'tumor' is binary; correct it, or declare -1 as missing")
        #expect(refusal(tissue, rows: 1, .array([-1]))?.problem == "label -1 is no class index")
        #expect(refusal(grade, rows: 1, .indices([-1]))?.problem == "label -1 is no level index")
        // A regression cannot know: −1 is a number like another.
        #expect(try observed(size, rows: 1, .array([-1])) == [[0: -1]])
    }

    @Test func `false in a mask is missing, whatever stands there`() throws {
        let mask = [true, false, false]
        #expect(try observed(tumor, rows: 3, .array([1, 7, .infinity], mask: mask)) == [[0: 1]])
        #expect(try observed(tissue, rows: 3, .array([2, 99, -4], mask: mask)) == [[0: 2]])
        #expect(try observed(size, rows: 3, .array([2, .infinity, -.infinity], mask: mask)) == [[0: 2]])
        // One mask for whole rows, or one for every cell.
        let many = Objective.multilabel("many", labels: ["p", "q"])
        #expect(
            try observed(many, rows: 3, .array([1, 0, 9, 9, 9, 9], columns: 2, mask: mask)) == [[0: 1], [0: 0]])
        #expect(
            try observed(many, rows: 2, .array([1, 9, 9, 0], columns: 2, mask: [true, false, false, true])) == [[0: 1], [1: 0]])
    }

    @Test func `what is observed has to be legal`() {
        #expect(refusal(tumor, rows: 1, .array([0.5]))?.fix == "allow soft targets if it is a probability")
        #expect(refusal(tumor, rows: 1, .numbers([1.5]))?.problem == "label 1.5 lies outside 0…1")
        #expect(refusal(tumor, rows: 1, .indices([2]))?.problem == "label 2 is neither 0 nor 1")
        #expect(refusal(tissue, rows: 1, .indices([3]))?.problem == "label 3 is no class index")
        #expect(refusal(tissue, rows: 1, .array([1.5]))?.problem == "label 1.5 is no class index")
        #expect(refusal(tissue, rows: 1, .names(["d"]))?.problem == "label 'd' is none of a, b, c")
        #expect(refusal(size, rows: 1, .numbers([.infinity]))?.problem == "label inf is not a finite number")
        #expect(refusal(.regression("size", transform: .log1p), rows: 1, .numbers([-1]))?.problem == "label -1 has no log(1 + label)")
        for distribution: [Float] in [[0.5, 0.6, 0], [1, 0], [], [1.5, -0.5, 0], [0.5, .nan, 0.5]] {
            #expect(refusal(tissue, rows: 1, .distributions([distribution])) != nil, "\(distribution)")
        }
    }

    @Test func `forms that do not fit the kind and wrong counts are errors`() {
        #expect(refusal(size, rows: 1, .yesNo([true]))?.problem == "yes-or-no labels do not fit")
        #expect(refusal(tissue, rows: 1, .numbers([1]))?.problem == "numbers do not fit")
        #expect(refusal(size, rows: 1, .distributions([[1]]))?.problem == "distributions do not fit")
        #expect(refusal(tumor, rows: 2, .yesNo([true]))?.problem == "1 labels against 2 rows")
        #expect(refusal(tumor, rows: 2, .array([1]))?.problem == "an array of 1 values in 1 columns against 2 rows")
        #expect(refusal(tumor, rows: 2, .array([1, 0], mask: [true]))?.problem == "a mask of 1 against 2 rows × 1 columns")
        #expect(refusal(tumor, rows: 2, .array([1, 0, 1, 0], columns: 2))?.problem == "the array has 2 columns")
    }

    @Test func `labels for an unknown objective are an error that names the known ones`() {
        let error = #expect(throws: DataError.self) {
            try Dataset(
                features: FeatureMatrix(rows: 1, columns: 1) { _, _ in 0 }, objectives: [tumor, size],
                labels: ["tumour": .yesNo([true])])
        }
        #expect(error?.problem == "no objective is named 'tumour'")
        #expect(error?.fix == "the objectives are tumor, size")
    }
}
