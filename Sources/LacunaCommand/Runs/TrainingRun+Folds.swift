import Lacuna
import Tables

/// Runs of folds: every row is tested once, by the one model that did not see it.
extension TrainingRun {
    /// Trains a model for each fold and scores what each says of its own test rows, all rows together.
    func trainFolds(_ count: Int, _ table: LoadedTable) throws -> ResultReport? {
        let folds = try table.folds(count)
        session.writeFiles = { [directory] in
            try table.writeFolds(folds, to: directory.file(RunDirectory.File.split))
        }
        say(table.warnings)
        for fold in 0..<count {
            try named("fold \(fold + 1)/\(count)") { try table.check(table.division(testing: fold, of: folds)) }
        }
        var models: [Trained] = [], preprocessing: [Preprocessing] = []
        var tested: [(outputs: ObservedOutputs, rows: [Int])] = []
        var writer: PredictionWriter?
        for fold in 0..<count {
            let title = "fold \(fold + 1)/\(count)"
            let data = try named(title) {
                try table.trainingData(
                    table.division(testing: fold, of: folds), unlabelled: configuration.training.unlabelled ?? .drop)
            }
            say(data.warnings.dropFirst(table.warnings.count).map { "\(title): \($0)" })
            let folder = "\(RunDirectory.File.folds)/\(fold + 1)"
            var training = training(data, settings: configuration.training, folder: directory.file(folder))
            training.title = title
            training.place = (fold + 1, count)
            let parts = training.folder
            guard
                let model = try trained(
                    training, on: data, named: folder,
                    files: {
                        let file = FilePaths.join(parts, RunDirectory.File.split)
                        try data.writeSplit(to: file)
                        return [(RunDirectory.File.split, try FileSystem.read(file))]
                    })
            else { return nil }
            models.append(model)
            preprocessing.append(data.preprocessing)
            guard let test = data.datasets[.test], let rows = data.rowsOfPart[.test] else { continue }
            tested.append((try model.model.outputs(of: test), rows))
            try session.begin()
            let open = try writer ?? outOfFoldWriter(table, folds)
            writer = open
            try model.model.forEachPrediction(test.features) { try open.append($0) }
        }
        let joined = Preprocessing(ofFolds: preprocessing)
        let ensemble = try Ensemble(models.map(\.model), columns: joined.columnsOfEncoders)
        let all = ResultReport.outOfFold
        var report = ResultReport(
            objectives: table.objectives,
            evaluations: [(all, ObservedOutputs.pooled(tested, rows: table.rows).evaluation())], rows: [all: table.rows])
        report.folds = models.map(\.result)
        try writer?.finish()
        let predictions = directory.file(RunDirectory.File.outOfFold)
        try save(
            ensemble, nil, &report, models, joined, files: [(RunDirectory.File.outOfFold, try FileSystem.read(predictions))])
        return report
    }

    /// An error says which fold it is of.
    private func named<Result>(_ title: String, _ body: () throws -> Result) throws -> Result {
        do { return try body() } catch var error as TableError {
            error.problem = "\(title): \(error.problem)"
            throw error
        }
    }

    /// Predictions of each row by the model that did not see it, fold by fold.
    private func outOfFoldWriter(_ table: LoadedTable, _ folds: Folds) throws -> PredictionWriter {
        let order = (0..<folds.count).flatMap { folds.rows(testedIn: $0) }
        let ids = table.ids
        var keys = [
            PredictionWriter.Key(name: "row", values: order.map { "\($0 + 1)" }),
            PredictionWriter.Key(name: "fold", values: order.map { "\(folds.foldOfRow[$0] + 1)" }),
        ]
        if let ids { keys.append(.init(name: table.idName ?? "id", values: order.map { ids[$0] })) }
        return try PredictionWriter(
            objectives: table.objectives, rows: table.rows, keys: keys, path: directory.file(RunDirectory.File.outOfFold),
            format: .csv)
    }
}
