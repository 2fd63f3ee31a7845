@testable import Lacuna
import TestSupport
import Testing

/// Shapes at which broadcasting and indexing go wrong elsewhere.
@Suite struct ShapeTests {
    @Test(arguments: [1, 2, 3, 4, 5], [1, 2, 4])
    func `every kind trains and predicts at every pair of rows and classes, B = C and B = 1 among them`(
        rows: Int, count: Int
    ) throws {
        let names = (0..<count).map { "n\($0)" }
        var objectives: [Objective] = [.binary("b"), .regression("r"), .multilabel("m", labels: names)]
        if count > 1 {
            objectives += [.categorical("c", classes: names), .ordinal("o", levels: names)]
            objectives.append(.categorical("tower", classes: names, head: .tower([2])))
        }
        var random = SeededGenerator(seed: UInt64(rows * 10 + count))
        let data = try Problem.random(rows: rows, features: 1, objectives: objectives, coverage: 0.6, using: &random).dataset()
        for batchSize in [1, rows, rows + 3] {
            let model = try Model(features: 1, encoder: .dense(1), objectives: objectives, threads: 1)
            let history = try model.fit(data, epochs: 2, batchSize: batchSize)
            #expect(history.epochs.allSatisfy { $0.trainingLoss.isFinite && $0.steps == (rows + batchSize - 1) / batchSize })
            let predictions = try model.predict(data.features)
            for (name, values) in predictions.objectives { #expect(values.isConsistent(rows: rows, count: count), "\(name)") }
        }
    }

    @Test func `a categorical or ordinal objective of one class is an error, a multilabel one of no label too`() {
        func error(_ objective: Objective) -> String? {
            do { _ = try Model(features: 1, encoder: .dense(1), objectives: [objective]) } catch { return error.problem }
            return nil
        }
        #expect(error(.categorical("tissue", classes: ["a"])) == "categorical objective 'tissue' has one class")
        #expect(error(.categorical("tissue", classes: [])) == "categorical objective 'tissue' has no class")
        #expect(error(.ordinal("grade", levels: ["I"])) == "ordinal objective 'grade' has one level")
        #expect(error(.multilabel("many", labels: [])) == "multilabel objective 'many' has no label")
        #expect(error(.categorical("tissue", classes: ["a", "b", "a"])) == "objective 'tissue' names the class 'a' twice")
        #expect(error(.binary("tumor", loss: SquaredError())) == "the loss squaredError cannot train objective 'tumor', which is binary")
        #expect(error(.binary("tumor", weight: -1)) == "the weight of objective 'tumor' is -1.0")
        #expect(error(.binary("tumor", head: .tower([]))) == "the tower of objective 'tumor' has widths []")
    }

    @Test func `no rows predict nothing, in the right shape`() throws {
        let model = try Model(features: 3, encoder: .dense(2), objectives: .everyKind)
        let predictions = try model.predict(FeatureMatrix(rows: 0, columns: 3, values: []))
        #expect(predictions.rows == 0)
        #expect(predictions["tissue"] == .categorical([], classes: ["a", "b", "c"]))
        #expect(predictions["grade"] == .ordinal([], probabilities: [], levels: ["I", "II", "III", "IV"]))
    }

    @Test func `predictions do not depend on the rows beside them`() throws {
        var random = SeededGenerator(seed: 91)
        let data = try Problem.random(rows: 40, objectives: .everyKindWithTowers, using: &random).dataset()
        let model = try Model(
            features: 4, encoder: EncoderSpec([6], activation: .gelu, dropout: 0.5, norm: .batch), objectives: data.objectives, threads: 1)
        try model.fit(data, epochs: 2)
        let whole = model.engine.logits(data.features, rows: 0..<40), width = model.plan.outputs
        for row in [0, 7, 39] {
            let alone = model.engine.logits(data.features, rows: row..<row + 1)
            #expect(isClose(alone, whole[row * width..<(row + 1) * width].map(Double.init), relative: 1e-5, absolute: 1e-6))
        }
    }

    @Test func `many rows are predicted in parts and in order`() throws {
        let objectives: [Objective] = [.regression("size"), .ordinal("grade", levels: ["1", "2"])]
        let model = try Model(features: 1, encoder: .dense(3), objectives: objectives, threads: 1)
        let features = FeatureMatrix(rows: 2500, columns: 1) { row, _ in Float(row % 7) }
        let predictions = try model.predict(features)
        guard case .regression(let sizes) = predictions["size"] else { return }
        #expect(sizes.count == 2500)
        for row in 7..<2500 where sizes[row] != sizes[row - 7] {
            #expect(isClose(Double(sizes[row]), Double(sizes[row - 7]), relative: 1e-5))
        }
    }

    @Test func `features of another width, or not finite, are refused before anything happens`() throws {
        let model = try Model(features: 2, encoder: .dense(2), objectives: [.binary("tumor")])
        let wide = #expect(throws: DataError.self) { try model.predict(FeatureMatrix(rows: 1, columns: 3, values: [1, 2, 3])) }
        #expect(wide?.problem == "there are 3 feature columns")
        let infinite = #expect(throws: DataError.self) {
            try model.predict(FeatureMatrix(rows: 2, columns: 2, values: [1, 2, 3, .infinity]))
        }
        #expect(infinite?.problem == "feature 1 is inf" && infinite?.row == 1)
    }
}

extension Predictions.Values {
    /// Whether the counts are right and probabilities add up.
    fileprivate func isConsistent(rows: Int, count: Int) -> Bool {
        func sums(_ values: [Float]) -> Bool {
            (0..<rows).allSatisfy { row in
                isClose(values[row * count..<(row + 1) * count].reduce(0) { $0 + Double($1) }, 1, relative: 1e-5)
            }
        }
        return switch self {
        case .binary(let values), .regression(let values): values.count == rows && values.allSatisfy { $0.isFinite }
        case .categorical(let values, _): values.count == rows * count && sums(values)
        case .multilabel(let values, _): values.count == rows * count && values.allSatisfy { (0...1).contains($0) }
        case .ordinal(let levels, let values, _):
            levels.count == rows && values.count == rows * count && sums(values) && levels.allSatisfy { (0..<count).contains($0) }
        }
    }
}
