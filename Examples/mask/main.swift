// Labels as plain arrays, and the three ways in which an array says that one is missing: a declared sentinel (−1),
// NaN, and a mask. What stands in a missing slot is never read, so garbage there changes nothing.
import Lacuna

let rows = 200
var random = SplitMix64(seed: 3)
let features = FeatureMatrix(rows: rows, columns: 4) { _, _ in Float.random(in: -1..<1, using: &random) }
let objectives: [Objective] = [
    .binary("tumor"),
    .regression("size", unit: "mm"),
    .multilabel("findings", labels: ["cyst", "calcification", "asymmetry"]),
]

/// A mask `[rows × 3]`, row by row; true = observed.
let mask = (0..<rows * 3).map { $0 % 4 != 0 }

/// The same observed labels each time, with `junk` wherever the mask says missing.
func trained(junk: Float) throws -> (model: Model, data: Dataset) {
    let tumor = (0..<rows).map { $0 % 2 == 0 ? -1 : features[$0, 0] > 0 ? 1 : Float(0) }
    let size = (0..<rows).map { $0 % 5 == 0 ? Float.nan : 12 + 4 * features[$0, 1] }
    let findings = mask.indices.map { mask[$0] ? (features[$0 / 3, $0 % 3 + 1] > 0 ? 1 : Float(0)) : junk }
    let data = try Dataset(
        features: features, objectives: objectives,
        labels: [
            "tumor": .array(tumor, missing: .sentinel(-1)),
            "size": .array(size),
            "findings": .array(findings, columns: 3, mask: mask),
        ])
    let model = try Model(features: 4, encoder: .dense(32), objectives: objectives)
    try model.fit(data, epochs: 30)
    return (model, data)
}

let (model, data) = try trained(junk: .nan)
print("observed per slot: \(data.labels.observedCounts())")
print(try model.evaluate(data))

let other = try trained(junk: -1e30).model
print("other garbage, equal predictions: \(try model.predict(features) == other.predict(features))")

// A −1 that nobody declared is no label of a binary objective: it is refused, not learned.
do {
    _ = try Dataset(
        features: features, objectives: [.binary("tumor")], labels: ["tumor": .array(Array(repeating: -1, count: rows))])
} catch {
    print("refused: \(error)")
}
