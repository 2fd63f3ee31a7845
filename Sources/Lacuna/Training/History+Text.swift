extension History: CustomStringConvertible {
    /// One line per epoch, as ``Epoch/description`` has it.
    public var description: String { epochs.map(\.description).joined(separator: "\n") }
}

extension History.Epoch: CustomStringConvertible {
    /// "epoch 2: loss 1.7412; tumor_detection 0.6782 over 67, tissue_type 1.0630 over 67": the total, and each
    /// objective's training loss with its observed slots.
    public var description: String {
        let parts = objectives.map { objective in
            objective.trainingLoss.map { "\(objective.name) \(rounded($0)) over \(objective.observed)" }
                ?? "\(objective.name) unobserved"
        }
        let valid = validationLoss.map { ", valid \(rounded($0))" } ?? ""
        return "epoch \(epoch): loss \(rounded(trainingLoss))\(valid); \(parts.joined(separator: ", "))"
    }
}

extension Evaluation: CustomStringConvertible {
    /// One line per objective with its metrics and over how many observed slots they are; a metric that the labels
    /// cannot decide is shown as "–".
    public var description: String {
        objectives.map { objective in
            let metrics = objective.scores.entries.map { "\($0.metric.rawValue) \($0.score.number.map(rounded) ?? "–")" }
            return "\(objective.name) (\(objective.scores.observed) observed): \(metrics.joined(separator: ", "))"
        }.joined(separator: "\n")
    }
}

/// Four digits after the point, without a formatter: 0.5 is "0.5000".
private func rounded(_ value: Double) -> String {
    guard value.isFinite, value.magnitude < 1e12 else { return "\(value)" }
    let scaled = Int((value.magnitude * 10_000).rounded())
    let digits = String(scaled % 10_000)
    return (value < 0 && scaled > 0 ? "-" : "") + "\(scaled / 10_000)." + String(repeating: "0", count: 4 - digits.count) + digits
}
