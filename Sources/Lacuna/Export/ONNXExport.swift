#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// A model as an ONNX file, for runtimes that know nothing of Lacuna: from the cells of a row to probabilities.
///
/// | | name | element | shape |
/// |---|---|---|---|
/// | input | `features` | float | `[rows, columns of numbers]`, NaN where missing |
/// | input, with text columns | `words` | string | `[rows, text columns]`, empty where missing |
/// | output, binary | the objective's name | float | `[rows, 1]`: P(yes) |
/// | output, categorical | the objective's name | float | `[rows, C]`: P(class) |
/// | output, multilabel | the objective's name | float | `[rows, L]`: P(yes) of each label |
/// | output, regression | the objective's name | float | `[rows, 1]`, in the label's unit |
/// | output, ordinal | the objective's name | float | `[rows, K]`: P(level) |
/// | output, ordinal | `NAME.level` | int64 | `[rows, 1]`: the level's index |
///
/// A model without preprocessing takes `features` as the network sees them, `[rows, F]`.
///
/// Metadata: `lacuna.inputs`, the names of the columns of each input; `lacuna.outputs`, kind, classes, levels or labels and
/// unit of each; `lacuna.version`.
public enum ONNXExport {
    /// The bytes of the file.
    ///
    /// - Parameters:
    ///   - models: one, or the members of an ensemble, whose predictions are averaged.
    ///   - preprocessing: what the files' cells become; nil: the graph takes encoded features.
    /// - Throws: ``SettingError`` for a model that is too large for the format.
    package static func encode(_ models: [Model], preprocessing: Preprocessing?) throws(SettingError) -> [UInt8] {
        guard let first = models.first else { preconditionFailure("nothing to export") }
        // A protocol buffer holds less than 2 GiB.
        let parameters = models.reduce(0) { $0 + $1.parameterCount }
        guard parameters < 500_000_000 else {
            throw SettingError(
                "the model has \(parameters) parameters, more than an ONNX file of one piece can hold",
                fix: "export it as safetensors")
        }
        let objectives = first.objectives
        var graph = ONNXGraph()
        graph.reserve(objectives.flatMap(names))
        var inputs: [Input] = []
        let features: ONNXGraph.Value
        if let preprocessing {
            let encoding = ONNXFeatures(preprocessing.encoder, missing: preprocessing.data.missingFeatures)
            features = encoding.add(to: &graph)
            if !encoding.numberColumns.isEmpty { inputs.append(Input(name: "features", columns: encoding.numberColumns)) }
            if !encoding.wordColumns.isEmpty { inputs.append(Input(name: "words", columns: encoding.wordColumns)) }
        } else {
            features = graph.input("features", .float, columns: first.features)
            inputs.append(Input(name: "features", columns: (0..<first.features).map { "x\($0)" }))
        }
        let members = models.enumerated().map { index, model in
            ONNXNetwork(model, prefix: models.count > 1 ? "members.\(index + 1)." : "").addLogits(of: features, to: &graph)
        }
        for (index, objective) in objectives.enumerated() {
            let slots = first.plan.slotsOfObjective[index]
            let each = zip(models, members).map { model, logits in
                predictions(of: objective, scaling: model.scaling[index] ?? .identity, Array(logits[slots]), &graph)
            }
            write(mean(each, isDouble: objective.kind == .regression, &graph), of: objective, to: &graph)
        }
        let outputs = objectives.map(Output.init)
        return graph.model(
            producerVersion: Version.text,
            metadata: [
                ("lacuna.version", Version.text), ("lacuna.inputs", exportedFacts(inputs)),
                ("lacuna.outputs", exportedFacts(outputs)),
            ])
    }

    /// The mean of the members' values. The operator Mean takes no doubles in every runtime.
    private static func mean(
        _ members: [ONNXGraph.Value], isDouble: Bool, _ graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        guard members.count > 1 else { return members[0] }
        var sum = members[0]
        for member in members.dropFirst() { sum = graph.node("Add", sum, member) }
        let count = Double(members.count)
        let divisor = graph.constant("members", [1], isDouble ? .doubles([count]) : .floats([Float(count)]))
        return graph.node("Div", sum, divisor)
    }

    private static func names(of objective: Objective) -> [String] {
        objective.kind.name == .ordinal ? [objective.name, "\(objective.name).level"] : [objective.name]
    }

