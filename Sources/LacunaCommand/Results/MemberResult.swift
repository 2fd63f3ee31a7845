import Lacuna

/// One of several models of a run, and its own scores: a member of an ensemble, or the model of a fold.
public struct MemberResult: Equatable, Sendable {
    /// From the run's folder on, such as "members/1".
    public var folder: String
    /// Of first weights, shuffling and dropout.
    public var seed: UInt64
    /// Its scores and what its training took.
    public var report: ResultReport

    public init(folder: String, seed: UInt64, report: ResultReport) {
        self.folder = folder
        self.seed = seed
        self.report = report
    }

    /// The mean over objectives of each one's main metric, or nil where none is defined.
    func main(_ split: String) -> Double? {
        MacroScores.main(of: report.objectives.compactMap { objective in objective.scores[split].map { (objective.kind, $0) } })
            .score.number
    }

    var json: JSONValue {
        let own: [JSONValue.Member] = [
            .init("folder", .string(folder)),
            .init("seed", .unsigned(seed)),
            .init("main", .object(report.splits.map { .init($0, .optional(main($0))) })),
        ]
        guard case .object(let members) = report.json else { return .object(own) }
        return .object(own + members)
    }
}

/// How a metric varies over the folds of a run.
struct FoldSpread: Equatable {
    var mean: Double
    /// With the divisor n, as `numpy.std` has it.
    var deviation: Double
    /// Folds in which the metric is defined.
    var folds: Int

    /// - Returns: nil of no value.
    init?(_ values: [Double]) {
        guard !values.isEmpty else { return nil }
        let count = Double(values.count), mean = values.reduce(0, +) / count
        self.mean = mean
        deviation = (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / count).squareRoot()
        folds = values.count
    }

    var json: JSONValue {
        ["mean": .number(mean), "deviation": .number(deviation), "folds": .integer(folds)]
    }
}

extension ResultReport {
    /// The name under which all rows are scored, each by the model that did not see it.
    static let outOfFold = "outOfFold"

    /// A metric of an objective on the rows that each fold tests.
    func foldSpread(_ objective: String, _ metric: Metric) -> FoldSpread? {
        FoldSpread(
            folds.compactMap { fold in
                fold.report.objectives.first { $0.name == objective }?.scores[Part.test.rawValue]?[metric]?.number
            })
    }

    /// `members`, `folds` and `foldMeans`, where there are such.
    var memberJSON: [JSONValue.Member] {
        var all: [JSONValue.Member] = []
        if !members.isEmpty { all.append(.init("members", .array(members.map(\.json)))) }
        if !folds.isEmpty {
            all.append(.init("folds", .array(folds.map(\.json))))
            all.append(
                .init(
                    "foldMeans",
                    .array(
                        objectives.map { objective in
                            let metrics = Metric.all(for: objective.kind).map { metric in
                                JSONValue.Member(metric.rawValue, foldSpread(objective.name, metric)?.json ?? .null)
                            }
                            return ["name": .string(objective.name), "metrics": .object(metrics)]
                        })))
        }
        return all
    }
}
