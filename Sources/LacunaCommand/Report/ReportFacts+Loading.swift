#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Lacuna
import Tables

extension ReportFacts {
    /// What was asked of `lacuna report`.
    struct Request {
        /// The part to draw curves of; nil: test, else valid, else train, else all rows.
        var part: Part?
        /// What flags say about the data and the threads.
        var flags: [GivenSetting]
        /// Whether flags name the data: then they have to be there.
        var namesData: Bool
        var trust = TrustSettings()
        /// Whether the data of training are inspected for what a reader should be warned of.
        var inspects = true
    }

    /// Said on the page, but not to the person who asked for it.
    static let notInspected = "What inspect warns of was left out, as asked."

    /// Gathers what a report tells.
    ///
    /// Data that are not there any more leave a gap in the report; data that were named now are an error.
    ///
    /// - Throws: ``ModelFileError`` for a folder without a whole model, and what reading the data throws.
    static func load(_ directory: RunDirectory, _ request: Request) throws -> ReportFacts {
        var flags = RunConfiguration()
        try flags.apply(request.flags)
        let loaded = try ModelFolder(directory.path).load(threads: flags.training.threads, as: Preprocessing.self)
        let model = loaded.predictor
        let members = model.members
        var facts = ReportFacts(
            name: name(of: directory.path), objectives: model.objectives,
            settings: ReportSettings(
                seed: loaded.training?.seed, monitor: loaded.training?.monitor.text ?? "macro", encoder: members[0].encoder.summary, program: "lacuna \(Version.text)"),
            features: (model as? Ensemble)?.features ?? members[0].features,
            parameters: members.reduce(0) { $0 + $1.parameterCount })
        try facts.readResults(directory)
        try facts.readHistory(directory)
        try facts.readConfiguration(directory)
        facts.extras = try ReportExtras.read(directory)
        guard let preprocessing = loaded.preprocessing else {
            facts.gaps.append(
                "There are no curves: a program saved the model from arrays of its own, so it does not know how to read files.")
            return facts
        }
        facts.settings.describe(preprocessing)
        facts.decisions = loaded.decisions
        if facts.results?.splits.contains("outOfFold") == true, !request.namesData, request.part == nil {
            facts.gaps.append(
                "There are no curves: each row was scored by the model of the fold that did not see it, and the folder keeps the scores alone. Name data that no fold saw to draw some.")
            return facts
        }
        do {
            try facts.score(model, preprocessing, flags.data, request)
            if request.inspects {
                facts.inspect(directory, preprocessing, request)
            } else {
                facts.gaps.append(notInspected)
            }
        } catch where !request.namesData && request.part == nil {
            let folders = preprocessing.data.paths.compactMap { path in
                path.lastIndex(of: "/").map { String(path[...$0]) }
            }
            facts.gaps.append(
                "There are no curves, for the data of training cannot be read again: \(problem(of: error, without: folders)).")
        }
        return facts
    }

    private static func name(of path: String) -> String {
        let parts = FilePaths.absolute(path).split(separator: "/").filter { $0 != "." }
        return parts.last.map(String.init) ?? path
    }

    /// The clause of an error, without folders of this machine.
    private static func problem(of error: any Error, without folders: [String]) -> String {
        let line = ErrorText.layout(error).split(separator: "\n").first.map(String.init) ?? ""
        var text = line.hasPrefix("error: ") ? String(line.dropFirst(7)) : line
        for folder in folders { text = text.replacing(folder, with: "") }
        return text
    }

    private mutating func readResults(_ directory: RunDirectory) throws {
        let path = directory.file(RunDirectory.File.metrics)
        guard FileSystem.exists(path) else {
            gaps.append("What training measured is not told: the folder has no metrics.json.")
            return
        }
        do {
            let read = try ResultReport(reading: FileSystem.read(path))
            guard read.objectives.map(\.name) == objectives.map(\.name) else {
                throw ModelFileError("its objectives are not the model's", file: path, fix: "restore it from a copy, or train again")
            }
            results = read
            settings.trainedBy = read.training?.program?.text
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError("its JSON is no result of training", file: path, fix: "restore it from a copy, or delete it")
        }
    }

    /// Of several models, the curves of the first.
    private mutating func readHistory(_ directory: RunDirectory) throws {
        let folder = ReportExtras.historyFolder(directory)
        let path = directory.file(folder.map { FilePaths.join($0, ModelFolder.historyFile) } ?? ModelFolder.historyFile)
        guard FileSystem.exists(path) else {
            gaps.append("There are no training curves: the folder has no history.jsonl.")
            return
        }
        let decoder = JSONDecoder()
        do {
            epochs = try FileSystem.read(path).split(separator: 0x0A).map { line in
                try decoder.decode(History.Epoch.self, from: Data(line))
            }
            guard epochs.enumerated().allSatisfy({ $1.epoch == $0 + 1 }) else {
                throw ModelFileError("its epochs are not counted from 1", file: path, fix: "restore it from a copy, or delete it")
            }
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError("a line of it is no epoch", file: path, fix: "restore it from a copy, or delete it")
        }
    }

