@testable import Lacuna
import Tables
import TestSupport
import Testing

@Suite struct CensoredLabelTests {
    let folder: DataFolder
    init() throws { folder = try DataFolder() }

    @Test(arguments: [
        ("<5", .below(5)), (">5", .above(5)), ("<=5", .below(5)), (">=5", .above(5)), (" < 5 ", .below(5)), ("> 5.5", .above(5.5)),
        ("≤-5", .below(-5)), ("≥ 1e3", .above(1000)),
        ("5", nil), ("<", nil), ("<>5", nil), ("< five", nil), ("=<5", nil), ("", nil), ("<inf", nil), ("<<5", nil),
    ] as [(String, Censored?)])
    func `a bound is a sign and a number`(text: String, expected: Censored?) {
        #expect(Censored(bound: text) == expected)
    }

    @Test func `bounds of a file are labels once they are declared`() throws {
        let path = try folder.csv("x,y", "1,<5", "2,7", "3,> 9", "4,", "5,>=2.5", "6,<= 3", "7,\" < 4 \"")
        let data = try load(table(path), "y:regression:censored=true")
        let labels = try #require(data.datasets[.train]).labels
        #expect(labels.values == [5, 7, 9, 2.5, 3, 4])
        #expect(labels.states == [.below, .known, .above, .above, .below, .below])
    }

    @Test func `without bounds no states are kept`() throws {
        let path = try folder.csv("x,y", "1,5", "2,7")
        #expect(try load(table(path), "y:regression:censored=true").datasets[.train]?.labels.states == nil)
    }

    @Test func `an undeclared bound is an error that suggests the key`() throws {
        let path = try folder.csv("x,y", "1,5", "2,< 7")
        #expect(
            try refusal { try load(table(path), "y:regression") }
                == TableError(
                    "label '< 7' is not a number, but a bound", file: path, row: 2, line: 3, column: "y",
                    why: "objective 'y' is a regression",
                    fix: "if the truth lies there, say 'y:regression:censored=true' for a one-sided loss; else declare it missing: "
                        + "--missing '< 7', or per objective 'y:regression:missing=< 7'"))
    }

    @Test func `what is neither a number nor a bound stays an error`() throws {
        let path = try folder.csv("x,y", "1,5", "2,<low")
        let error = try refusal { try load(table(path), "y:regression:censored=true") }
        #expect(error.problem == "label '<low' is not a number" && error.row == 2)
    }

    @Test func `a bound without a logarithm is an error`() throws {
        let path = try folder.csv("x,y", "1,5", "2,>-1")
        let error = try refusal { try load(table(path), "y:regression:censored=true,transform=log1p") }
        #expect(error.problem == "label '>-1' is a bound without a log(1 + label)")
    }

    @Test func `bounds are for regressions`() throws {
        let error = #expect(throws: SettingError.self) { try ObjectiveDeclaration(parsing: "y:binary:censored=true") }
        #expect(error?.problem == "objective 'y:binary' has the key 'censored', which is not for binary objectives")
    }

    @Test func `scaling is learnt from values, and from bounds where there is nothing else`() throws {
        func scaling(_ labels: [Censored?]) throws -> TargetScaling? {
            let objective = Objective.regression("y")
            let data = try Dataset(
                features: FeatureMatrix(rows: labels.count, columns: 1) { row, _ in Float(row) }, objectives: [objective],
                labels: ["y": .censored(labels)])
            let model = try Model(features: 1, encoder: .dense(2), objectives: [objective], threads: 1)
            return ObservedLabels(data).scaling(model)[0]
        }
        let known = TargetScaling(of: [1, 3, 8], transform: .identity)
        #expect(try scaling([.value(1), .below(-500), nil, .value(3), .above(1000), .value(8)]) == known)
        #expect(try scaling([.below(1), .above(3), .below(8)]) == known)
    }

    @Test func `metrics leave bounds out, and the loss does not`() throws {
        let objective = Objective.regression("y")
        func dataset(_ labels: [Censored?]) throws -> Dataset {
            try Dataset(
                features: FeatureMatrix(rows: labels.count, columns: 1) { row, _ in Float(row) }, objectives: [objective],
                labels: ["y": .censored(labels)])
        }
        let model = try Model(features: 1, encoder: .dense(2), objectives: [objective], threads: 1)
        let bare = try model.evaluate(dataset([.value(0), nil, nil, .value(1), nil]))
        // The outputs of a fresh model are far from these bounds, on the right side and on the wrong one.
        let right = try model.evaluate(dataset([.value(0), .below(100), .above(-100), .value(1), nil]))
        let wrong = try model.evaluate(dataset([.value(0), .below(-100), nil, .value(1), nil]))
        for evaluation in [right, wrong] {
            #expect(evaluation.objectives[0].scores.entries == bare.objectives[0].scores.entries)
            #expect(evaluation.objectives[0].scores.observed == 2)
        }
        #expect(right.objectives[0].scores.unscored == 2 && wrong.objectives[0].scores.unscored == 1)
        let loss = try #require(bare.loss)
        #expect(isClose(try #require(right.loss), loss * 2 / 4, relative: 1e-6))
        #expect(try #require(wrong.loss) > 1000)
        let alone = try model.evaluate(dataset([.below(1), nil, nil, nil, nil]))
        #expect(alone.objectives[0].scores[.rmse] == .undefined(reason: "all observed labels are censored or uncertain"))
    }
}

