import Foundation
import Lacuna
import TestSupport
import Testing

@Suite struct LossValueTests {
    private let third = log(3.0)  // σ(log 3) = 3/4

    @Test func `binary cross-entropy by hand`() {
        let plain = BinaryCrossEntropy().evaluated(logits: [0, Float(third)], targets: [1, 0])
        #expect(isClose(plain.loss, [log(2), log(4)]))
        #expect(isClose(plain.gradient, [-0.5, 0.75]))
        let weighted = BinaryCrossEntropy(positiveWeight: 4).evaluated(logits: [0, 0], targets: [1, 0])
        #expect(isClose(weighted.loss, [4 * log(2), log(2)]))
        let smoothed = BinaryCrossEntropy(labelSmoothing: 0.5).evaluated(logits: [Float(third)], targets: [1])
        #expect(isClose(smoothed.loss, [0.75 * log(4.0 / 3) + 0.25 * log(4)]))
        #expect(isClose(smoothed.gradient, [0], absolute: 1e-7))
    }

    @Test func `focal loss by hand`() {
        let result = FocalLoss(gamma: 2, alpha: 0.25).evaluated(
            logits: [Float(third), Float(third)], targets: [1, 0])
        #expect(isClose(result.loss, [0.25 / 16 * log(4.0 / 3), 0.75 * 9 / 16 * log(4)]))
    }

    @Test func `without focus and weights the focal and asymmetric losses are binary cross-entropy`() {
        let logits: [Float] = [-1e4, -90, -3, -0.1, 0, 0.1, 3, 90, 1e4]
        for target: Float in [0, 0.3, 1] {
            let targets = Array(repeating: target, count: logits.count)
            let binary = BinaryCrossEntropy().evaluated(logits: logits, targets: targets)
            #expect(FocalLoss(gamma: 0).evaluated(logits: logits, targets: targets) == binary)
            let asymmetric = AsymmetricLoss(gammaNegative: 0, gammaPositive: 0, clip: 0)
            let result = asymmetric.evaluated(logits: logits, targets: targets)
            #expect(isClose(result.loss, binary.loss.map(Double.init)))
            #expect(isClose(result.gradient, binary.gradient.map(Double.init)))
        }
    }

    @Test func `asymmetric loss with equal gammas and no clip is the focal loss`() {
        let logits: [Float] = [-40, -3, -0.1, 0, 0.1, 3, 40]
        for target: Float in [0, 0.3, 1] {
            let targets = Array(repeating: target, count: logits.count)
            let focal = FocalLoss(gamma: 2).evaluated(logits: logits, targets: targets)
            let result = AsymmetricLoss(gammaNegative: 2, gammaPositive: 2, clip: 0)
                .evaluated(logits: logits, targets: targets)
            #expect(isClose(result.loss, focal.loss.map(Double.init)))
            #expect(isClose(result.gradient, focal.gradient.map(Double.init)))
        }
    }

    @Test func `asymmetric loss by hand`() {
        let result = AsymmetricLoss(gammaNegative: 4, gammaPositive: 1, clip: 0.25).evaluated(
            logits: [Float(third), Float(third), -Float(third) - 0.01], targets: [1, 0, 0])
        #expect(isClose(result.loss, [0.25 * log(4.0 / 3), pow(0.5, 4) * log(2), 0]))
        #expect(result.gradient[2] == 0)
    }

    @Test func `at the kink of the asymmetric loss the slope is that of the probability`() {
        // p = clip = 1/2 exactly. With no focus: d −log(1 − p_m) = p(1 − p) / 1.
        let unfocused = AsymmetricLoss(gammaNegative: 0, gammaPositive: 0, clip: 0.5)
        #expect(unfocused.evaluated(logits: [0], targets: [0]) == EvaluatedLoss(loss: [0], gradient: [0.25]))
        for gamma: Float in [0.5, 1, 4] {
            let focused = AsymmetricLoss(gammaNegative: gamma, gammaPositive: 0, clip: 0.5)
            #expect(focused.evaluated(logits: [0], targets: [0]) == EvaluatedLoss(loss: [0], gradient: [0]))
        }
    }