    /// Files are named without their folders: a report is for other people and machines.
    private mutating func readConfiguration(_ directory: RunDirectory) throws {
        let path = directory.file(RunDirectory.File.configuration)
        guard FileSystem.exists(path) else {
            gaps.append("The settings are not told: the folder has no config.yaml.")
            return
        }
        var configuration = try RunConfiguration.read(file: path)
        configuration.data.mapPaths { $0.split(separator: "/").last.map(String.init) ?? $0 }
        settings.configuration = try ConfigurationWriter.write(configuration)
    }

    /// Runs the model over the part that is asked for, or over the first that has rows.
    private mutating func score(
        _ model: any Predictor, _ preprocessing: Preprocessing, _ data: DataDeclaration, _ request: Request
    ) throws {
        let labelled: LabelledRows, split: String
        if let part = request.part {
            (labelled, split) = (try preprocessing.dataset(from: data, objectives: objectives, part: part), part.rawValue)
        } else {
            (labelled, split) = try firstPart(preprocessing, data)
        }
        let outputs = try model.outputs(of: labelled.dataset)
        warnings += labelled.warnings
        var result = ResultReport(
            objectives: objectives, evaluations: [(split, outputs.evaluation())], rows: [split: labelled.dataset.rows])
        if let decisions { result.add(decisions, decisions.evaluation(of: outputs), split: split) }
        if let bootstrap = request.trust.bootstrap(observed: outputs.slots.reduce(0) { $0 + $1.count }) {
            result.add(outputs.intervals(bootstrap, groups: labelled.groups), split: split)
            result.bootstrap = BootstrapFacts(
                resamples: bootstrap.resamples, confidence: bootstrap.confidence, seed: bootstrap.seed,
                grouped: labelled.groups != nil)
        }
        scored = Scored(split: split, outputs: outputs, result: result)
    }

    /// What `lacuna inspect` warns of in the data of training; whatever else was named now is not what taught the model.
    private mutating func inspect(_ directory: RunDirectory, _ preprocessing: Preprocessing, _ request: Request) {
        let path = directory.file(RunDirectory.File.configuration)
        guard FileSystem.exists(path) else { return }
        do {
            var configuration = try RunConfiguration.read(file: path)
            try configuration.apply(request.flags)
            configuration = configuration.resolved()
            guard try DataDigest(configuration.data) == preprocessing.digest else {
                gaps.append("The warnings of inspect are left out: the data that were named are not those of training.")
                return
            }
            let settings = configuration.training
            let inspection = try Inspection.load(
                configuration.data, objectives: configuration.objectives, batchSize: settings.batchSize,
                unlabelled: settings.unlabelled ?? .drop, threads: settings.threads)
            // What the load says by itself was said when the part was read.
            warnings = (inspection.warnings + inspection.loadWarnings + warnings).reduce(into: []) { all, warning in
                if !all.contains(warning) { all.append(warning) }
            }
        } catch {
            gaps.append(
                "The warnings of inspect are left out, for the data of training cannot be inspected: \(Self.problem(of: error, without: [])).")
        }
    }

    /// Of test, valid and train the first that can be told and has rows; all rows where none can.
    private func firstPart(_ preprocessing: Preprocessing, _ data: DataDeclaration) throws -> (LabelledRows, String) {
        for part in [Part.test, .valid, .train] {
            // A part without rows, or one that this file does not tell, is no mistake: nobody asked for it. What else is
            // wrong with the data is wrong with all rows too, and is told then.
            if let rows = try? preprocessing.dataset(from: data, objectives: objectives, part: part) {
                return (rows, part.rawValue)
            }
        }
        return (try preprocessing.dataset(from: data, objectives: objectives), "all")
    }
}

extension ReportSettings {
    mutating func describe(_ preprocessing: Preprocessing) {
        let data = preprocessing.data, digest = preprocessing.digest
        let files = [
            (data.file, digest.file), (data.features, digest.features), (data.labels, digest.labels), (data.mask, digest.mask),
        ]
        for case (let path?, let digest?) in files {
            digests.append((path.split(separator: "/").last.map(String.init) ?? path, digest))
        }
        if let column = preprocessing.split.column {
            split = "by the column '\(column)'"
        } else if let fractions = preprocessing.split.fractions {
            let shares = fractions.map { NumberText.fixed($0, decimals: 2) }.joined(separator: ", ")
            split = "drawn, stratified by all objectives, with shares \(shares)"
                + (preprocessing.split.seed.map { " and seed \($0)" } ?? "")
        }
    }
}

extension EncoderSpec {
    /// "256, 128, relu, dropout 0.5".
    fileprivate var summary: String {
        let widths = widths.map(String.init).joined(separator: ", ")
        let extras = [
            widths.isEmpty ? "none: heads see the features" : "\(widths), \(activation)",
            dropout > 0 ? "dropout \(dropout)" : nil, norm == .none ? nil : "\(norm) norm",
        ]
        return extras.compactMap { $0 }.joined(separator: ", ")
    }
}
