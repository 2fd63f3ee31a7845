// README: begin
import Lacuna

let objectives: [Objective] = [
    .binary("tumor_detection"), .categorical("tissue_type", classes: ["fat", "gland", "muscle"]),
]
var random = SplitMix64(seed: 1)
let features = FeatureMatrix(rows: 100, columns: 10) { _, _ in Float.random(in: -1..<1, using: &random) }
let tumor = (0..<100).map { $0 % 3 == 2 ? nil : features[$0, 0] > 0 }  // every third row lacks it
let tissue = (0..<100).map { $0 % 3 == 1 ? nil : Int(1.5 + 1.5 * features[$0, 1]) }  // of the others, every second
let train = try Dataset(
    features: features, objectives: objectives,
    labels: ["tumor_detection": .yesNo(tumor), "tissue_type": .indices(tissue)])
let model = try Model(features: 10, encoder: .dense(64, activation: .relu), objectives: objectives)
print(try model.fit(train, epochs: 2, optimizer: .adam(), learningRate: 0.001))
print(try model.evaluate(train))
print(try model.predict(features)["tumor_detection"]!.numbers[..<3])
// README: end
