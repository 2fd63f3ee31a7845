import Tables

/// Everything that turns files into what the model was trained on: the part of a saved model that evaluation and
/// prediction need before the network is asked.
public struct Preprocessing: Codable, Equatable, Sendable {
    /// The data as declared in training.
    public private(set) var data: DataDeclaration
    /// How cells become features.
    public let encoder: FeatureEncoder
    /// One per objective, in the model's order.
    public let labels: [LabelRules]
    /// Where the parts came from.
    public let split: SplitRecord
    /// Of the training files.
    public let digest: DataDigest
    /// Columns of the feature array, where training read one.
    let arrayColumns: Int?

    /// Where the parts of a run came from.
    public struct SplitRecord: Codable, Equatable, Sendable {
        /// The column that names the parts; nil: they were drawn.
        public let column: String?
        /// The shares and the seed of the draw.
        public let fractions: [Double]?
        /// The seed of the draw; nil where a column names the parts.
        public let seed: UInt64?
        let drawn: PackedParts?

        init(column: String) {
            self.column = column
            (fractions, seed, drawn) = (nil, nil, nil)
        }

        init(fractions: [Double], seed: UInt64, drawn: Split) {
            column = nil
            self.fractions = fractions
            self.seed = seed
            self.drawn = PackedParts(drawn.partOfRow)
        }
    }

    /// Names of the columns that the network sees, in order.
    public var featureNames: [String] { encoder.outputNames }

    /// The same with the training files' paths changed, such as made absolute before a model is saved: evaluation without
    /// data reads those files, from whatever folder it runs in.
    public func mappingPaths(_ transform: (String) -> String) -> Preprocessing {
        var copy = self
        copy.data.file = data.file.map(transform)
        copy.data.features = data.features.map(transform)
        copy.data.labels = data.labels.map(transform)
        copy.data.labelNames = data.labelNames.map(transform)
        copy.data.mask = data.mask.map(transform)
        return copy
    }

    /// Checks that the parts fit each other, as they do unless someone edited the saved model.
    func checkConsistency() throws(SettingError) {
        let labelsFit = labels.allSatisfy { rules in
            guard !rules.columns.isEmpty, rules.negatives.count == (rules.positive == nil ? 0 : rules.columns.count) else {
                return false
            }
            switch rules.kind {
            case .binary, .regression: return rules.columns.count == 1
            case .ordinal: return rules.columns.count == 1 && Set(rules.names).count == rules.names.count
            case .categorical:
                return Set(rules.names).count == rules.names.count && (!rules.isOneHot || rules.names.count == rules.columns.count)
            case .multilabel: return rules.names.count == rules.columns.count
            }
        }
        let featuresFit = Set(encoder.columns.map(\.name)).count == encoder.columns.count && encoder.columns.allSatisfy { column in
            switch column.coding {
            case .standardised(let mean, let deviation): mean.isFinite && deviation.isFinite && deviation > 0
            case .scaled(let maximum): maximum.isFinite && maximum > 0
            case .bits(let mean): mean.isFinite
            case .constant: true
            case .oneHot(let words): Set(words).count == words.count
            }
        }
        guard labelsFit, featuresFit else {
            throw SettingError(
                "what the model says of its \(labelsFit ? "features" : "labels") contradicts itself",
                fix: "restore the saved model, or train again")
        }
    }

    /// What is said about the data now, and, where nothing is said, what was said in training.
    func merged(with given: DataDeclaration) -> DataDeclaration {
        var merged = given
        if given.file == nil, given.features == nil {
            merged.file = given.labels == nil ? data.file : nil
            merged.features = data.features
        }
        if merged.isArrays {
            // A mask belongs to its labels: with other labels, the old one says nothing.
            if given.labels == nil, given.features == nil {
                merged.labels = data.labels
                merged.mask = given.mask ?? data.mask
            }
            if merged.labels != nil { merged.labelNames = given.labelNames ?? data.labelNames }
        } else {
            merged.id = given.id ?? data.id
            merged.weightColumn = given.weightColumn ?? data.weightColumn
            merged.splitColumn = given.splitColumn ?? data.splitColumn
        }
        // The model's reading is for files of its format; another kind of file has no use for it.
        merged.libsvm = merged.file.map { SVMLightFile.isNamed($0) } ?? false ? given.libsvm ?? data.libsvm : given.libsvm
        // A token that meant missing in training does not become a label because another one is added.
        merged.missing = data.missing + given.missing.filter { !data.missing.contains($0) }
        merged.missingFeatures = data.missingFeatures + given.missingFeatures.filter { !data.missingFeatures.contains($0) }
        return merged
    }
}

/// Encoded features of a file, for prediction.
public struct FeatureRows: Sendable {
    /// `[rows × F]`, as the model takes them.
    public let features: FeatureMatrix
    /// The cells of the id column, one per row, and the column's name; nil without one.
    public let ids: [String]?
    /// The id column's name; nil without one.
    public let idName: String?
    /// What a person should know, one sentence each.
    public let warnings: [String]
}

/// Features and labels of a file, or of one part of it, for evaluation.
public struct LabelledRows: Sendable {
    /// Features and observed labels.
    public let dataset: Dataset
    /// The file's rows, from 0, that the data set holds, in its order.
    public let rows: [Int]
    /// The cells of the id column, one per row of ``dataset``; nil without one.
    public let ids: [String]?
    /// What a person should know, one sentence each.
    public let warnings: [String]
}
