// Five yes-or-no labels as one objective, four of ten labels missing at random, every third row without any.
// The model learns from what is there, and is scored on rows whose labels are complete.
import Lacuna

let labels = ["edema", "fracture", "nodule", "effusion", "mass"]
let findings = Objective.multilabel("findings", labels: labels)
var random = SplitMix64(seed: 7)

/// 12 features; each finding is present where two of them add up to more than 0.
func cohort(rows: Int, using random: inout SplitMix64) -> (features: FeatureMatrix, labels: [[Bool?]?]) {
    let features = FeatureMatrix(rows: rows, columns: 12) { _, _ in Float.random(in: -1..<1, using: &random) }
    return (features, (0..<rows).map { row in labels.indices.map { features[row, $0] + features[row, $0 + 5] > 0 } })
}

let complete = cohort(rows: 600, using: &random)
let withGaps = complete.labels.enumerated().map { row, labels in
    row % 3 == 2 ? nil : labels?.map { Float.random(in: 0..<1, using: &random) < 0.4 ? nil : $0 }
}
let train = try Dataset(
    features: complete.features, objectives: [findings], labels: ["findings": .manyYesNo(withGaps)])
let heldOut = cohort(rows: 400, using: &random)
let test = try Dataset(
    features: heldOut.features, objectives: [findings], labels: ["findings": .manyYesNo(heldOut.labels)])

let withLabel = (0..<train.rows).filter { train.labels.isLabelled($0) }.count
print("\(train.labels.observed) of \(train.rows * labels.count) labels observed, in \(withLabel) of \(train.rows) rows")

let model = try Model(features: 12, encoder: .dense(64), objectives: [findings])
let history = try model.fit(train, epochs: 20)
print("rows in each epoch: \(history.epochs[0].rows)")
print(try model.evaluate(test))