@Suite struct OneSidedLossTests {
    private struct Expected: Decodable {
        struct Values: Decodable { var loss: [Double], gradient: [Double] }
        var outputs: [Float], targets: [Float], states: [String], losses: [String: Values]
    }

    @Test(arguments: [SquaredError(), AbsoluteError(), HuberError(delta: 0.5)] as [any Loss])
    func `a one-sided loss is PyTorch's, and 0 on the right side`(loss: any Loss) throws {
        let golden = try Golden.load("censored", as: Expected.self)
        let expected = try #require(golden.losses[loss.name])
        let states: [CellState] = golden.states.map { $0 == "below" ? .below : $0 == "above" ? .above : .known }
        var values = [Float](repeating: .nan, count: states.count), gradient = values
        var valueSpan = values.mutableSpan, gradientSpan = gradient.mutableSpan
        loss.evaluate(
            logits: golden.outputs.span, targets: golden.targets.span, width: 1, loss: &valueSpan, gradient: &gradientSpan)
        CellState.makeOneSided(
            states.span, logits: golden.outputs.span, targets: golden.targets.span, loss: &valueSpan, gradient: &gradientSpan)
        for index in states.indices {
            #expect(isClose(Double(values[index]), expected.loss[index], relative: 1e-6, absolute: 1e-9), "\(index)")
            #expect(isClose(Double(gradient[index]), expected.gradient[index], relative: 1e-6, absolute: 1e-9), "\(index)")
        }
        #expect(values.contains(0) && values.contains { $0 > 0 })
    }

    @Test func `an output that is not a number lies on no side`() {
        var loss: [Float] = [.nan], gradient: [Float] = [.nan]
        for state in CellState.allCases {
            var lossSpan = loss.mutableSpan, gradientSpan = gradient.mutableSpan
            CellState.makeOneSided([state].span, logits: [Float.nan].span, targets: [Float(0)].span, loss: &lossSpan, gradient: &gradientSpan)
        }
        #expect(loss[0].isNaN && gradient[0].isNaN)
        (loss, gradient) = ([], [])
    }

    /// The gradient that training takes is the slope of the loss it reports, with bounds among the labels, in linear heads
    /// and towers, for the library's losses and a user's own.
    @Test(arguments: [Head.linear, .tower([3])], [SquaredError(), AbsoluteError(), HuberError(delta: 0.5), OwnCube()] as [any Loss])
    func `the gradient with bounds is the slope of the loss`(head: Head, loss: any Loss) throws {
        let objectives: [Objective] = [.regression("size", loss: loss, head: head), .regression("other", loss: loss), .binary("tumor")]
        var random = SeededGenerator(seed: 5)
        let rows = 14
        var labels: [Censored?] = []
        for row in 0..<rows {
            let value = Double.random(in: -2...2, using: &random)
            let choices: [Censored?] = [.value(value), .below(value), .above(value), nil]
            labels.append(choices[row % 4])
        }
        let data = try Dataset(
            features: FeatureMatrix(rows: rows, columns: 3) { _, _ in Float.random(in: -1...1, using: &random) },
            objectives: objectives,
            labels: [
                "size": .censored(labels), "other": .numbers((0..<rows).map { Double($0 % 3) }),
                "tumor": .yesNo((0..<rows).map { $0 % 2 == 0 }),
            ], slotWeights: ["size": (0..<rows).map { 0.5 + Float($0 % 3) }])
        let driver = try EngineDriver(data, encoder: EncoderSpec([4], activation: .tanh), scaled: false)
        let batch = Array(0..<rows)
        let gradient = try driver.gradient(batch)
        let start = driver.model.engine.weights
        func total(_ tensor: String, _ index: Int, _ by: Float) throws -> Double {
            driver.model.engine.setWeights(
                start.map { given in
                    var floats = given.floats
                    if given.name == tensor { floats[index] += by }
                    return NamedTensor(given.name, given.shape, .floats(floats))
                })
            return try #require(try driver.model.evaluate(data).loss)
        }
        let step: Float = 1.0 / 512
        for (name, values) in gradient {
            for index in values.indices {
                let slope = try (total(name, index, step) - total(name, index, -step)) / Double(2 * step)
                #expect(isClose(Double(values[index]), slope, relative: 2e-2, absolute: 4e-3), "\(name)[\(index)]")
            }
        }
    }

