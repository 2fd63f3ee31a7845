import Lacuna

/// Trains the cohort in four ways and scores all of them on the same complete labels.
struct DemoComparison {
    /// A way to deal with missing labels.
    enum Method: String, CaseIterable {
        case masked, oneEach, missingAsNo, lossTimesMask

        var title: String {
            switch self {
            case .masked: "masked"
            case .oneEach: "one model each"
            case .missingAsNo: "missing = no"
            case .lossTimesMask: "loss × mask"
            }
        }
    }

    let cohort: DemoCohort
    let seed: UInt64
    /// By method, the scores of each objective on complete labels.
    private(set) var scores: [Method: [Evaluation.Objective]] = [:]
    private(set) var seconds = 0.0

    init(rows: Int, seed: UInt64, began: (Method) -> Void = { _ in }) throws {
        cohort = DemoCohort(rows: rows, testRows: 2000, seed: seed)
        self.seed = seed
        let clock = ContinuousClock(), start = clock.now
        for method in Method.allCases {
            began(method)
            scores[method] = try train(method)
        }
        seconds = (clock.now - start).seconds
    }

    private func train(_ method: Method) throws -> [Evaluation.Objective] {
        let all = DemoCohort.objectives
        switch method {
        case .masked: return try fit(all, on: cohort.train) { _ in }
        case .oneEach: return try all.flatMap { objective in try fit([objective], on: cohort.train) { _ in } }
        case .missingAsNo: return try fit(all, on: cohort.train.fillingMissing()) { _ in }
        case .lossTimesMask:
            // `(loss * mask).mean()`: a multilabel loss is averaged over rows × labels, and heads drift as they
            // usually do with it.
            var objectives = all
            for index in objectives.indices { objectives[index].weight /= Float(objectives[index].kind.slotsPerRow) }
            return try fit(objectives, on: cohort.train) {
                $0.reduction = .batch
                $0.idleHeads = .move
            }
        }
    }

    private func fit(
        _ objectives: [Objective], on rows: DemoCohort.LabelledRows, _ change: (inout TrainingSettings) -> Void
    ) throws -> [Evaluation.Objective] {
        let model = try Model(
            features: DemoCohort.features, encoder: EncoderSpec([64, 32], dropout: 0.1), objectives: objectives, seed: seed,
            threads: 1)
        var settings = TrainingSettings {
            $0.epochs = 40
            $0.seed = seed
            $0.threads = 1
        }
        change(&settings)
        try model.fit(rows.dataset(objectives), settings)
        return try model.evaluate(cohort.test.dataset(objectives)).objectives
    }
}

extension DemoComparison {
    /// The numbers that are compared: by objective, the one that says how well it ranks or fits, and for
    /// probabilities one that says whether they can be believed.
    private static let shown: [(objective: String, metric: Metric)] = [
        ("tumor", .auroc), ("tumor", .logLoss), ("tissue", .balancedAccuracy), ("tissue", .logLoss),
        ("findings", .auroc), ("findings", .logLoss), ("size", .r2), ("size", .mae),
    ]

    /// The value of a method.
    func value(_ method: Method, _ objective: String, _ metric: Metric) -> Double? {
        scores[method]?.first { $0.name == objective }?.scores[metric]?.number
    }

    /// The mean over the objectives of each one's main metric.
    func mainMean(_ method: Method) -> Double? {
        MacroScores.main(of: (scores[method] ?? []).map { ($0.kind, $0.scores) }).score.number
    }

    /// The comparison as a person reads it.
    var text: String {
        var table = TextTable(["", "metric", "better"] + Method.allCases.map(\.title))
        table.leading = [0, 1, 2]
        var last = ""
        for (objective, metric) in Self.shown {
            let cells = Method.allCases.map { value($0, objective, metric).map(NumberText.metric) ?? "–" }
            let better = metric.isBetterHigher ? "high" : "low"
            table.rows.append([objective == last ? "" : objective, metric.rawValue, better] + cells)
            last = objective
        }
        let means = Method.allCases.map { mainMean($0).map(NumberText.metric) ?? "–" }
        table.rows.append(["all", "main mean", "high"] + means)
        return """
            \(summary)

            \(table.lines(indent: "  ").joined(separator: "\n"))

            \(conclusions.joined(separator: "\n"))
            """
    }

    private var summary: String {
        let train = cohort.train
        return """
            A made-up cohort: \(NumberText.count(train.rows)) patients to learn from, of whose labels \
            \(NumberText.fixed(missingShare * 100, decimals: 0)) % are missing
            (\(NumberText.count(train.unlabelled)) have none at all); \(NumberText.count(cohort.test.rows)) others, with \
            complete labels, to score on.
            """
    }

    /// The share of training labels that are missing, over all slots.
    var missingShare: Double {
        let train = cohort.train
        let slots = train.rows * (3 + DemoCohort.findings.count)
        let observed =
            train.tumor.count { $0 != nil } + train.tissue.count { $0 != nil } + train.size.count { $0 != nil }
            + train.findings.reduce(0) { $0 + ($1 ?? []).count { $0 != nil } }
        return 1 - Double(observed) / Double(slots)
    }

    /// What one sees, said from the numbers and not from hope.
    var conclusions: [String] {
        var lines: [String] = []
        func compare(_ method: Method, _ objective: String, _ metric: Metric) -> String? {
            guard let ours = value(.masked, objective, metric), let theirs = value(method, objective, metric) else { return nil }
            return "\(NumberText.metric(theirs)) instead of \(NumberText.metric(ours))"
        }
        if let tumor = compare(.missingAsNo, "tumor", .logLoss), let size = compare(.missingAsNo, "size", .r2) {
            lines.append(
                """
                Taking a missing label for "no" teaches that most patients are healthy: the log loss of tumor is \(tumor),
                the R² of size \(size).
                """)
        }
        if let findings = compare(.lossTimesMask, "findings", .logLoss), let size = compare(.lossTimesMask, "size", .r2) {
            lines.append(
                """
                Multiplying the loss by a mask and averaging over the batch leaves the less to an objective the fewer labels \
                it has:
                the log loss of findings is \(findings), the R² of size \(size); tumor, which has most labels, gains.
                """)
        }
        if let size = compare(.oneEach, "size", .r2), let tissue = compare(.oneEach, "tissue", .balancedAccuracy) {
            lines.append(
                """
                One model for each objective sees its own few labels and no others: without sharing, the R² of size is \(size),
                the balanced accuracy of tissue \(tissue).
                """)
        }
        return lines
    }

    var json: JSONValue {
        [
            "rows": ["train": .integer(cohort.train.rows), "test": .integer(cohort.test.rows)],
            "missingShare": .number(missingShare),
            "unlabelledRows": .integer(cohort.train.unlabelled),
            "methods": .object(
                Method.allCases.map { method in
                    .init(
                        method.rawValue,
                        .object(
                            (scores[method] ?? []).map { objective in
                                .init(
                                    objective.name,
                                    .object(
                                        objective.scores.entries.map {
                                            .init($0.metric.rawValue, .optional($0.score.number))
                                        }))
                            }))
                }),
            "seconds": .number(seconds),
        ]
    }
}
