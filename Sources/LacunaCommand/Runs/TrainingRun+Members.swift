import Lacuna

/// Runs of several models: each is trained like the one model of a plain run, and saved in a folder of its own, so that
/// a run that is stopped goes on with the model that was at work.
extension TrainingRun {
    /// One of several models, trained now or by an earlier run.
    struct Trained {
        let model: Model
        let result: MemberResult
    }

    /// The members of an ensemble: equal but for the seed of first weights, shuffling and dropout, which is the run's
    /// for the first, one more for the second and so on. So each of them is the model of a plain run with its seed.
    func trainMembers(_ count: Int, _ data: TrainingData) throws -> ResultReport? {
        session.writeFiles = { [directory] in try data.writeSplit(to: directory.file(RunDirectory.File.split)) }
        var members: [Trained] = []
        for number in 1...count {
            var alone = configuration
            alone.ensemble = nil
            alone.training.seed = configuration.training.seed &+ UInt64(number - 1)
            let folder = "\(RunDirectory.File.members)/\(number)"
            var training = training(data, settings: alone.training, folder: directory.file(folder))
            training.title = "member \(number)/\(count)"
            training.place = (number, count)
            let text = Array(try RunSession.text(of: alone).utf8)
            guard
                let member = try trained(
                    training, on: data, named: folder, files: { [(RunDirectory.File.configuration, text)] })
            else { return nil }
            members.append(member)
        }
        let ensemble = try Ensemble(members.map(\.model))
        let decisions = try decisions(for: ensemble)
        var report = try evaluate(ensemble, decisions, on: data)
        report.members = members.map(\.result)
        try save(ensemble, decisions, &report, members, data.preprocessing)
        return report
    }

    /// Trains one of several models and saves it, or takes what an earlier run saved.
    ///
    /// - Parameters:
    ///   - folder: from the run's folder on.
    ///   - files: further files for its folder; asked for when that is there.
    /// - Returns: nil where the run was stopped.
    func trained(
        _ training: SingleTraining, on data: TrainingData, named folder: String,
        files: () throws -> [(name: String, bytes: [UInt8])]
    ) throws -> Trained? {
        let metrics = FilePaths.join(training.folder, RunDirectory.File.metrics)
        if existing == .resume, let model = try training.finished() {
            session.noteFinishedTraining()
            let report = try ResultReport(reading: FileSystem.read(metrics))
            return Trained(model: model, result: MemberResult(folder: folder, seed: training.settings.seed, report: report))
        }
        if session.isStopped(before: training) { return nil }
        guard let outcome = try session.train(training) else { return nil }
        var report = try evaluate(outcome.model, on: data)
        report.training = TrainingFacts(outcome)
        report = report.adding(outcome.history, balancing: training.settings.balancing)
        try session.begin()
        let saved = ModelFolder(training.folder)
        try saved.make()
        try saved.save(
            outcome.model, preprocessing: data.preprocessing.mappingPaths(FilePaths.absolute),
            training: training.settings, history: outcome.history, identity: training.identity, files: try files(),
            timedFiles: [(RunDirectory.File.metrics, report.file)])
        try training.checkpoints.removeAll()
        return Trained(
            model: outcome.model, result: MemberResult(folder: folder, seed: training.settings.seed, report: report))
    }

    /// Saves what makes the models one: the `model.json` that names them, and the run's files.
    func save(
        _ ensemble: Ensemble, _ decisions: Decisions? = nil, _ report: inout ResultReport, _ members: [Trained], _ preprocessing: Preprocessing,
        files: [(name: String, bytes: [UInt8])] = []
    ) throws {
        report.training = TrainingFacts(of: members.compactMap(\.result.report.training))
        try session.begin()
        try ModelFolder(directory.path).save(
            ensemble, members: members.map(\.result.folder), preprocessing: preprocessing.mappingPaths(FilePaths.absolute),
            training: configuration.training, identity: SingleTraining.identity(of: preprocessing.digest), decisions: decisions,
            files: try runFiles() + files, timedFiles: [(RunDirectory.File.metrics, report.file)])
    }
}

extension TrainingFacts {
    /// What several trainings took together: sums of epochs, seconds and parameters, medians of paces.
    init(of all: [TrainingFacts]) {
        func median(_ values: [Double]) -> Double {
            let sorted = values.sorted()
            return sorted.isEmpty ? 0 : (sorted[(sorted.count - 1) / 2] + sorted[sorted.count / 2]) / 2
        }
        self.init(
            epochs: all.reduce(0) { $0 + $1.epochs }, bestEpoch: nil, seconds: all.reduce(0) { $0 + $1.seconds },
            stepMicroseconds: median(all.map(\.stepMicroseconds)), rowsPerSecond: median(all.map(\.rowsPerSecond)),
            parameters: all.reduce(0) { $0 + $1.parameters }, peakMemoryMegabytes: System.peakMemoryMegabytes,
            balance: all.first?.balance, program: all.first?.program)
    }
}
