import Lacuna
import Tables

/// Writes what the peers begin from: the model's first weights, and the features as the engine sees them.
func prepare(_ options: Options) throws {
    let problem = try Problem(options.operand)
    let (data, objectives) = try problem.load()
    try problem.model(data, objectives, threads: 1).save(to: "\(problem.folder)/initial")
    let features = data.features
    let writer = try NPYWriter(path: "\(problem.folder)/encoded.npy", rows: features.rows, columns: features.columns)
    // Many rows at once: asked cell by cell, a row of a mapped file is encoded anew for each.
    for start in stride(from: 0, to: features.rows, by: 1024) {
        let values = features.selecting(rows: Array(start..<min(start + 1024, features.rows))).values
        for row in stride(from: 0, to: values.count, by: features.columns) {
            try writer.append(Array(values[row..<row + features.columns]))
        }
    }
    try writer.finish()
    try report(["observed": data.labels.observed, "rows": data.rows])
}
