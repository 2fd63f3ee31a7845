import Tables

/// One network for many objectives: a shared encoder and a head per objective.
///
/// ```swift
/// let model = try Model(features: 10, encoder: .dense(64), objectives: objectives)
/// try model.fit(train, validation: valid, TrainingSettings { $0.epochs = 20 })
/// let predictions = try model.predict(features)
/// ```
///
/// A model is not Sendable: one task owns it. What crosses tasks is values: data sets, predictions, evaluations.
public final class Model {
    /// Columns of the feature matrix, F.
    public let features: Int
    /// The shared network.
    public let encoder: EncoderSpec
    /// What is predicted, in the order of predictions and evaluations.
    public let objectives: [Objective]
    /// By objective: how a regression's labels become targets; nil for all other kinds. Set when training starts.
    public internal(set) var scaling: [TargetScaling?]
    let engine: any Engine
    let plan: HeadPlan

    /// Makes a model with fresh weights: kernels Glorot-uniform, biases zero, as Keras begins.
    ///
    /// - Parameters:
    ///   - features: columns of the feature matrix, 1 or more.
    ///   - encoder: the shared network.
    ///   - objectives: what to predict; names are unique.
    ///   - seed: of the first weights.
    ///   - threads: of matrix products; nil: all cores.
    /// - Throws: ``SettingError``: no objective, two of one name, or one that is not valid by itself.
    public init(
        features: Int, encoder: EncoderSpec, objectives: [Objective], seed: UInt64 = 0, threads: Int? = nil
    ) throws(SettingError) {
        guard features >= 1 else {
            throw SettingError("there are \(features) features", fix: "give at least one feature column")
        }
        guard !objectives.isEmpty else {
            throw SettingError("there is no objective", fix: "declare at least one thing to predict")
        }
        var names: Set<String> = []
        for objective in objectives {
            guard names.insert(objective.name).inserted else {
                throw SettingError(
                    "two objectives are named '\(objective.name)'", fix: "give each objective a name of its own")
            }
            try objective.validate()
        }
        try encoder.validate()
        _ = try Model.weightCount(features: features, encoder: encoder, objectives: objectives)
        if let threads, !(1...1024 ~= threads) {
            throw SettingError("threads is \(threads); it lies in 1 ... 1024", fix: "leave it out to use all cores")
        }
        self.features = features
        self.encoder = encoder
        self.objectives = objectives
        scaling = objectives.map { $0.kind == .regression ? TargetScaling(transform: $0.transform, mean: 0, deviation: 1) : nil }
        plan = HeadPlan(objectives)
        engine = NativeEngine(
            features: features, encoder: encoder, objectives: objectives, seed: seed,
            threads: threads ?? Model.cores)
    }

    /// Trainable numbers.
    public var parameterCount: Int { engine.parameterCount }

    /// Threads of matrix products.
    package var threads: Int { engine.threads }

    /// Predicts every objective for every row.
    ///
    /// - Parameter features: `[n × F]`, finite.
    /// - Returns: probabilities, or values in the label's unit, for every objective.
    /// - Throws: ``DataError`` for another number of columns, or a feature that is not finite.
    public func predict(_ features: FeatureMatrix) throws(DataError) -> Predictions {
        var all = Predictions(rows: 0, objectives: named(predict(features, rows: 0..<0)))
        try check(features)
        for chunk in chunks(of: features.rows) { all.append(predict(features, rows: chunk)) }
        return Predictions(rows: features.rows, objectives: all.objectives)
    }

    /// Predicts chunk by chunk, so that the predictions of all rows need not fit into memory.
    ///
    /// - Parameters:
    ///   - features: `[n × F]`, finite.
    ///   - body: takes the predictions of the next rows, in order.
    /// - Throws: what ``predict(_:)`` and `body` throw.
    public func forEachPrediction(_ features: FeatureMatrix, _ body: (Predictions) throws -> Void) throws {
        try check(features)
        for chunk in chunks(of: features.rows) {
            try body(Predictions(rows: chunk.count, objectives: named(predict(features, rows: chunk))))
        }
    }