    @Test func `micro-batches keep the gradient, and a satisfied bound adds nothing`() throws {
        let objective = Objective.regression("y")
        var random = SeededGenerator(seed: 6)
        let features = FeatureMatrix(rows: 12, columns: 2) { _, _ in Float.random(in: -1...1, using: &random) }
        func driver(_ labels: [Censored?], micro: Int? = nil, reduction: Reduction = .batch) throws -> EngineDriver {
            let data = try Dataset(features: features, objectives: [objective], labels: ["y": .censored(labels)])
            return try EngineDriver(data, encoder: .dense(4), scaled: false) { $0.microBatch = micro; $0.reduction = reduction }
        }
        var values: [Censored?] = [], satisfied: [Censored?] = []
        for row in 0..<12 {
            let value: Censored = .value(Double(row))
            values.append(row % 2 == 0 ? value : nil)
            satisfied.append(row % 2 == 0 ? value : row % 3 == 0 ? .below(1e6) : .above(-1e6))
        }
        let batch = Array(0..<12)
        // Divided by the rows, a label that asks for nothing changes nothing.
        #expect(try driver(values).gradient(batch) == driver(satisfied).gradient(batch))
        var mixed: [Censored?] = []
        for row in 0..<12 { mixed.append([.value(1), .below(-2), .above(0.5)][row % 3]) }
        let whole = try driver(mixed, reduction: .observed).gradient(batch)
        let parts = try driver(mixed, micro: 5, reduction: .observed).gradient(batch)
        #expect(distance(whole, parts) < 1e-5)
        #expect(distance(whole, whole.mapValues { $0.map { _ in 0 } }) > 0.01)
    }

    @Test func `training on bounds moves predictions to their right side`() throws {
        let objective = Objective.regression("y")
        var labels: [Censored?] = []
        for row in 0..<40 { labels.append([.value(Double(row % 8)), .below(-20), .above(20), .below(-20)][row % 4]) }
        let data = try Dataset(
            features: FeatureMatrix(rows: 40, columns: 4) { row, column in row % 4 == column ? 1 : 0 }, objectives: [objective],
            labels: ["y": .censored(labels)])
        let model = try Model(features: 4, encoder: .dense(16), objectives: [objective], seed: 3, threads: 1)
        try model.fit(data, epochs: 120, batchSize: 10, learningRate: 0.02)
        guard case .regression(let predicted) = try model.predict(data.features).objectives[0].values else {
            Issue.record("no regression")
            return
        }
        for row in 0..<40 {
            switch labels[row] {
            case .above(let bound)?: #expect(Double(predicted[row]) > bound - 1, "row \(row)")
            case .below(let bound)?: #expect(Double(predicted[row]) < bound + 1, "row \(row)")
            default: break
            }
        }
    }

    @Test func `states go with their rows and tell data sets apart`() throws {
        let objective = Objective.regression("y")
        func dataset(_ labels: [Censored?]) throws -> Dataset {
            try Dataset(
                features: FeatureMatrix(rows: 3, columns: 1) { _, _ in 0 }, objectives: [objective], labels: ["y": .censored(labels)])
        }
        let data = try dataset([.below(1), .value(1), .above(1)])
        #expect(data.labels.selecting(rows: [2, 1, 0]).states == [.above, .known, .below])
        #expect(data.fingerprint != (try dataset([.value(1), .value(1), .value(1)])).fingerprint)
    }
}

/// A loss of the user's own: |z − y|³, which knows nothing of bounds.
private struct OwnCube: Loss {
    let name = "cube"
    let kinds: Set<ObjectiveKind.Name> = [.regression]

    func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int, loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) {
        for index in logits.indices {
            let difference = logits[index] - targets[index]
            loss[index] = difference.magnitude * difference * difference
            gradient[index] = 3 * difference.magnitude * difference
        }
    }
}
