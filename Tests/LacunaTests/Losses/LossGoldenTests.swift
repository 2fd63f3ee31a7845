import Lacuna
import TestSupport
import Testing

@Suite struct LossGoldenTests {
    /// Below the smallest normal Float there are no digits left to compare.
    private let floor = 1.2e-38

    @Test(arguments: LossGoldens.all.cases)
    func `losses and gradients are within 1e-6 of the formula at logits up to 1e4`(
        golden: LossGoldens.Case
    ) throws {
        let loss = try #require(BuiltInLoss.named(golden.name, settings: golden.settings))
        let result = loss.evaluated(logits: golden.logits, targets: golden.targets, width: golden.width)
        try #require(result.loss.count == golden.loss.count)
        try #require(result.gradient.count == golden.gradient.count)
        for (i, expected) in golden.loss.enumerated() {
            #expect(
                isClose(Double(result.loss[i]), expected, absolute: floor),
                "loss \(result.loss[i]), not \(expected), at \(golden.slot(i))")
        }
        for (i, expected) in golden.gradient.enumerated() {
            #expect(
                isClose(Double(result.gradient[i]), expected, absolute: floor),
                "gradient \(result.gradient[i]), not \(expected), at \(golden.slot(i / golden.width))")
        }
    }

    @Test(arguments: LossGoldens.all.cases)
    func `losses and gradients are those of PyTorch and Keras`(golden: LossGoldens.Case) throws {
        let loss = try #require(BuiltInLoss.named(golden.name, settings: golden.settings))
        let result = loss.evaluated(logits: golden.logits, targets: golden.targets, width: golden.width)
        let pairs =
            Array(zip(result.loss, golden.peerLoss)) + Array(zip(result.gradient, golden.peerGradient))
        let compared = pairs.compactMap { actual, peer in peer.map { (actual, $0) } }
        try #require(!compared.isEmpty)
        for (actual, peer) in compared {
            // The floor is the rounding of the peer's own 1 − σ(z) in float64.
            #expect(isClose(Double(actual), peer, absolute: 1e-12), "\(golden.peer)")
        }
    }

    @Test func `every built-in loss has golden values`() {
        #expect(Set(LossGoldens.all.cases.map(\.name)) == Set(BuiltInLoss.allNames))
    }
}

extension LossGoldens.Case {
    /// The logits and targets of one slot, for messages.
    func slot(_ i: Int) -> String {
        let targetWidth = targets.count / loss.count
        return "z = \(logits[i * width..<(i + 1) * width]), y = \(targets[i * targetWidth..<(i + 1) * targetWidth])"
    }
}
