import Foundation
import Lacuna
import Tables

/// What scoring cost.
struct ScoringCost: Encodable {
    /// Of all metrics of all objectives, from logits and labels that are there.
    var seconds: Double
    /// Of the logits, chunk by chunk.
    var outputSeconds: Double
    var observed: Int
    var peakBytes: Int?
}

/// The two metrics that a peer calculates too, by objective; nil where undefined.
struct RankingScores: Encodable {
    var auroc: [Double?]
    var averagePrecision: [Double?]
}

/// Scores a fresh model on all labels of a problem. `--out FOLDER` gets the logits of the observed labels, objective by
/// objective, and the scores, for a peer to be given the one and to be compared with the other.
func score(_ options: Options) throws {
    let problem = try Problem(options.operand)
    let (data, objectives) = try problem.load()
    let model = try problem.model(data, objectives, threads: try options.number("threads", otherwise: 2))
    let outputs = try timed { try model.outputs(of: data) }
    let scored = timed { outputs.result.evaluation() }
    let cost = ScoringCost(
        seconds: scored.seconds, outputSeconds: outputs.seconds, observed: data.labels.observed,
        peakBytes: ProcessMemory.peak)
    if let folder = options.text("out") {
        let logits = outputs.result.slots.flatMap(\.logits)
        let writer = try NPYWriter(path: "\(folder)/logits.npy", rows: logits.count, columns: 1)
        for logit in logits { try writer.append([logit]) }
        try writer.finish()
        func values(_ metric: Metric) -> [Double?] {
            scored.result.objectives.map { objective in
                objective.scores.entries.first { $0.metric == metric }?.score.number
            }
        }
        let scores = RankingScores(auroc: values(.auroc), averagePrecision: values(.averagePrecision))
        try JSONEncoder().encode(scores).write(to: URL(filePath: "\(folder)/scores.json"))
    }
    try report(cost)
}