    private func named(_ values: [Predictions.Values]) -> [(name: String, values: Predictions.Values)] {
        zip(objectives, values).map { ($0.name, $1) }
    }

    func predict(_ features: FeatureMatrix, rows: Range<Int>) -> [Predictions.Values] {
        let logits = rows.isEmpty ? [] : engine.logits(features, rows: rows)
        return objectives.enumerated().map { index, objective in
            Predictions.Values(
                objective, scaling: scaling[index] ?? .identity, logits: logits, rows: rows.count,
                outputs: plan.outputs, first: plan.slots[plan.slotsOfObjective[index].lowerBound].output)
        }
    }

    /// Scores the model on observed slots.
    ///
    /// - Parameter data: features and labels; its objectives are the model's.
    /// - Returns: metrics and losses per objective, and their means over objectives.
    /// - Throws: ``DataError`` when the data set has other objectives or features.
    public func evaluate(_ data: Dataset) throws(DataError) -> Evaluation {
        try outputs(of: data).evaluation()
    }

    /// Rows that go through the network at once when nothing is trained: as many as keep the logits small.
    func chunks(of rows: Int) -> [Range<Int>] {
        let size = max(16, min(256, 4_000_000 / max(plan.outputs, 1)))
        return stride(from: 0, to: rows, by: size).map { $0..<min($0 + size, rows) }
    }

    /// By slot.
    var slotScaling: [TargetScaling?] { plan.slots.map { scaling[$0.objective] } }

    func check(_ data: Dataset) throws(DataError) {
        let same = data.objectives.count == objectives.count
            && zip(data.objectives, objectives).allSatisfy {
                $0.name == $1.name && $0.kind == $1.kind && $0.transform == $1.transform
            }
        guard same else {
            throw DataError(
                "the data set's objectives are not the model's",
                why: "the model has \(objectives.map(\.name).joined(separator: ", "))",
                fix: "make the data set with the model's objectives")
        }
        try check(data.features)
    }

    func check(_ features: FeatureMatrix) throws(DataError) {
        guard features.columns == self.features else {
            throw DataError(
                "there are \(features.columns) feature columns", why: "the model takes \(self.features)",
                fix: "give the columns the model was made for, in their order")
        }
        if let (row, column, value) = features.firstNotFinite() {
            throw DataError(
                "feature \(column) is \(value)", row: row,
                why: "features are finite", fix: "fill missing features before training, as FeatureEncoder does")
        }
    }

    package static var cores: Int { processorCount() }
}

extension Predictions {
    mutating func append(_ values: [Predictions.Values]) {
        for index in objectives.indices { objectives[index].values.append(values[index]) }
    }

    /// Adds the predictions of further rows.
    mutating func append(_ other: Predictions) {
        append(other.objectives.map(\.values))
        for index in spreads.indices { spreads[index].values += other.spreads[index].values }
        rows += other.rows
    }
}

extension Predictions.Values {
    /// Adds the predictions of further rows.
    mutating func append(_ other: Predictions.Values) {
        // The array is taken out of `self` before it grows, so that it is not copied.
        let old = self
        self = .binary([])
        switch (consume old, other) {
        case (.binary(var a), .binary(let b)):
            a += b
            self = .binary(a)
        case (.categorical(var a, let classes), .categorical(let b, _)):
            a += b
            self = .categorical(a, classes: classes)
        case (.multilabel(var a, let labels), .multilabel(let b, _)):
            a += b
            self = .multilabel(a, labels: labels)
        case (.regression(var a), .regression(let b)):
            a += b
            self = .regression(a)
        case (.ordinal(var a, var p, let levels), .ordinal(let b, let q, _)):
            a += b
            p += q
            self = .ordinal(a, probabilities: p, levels: levels)
        default: preconditionFailure("predictions of different kinds")
        }
    }
}
