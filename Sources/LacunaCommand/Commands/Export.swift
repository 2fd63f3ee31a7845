import ArgumentParser
import Lacuna
import Tables

/// `lacuna export`.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write a trained model in a format that other programs read.",
        usage: "lacuna export --model DIR --out FILE [--format onnx|safetensors]",
        discussion: """
            onnx: from the cells of a row to probabilities, for any ONNX runtime. The input 'features' takes the columns \
            of numbers, NaN where missing; the input 'words' takes the text columns, empty where missing; there is one \
            output for each objective, under its name: probabilities, calibrated where the model is, or a value in the label's \
            unit; for an ordinal objective NAME.level too, and with thresholds NAME.decision. The metadata keys lacuna.inputs \
            and lacuna.outputs name columns, kinds, classes, units, thresholds and conformal quantiles. Ensembles and the \
            models of folds are written as their mean.

            safetensors: the tensors of one model, with all else that prediction needs as JSON in the file's metadata; \
            Documentation/ModelFormat.md has a reader of ten lines in Python.

            EXAMPLES

              lacuna export --model runs/patients --out patients.onnx
              lacuna export --model runs/patients --format safetensors \\
                  --out patients.safetensors
            """)

    @Option(help: ArgumentHelp("The folder that train wrote.", valueName: "dir")) var model: String
    @Option(help: ArgumentHelp("onnx or safetensors. (default: by the name of --out)", valueName: "format"))
    var format: String?
    @Option(help: ArgumentHelp("The file to write; an existing one is replaced.", valueName: "file")) var out: String
    @Flag(help: "Do not say what was written.") var quiet = false

    func run() throws {
        if FileSystem.isDirectory(out) {
            throw CommandError("the output '\(out)' is a folder", at: "--out", fix: "name a file")
        }
        let format = try chosenFormat()
        if let slash = out.lastIndex(of: "/"), slash != out.startIndex, !FileSystem.isDirectory(String(out[..<slash])) {
            throw CommandError("there is no folder '\(out[..<slash])'", at: "--out", fix: "make it, or name a file in another one")
        }
        let loaded = try ModelFolder(model).load(threads: 1, as: Preprocessing.self)
        let models = loaded.predictor.members
        let bytes: [UInt8]
        switch format {
        case .onnx:
            do throws(SettingError) {
                bytes = try ONNXExport.encode(
                    loaded.predictor, preprocessing: loaded.preprocessing, decisions: loaded.decisions)
            } catch {
                throw CommandError(error.problem, at: model, fix: error.fix)
            }
        case .safetensors:
            guard models.count == 1 else {
                let isOfFolds = (loaded.predictor as? Ensemble)?.sharesFeatures == false
                let folder = isOfFolds ? RunDirectory.File.folds : RunDirectory.File.members
                throw CommandError(
                    isOfFolds ? "there are \(models.count) models, one of each fold" : "the model is an ensemble of \(models.count)",
                    at: model, why: "a safetensors file holds one model",
                    fix: "export one of them, such as --model \(FilePaths.join(model, folder))/1, or the whole as onnx")
            }
            bytes = models[0].safetensors(preprocessing: loaded.preprocessing, decisions: loaded.decisions)
        }
        try FileSystem.write(bytes, to: out)
        if let decisions = loaded.decisions, let note = note(on: decisions, format) {
            System.write(ErrorText.warning(note) + "\n", to: .error)
        }
        guard !quiet else { return }
        let count = models[0].objectives.count
        System.write(
            "wrote \(out): \(count) \(count == 1 ? "objective" : "objectives"), "
                + "\(models.reduce(0) { $0 + $1.parameterCount }) parameters, \(format.rawValue)\n", to: .error)
    }

    /// What a reader of the file has to do by itself.
    private func note(on decisions: Decisions, _ format: ExportFormat) -> String? {
        switch format {
        case .safetensors:
            "calibrations, thresholds and conformal quantiles are facts beside the tensors ('decisions' of each objective): what "
                + "reads the file has to apply them"
        case .onnx where decisions.coverage != nil:
            "conformal sets and intervals are no outputs of the graph: their quantiles are in the metadata lacuna.outputs"
        case .onnx: nil
        }
    }

    private func chosenFormat() throws(CommandError) -> ExportFormat {
        let names = ExportFormat.allCases.map(\.rawValue)
        if let format {
            guard let known = ExportFormat(rawValue: format) else {
                throw CommandError(
                    "'\(format)' is no format", at: "--format",
                    fix: NearestName.advice(for: format, among: names, what: "the formats are"))
            }
            return known
        }
        guard let known = ExportFormat.allCases.first(where: { out.lowercased().hasSuffix("." + $0.rawValue) }) else {
            throw CommandError(
                "the output '\(out)' ends neither in .onnx nor in .safetensors", at: "--out",
                fix: "name it so, or give --format")
        }
        return known
    }
}

/// What a model is exported as.
enum ExportFormat: String, CaseIterable, Sendable {
    case onnx, safetensors
}
