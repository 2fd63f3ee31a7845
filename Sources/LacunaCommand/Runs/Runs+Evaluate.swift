import Lacuna

extension Runs {
    /// Scores a saved model on a file, or on one part of it.
    static func evaluate(
        _ directory: RunDirectory, flags: [GivenSetting], part: Part?, quiet: Bool
    ) throws -> ResultReport {
        let display = ProgressDisplay(isQuiet: quiet)
        var given = RunConfiguration()
        try given.apply(flags)
        let (model, preprocessing) = try load(directory, threads: given.training.threads)
        let read = try preprocessing.dataset(from: given.data, objectives: model.objectives, part: part)
        warn(read.warnings, on: display)
        let split = part?.rawValue ?? "all"
        let evaluation = try model.evaluate(read.dataset)
        let coverage = read.dataset.coverage.map { share in share.map { [split: $0] } ?? [:] }
        var report = ResultReport(
            splits: [split], objectives: model.objectives, evaluations: [split: evaluation], coverage: coverage,
            labels: [split: read.dataset.slotCoverage(rows: read.dataset.rows)], rows: [split: read.dataset.rows])
        report.training = try? ResultReport(directory).training
        return report
    }

    static func load(
        _ directory: RunDirectory, threads: Int?
    ) throws -> (model: Model, preprocessing: Preprocessing) {
        let loaded = try ModelFolder(directory.path).load(threads: threads, as: Preprocessing.self)
        guard let preprocessing = loaded.preprocessing else {
            throw CommandError(
                "the model in '\(directory.path)' does not say how files are read", at: "--model",
                why: "it was saved by a program, not by lacuna train", fix: "use it from Swift with Model.load(from:)")
        }
        return (loaded.model, preprocessing)
    }
}

extension ResultReport {
    /// A report over evaluations by split.
    ///
    /// - Parameters:
    ///   - coverage: per objective, by split.
    ///   - labels: by split, the share of rows observed of every slot.
    init(
        splits: [String], objectives: [Objective], evaluations: [String: Evaluation], coverage: [[String: Double]],
        labels: [String: [Double]], rows: [String: Int]
    ) {
        var results: [ObjectiveResult] = []
        var slot = 0
        for (index, objective) in objectives.enumerated() {
            var result = ObjectiveResult(
                name: objective.name, kind: objective.kind.name, coverage: coverage[index],
                scores: evaluations.mapValues { $0.objectives[index].scores })
            if case .multilabel(let names) = objective.kind {
                result.labels = names.enumerated().map { number, name in
                    LabelResult(
                        name: name, coverage: labels.mapValues { $0[slot + number] },
                        scores: evaluations.mapValues { $0.objectives[index].labels[number].scores })
                }
            }
            if objective.kind == .regression {
                result.scale = objective.transform == .identity ? objective.unit : objective.transform.rawValue
            }
            slot += objective.kind.slotsPerRow
            results.append(result)
        }
        self.init(splits: splits, objectives: results, rows: rows)
    }
}

extension Dataset {
    /// The share of rows in which each slot is observed.
    ///
    /// - Parameter rows: how many rows that is a share of: those of the part before any was dropped.
    func slotCoverage(rows: Int) -> [Double] {
        labels.observedCounts().map { rows > 0 ? Double($0) / Double(rows) : 0 }
    }
}
