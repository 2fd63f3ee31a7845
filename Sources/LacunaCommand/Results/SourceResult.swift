import Lacuna

/// What came out for the rows of one of several sources.
public struct SourceResult: Equatable, Sendable {
    /// The source's name.
    public var name: String
    /// Rows, coverage and metrics on those rows alone; nothing of training.
    public var report: ResultReport

    public init(name: String, report: ResultReport) {
        self.name = name
        self.report = report
    }

    /// One entry of `sources`: the object of a result without what concerns the run as a whole.
    var json: JSONValue {
        guard case .object(let members) = report.json else { return .null }
        return .object([.init("name", .string(name))] + members.filter { $0.key != "unlabelledDropped" })
    }
}

/// Results by source, gathered split by split.
struct SourceScores {
    private let sources: RowSources?
    private var evaluations: [[(split: String, evaluation: Evaluation)]]
    private var rows: [[String: Int]]

    /// - Parameter sources: of the rows of a file; nil gathers nothing.
    init(_ sources: RowSources?) {
        self.sources = sources
        evaluations = Array(repeating: [], count: sources?.names.count ?? 0)
        rows = Array(repeating: [:], count: sources?.names.count ?? 0)
    }

    /// Takes what a model says of one split. A source without rows there has no result of it.
    ///
    /// - Parameters:
    ///   - outputs: of the split's data set.
    ///   - shown: the file's rows that the data set holds, in its order.
    ///   - all: the file's rows of the split, those without labels too.
    mutating func add(_ split: String, _ outputs: ObservedOutputs, rows shown: [Int], of all: some Sequence<Int>) {
        guard let sources else { return }
        for (source, count) in sources.counts(rows: all).enumerated() where count > 0 {
            let own = outputs.selecting(shown.map { sources.ofRow[$0] == source })
            evaluations[source].append((split, own.evaluation()))
            rows[source][split] = count
        }
    }

    /// One result for each source, in the order given.
    func results(_ objectives: [Objective]) -> [SourceResult] {
        guard let sources else { return [] }
        return sources.names.indices.map { source in
            SourceResult(
                name: sources.names[source],
                report: ResultReport(objectives: objectives, evaluations: evaluations[source], rows: rows[source]))
        }
    }
}

extension ResultReport {
    /// Sources side by side: rows, the mean coverage, and the means over objectives.
    func sourceLines(_ split: String) -> [String] {
        let own = sources.filter { $0.report.rows[split] != nil }
        guard !own.isEmpty else { return [] }
        let metrics = macro(split).entries.map(\.metric)
        var table = TextTable(["source", "rows", "coverage"] + metrics.map(\.rawValue))
        for source in own {
            let coverage = source.report.objectives.compactMap { $0.coverage[split] }
            let mean = coverage.isEmpty ? nil : coverage.reduce(0, +) / Double(coverage.count)
            let means = source.report.macro(split)
            table.rows.append(
                [source.name, NumberText.count(source.report.rows[split] ?? 0), mean.map(NumberText.percent) ?? "–"]
                    + metrics.map { means[$0]?.score.number.map(NumberText.metric) ?? "–" })
        }
        return [""] + table.lines(indent: "  ")
    }
}
