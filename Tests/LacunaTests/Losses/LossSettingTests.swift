import Lacuna
import TestSupport
import Testing

@Suite struct LossSettingTests {
    private static let outOfRange: [(any Loss, String)] = [
        (BinaryCrossEntropy(positiveWeight: 0), "positive weight is 0.0; it is above 0 and finite"),
        (BinaryCrossEntropy(positiveWeight: .infinity), "positive weight is inf; it is above 0 and finite"),
        (BinaryCrossEntropy(labelSmoothing: 1.2), "label smoothing is 1.2; it lies in 0 ..< 1"),
        (FocalLoss(gamma: -1), "gamma is -1.0; it is at least 0 and finite"),
        (FocalLoss(alpha: 1.5), "alpha is 1.5; it lies in 0 ... 1"),
        (FocalLoss(labelSmoothing: .nan), "label smoothing is nan; it lies in 0 ..< 1"),
        (AsymmetricLoss(gammaNegative: -2), "negative gamma is -2.0; it is at least 0 and finite"),
        (AsymmetricLoss(gammaPositive: .nan), "positive gamma is nan; it is at least 0 and finite"),
        (AsymmetricLoss(clip: 1), "clip is 1.0; it lies in 0 ..< 1"),
        (CategoricalCrossEntropy(labelSmoothing: -0.1), "label smoothing is -0.1; it lies in 0 ..< 1"),
        (
            CategoricalCrossEntropy(classWeights: [1, -1]),
            "a class weight is -1.0; it is at least 0 and finite"
        ),
        (
            CategoricalCrossEntropy(classWeights: [0, 0]),
            "all class weights are 0; give at least one class a weight above 0"
        ),
        (HuberError(delta: 0), "delta is 0.0; it is above 0 and finite"),
    ]

    @Test(arguments: outOfRange.indices)
    func `a setting out of range is named with what was got`(index: Int) throws {
        let (loss, message) = Self.outOfRange[index]
        let error = try #require(throws: SettingError.self) { try loss.validate() }
        #expect(error.description == message)
    }

    @Test func `settings in range pass`() throws {
        for name in BuiltInLoss.allNames {
            try #require(BuiltInLoss.named(name)).validate()
        }
    }

    @Test func `class weights are one per class`() throws {
        let loss = CategoricalCrossEntropy(classWeights: [1, 2])
        try loss.check(for: .categorical(classes: ["solid", "liquid"]))
        let error = try #require(throws: SettingError.self) {
            try loss.check(for: .categorical(classes: ["solid", "liquid", "gas"]))
        }
        #expect(
            error.description
                == "2 class weights for 3 classes; give one weight per class, in the order solid, liquid, gas")
    }

    @Test func `a loss refuses an objective of another kind`() throws {
        let error = try #require(throws: SettingError.self) { try FocalLoss().check(for: .regression) }
        #expect(
            error.description == "the loss 'focal' does not train a regression objective; "
                + "it trains binary and multilabel objectives")
    }

    @Test func `an unknown name, an unknown setting and a list for a number are no loss`() {
        #expect(BuiltInLoss.named("hinge") == nil)
        #expect(BuiltInLoss.named("squaredError", settings: ["delta": [1]]) == nil)
        #expect(BuiltInLoss.named("huber", settings: ["delta": [1, 2]]) == nil)
    }

    @Test func `settings come back from a saved model bit for bit`() throws {
        let loss = CategoricalCrossEntropy(classWeights: [0.1, 3], labelSmoothing: 0.3)
        let rebuilt = BuiltInLoss.named(loss.name, settings: loss.settings)
        #expect(rebuilt as? CategoricalCrossEntropy == loss)
        let focal = FocalLoss(gamma: 1.7, alpha: 0.1, labelSmoothing: 0.05)
        #expect(BuiltInLoss.named(focal.name, settings: focal.settings) as? FocalLoss == focal)
    }

    @Test func `wrong shapes trap`() async throws {
        try await #require(processExitsWith: .failure) {
            _ = BinaryCrossEntropy().evaluated(logits: [1, 2], targets: [1])
        }
        try await #require(processExitsWith: .failure) {
            _ = CategoricalCrossEntropy().evaluated(logits: [1, 2, 3], targets: [3], width: 3)
        }
        try await #require(processExitsWith: .failure) {
            _ = OrdinalCrossEntropy().evaluated(logits: [1, 2], targets: [.nan], width: 2)
        }
    }
}