    @Test func `categorical cross-entropy by hand`() {
        let logits = [1.0, 2, 5].map { Float(log($0 as Double)) }  // p = 1/8, 2/8, 5/8
        let indexed = CategoricalCrossEntropy(classWeights: [1, 3, 1]).evaluated(
            logits: logits, targets: [1], width: 3)
        #expect(isClose(indexed.loss, [3 * log(4)]))
        #expect(isClose(indexed.gradient, [0.375, -2.25, 1.875]))
        let soft = CategoricalCrossEntropy().evaluated(
            logits: logits, targets: [0.5, 0.5, 0], width: 3)
        #expect(isClose(soft.loss, [0.5 * log(8) + 0.5 * log(4)]))
        #expect(isClose(soft.gradient, [-0.375, -0.25, 0.625]))
    }

    @Test func `as many slots as classes: indices and one-hot rows are told apart`() {
        var random = SeededGenerator(seed: 9)
        let logits = (0..<9).map { _ in Float.random(in: -5...5, using: &random) }
        let loss = CategoricalCrossEntropy(labelSmoothing: 0.1)
        let indexed = loss.evaluated(logits: logits, targets: [2, 0, 1], width: 3)
        let oneHot = loss.evaluated(logits: logits, targets: [0, 0, 1, 1, 0, 0, 0, 1, 0], width: 3)
        #expect(indexed == oneHot)
    }

    @Test func `categorical loss does not change when all logits of a slot are shifted`() {
        let logits: [Float] = [-2, 0.5, 1, 3, -4, 0.25]
        let loss = CategoricalCrossEntropy(classWeights: [1, 2, 0.5], labelSmoothing: 0.1)
        let plain = loss.evaluated(logits: logits, targets: [0, 2], width: 3)
        for shift: Float in [-1024, 4096, 65536] {
            #expect(loss.evaluated(logits: logits.map { $0 + shift }, targets: [0, 2], width: 3) == plain)
        }
    }

    @Test func `two classes are binary cross-entropy of their difference`() {
        let differences: [Float] = [-100, -20, -1, 0, 1, 20, 100]
        for target: Float in [0, 1] {
            let targets = Array(repeating: target, count: differences.count)
            let binary = BinaryCrossEntropy().evaluated(logits: differences, targets: targets)
            let result = CategoricalCrossEntropy().evaluated(
                logits: differences.flatMap { [0, $0] }, targets: targets, width: 2)
            #expect(isClose(result.loss, binary.loss.map(Double.init), absolute: 1.2e-38))
            #expect(
                isClose(
                    result.gradient, binary.gradient.flatMap { [-Double($0), Double($0)] }, absolute: 1.2e-38))
        }
    }

    @Test func `one class costs nothing`() {
        let result = CategoricalCrossEntropy().evaluated(logits: [3, -1e4], targets: [0, 0], width: 1)
        #expect(result == EvaluatedLoss(loss: [0, 0], gradient: [0, 0]))
    }

    @Test func `ordinal cross-entropy by hand`() {
        let result = OrdinalCrossEntropy().evaluated(
            logits: [Float(third), 0, -Float(third)], targets: [1], width: 3)
        #expect(isClose(result.loss, [log(4.0 / 3) + log(2) + log(4.0 / 3)]))
        #expect(isClose(result.gradient, [-0.25, 0.5, 0.25]))
    }

    @Test func `ordinal loss of two levels is binary cross-entropy`() {
        let logits: [Float] = [-1e4, -90, -1, 0, 1, 90, 1e4]
        for target: Float in [0, 1] {
            let targets = Array(repeating: target, count: logits.count)
            #expect(
                OrdinalCrossEntropy().evaluated(logits: logits, targets: targets)
                    == BinaryCrossEntropy().evaluated(logits: logits, targets: targets))
        }
    }

    @Test func `the errors of a regression by hand`() {
        let (logits, targets): ([Float], [Float]) = ([3, 0, 1, 2], [1, 0.5, 1, 1])
        #expect(
            SquaredError().evaluated(logits: logits, targets: targets)
                == EvaluatedLoss(loss: [4, 0.25, 0, 1], gradient: [4, -1, 0, 2]))
        #expect(
            AbsoluteError().evaluated(logits: logits, targets: targets)
                == EvaluatedLoss(loss: [2, 0.5, 0, 1], gradient: [1, -1, 0, 1]))
        #expect(
            HuberError(delta: 1).evaluated(logits: logits, targets: targets)
                == EvaluatedLoss(loss: [1.5, 0.125, 0, 0.5], gradient: [1, -0.5, 0, 1]))
    }
}
