import ArgumentParser
import Lacuna
import Tables

/// `lacuna export`.
struct Export: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Write a trained model in a format that other programs read.",
        usage: "lacuna export --model DIR --out FILE [--format onnx|safetensors]",
        discussion: """
            onnx: from the cells of a row to probabilities, for any ONNX runtime. The input 'features' takes the columns \
            of numbers, NaN where missing; the input 'words' takes the text columns, empty where missing; there is one \
            output for each objective, under its name: probabilities, or a value in the label's unit. The metadata keys \
            lacuna.inputs and lacuna.outputs name columns, kinds, classes and units.

            safetensors: the tensors, with all else that prediction needs as JSON in the file's metadata; \
            Documentation/ModelFormat.md has a reader of ten lines in Python.

            EXAMPLES

              lacuna export --model runs/patients --out patients.onnx
              lacuna export --model runs/patients --format safetensors --out patients.safetensors
            """)

    @Option(help: ArgumentHelp("The folder that train wrote.", valueName: "dir")) var model: String
    @Option(help: ArgumentHelp("onnx or safetensors. (default: by the name of --out)", valueName: "format"))
    var format: String?
    @Option(help: ArgumentHelp("The file to write; an existing one is replaced.", valueName: "file")) var out: String
    @Flag(help: "Do not say what was written.") var quiet = false

    func run() throws {
        let format = try chosenFormat()
        if FileSystem.isDirectory(out) {
            throw CommandError("the output '\(out)' is a folder", at: "--out", fix: "name a file")
        }
        let loaded = try ModelFolder(model).load(threads: 1, as: Preprocessing.self)
        let bytes: [UInt8]
        do {
            bytes = switch format {
            case .onnx: try loaded.model.onnx(preprocessing: loaded.preprocessing)
            case .safetensors: loaded.model.safetensors(preprocessing: loaded.preprocessing)
            }
        } catch {
            throw CommandError(error.problem, at: model, fix: error.fix)
        }
        try FileSystem.write(bytes, to: out)
        guard !quiet else { return }
        let count = loaded.model.objectives.count
        System.write(
            "wrote \(out): \(count) \(count == 1 ? "objective" : "objectives"), "
                + "\(loaded.model.parameterCount) parameters, \(format.rawValue)\n", to: .error)
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
