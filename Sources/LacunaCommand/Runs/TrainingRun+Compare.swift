#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Lacuna

/// The shared model beside one model for each objective: which objectives gain or lose by sharing.
///
/// A model alone has the same encoder, epochs, batches, optimizer, stopping and seed, and the rows on which its objective
/// is observed. What is found stands in the run's folder as soon as it is known, so that a run that is stopped keeps it.
extension TrainingRun {
    /// - Returns: one result for each objective, or nil where the run was stopped.
    func comparison(with shared: Model, on data: TrainingData) throws -> [SharingResult]? {
        try session.begin()
        let folder = directory.file(RunDirectory.File.compare)
        try FileSystem.makeFolder(folder)
        var outputs: [Part: ObservedOutputs] = [:]
        for part in [Part.test, .valid] { outputs[part] = try data.datasets[part].map { try shared.outputs(of: $0) } }
        var results: [SharingResult] = []
        for (index, objective) in data.objectives.enumerated() {
            let file = FilePaths.join(folder, "\(index + 1).json")
            if existing == .resume, let known = try? JSONDecoder().decode(
                SharingResult.self, from: Data(try FileSystem.read(file))), known.objective == objective.name
            {
                results.append(known)
                continue
            }
            guard let result = try compare(index, outputs, data, FilePaths.join(folder, "\(index + 1)")) else { return nil }
            try FileSystem.write(Array(result.json.compact.utf8), to: file, sync: false)
            results.append(result)
        }
        return results
    }

    private func compare(
        _ index: Int, _ shared: [Part: ObservedOutputs], _ data: TrainingData, _ folder: String
    ) throws -> SharingResult? {
        let objective = data.objectives[index]
        var training = training(data, settings: configuration.training, folder: folder)
        let valid = shared[.valid]?.selecting(objective: index).evaluation().objectives[0]
        let (settings, note) = settingsAlone(objective, valid)
        training = SingleTraining(
            title: "\(objective.name) alone, \(index + 1)/\(data.objectives.count)",
            place: (index + 2, data.objectives.count + 1), objectives: [objective.alone],
            train: training.train.selecting(objective: index, weight: 1),
            validation: training.validation?.selecting(objective: index, weight: 1), encoder: configuration.encoder,
            settings: settings, folder: folder, identity: training.identity)
        if session.isStopped(before: training) { return nil }
        let metric = Metric.main(for: objective.kind.name)
        var result = SharingResult(
            objective: objective.name, metric: metric, split: nil, observed: 0, shared: nil, alone: nil, difference: nil,
            lower: nil, upper: nil, epochs: 0, note: note)
        let outcome: SingleTraining.Outcome
        do {
            guard let trained = try session.train(training) else { return nil }
            outcome = trained
        } catch TrainingError.diverged(_, let epoch, let step) {
            result.note = "alone, its training diverged in epoch \(epoch), step \(step)"
            return result
        }
        result.epochs = outcome.history.epochs.count
        for part in [Part.test, .valid] {
            guard let ours = shared[part]?.selecting(objective: index), let rows = data.datasets[part] else { continue }
            let theirs = try outcome.model.outputs(of: rows.selecting(objective: index, weight: 1))
            let groups = data.groups.flatMap { groups in data.rowsOfPart[part].map { $0.map { groups[$0] } } }
            guard let pair = PairedDifference(ours, theirs, groups: groups, seed: settings.seed) else { continue }
            (result.split, result.observed) = (part.rawValue, ours.slots.reduce(0) { $0 + $1.count })
            (result.shared, result.alone, result.difference) = (pair.first, pair.second, pair.difference)
            (result.lower, result.upper) = (pair.lower, pair.upper)
            break
        }
        try training.checkpoints.removeAll()
        return result
    }

    /// The run's settings, with a monitor that one objective can decide.
    private func settingsAlone(
        _ objective: Objective, _ valid: Evaluation.Objective?
    ) -> (settings: TrainingSettings, note: String?) {
        var settings = configuration.training
        if case .metric(let name, _) = settings.monitor, name != objective.name { settings.monitor = .macro }
        guard settings.earlyStopping != nil else { return (settings, nil) }
        switch settings.monitor {
        case .macro: if valid?.scores[Metric.main(for: objective.kind.name)]?.number != nil { return (settings, nil) }
        case .metric(_, let metric): if valid?.scores[metric]?.number != nil { return (settings, nil) }
        case .loss: if valid?.loss != nil { return (settings, nil) }
        }
        if valid?.loss != nil {
            settings.monitor = .loss
            return (settings, "alone, it was stopped by its loss: its labels in the valid part do not decide its metric")
        }
        settings.earlyStopping = nil
        settings.monitor = .macro
        return (settings, "alone, it was trained for all epochs: it has no label in the valid part")
    }
}

extension Objective {
    /// By itself: its weight against others says nothing.
    fileprivate var alone: Objective {
        var copy = self
        copy.weight = 1
        return copy
    }
}
