@testable import Lacuna
import TestSupport
import Testing

/// The fast way of a loss against the plain one, which calculates in Double.
@Suite struct LossKernelTests {
    private static let losses: [(loss: any Loss, width: Int)] = [
        (BinaryCrossEntropy(), 1), (BinaryCrossEntropy(positiveWeight: 3, labelSmoothing: 0.2), 1), (SquaredError(), 1),
        (CategoricalCrossEntropy(), 3), (CategoricalCrossEntropy(classWeights: [0.5, 2, 1, 0, 4]), 5),
    ]

    @Test(arguments: 0..<losses.count)
    func `a kernel gives the loss and slope of its loss to single precision`(number: Int) throws {
        let (loss, width) = Self.losses[number]
        let kernel = try #require(LossKernel(loss))
        var random = SeededGenerator(seed: UInt64(71 + number))
        let n = 400
        let logits = Memory<Float>(n * width), targets = Memory<Float>(n), fast = Memory<Float>(n), plain = Memory<Float>(n)
        let slopes = Memory<Float>(n * width)
        for index in 0..<n * width {
            let scale: Float = [0.01, 1, 10, 60][index % 4]
            logits.view[index] = Float.random(in: -scale...scale, using: &random)
        }
        for index in 0..<n {
            targets.view[index] =
                width > 1 ? Float(Int.random(in: 0..<width, using: &random)) : Float.random(in: 0...1, using: &random).rounded()
        }
        OutputLayer.evaluate(loss, logits.view, targets.view, width, plain.view, slopes.view)
        kernel.evaluate(targets.view, width: width, logits.view, fast.view)
        for index in 0..<n { #expect(isClose(fast.view[index], plain.view[index])) }
        for index in 0..<n * width { #expect(isClose(logits.view[index], slopes.view[index])) }
    }

    /// The exponent of a probability is a difference of logits, here of up to 120, which a Float rounds at 4e-6.
    private func isClose(_ fast: Float, _ plain: Float) -> Bool { (fast - plain).magnitude <= 1e-5 * plain.magnitude + 1e-35 }

    @Test(arguments: 0..<losses.count)
    func `a logit that is not finite never passes a kernel unseen`(number: Int) throws {
        let (loss, width) = Self.losses[number]
        let kernel = try #require(LossKernel(loss))
        for bad in [Float.nan, .infinity, -.infinity] {
            for target in 0..<2 {
                for place in 0..<width {
                    let logits = Memory<Float>(width), targets = Memory<Float>(1), losses = Memory<Float>(1)
                    logits.view[place] = bad
                    targets.view[0] = Float(target)
                    kernel.evaluate(targets.view, width: width, logits.view, losses.view)
                    #expect(!losses.view[0].isFinite)
                }
            }
        }
    }

    @Test(arguments: 0..<losses.count, [1, 31, 32, 33, 70])
    func `columns that lie turned have the losses and slopes of a list of their observed cells`(number: Int, rows: Int) throws {
        let (loss, width) = Self.losses[number]
        let kernel = try #require(LossKernel(loss))
        var random = SeededGenerator(seed: UInt64(91 + number))
        let slots = 2, step = rows + 3
        let targets = Memory<Float>(slots * step), scores = Memory<Float>(slots * width * rows), bias = Memory<Float>(slots * width)
        let coefficients = Memory<Float>(slots), losses = Memory<Float>(slots), biasGradient = Memory<Float>(slots * width)
        for index in 0..<scores.count { scores.view[index] = Float.random(in: -3...3, using: &random) }
        for index in 0..<bias.count { bias.view[index] = Float.random(in: -1...1, using: &random) }
        coefficients.view.copy(from: [0.5, 0.25])
        // What follows a column's rows is another batch's; an observed cell would show.
        for slot in 0..<slots {
            for row in 0..<step {
                let isMissing = row < rows && row % 3 == slot
                targets.view[slot * step + row] = isMissing ? .nan : Float(Int.random(in: 0..<max(width, 2), using: &random))
            }
        }
        // A logit that nobody labelled says nothing, finite or not.
        if rows > 3 { scores.view[3] = .nan }
        let before = scores.view.array
        kernel.evaluate(
            LossKernel.Columns(
                width: width, coefficients: coefficients.view, bias: bias.view, biasGradient: biasGradient.view, losses: losses.view),
            rows: rows, targets: targets.view, step: step, scores: scores.view)
        for slot in 0..<slots {
            let observed = (0..<rows).filter { !targets.view[slot * step + $0].isNaN }
            let list = Memory<Float>(observed.count), logits = Memory<Float>(observed.count * width), own = Memory<Float>(observed.count)
            for (place, row) in observed.enumerated() {
                list.view[place] = targets.view[slot * step + row]
                for column in 0..<width {
                    logits.view[place * width + column] = before[(slot * width + column) * rows + row] + bias.view[slot * width + column]
                }
            }
            kernel.evaluate(list.view, width: width, logits.view, own.view)
            let sum = own.view.prefix(observed.count).array.reduce(0, +)
            #expect((losses.view[slot] - sum).magnitude <= 1e-5 * (1 + sum))
            for column in 0..<width {
                let gradients = scores.view.slice((slot * width + column) * rows, rows).array
                #expect((biasGradient.view[slot * width + column] - gradients.reduce(0, +)).magnitude < 1e-4)
                for (place, row) in observed.enumerated() {
                    #expect((gradients[row] - coefficients.view[slot] * logits.view[place * width + column]).magnitude < 1e-6)
                }
                #expect((0..<rows).allSatisfy { observed.contains($0) || gradients[$0] == 0 })
            }
        }
    }

    @Test(arguments: 0..<losses.count)
    func `a logit that is not finite never passes a turned column unseen`(number: Int) throws {
        let (loss, width) = Self.losses[number]
        let kernel = try #require(LossKernel(loss))
        for bad in [Float.nan, .infinity, -.infinity] {
            for place in 0..<width * 40 {
                let targets = Memory<Float>(40), scores = Memory<Float>(40 * width), bias = Memory<Float>(width)
                let coefficients = Memory<Float>(1), losses = Memory<Float>(1), biasGradient = Memory<Float>(width)
                scores.view[place] = bad
                kernel.evaluate(
                    LossKernel.Columns(
                        width: width, coefficients: coefficients.view, bias: bias.view, biasGradient: biasGradient.view,
                        losses: losses.view), rows: 40, targets: targets.view, step: 40, scores: scores.view)
                #expect(!losses.view[0].isFinite)
            }
        }
    }

    @Test(arguments: [Reduction.observed, .expected, .batch, .slots], [nil, 5])
    func `a table of targets trains the same model as lists of them`(reduction: Reduction, micro: Int?) throws {
        var random = SeededGenerator(seed: 83)
        let few: [Objective] = [
            .binary("a"), .categorical("c", classes: ["x", "y", "z"]), .binary("b", positiveWeight: 2), .regression("r", loss: SquaredError()),
            .multilabel("m", labels: ["p", "q"]),
        ]
        let others = (0..<4).map { Objective.categorical("k\($0)", classes: ["x", "y", "z"]) } + (0..<9).map { .binary("t\($0)") }
        // Scores of few outputs lie turned.
        for objectives in [few, few + others] {
            let data = try Problem.random(rows: 40, objectives: objectives, coverage: 0.7, using: &random).dataset()
            // Weights of 1 change no number, and a table has no weights.
            let listed = Dataset(
                features: data.features, objectives: objectives, labels: data.labels, rowWeights: Array(repeating: 1, count: data.rows))
            func trained(_ data: Dataset) throws -> [String: [Float]] {
                try Model.trained(on: data, .dense(6)) {
                    $0.epochs = 3
                    $0.batchSize = 16
                    $0.microBatch = micro
                    $0.reduction = reduction
                }.weights
            }
            let scaling = [TargetScaling?](repeating: nil, count: data.labels.slots)
            let plan = HeadPlan(objectives)
            #expect(TargetMatrix(try TargetTable(data.labels, rowWeights: nil, scaling: scaling), plan: plan) != nil)
            #expect(TargetMatrix(try TargetTable(listed.labels, rowWeights: listed.rowWeights, scaling: scaling), plan: plan) == nil)
            #expect(distance(try trained(data), try trained(listed)) < 2e-5)
        }
    }

    @Test func `a batch without labels leaves no gradient of an earlier one in a table's heads`() throws {
        var random = SeededGenerator(seed: 84)
        let objectives: [Objective] = [.binary("a"), .binary("b")]
        let rows = 24
        let features = FeatureMatrix(rows: rows, columns: 3) { _, _ in Float.random(in: -1...1, using: &random) }
        // Every third row has no label: batches of one row, of which some are empty.
        let columns = objectives.map { _ in
            (0..<rows).filter { $0 % 3 != 0 }.map { LabelTable.Entry(row: $0, value: Double($0 % 2)) }
        }
        let labels = LabelTable(rows: rows, columns: columns)
        func trained(_ weights: [Float]?) throws -> [String: [Float]] {
            let data = Dataset(features: features, objectives: objectives, labels: labels, rowWeights: weights)
            return try Model.trained(on: data, .dense(4)) {
                $0.epochs = 3
                $0.batchSize = 1
                $0.unlabelled = .keep
                $0.idleHeads = .move
                $0.reduction = .batch
            }.weights
        }
        #expect(distance(try trained(nil), try trained(Array(repeating: 1, count: rows))) < 1e-6)
    }
}
