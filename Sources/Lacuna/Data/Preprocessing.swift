import Tables

/// Everything that turns files into what the model was trained on: the part of a saved model that evaluation and
/// prediction need before the network is asked.
public struct Preprocessing: Codable, Equatable, Sendable {
    /// The data as declared in training.
    public private(set) var data: DataDeclaration
    /// How cells become features.
    public let encoder: FeatureEncoder
    /// Of the models of folds, each of which has an encoding of its own: those of all but the first. Their features lie
    /// side by side, the first one's first.
    private(set) var furtherEncoders: [FeatureEncoder]?
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
        /// The seed of the draw; nil where a column names the parts, or times do.
        public let seed: UInt64?
        /// The column whose equal cells were kept in one part; nil: none was.
        public let group: String?
        /// The column by whose times rows were cut; nil: they were not.
        public let timeColumn: String?
        let drawn: PackedParts?
        /// Of the models of folds together: how many; no row is in a part then, for each was tested by one of them.
        public let folds: Int?

        init(column: String, group: String? = nil) {
            self.column = column
            self.group = group
            (fractions, seed, drawn, timeColumn, folds) = (nil, nil, nil, nil, nil)
        }

        init(folds: Int, seed: UInt64?, group: String?) {
            self.folds = folds
            self.seed = seed
            self.group = group
            (column, fractions, drawn, timeColumn) = (nil, nil, nil, nil)
        }

        init(fractions: [Double], seed: UInt64?, drawn: Split, group: String? = nil, timeColumn: String? = nil) {
            (column, folds) = (nil, nil)
            self.fractions = fractions
            self.seed = seed
            self.group = group
            self.timeColumn = timeColumn
            self.drawn = PackedParts(drawn.partOfRow)
        }
    }

    init(
        data: DataDeclaration, encoder: FeatureEncoder, labels: [LabelRules], split: SplitRecord, digest: DataDigest,
        arrayColumns: Int?
    ) {
        self.data = data
        self.encoder = encoder
        self.labels = labels
        self.split = split
        self.digest = digest
        self.arrayColumns = arrayColumns
    }

    /// - Throws: `DecodingError` for what is no preprocessing, or one whose parts contradict each other.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        data = try values.decode(DataDeclaration.self, forKey: .data)
        encoder = try values.decode(FeatureEncoder.self, forKey: .encoder)
        furtherEncoders = try values.decodeIfPresent([FeatureEncoder].self, forKey: .furtherEncoders)
        labels = try values.decode([LabelRules].self, forKey: .labels)
        split = try values.decode(SplitRecord.self, forKey: .split)
        digest = try values.decode(DataDigest.self, forKey: .digest)
        arrayColumns = try values.decodeIfPresent(Int.self, forKey: .arrayColumns)
        do { try checkConsistency() } catch {
            throw DecodingError.dataCorruptedError(forKey: .labels, in: values, debugDescription: error.problem)
        }
    }

    /// Whether a predictor of these objectives and so many features can be what was saved with it.
    func fits(_ objectives: [Objective], features: Int) -> Bool {
        objectives.map(\.name) == labels.map(\.objective) && objectives.map(\.kind) == labels.map(\.objectiveKind)
            && encoders.reduce(0) { $0 + $1.width } == features
    }

    /// Names of the columns that the network sees, in order.
    public var featureNames: [String] { encoders.flatMap(\.outputNames) }

    /// One, or that of every fold.
    var encoders: [FeatureEncoder] { [encoder] + (furtherEncoders ?? []) }

    /// What the models of folds take together: the encodings of all of them side by side.
    ///
    /// - Parameter folds: of each model, in the order of the ensemble; read from the same files with the same rules.
    /// - Precondition: there is one or more.
    package init(ofFolds folds: [Preprocessing]) {
        self = Preprocessing(
            data: folds[0].data, encoder: folds[0].encoder, labels: folds[0].labels,
            split: SplitRecord(folds: folds.count, seed: folds[0].split.seed, group: folds[0].split.group), digest: folds[0].digest,
            arrayColumns: folds[0].arrayColumns)
        furtherEncoders = folds.dropFirst().map(\.encoder)
    }

    /// By fold: the columns of the features that its model takes.
    package var columnsOfEncoders: [Range<Int>] {
        var next = 0
        return encoders.map { encoder in
            defer { next += encoder.width }
            return next..<next + encoder.width
        }
    }

    /// The same with the training files' paths changed, such as made absolute before a model is saved: evaluation without
    /// data reads those files, from whatever folder it runs in.
    public func mappingPaths(_ transform: (String) -> String) -> Preprocessing {
        var copy = self
        copy.data.mapPaths(transform)
        return copy
    }

    /// Checks that the parts fit each other, as they do unless someone edited the saved model. Whoever reads one may trust it.
    private func checkConsistency() throws(SettingError) {
        let labelsFit = labels.allSatisfy { rules in
            guard !rules.columns.isEmpty, rules.cellWeights.map({ $0.count == rules.columns.count }) ?? true, rules.negatives.count == (rules.positive == nil ? 0 : rules.columns.count) else {
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
        let names = encoder.columns.map(\.name)
        let featuresFit = encoders.allSatisfy { $0.columns.map(\.name) == names } && Set(names).count == names.count
            && encoders.flatMap(\.columns).allSatisfy { column in
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
        if given.isArrays, given.features == nil {
            merged.files = given.labels == nil ? data.files : []
            merged.features = data.features
        }
        if merged.isArrays {
            // A mask belongs to its labels: with other labels, the old one says nothing.
            if given.labels == nil, given.features == nil {
                merged.labels = data.labels
                merged.mask = given.mask ?? data.mask
                merged.cellWeights = given.cellWeights ?? data.cellWeights
            }
            if merged.labels != nil { merged.labelNames = given.labelNames ?? data.labelNames }
        } else if merged.libsvmFile == nil {
            merged.id = given.id ?? data.id
            merged.weightColumn = given.weightColumn ?? data.weightColumn
            merged.splitColumn = given.splitColumn ?? data.splitColumn
            merged.group = given.group ?? data.group
        }
        // The model's reading is for files of its format; another kind of file has no use for it.
        merged.libsvm = merged.libsvmFile == nil ? given.libsvm : given.libsvm ?? data.libsvm
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
    /// Which source each row came from; nil for arrays and for one table without a name.
    public let sources: RowSources?
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
    /// Which rows of ``dataset`` belong together; nil without a group column.
    public let rowGroups: RowGroups?
    /// The group of each row of ``dataset``, a number from 0; nil without a group column.
    public var groups: [Int32]? { rowGroups?.ofRow }
    /// Which source each row of ``dataset`` came from; nil for arrays and for one table without a name.
    public let sources: RowSources?
    /// What a person should know, one sentence each.
    public let warnings: [String]
}
