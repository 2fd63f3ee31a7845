#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Lacuna

/// What a run's folder tells besides one model and its results: the members of an ensemble, folds, the comparison with
/// one model for each objective, and the weights of balancing. Read from the documented JSON, key by key, so that a folder
/// that lacks them is no mistake.
struct ReportExtras: Equatable {
    /// One of several models of the run.
    struct Member: Equatable, Decodable {
        var folder: String
        /// The mean over objectives of the main metric, by split.
        var main: [String: Double?]
    }

    /// One objective with and without the others.
    struct Comparison: Equatable, Decodable {
        var objective: String
        var metric: Metric
        var split: String?
        var observed: Int
        var shared: Double?
        var alone: Double?
        var difference: Double?
        /// Lower and upper end of the 95 % interval of the difference.
        var interval: [Double]?
        var verdict: String
        var note: String?
    }

    /// An epoch's weight of each objective, in the model's order.
    struct Weights: Equatable {
        var epoch: Int
        var values: [Double?]
    }

    var members: [Member] = []
    var folds: [Member] = []
    var compare: [Comparison] = []
    /// How objectives were balanced, as `--balance` says it.
    var balance: String?
    var weights: [Weights] = []
    /// The folder of the model whose history is shown, where the run has several.
    var historyOf: String?

    /// - Throws: ``ModelFileError`` where a file is damaged.
    static func read(_ directory: RunDirectory) throws -> ReportExtras {
        var extras = ReportExtras()
        let metrics = directory.file(RunDirectory.File.metrics), decoder = JSONDecoder()
        do {
            if FileSystem.exists(metrics) {
                let file = try decoder.decode(Metrics.self, from: Data(FileSystem.read(metrics)))
                (extras.members, extras.folds) = (file.members ?? [], file.folds ?? [])
                extras.compare = file.compare ?? []
                extras.balance = file.training?.balance
            }
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError("its JSON is no result of training", file: metrics, fix: "restore it from a copy, or delete it")
        }
        extras.historyOf = historyFolder(directory)
        let history = directory.file(extras.historyOf.map { FilePaths.join($0, ModelFolder.historyFile) } ?? ModelFolder.historyFile)
        guard FileSystem.exists(history) else { return extras }
        for line in try FileSystem.read(history).split(separator: 0x0A) {
            guard let epoch = try? decoder.decode(Epoch.self, from: Data(line)) else { continue }
            extras.weights.append(.init(epoch: epoch.epoch, values: epoch.objectives.map(\.weight)))
        }
        if extras.weights.allSatisfy({ $0.values.allSatisfy { $0 == nil } }) { extras.weights = [] }
        return extras
    }

    /// The first of several models, where the run's own folder has no history.
    static func historyFolder(_ directory: RunDirectory) -> String? {
        if FileSystem.exists(directory.file(ModelFolder.historyFile)) { return nil }
        return ["members/1", "folds/1"].first {
            FileSystem.exists(directory.file(FilePaths.join($0, ModelFolder.historyFile)))
        }
    }

    private struct Metrics: Decodable {
        var members: [Member]?
        var folds: [Member]?
        var compare: [Comparison]?
        var training: Training?

        struct Training: Decodable {
            var balance: String?
        }
    }

    private struct Epoch: Decodable {
        var epoch: Int
        var objectives: [Objective]

        struct Objective: Decodable {
            var weight: Double?
        }
    }
}
