import Lacuna

/// All that a report tells, gathered before a line of it is written: what the model's folder holds, and what the model
/// says of the data where those are at hand.
struct ReportFacts {
    /// The folder's name, without where it lies.
    var name: String
    /// In the model's order.
    var objectives: [Objective]
    /// What training measured, from `metrics.json`.
    var results: ResultReport?
    /// One per epoch, from `history.jsonl`; empty without it.
    var epochs: [History.Epoch] = []
    var settings: ReportSettings
    /// Columns that the network sees.
    var features: Int
    var parameters: Int
    /// Calibrations, thresholds and conformal sets; nil where none were fitted.
    var decisions: Decisions?
    /// What else the folder tells: members, folds, comparisons, weights.
    var extras = ReportExtras()
    /// What the model says of observed labels now.
    var scored: Scored?
    /// What the report lacks and why, one sentence each.
    var gaps: [String] = []
    /// What a person should know of the data, one sentence each.
    var warnings: [String] = []

    /// A part of the data, run through the model.
    struct Scored {
        /// "test", "valid", "train", or "all".
        var split: String
        var outputs: ObservedOutputs
        var result: ResultReport
    }

    /// The part whose results the report shows first: the scored one, else the last that training measured.
    var shown: (split: String, result: ResultReport)? {
        if let scored { return (scored.split, scored.result) }
        guard let results else { return nil }
        let split = ["outOfFold", "test", "valid", "train"].first { results.splits.contains($0) } ?? results.splits.first
        return split.map { ($0, results) }
    }

    /// Results of all parts: training's, and before them the scored one where it is none of those.
    var bySplit: [(split: String, result: ResultReport)] {
        var all: [(split: String, result: ResultReport)] = []
        if let scored { all.append((scored.split, scored.result)) }
        for split in results?.splits ?? [] where split != scored?.split {
            if let results { all.append((split, results)) }
        }
        let order = ["all": 0, "train": 1, "valid": 2, "test": 3, "outOfFold": 4]
        return all.sorted { order[$0.split, default: 9] < order[$1.split, default: 9] }
    }

    /// Above this many slots a report summarises, and shows the best and the worst.
    static let detailLimit = 40

    /// Whether all objectives, and labels of multilabel ones, are shown one by one.
    var showsAll: Bool { objectives.reduce(0) { $0 + $1.kind.slotsPerRow } <= Self.detailLimit }
}

/// What repeats a run.
struct ReportSettings {
    /// The configuration as YAML, its files by name alone.
    var configuration: String?
    var seed: UInt64?
    /// "macro", or an objective's metric.
    var monitor = "macro"
    /// Names of files and the SHA-256 of their content.
    var digests: [(file: String, digest: String)] = []
    /// How the parts came about.
    var split: String?
    /// "256, relu, dropout 0.5".
    var encoder: String
    /// The program that trained, where the folder says it.
    var trainedBy: String?
    /// The program that wrote the report.
    var program: String
}

extension ReportFacts {
    /// An objective, or a label of a multilabel one: what has a curve of its own.
    struct Slot {
        /// Its place in `ObservedOutputs.slots`.
        var index: Int
        var objective: Int
        /// Of the label, or of the objective.
        var name: String
        /// Unique on the page.
        var id: String
        var kind: ObjectiveKind
        var scores: Scores?
        /// Of the metrics; empty where none were found.
        var intervals: [Metric: Interval] = [:]
        /// What was fitted for it on validation rows.
        var decision: DecisionResult?
        /// The metric that stands for it.
        var main: Double?
    }

    /// In slot order; results are those of the shown part.
    var slots: [Slot] {
        var slots: [Slot] = []
        for (place, objective) in objectives.enumerated() {
            let result = shown.flatMap { $0.result.objectives.indices.contains(place) ? $0.result.objectives[place] : nil }
            let split = shown?.split ?? ""
            if case .multilabel(let labels) = objective.kind {
                for (number, label) in labels.enumerated() {
                    let own = result.flatMap { $0.labels.indices.contains(number) ? $0.labels[number] : nil }
                    let scores = own?.scores[split]
                    slots.append(
                        Slot(
                            index: slots.count, objective: place, name: "\(objective.name) · \(label)", id: "o\(place)l\(number)",
                            kind: objective.kind, scores: scores, intervals: own?.intervals[split] ?? [:],
                            decision: own?.decision, main: scores?[.auroc]?.number))
                }
            } else {
                let scores = result?.scores[split]
                slots.append(
                    Slot(
                        index: slots.count, objective: place, name: objective.name, id: "o\(place)", kind: objective.kind,
                        scores: scores, intervals: result?.intervals[split] ?? [:], decision: result?.decision, main: scores?[Metric.main(for: objective.kind.name)]?.number))
            }
        }
        return slots
    }

    /// The slots with details: all, or the ten best and the ten worst by their main metric.
    var detailed: (slots: [Slot], isSelection: Bool) {
        let all = slots
        guard !showsAll else { return (all, false) }
        let (best, worst) = extremes(of: all, count: 10)
        return (best + worst, true)
    }

    /// Fewer labels than this make a metric a matter of luck.
    static let fewLabels = 30

    /// The best, best first, and the worst, worst first; none is both. Ties stand in the model's order.
    ///
    /// Slots of few labels would be both, by luck; they are ranked only where fewer than twice the count have more.
    func extremes(of slots: [Slot], count: Int) -> (best: [Slot], worst: [Slot]) {
        let known = slots.filter { $0.main != nil }, firm = known.filter { ($0.scores?.observed ?? 0) >= Self.fewLabels }
        let ranked = (firm.count >= 2 * count ? firm : known)
            .sorted { a, b in
                let (x, y) = (a.main ?? 0, b.main ?? 0)
                return x != y ? x > y : a.index < b.index
            }
        let best = ranked.prefix(count)
        return (Array(best), ranked.dropFirst(best.count).suffix(count).reversed())
    }
}