    /// Probabilities; of a regression the value on the scale of training, in double; of an ordinal objective P(y > k).
    private static func predictions(
        of objective: Objective, scaling: TargetScaling, _ logits: [ONNXGraph.Value], _ graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        switch objective.kind {
        case .binary: return graph.node("Sigmoid", logits[0])
        case .multilabel:
            let all = logits.count == 1 ? logits[0] : graph.node("Concat", of: logits, attributes: [("axis", .integer(1))])
            return graph.node("Sigmoid", all)
        case .categorical: return graph.node("Softmax", logits[0], attributes: [("axis", .integer(-1))])
        case .regression:
            let double = graph.node("Cast", logits[0], attributes: [("to", .integer(ONNXGraph.Element.double.rawValue))])
            let deviation = graph.constant("deviation", [1], .doubles([scaling.deviation]))
            let mean = graph.constant("mean", [1], .doubles([scaling.mean]))
            let value = graph.node("Add", graph.node("Mul", double, deviation), mean)
            return value
        case .ordinal(let levels):
            let above = graph.split(graph.node("Sigmoid", logits[0]), widths: Array(repeating: 1, count: levels.count - 1))
            var smallest: [ONNXGraph.Value] = []
            for next in above { smallest.append(smallest.last.map { graph.node("Min", $0, next) } ?? next) }
            return smallest.count == 1 ? smallest[0] : graph.node("Concat", of: smallest, attributes: [("axis", .integer(1))])
        }
    }

    private static func write(_ value: ONNXGraph.Value, of objective: Objective, to graph: inout ONNXGraph) {
        switch objective.kind {
        case .binary: graph.output(value, as: objective.name, .float, columns: 1)
        case .regression:
            // Members are averaged before, on the scale of training.
            let inverted = objective.transform == .log1p
                ? graph.node("Sub", graph.node("Exp", value), graph.constant("one", [1], .doubles([1]))) : value
            let rounded = graph.node("Cast", inverted, attributes: [("to", .integer(ONNXGraph.Element.float.rawValue))])
            graph.output(rounded, as: objective.name, .float, columns: 1)
        case .multilabel(let names), .categorical(let names): graph.output(value, as: objective.name, .float, columns: names.count)
        case .ordinal(let levels):
            func padded(_ pads: [Int], with number: Float) -> ONNXGraph.Value {
                graph.node(
                    "Pad", value, graph.constant("pads", [4], .integers(pads)), graph.constant("pad", [1], .floats([number])))
            }
            let shares = graph.node("Sub", padded([0, 1, 0, 0], with: 1), padded([0, 0, 0, 1], with: 0))
            graph.output(shares, as: objective.name, .float, columns: levels.count)
            let half = graph.constant("half", [1], .floats([0.5]))
            let exceeds = graph.node(
                "Cast", graph.node("Greater", value, half), attributes: [("to", .integer(ONNXGraph.Element.int64.rawValue))])
            let level = graph.node("ReduceSum", exceeds, graph.constant("axes", [1], .integers([1])), attributes: [("keepdims", .integer(1))])
            graph.output(level, as: "\(objective.name).level", .int64, columns: 1)
        }
    }

    private struct Input: Codable {
        var name: String
        var columns: [String]
    }

    private struct Output: Codable {
        var name: String
        var kind: ObjectiveKind.Name
        /// Names of the columns: classes, levels or labels.
        var columns: [String]?
        var unit: String?

        init(_ objective: Objective) {
            name = objective.name
            kind = objective.kind.name
            unit = objective.unit
            columns = objective.kind.names
        }
    }

}

/// What an exported file says beside its tensors, as JSON whose keys are in order. Strings and a model's finite numbers always
/// have that form.
func exportedFacts(_ facts: some Encodable) -> String {
    let encoder = JSONEncoder()
    encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
    return (try? encoder.encode(facts)).map { String(decoding: $0, as: UTF8.self) } ?? "null"
}

extension Model {
    /// The model as the bytes of an ONNX file; ``ONNXExport`` says what goes in and comes out.
    ///
    /// - Parameter preprocessing: what the files' cells become; nil: the graph takes features as ``predict(_:)`` does.
    /// - Throws: ``SettingError`` for a model that is too large for the format.
    public func onnx(preprocessing: Preprocessing? = nil) throws(SettingError) -> [UInt8] {
        try ONNXExport.encode([self], preprocessing: preprocessing)
    }
}
