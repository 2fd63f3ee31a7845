// From a table with gaps to predictions, as `lacuna train`, `evaluate` and `predict` do it.
//
//     swift run example-from-csv Examples/data/patients.csv runs/from-swift
import Lacuna

guard CommandLine.arguments.count == 3 else { fatalError("usage: example-from-csv TABLE.csv FOLDER") }
let table = CommandLine.arguments[1]
let folder = CommandLine.arguments[2]

// Article: begin
var source = DataDeclaration()
source.file = table
source.id = "patient"
source.missing = ["-1"]  // in label columns, beside empty, NA, NaN and null

let data = try TrainingData.load(
    source,
    objectives: [
        ObjectiveDeclaration(parsing: "tumor:binary"),
        ObjectiveDeclaration(parsing: "tissue:categorical"),
        ObjectiveDeclaration(parsing: "findings=finding_*:multilabel"),
        ObjectiveDeclaration(parsing: "size_mm:regression:transform=log1p,unit=mm"),
    ])
for warning in data.warnings { print("warning: \(warning)") }

let train = data.datasets[.train]!
let model = try Model(
    features: train.features.columns, encoder: .dense(256, dropout: 0.5), objectives: data.objectives)
let history = try model.fit(
    train, validation: data.datasets[.valid],
    TrainingSettings {
        $0.epochs = 40
        $0.earlyStopping = 5
    })
print("the best of \(history.epochs.count) epochs was epoch \(history.bestEpoch!)")
print(try model.evaluate(data.datasets[.test]!))
try model.save(to: folder, preprocessing: data.preprocessing, history: history)
// Article: end

// Elsewhere, later: another program, or `lacuna predict --model FOLDER`.
// Article: predict
let loaded = try Model.load(from: folder)
let reading = try Preprocessing.load(from: folder)
var newPatients = DataDeclaration()
newPatients.file = table
let rows = try reading.features(from: newPatients)
let predictions = try loaded.predict(rows.features)
print("P(tumor) of \(rows.ids![0]): \(predictions["tumor"]!.numbers[0])")
// Article: end of predict
