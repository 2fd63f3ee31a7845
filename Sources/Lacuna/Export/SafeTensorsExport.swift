/// A model as one safetensors file: its tensors, and under the key `lacuna` of the file's metadata a JSON object with all else
/// that prediction needs. Documentation/ModelFormat.md has a reader of ten lines.
enum SafeTensorsExport {
    private struct Facts: Encodable {
        var version = Version.text
        /// Hidden layers of the encoder.
        var layers: Int
        var activation: Activation
        var norm: Normalization
        /// One per feature that the network sees, in order.
        var features: [Feature]
        var objectives: [Entry]
    }

    /// A feature: a number, a word of a text column, or whether a cell is missing.
    private struct Feature: Encodable {
        /// The column of the file.
        var column: String
        /// (number − mean) ÷ deviation; `fill` where the cell is missing.
        var mean: Double?
        var deviation: Double?
        var fill: Double?
        /// 1 where the cell is this word, else 0.
        var word: String?
        /// 1 where the cell is missing, else 0.
        var missing: Bool?
    }

    private struct Entry: Encodable {
        var name: String
        var kind: ObjectiveKind.Name
        /// Classes, levels or labels.
        var names: [String]?
        /// The tensors of the output layer: `heads`, or `towers.NAME.output` behind the hidden layers of a tower.
        var output: String
        /// First row of the output's weight, and how many.
        var scores: [Int]
        /// First number of the output's bias, and how many.
        var logits: [Int]
        var scaling: TargetScaling?
        var unit: String?
        /// What was fitted on validation rows: the reader has to apply it.
        var decisions: Decisions.Objective?
    }

    static func encode(_ model: Model, preprocessing: Preprocessing?, decisions: Decisions?) -> [UInt8] {
        let entries = model.objectives.enumerated().map { index, objective in
            let slots = model.plan.slotsOfObjective[index].map { model.plan.slots[$0] }
            return Entry(
                name: objective.name, kind: objective.kind.name, names: objective.kind.names,
                output: slots[0].tower.map { "towers.\(model.plan.towers[$0].name).output" } ?? "heads",
                scores: [slots[0].score, slots.reduce(0) { $0 + $1.scoreWidth }],
                logits: [slots[0].logit, slots.reduce(0) { $0 + $1.width }], scaling: model.scaling[index],
                unit: objective.unit, decisions: decisions?.objectives[index])
        }
        let features = preprocessing.map { $0.encoder.columns.flatMap(encoded) }
            ?? (0..<model.features).map { Feature(column: "x\($0)", mean: 0, deviation: 1, fill: 0) }
        let facts = Facts(
            layers: model.encoder.widths.count, activation: model.encoder.activation, norm: model.encoder.norm,
            features: features, objectives: entries)
        return SafeTensors.encode(model.engine.weights, metadata: ["lacuna": exportedFacts(facts)])
    }

    private static func encoded(_ column: FeatureEncoder.Column) -> [Feature] {
        var all: [Feature]
        switch column.coding {
        case .standardised(let mean, let deviation):
            all = [Feature(column: column.name, mean: mean, deviation: deviation, fill: 0)]
        case .scaled(let maximum): all = [Feature(column: column.name, mean: 0, deviation: maximum, fill: 0)]
        case .bits(let mean): all = [Feature(column: column.name, mean: 0, deviation: 1, fill: mean)]
        // Whatever a number is divided by this, it is 0.
        case .constant: all = [Feature(column: column.name, mean: 0, deviation: .greatestFiniteMagnitude, fill: 0)]
        case .oneHot(let words): all = words.map { Feature(column: column.name, word: $0) }
        }
        if column.hasIndicator { all.append(Feature(column: column.name, missing: true)) }
        return all
    }
}

extension Model {
    /// The model as the bytes of one safetensors file: tensors as `Documentation/ModelFormat.md` names them, and under the key
    /// `lacuna` of its metadata what else prediction needs, in JSON.
    ///
    /// - Parameters:
    ///   - preprocessing: what the files' cells become; nil: the features as ``predict(_:)`` takes them.
    ///   - decisions: fitted for this model; they are written beside each objective, for the reader to apply.
    public func safetensors(preprocessing: Preprocessing? = nil, decisions: Decisions? = nil) -> [UInt8] {
        SafeTensorsExport.encode(self, preprocessing: preprocessing, decisions: decisions)
    }
}
