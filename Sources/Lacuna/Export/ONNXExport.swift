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
/// | output, decided | `NAME.decision` | int64 | `[rows, 1]` or `[rows, L]`: 0 or 1 by the threshold, or the class's index |
///
/// A model without preprocessing takes `features` as the network sees them, `[rows, F]`. The models of folds each have an encoding
/// of their own in the graph. Where there are ``Decisions``, probabilities are calibrated.
///
/// Metadata: `lacuna.inputs`, the names of the columns of each input; `lacuna.outputs`, kind, classes, levels or labels and
/// unit of each, and what was fitted for its decisions; `lacuna.version`.
public enum ONNXExport {
    /// The bytes of the file.
    ///
    /// - Parameters:
    ///   - predictor: a model, or an ensemble, whose members' predictions are averaged.
    ///   - preprocessing: what the files' cells become; nil: the graph takes encoded features.
    ///   - decisions: of the predictor; nil: probabilities are the network's own.
    /// - Throws: ``SettingError`` for a model that is too large for the format, or that it cannot say.
    package static func encode(
        _ predictor: any Predictor, preprocessing: Preprocessing?, decisions: Decisions? = nil
    ) throws(SettingError) -> [UInt8] {
        let models = predictor.members
        guard let first = models.first else { preconditionFailure("nothing to export") }
        // A protocol buffer holds less than 2 GiB.
        let parameters = models.reduce(0) { $0 + $1.parameterCount }
        guard parameters < 500_000_000 else {
            throw SettingError(
                "the model has \(parameters) parameters, more than an ONNX file of one piece can hold",
                fix: "export it as safetensors")
        }
        let objectives = first.objectives
        let outputs = objectives.enumerated().map { Output($1, decisions?.objectives[$0]) }
        var graph = ONNXGraph()
        var names: Set<String> = []
        for name in outputs.flatMap(\.values) where !names.insert(name).inserted {
            throw SettingError(
                "two outputs of the graph are called '\(name)'", fix: "train with another name for one of the objectives")
        }
        graph.reserve(Array(names))
        let features = try Features(predictor, preprocessing, in: &graph)
        let members = models.enumerated().map { index, model in
            ONNXNetwork(model, prefix: models.count > 1 ? "members.\(index + 1)." : "")
                .addLogits(of: features.ofMember[index], to: &graph)
        }
        for (index, objective) in objectives.enumerated() {
            let slots = first.plan.slotsOfObjective[index], fitted = decisions?.objectives[index]
            let isCalibrated = fitted?.slots.contains { $0.calibration != nil } ?? false
            let each = zip(models, members).map { model, logits in
                predictions(
                    of: objective, scaling: model.scaling[index] ?? .identity, Array(logits[slots]), isExact: isCalibrated, &graph)
            }
            let isDouble = objective.kind == .regression || isCalibrated
            var value = mean(each, isDouble: isDouble, &graph)
            if isCalibrated { value = graph.cast(value, .float) }
            write(value, of: objective, isCalibrated ? fitted : nil, decided: fitted, outputs[index], to: &graph)
        }
        return graph.model(
            producerVersion: Version.text,
            metadata: [
                ("lacuna.version", Version.text), ("lacuna.inputs", exportedFacts(features.inputs)),
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

    /// Probabilities; of a regression the value on the scale of training, in double; of an ordinal objective P(y > k).
    ///
    /// - Parameter isExact: in double, for a calibration; the runtime's own sigmoid is right to a few units in the last place.
    private static func predictions(
        of objective: Objective, scaling: TargetScaling, _ logits: [ONNXGraph.Value], isExact: Bool, _ graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        func sigmoid(_ value: ONNXGraph.Value) -> ONNXGraph.Value {
            isExact ? graph.exactSigmoid(graph.cast(value, .double)) : graph.node("Sigmoid", value)
        }
        switch objective.kind {
        case .binary: return sigmoid(logits[0])
        case .multilabel:
            let all = logits.count == 1 ? logits[0] : graph.node("Concat", of: logits, attributes: [("axis", .integer(1))])
            return sigmoid(all)
        case .categorical:
            let own = isExact ? graph.cast(logits[0], .double) : logits[0]
            return graph.node("Softmax", own, attributes: [("axis", .integer(-1))])
        case .regression:
            let deviation = graph.number("deviation", scaling.deviation), mean = graph.number("mean", scaling.mean)
            return graph.node("Add", graph.node("Mul", graph.cast(logits[0], .double), deviation), mean)
        case .ordinal(let levels):
            let above = graph.split(sigmoid(logits[0]), widths: Array(repeating: 1, count: levels.count - 1))
            var smallest: [ONNXGraph.Value] = []
            for next in above { smallest.append(smallest.last.map { graph.node("Min", $0, next) } ?? next) }
            return smallest.count == 1 ? smallest[0] : graph.node("Concat", of: smallest, attributes: [("axis", .integer(1))])
        }
    }

    /// - Parameters:
    ///   - calibration: what was fitted, where probabilities are to be calibrated.
    ///   - decided: what was fitted, where decisions are to be said.
    private static func write(
        _ value: ONNXGraph.Value, of objective: Objective, _ calibration: Decisions.Objective?, decided: Decisions.Objective?,
        _ output: Output, to graph: inout ONNXGraph
    ) {
        var probabilities = value
        switch objective.kind {
        case .regression:
            // Members are averaged before, on the scale of training.
            let inverted = objective.transform == .log1p ? graph.node("Sub", graph.node("Exp", value), graph.number("one", 1)) : value
            return graph.output(graph.cast(inverted, .float), as: objective.name, .float, columns: 1)
        case .ordinal: probabilities = graph.differences(value, isDouble: false)
        case .binary, .multilabel, .categorical: break
        }
        if let calibration { probabilities = graph.calibrated(probabilities, by: calibration, kind: objective.kind) }
        let columns = objective.kind.names?.count ?? 1
        graph.output(probabilities, as: objective.name, .float, columns: columns)
        if case .ordinal(let levels) = objective.kind {
            let above = calibration == nil ? value : graph.above(probabilities, count: levels.count)
            let half = calibration == nil ? graph.constant("half", [1], .floats([0.5])) : graph.number("half", 0.5)
            let exceeds = graph.cast(graph.node("Greater", above, half), .int64)
            let level = graph.node("ReduceSum", exceeds, graph.constant("axes", [1], .integers([1])), attributes: [("keepdims", .integer(1))])
            graph.output(level, as: "\(objective.name).level", .int64, columns: 1)
        }
        if let decided, let name = output.decision, let decision = graph.decided(probabilities, by: decided, kind: objective.kind) {
            graph.output(decision, as: name, .int64, columns: objective.kind.name == .multilabel ? columns : 1)
        }
    }
}

extension ONNXExport {
    private struct Input: Codable {
        var name: String
        var columns: [String]
    }

    /// What the members of a predictor take, in the graph.
    private struct Features {
        private(set) var inputs: [Input] = []
        /// By member: `[rows, F]`, float.
        private(set) var ofMember: [ONNXGraph.Value] = []

        init(_ predictor: any Predictor, _ preprocessing: Preprocessing?, in graph: inout ONNXGraph) throws(SettingError) {
            let members = predictor.members
            let width = (predictor as? Ensemble)?.features ?? members[0].features
            let columns = (predictor as? Ensemble)?.columns ?? [0..<width]
            // The encodings side by side are what the columns of members are counted in.
            var pieces: [(columns: Range<Int>, value: ONNXGraph.Value)] = []
            if let preprocessing {
                let encoders = preprocessing.encoders
                try Self.checkAlike(encoders)
                let cells = ONNXFeatures.Inputs(encoders[0].columns, in: &graph)
                inputs = cells.columns.map { Input(name: $0.name, columns: $0.columns) }
                for (encoder, columns) in zip(encoders, preprocessing.columnsOfEncoders) {
                    let encoding = ONNXFeatures(encoder, missing: preprocessing.data.missingFeatures)
                    pieces.append((columns, encoding.add(cells, to: &graph)))
                }
            } else {
                let input = graph.input("features", .float, columns: width)
                inputs.append(Input(name: input.name, columns: (0..<width).map { "x\($0)" }))
                pieces.append((0..<width, input))
            }
            var all: ONNXGraph.Value?
            for own in columns {
                if let piece = pieces.first(where: { $0.columns == own }) {
                    ofMember.append(piece.value)
                    continue
                }
                let whole = all ?? (pieces.count == 1 ? pieces[0].value
                    : graph.node("Concat", of: pieces.map(\.value), attributes: [("axis", .integer(1))]))
                all = whole
                let chosen = graph.constant("columns", [own.count], .integers(Array(own)))
                ofMember.append(graph.node("Gather", whole, chosen, attributes: [("axis", .integer(1))]))
            }
        }

        /// The models of folds read the same inputs: a column is text for all of them, or for none.
        private static func checkAlike(_ encoders: [FeatureEncoder]) throws(SettingError) {
            for (fold, encoder) in encoders.enumerated() {
                for (column, first) in zip(encoder.columns, encoders[0].columns) where column.isText != first.isText {
                    throw SettingError(
                        "column '\(column.name)' is words for the model of one fold and not for that of another (\(fold + 1)), whose "
                            + "training rows hold no word of it",
                        fix: "export a model of one fold, or train with the column in --ignore")
                }
            }
        }
    }

    private struct Output: Codable {
        var name: String
        var kind: ObjectiveKind.Name
        /// Names of the columns: classes, levels or labels.
        var columns: [String]?
        var unit: String?
        /// How probabilities are calibrated; nil: they are the network's own.
        var calibration: CalibrationMethod?
        /// The output that holds the decision.
        var decision: String?
        /// How thresholds were chosen.
        var rule: String?
        /// By column: the least probability that is called yes.
        var thresholds: [Double]?
        /// What conformal sets must cover; they are no output.
        var coverage: Double?
        /// By column of yes or no, else one: the largest score that a set admits; null admits all.
        var quantiles: [Double?]?

        init(_ objective: Objective, _ fitted: Decisions.Objective?) {
            name = objective.name
            kind = objective.kind.name
            unit = objective.unit
            columns = objective.kind.names
            guard let fitted else { return }
            if fitted.slots.contains(where: { $0.calibration != nil }) { calibration = fitted.choice.calibration }
            let chosen = fitted.slots.compactMap { $0.threshold?.value }
            let isDecided = kind == .categorical ? fitted.choice.threshold != nil : chosen.count == fitted.slots.count
            if isDecided, kind != .ordinal, kind != .regression {
                decision = "\(objective.name).decision"
                rule = fitted.choice.threshold?.text
                if kind != .categorical { thresholds = chosen }
            }
            if let conformal = fitted.slots.first?.conformal {
                coverage = conformal.coverage
                quantiles = fitted.slots.map { $0.conformal?.quantile }
            }
        }

        /// Names of the values that the graph puts out.
        var values: [String] { [name] + (kind == .ordinal ? ["\(name).level"] : []) + [decision].compactMap { $0 } }
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
    /// - Parameters:
    ///   - preprocessing: what the files' cells become; nil: the graph takes features as ``predict(_:)`` does.
    ///   - decisions: fitted for this model: the graph calibrates and decides; nil: probabilities are the network's own.
    /// - Throws: ``SettingError`` for a model that is too large for the format.
    public func onnx(preprocessing: Preprocessing? = nil, decisions: Decisions? = nil) throws(SettingError) -> [UInt8] {
        try ONNXExport.encode(self, preprocessing: preprocessing, decisions: decisions)
    }
}

extension Ensemble {
    /// The mean prediction of all members as the bytes of an ONNX file; ``ONNXExport`` says what goes in and comes out.
    ///
    /// - Parameters:
    ///   - preprocessing: what the files' cells become; nil: the graph takes features as ``predict(_:)`` does.
    ///   - decisions: fitted for this ensemble: the graph calibrates and decides; nil: probabilities are the mean's own.
    /// - Throws: ``SettingError`` for an ensemble that is too large for the format.
    public func onnx(preprocessing: Preprocessing? = nil, decisions: Decisions? = nil) throws(SettingError) -> [UInt8] {
        try ONNXExport.encode(self, preprocessing: preprocessing, decisions: decisions)
    }
}
