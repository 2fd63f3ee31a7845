/// Where a training run stands.
struct ProgressState: Equatable, Sendable {
    /// Of one of several trainings: what it is called.
    var title: String?
    /// Counted from 1.
    var epoch: Int
    var epochs: Int
    /// Steps done in this epoch.
    var step: Int
    var steps: Int
    /// Mean training loss of the epoch so far; nil before a step has observed anything.
    var loss: Double?
    var rowsPerSecond: Double?
    var secondsLeft: Double?
}

/// The words of progress: pure functions of where a run stands, so that they can be tested.
enum ProgressText {
    /// One line for a terminal, at most `width` characters: epoch, bar, loss, rows per second, time left. What does
    /// not fit is left out, the bar first.
    static func line(_ state: ProgressState, width: Int) -> String {
        let counter = (state.title.map { "\($0)  " } ?? "") + "epoch \(state.epoch)/\(state.epochs)"
        var parts: [String] = []
        if let loss = state.loss { parts.append("loss \(NumberText.metric(loss))") }
        if let rate = state.rowsPerSecond { parts.append("\(NumberText.count(Int(rate))) rows/s") }
        if let left = state.secondsLeft { parts.append("\(NumberText.duration(left)) left") }
        while true {
            let words = ([counter] + parts).joined(separator: "  ")
            let room = width - words.count - 2
            if room >= 12 {
                return ([counter, bar(state, width: min(room, 40))] + parts).joined(separator: "  ")
            }
            if words.count <= width || parts.isEmpty { return String(words.prefix(max(width, 0))) }
            // Time left matters most to a person who waits; rows per second least.
            parts.remove(at: parts.count == 3 ? 1 : 0)
        }
    }

    /// `━━━━━───────`: the share of the whole run that is done.
    private static func bar(_ state: ProgressState, width: Int) -> String {
        let total = Double(max(state.epochs, 1)) * Double(max(state.steps, 1))
        let done = Double(max(state.epoch - 1, 0)) * Double(max(state.steps, 1)) + Double(state.step)
        let filled = Int((min(max(done / total, 0), 1) * Double(width)).rounded())
        return String(repeating: "━", count: filled) + String(repeating: "─", count: width - filled)
    }

    /// One line for each epoch where nothing can be redrawn: `epoch 3/40: loss 0.412, valid 0.398, auroc …`.
    static func epoch(_ summary: EpochSummary) -> String {
        var parts: [String] = []
        if let loss = summary.loss { parts.append("loss \(NumberText.metric(loss))") }
        if let loss = summary.validLoss { parts.append("valid loss \(NumberText.metric(loss))") }
        if let monitor = summary.monitor {
            parts.append("\(monitor.name) \(NumberText.metric(monitor.value))")
        }
        parts.append("\(NumberText.count(Int(summary.rowsPerSecond))) rows/s")
        return "epoch \(summary.epoch)/\(summary.epochs): \(parts.joined(separator: ", "))"
    }
}

/// What is said at the end of an epoch.
struct EpochSummary: Equatable, Sendable {
    var epoch: Int
    var epochs: Int
    var loss: Double?
    var validLoss: Double?
    var monitor: Monitored?
    var rowsPerSecond: Double

    struct Monitored: Equatable, Sendable {
        var name: String
        var value: Double
    }
}
