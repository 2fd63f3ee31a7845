import Lacuna
import Tables

/// A saved model at work on data: `evaluate` and `predict`.
struct ModelRun {
    private let model: any Predictor
    private let preprocessing: Preprocessing
    private let data: DataDeclaration
    private let directory: RunDirectory

    /// Loads the model.
    ///
    /// - Parameter flags: what was said about the data; the rest comes from the model.
    init(_ directory: RunDirectory, flags: [GivenSetting]) throws {
        var configuration = RunConfiguration()
        try configuration.apply(flags)
        data = configuration.data
        let loaded = try ModelFolder(directory.path).load(
            threads: configuration.training.threads, as: Preprocessing.self)
        guard let preprocessing = loaded.preprocessing else {
            throw CommandError(
                "the model does not know how to read files", at: directory.path,
                why: "a program saved it, from arrays of its own", fix: "use it from Swift, or train with lacuna train")
        }
        model = loaded.predictor
        self.preprocessing = preprocessing
        self.directory = directory
    }

    /// Scores the model on a part of the data, or on all rows.
    func evaluate(part: Part?) throws -> ResultReport {
        let labelled = try preprocessing.dataset(from: data, objectives: model.objectives, part: part)
        sayAll(labelled.warnings)
        let split = part?.rawValue ?? "all"
        func report(_ outputs: ObservedOutputs) -> ResultReport {
            ResultReport(
                objectives: model.objectives, evaluations: [(split, outputs.evaluation())],
                rows: [split: labelled.dataset.rows])
        }
        let written = writtenReport
        guard let ensemble = model as? Ensemble else {
            var result = report(try model.outputs(of: labelled.dataset))
            result.training = written?.training
            return result
        }
        let each = try ensemble.memberOutputs(of: labelled.dataset)
        var result = report(ObservedOutputs(meanOf: each))
        result.training = written?.training
        // Of an ensemble that a program saved, the members have no names.
        if let known = written.map({ $0.members + $0.folds }), known.count == each.count {
            result.members = zip(known, each).map { MemberResult(folder: $0.folder, seed: $0.seed, report: report($1)) }
        }
        return result
    }

    /// Writes the predictions for every row.
    func predict(to path: String, format: PredictionFormat) throws {
        let rows = try preprocessing.features(from: data)
        sayAll(rows.warnings)
        let ids = rows.ids.map { [PredictionWriter.Key(name: rows.idName ?? "id", values: $0)] }
        let writer = try PredictionWriter(
            objectives: model.objectives, hasSpread: model.memberCount > 1, rows: rows.features.rows,
            keys: ids ?? [], path: path,
            format: format)
        // Predictions of millions of rows and thousands of objectives are larger than memory; a chunk is not.
        try model.forEachPrediction(rows.features) { try writer.append($0) }
        try writer.finish()
    }

    private func sayAll(_ warnings: [String]) {
        for warning in warnings { System.write(ErrorText.warning(warning) + "\n", to: .error) }
    }

    /// The run's own result; nil where a program saved the model.
    private var writtenReport: ResultReport? {
        guard let bytes = try? FileSystem.read(directory.file(RunDirectory.File.metrics)) else { return nil }
        return try? ResultReport(reading: bytes)
    }
}
