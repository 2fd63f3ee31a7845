// A loss of one's own: the pinball loss, whose minimum is a quantile instead of the mean. Two objectives on the same
// labels, one for the 10 % and one for the 90 % quantile, frame the values to expect.
import Foundation
import Lacuna

// Article: begin
/// The pinball loss, unreduced: q·(y − z) where z lies below the label, (1 − q)·(z − y) above (Koenker & Bassett 1978).
struct PinballLoss: Loss {
    /// The quantile, in 0 … 1.
    var quantile: Double

    var name: String { "pinball" }
    var settings: [String: [Double]] { ["quantile": [quantile]] }
    var kinds: Set<ObjectiveKind.Name> { [.regression] }

    func validate() throws(SettingError) {
        guard quantile > 0, quantile < 1 else { throw SettingError("quantile is \(quantile); it lies between 0 and 1") }
    }

    func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int,
        loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) {
        for slot in logits.indices {
            let error = targets[slot] - logits[slot]
            gradient[slot] = error > 0 ? -Float(quantile) : Float(1 - quantile)
            loss[slot] = -gradient[slot] * error
        }
    }
}
// Article: end

let rows = 1000
var random = SplitMix64(seed: 5)
let features = FeatureMatrix(rows: rows, columns: 3) { _, _ in Float.random(in: -1..<1, using: &random) }
let size = (0..<rows).map { row -> Double? in
    let noise = Double.random(in: -1...1, using: &random)
    return row % 4 == 3 ? nil : 10 + 3 * Double(features[row, 0]) + noise  // every fourth label is missing
}

let objectives: [Objective] = [
    .regression("low", unit: "mm", loss: PinballLoss(quantile: 0.1)),
    .regression("high", unit: "mm", loss: PinballLoss(quantile: 0.9)),
]
let train = try Dataset(
    features: features, objectives: objectives, labels: ["low": .numbers(size), "high": .numbers(size)])
let model = try Model(features: 3, encoder: .dense(32), objectives: objectives)
try model.fit(train, epochs: 60)

/// The share of observed labels that a prediction lies above.
func shareBelow(_ name: String, _ model: Model) throws -> Double {
    guard let predicted = try model.predict(features)[name]?.numbers else { return 0 }
    let observed = size.indices.compactMap { row in size[row].map { $0 < Double(predicted[row]) } }
    return Double(observed.filter { $0 }.count) / Double(observed.count)
}
print("labels below 'low': \(percent(try shareBelow("low", model))), below 'high': \(percent(try shareBelow("high", model)))")

// A saved model keeps the loss's name and settings. Code is never saved: hand the losses over when loading.
let folder = FileManager.default.temporaryDirectory.appending(path: "lacuna-own-loss-\(UUID().uuidString)").path
defer { try? FileManager.default.removeItem(atPath: folder) }
try model.save(to: folder)
let loaded = try Model.load(from: folder, losses: objectives.map(\.loss))
print("loaded, equal predictions: \(try loaded.predict(features) == model.predict(features))")
try loaded.fit(train, epochs: 1)
print("the loaded model trains on")

// Without the loss the model still predicts, and says what it lacks when it is to train.
let bare = try Model.load(from: folder)
print("without the loss, equal predictions: \(try bare.predict(features) == model.predict(features))")
do { try bare.fit(train, epochs: 1) } catch { print("refused: \(error)") }

func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
