import Lacuna
import Tables

/// A saved model at work on data: `evaluate` and `predict`.
struct ModelRun {
    private let model: any Predictor
    private let preprocessing: Preprocessing
    private let data: DataDeclaration
    private let decisions: Decisions?
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
        model = loaded.model
        decisions = loaded.decisions
        self.preprocessing = preprocessing
        self.directory = directory
    }

    /// Scores the model on a part of the data, or on all rows.
    func evaluate(part: Part?, trust: TrustSettings) throws -> ResultReport {
        let labelled = try preprocessing.dataset(from: data, objectives: model.objectives, part: part)
        sayAll(labelled.warnings)
        let split = part?.rawValue ?? "all"
        let outputs = try model.outputs(of: labelled.dataset)
        var report = ResultReport(
            objectives: model.objectives, evaluations: [(split, outputs.evaluation())],
            rows: [split: labelled.dataset.rows], training: trainingFacts)
        var decisions = decisions
        if let threshold = trust.threshold {
            decisions = try (decisions ?? .none(for: model.objectives)).deciding(at: threshold, objectives: model.objectives)
        }
        if let decisions { report.add(decisions, decisions.evaluation(of: outputs), split: split) }
        let observed = outputs.slots.reduce(0) { $0 + $1.count }
        if let bootstrap = trust.bootstrap(observed: observed) {
            report.add(outputs.intervals(bootstrap, groups: labelled.groups), split: split)
            report.bootstrap = BootstrapFacts(
                resamples: bootstrap.resamples, confidence: bootstrap.confidence, seed: bootstrap.seed,
                grouped: labelled.groups != nil)
        } else if trust.resamples == nil {
            sayAll(["\(NumberText.count(observed)) labels are many to resample: pass --bootstrap 1000 for intervals"])
        }
        if trust.inversePropensity { try weigh(outputs, labelled.dataset, split: split, into: &report) }
        return report
    }

    /// Adds scores with labels weighted to stand for the missing ones.
    private func weigh(
        _ outputs: ObservedOutputs, _ dataset: Dataset, split: String, into report: inout ResultReport
    ) throws {
        let training: Dataset
        do {
            training = try preprocessing.dataset(from: DataDeclaration(), objectives: model.objectives, part: .train).dataset
        } catch let error as TableError {
            throw CommandError(
                "--inverse-propensity needs the rows that the model was trained on: \(error.problem)", at: error.file,
                why: "which labels are observed is learnt from them", fix: "put the training data back, or leave the flag out")
        }
        let missingness = try MissingnessModel.fit(
            features: training.features, labels: training.labels, objectives: model.objectives)
        let made = try InversePropensity.weights(
            for: outputs, features: dataset.features, missingness: missingness, training: training.labels)
        report.add(outputs.weightedEvaluation(made.weights), split: split)
        report.inversePropensity = InversePropensityFacts(
            trainingRows: training.rows, largestWeight: InversePropensity.largestWeight, cut: made.cut)
    }

    /// Writes the predictions for every row.
    func predict(to path: String, format: PredictionFormat) throws {
        let rows = try preprocessing.features(from: data)
        sayAll(rows.warnings)
        let writer = try PredictionWriter(
            objectives: model.objectives, decisions: decisions, labels: preprocessing.labels, rows: rows.features.rows, ids: rows.ids, idName: rows.idName, path: path,
            format: format)
        // Predictions of millions of rows and thousands of objectives are larger than memory; a chunk is not.
        try model.forEachPrediction(rows.features) { try writer.append(decisions?.calibrated($0) ?? $0) }
        try writer.finish()
    }

    private func sayAll(_ warnings: [String]) {
        for warning in warnings { System.write(ErrorText.warning(warning) + "\n", to: .error) }
    }

    /// What training took, as the run's own result says.
    private var trainingFacts: TrainingFacts? {
        guard let bytes = try? FileSystem.read(directory.file(RunDirectory.File.metrics)) else { return nil }
        return try? ResultReport(reading: bytes).training
    }
}
