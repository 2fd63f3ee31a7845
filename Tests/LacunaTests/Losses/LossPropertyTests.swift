import Foundation
import Lacuna
import TestSupport
import Testing

/// A loss with the width it is tried at, and targets that are legal for it.
private struct Trial: Sendable, CustomTestStringConvertible {
    let loss: any Loss
    let width: Int
    /// Targets per slot.
    let targetWidth: Int

    init(_ loss: any Loss, width: Int = 1, targetWidth: Int = 1) {
        self.loss = loss
        self.width = width
        self.targetWidth = targetWidth
    }

    var testDescription: String { "\(loss), width \(width), \(targetWidth) targets" }

    func targets(slots: Int, using random: inout SeededGenerator) -> [Float] {
        var targets: [Float] = []
        for _ in 0..<slots {
            if targetWidth > 1 {
                let parts = (0..<targetWidth).map { _ in Float.random(in: 0...1, using: &random) }
                targets += parts.map { $0 / parts.reduce(0, +) }
            } else if loss.kinds == [.categorical] {
                targets.append(Float(Int.random(in: 0..<width, using: &random)))
            } else if loss.kinds == [.ordinal] {
                targets.append(Float(Int.random(in: 0...width, using: &random)))
            } else if loss.kinds == [.regression] {
                targets.append(Float.random(in: -3...3, using: &random))
            } else {
                targets.append([0, 1, Float.random(in: 0...1, using: &random)].randomElement(using: &random)!)
            }
        }
        return targets
    }

    func logits(slots: Int, within range: ClosedRange<Float>, using random: inout SeededGenerator) -> [Float] {
        (0..<slots * width).map { _ in Float.random(in: range, using: &random) }
    }

    static let all: [Trial] = [
        Trial(.binaryCrossEntropy()),
        Trial(.binaryCrossEntropy(positiveWeight: 5, labelSmoothing: 0.1)),
        Trial(.focal()),
        Trial(.focal(gamma: 0.5, alpha: 0.25, labelSmoothing: 0.2)),
        Trial(.focal(gamma: 0)),
        Trial(.asymmetric()),
        Trial(.asymmetric(gammaNegative: 1.5, gammaPositive: 0, clip: 0)),
        Trial(.asymmetric(gammaNegative: 0, gammaPositive: 0, clip: 0)),
        Trial(.categoricalCrossEntropy(), width: 4),
        Trial(.categoricalCrossEntropy(), width: 3, targetWidth: 3),
        Trial(.categoricalCrossEntropy(classWeights: [1, 2, 0.5], labelSmoothing: 0.1), width: 3),
        Trial(.categoricalCrossEntropy(classWeights: [0, 2, 1]), width: 3, targetWidth: 3),
        Trial(.ordinalCrossEntropy, width: 1),
        Trial(.ordinalCrossEntropy, width: 4),
        Trial(.squaredError),
        Trial(.absoluteError),
        Trial(.huber(delta: 0.7)),
    ]
}

@Suite struct LossPropertyTests {
    @Test(arguments: Trial.all)
    fileprivate func `the gradient is the slope of the loss`(trial: Trial) {
        var random = SeededGenerator(seed: 3)
        let slots = 200
        var logits = trial.logits(slots: slots, within: -6...6, using: &random)
        let targets = trial.targets(slots: slots, using: &random)
        // Two kinks are kept out of reach of a step: z = y, and p = clip at the logit of 0.05.
        for i in logits.indices where trial.loss is AbsoluteError && abs(logits[i] - targets[i]) < 0.01 {
            logits[i] += 0.1
        }
        for i in logits.indices where trial.loss is AsymmetricLoss && abs(logits[i] + 2.944) < 0.01 {
            logits[i] += 0.1
        }
        let error = trial.loss.largestGradientError(logits: logits, targets: targets, width: trial.width)
        #expect(error < 2e-3)
    }

    @Test(arguments: Trial.all)
    fileprivate func `a finite logit of any size has a finite loss and gradient`(trial: Trial) {
        var random = SeededGenerator(seed: 4)
        let huge: [Float] = [
            .greatestFiniteMagnitude, -.greatestFiniteMagnitude, 1e30, -1e30, 1e4, -1e4, 745, -745, 88, -88, 0,
            .leastNonzeroMagnitude,
        ]
        let logits = (0..<400 * trial.width).map { _ in huge.randomElement(using: &random)! }
        let targets = trial.targets(slots: 400, using: &random)
        let result = trial.loss.evaluated(logits: logits, targets: targets, width: trial.width)
        #expect(result.loss.allSatisfy { $0.isFinite && $0 >= 0 })
        #expect(result.gradient.allSatisfy { $0.isFinite })
    }

    @Test(arguments: Trial.all, [Float.nan, .infinity, -.infinity])
    fileprivate func `a logit that has diverged is never hidden`(trial: Trial, diverged: Float) {
        var random = SeededGenerator(seed: 5)
        let slots = 60
        var logits = trial.logits(slots: slots, within: -3...3, using: &random)
        let targets = trial.targets(slots: slots, using: &random)
        for slot in 0..<slots { logits[slot * trial.width + slot % trial.width] = diverged }
        let result = trial.loss.evaluated(logits: logits, targets: targets, width: trial.width)
        #expect(result.loss.allSatisfy { !$0.isFinite })
        guard diverged.isNaN else { return }
        #expect(result.loss.allSatisfy { $0.isNaN })
        for slot in 0..<slots {
            #expect(result.gradient[slot * trial.width + slot % trial.width].isNaN)
        }
    }

    @Test(arguments: Trial.all)
    fileprivate func `a loss is never negative and each slot stands alone`(trial: Trial) {
        var random = SeededGenerator(seed: 6)
        let slots = 50
        let logits = trial.logits(slots: slots, within: -30...30, using: &random)
        let targets = trial.targets(slots: slots, using: &random)
        let result = trial.loss.evaluated(logits: logits, targets: targets, width: trial.width)
        #expect(result.loss.allSatisfy { $0 >= 0 })
        for slot in 0..<slots {
            let one = trial.loss.evaluated(
                logits: Array(logits[slot * trial.width..<(slot + 1) * trial.width]),
                targets: Array(targets[slot * trial.targetWidth..<(slot + 1) * trial.targetWidth]),
                width: trial.width)
            #expect(one.loss == [result.loss[slot]])
            #expect(one.gradient == Array(result.gradient[slot * trial.width..<(slot + 1) * trial.width]))
        }
    }

    @Test(arguments: Trial.all)
    fileprivate func `no slot is no loss`(trial: Trial) {
        let result = trial.loss.evaluated(logits: [], targets: [], width: trial.width)
        #expect(result.loss.isEmpty && result.gradient.isEmpty)
    }

    @Test(arguments: Trial.all)
    fileprivate func `a built-in loss is rebuilt from its name and settings`(trial: Trial) throws {
        let loss = trial.loss
        #expect(BuiltInLoss.allNames.contains(loss.name))
        let rebuilt = try #require(BuiltInLoss.named(loss.name, settings: loss.settings))
        #expect(String(describing: rebuilt) == String(describing: loss))
        #expect(BuiltInLoss.named(loss.name, settings: ["temperature": [2]]) == nil)
    }
}
