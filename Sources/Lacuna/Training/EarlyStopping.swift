/// Watches the monitored value: when it was best, and whether patience has run out.
struct EarlyStopping: Equatable, Codable {
    let patience: Int?
    let isBetterHigher: Bool
    private(set) var best: Double?
    /// Counted from 1.
    private(set) var bestEpoch: Int?
    private(set) var waited = 0

    init(patience: Int?, isBetterHigher: Bool) {
        self.patience = patience
        self.isBetterHigher = isBetterHigher
    }

    /// Takes an epoch's value and says whether it is the best so far. Equal is not better.
    mutating func observe(_ value: Double?, epoch: Int) -> Bool {
        guard let value, value.isFinite, best.map({ isBetterHigher ? value > $0 : value < $0 }) ?? true else {
            waited += 1
            return false
        }
        best = value
        bestEpoch = epoch
        waited = 0
        return true
    }

    var isExhausted: Bool { patience.map { waited >= $0 } ?? false }
}

extension Monitor {
    /// As flags and files say it: loss, macro, NAME.metric.
    public var text: String {
        switch self {
        case .loss: "loss"
        case .macro: "macro"
        case .metric(let objective, let metric): "\(objective).\(metric.rawValue)"
        }
    }

    /// Reads `loss`, `macro` or `NAME.metric`; the name may hold dots.
    public init?(_ text: String) {
        switch text {
        case "loss": self = .loss
        case "macro": self = .macro
        default:
            guard let dot = text.lastIndex(of: "."), let metric = Metric(rawValue: String(text[text.index(after: dot)...]))
            else { return nil }
            self = .metric(objective: String(text[..<dot]), metric)
        }
    }

    package var isBetterHigher: Bool {
        switch self {
        case .loss: false
        case .macro: true
        case .metric(_, let metric): metric.isBetterHigher
        }
    }

    /// The value in an evaluation, or why there is none.
    func value(in evaluation: Evaluation) -> Score {
        switch self {
        case .loss:
            return evaluation.loss.map { Score(finite: $0) } ?? .undefined(reason: "no label is observed")
        case .macro:
            return evaluation.macroMain.map { .value($0) }
                ?? .undefined(reason: "no objective's main metric is defined")
        case .metric(let name, let metric):
            guard let objective = evaluation[name] else { return .undefined(reason: "no objective is named '\(name)'") }
            return objective.scores[metric]
                ?? .undefined(reason: "a \(objective.kind.rawValue) objective has no \(metric.rawValue)")
        }
    }
}
