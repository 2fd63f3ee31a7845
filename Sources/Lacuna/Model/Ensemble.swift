/// Several models of the same objectives whose predictions are averaged, with their spread as a measure of how unsure
/// they are.
///
/// ```swift
/// let members = try (0..<5).map { index in
///     let model = try Model(features: 10, encoder: .dense(64), objectives: objectives, seed: 1 + index)
///     try model.fit(train, validation: valid, TrainingSettings { $0.seed = 1 + index })
///     return model
/// }
/// let ensemble = try Ensemble(members)
/// ```
///
/// | kind | the mean | its spread |
/// |---|---|---|
/// | binary, multilabel, categorical | of the probabilities | of the probabilities |
/// | ordinal | of the probabilities of levels; the level is the number of k with mean P(y > k) > 0.5 | of the probabilities of levels |
/// | regression | of the values on the scale of training, so of log(1 + y) with `transform: .log1p` | of the values in the label's unit |
///
/// The spread is the standard deviation over the members with the divisor n, as `numpy.std` has it (deep ensembles,
/// Lakshminarayanan et al. 2017).
///
/// An ensemble is not Sendable, for its models are not.
public final class Ensemble: Predictor {
    /// The models, two or more, in order; their objectives are equal.
    public let members: [Model]
    /// By member: the columns of the feature matrix that it takes. Models that were trained on one encoding of the
    /// features all take all of them; the models of folds were trained on one each, and these lie side by side.
    public let columns: [Range<Int>]

    /// Columns of the feature matrix, F.
    public let features: Int
    /// What is predicted, in the order of predictions and evaluations.
    public var objectives: [Objective] { members[0].objectives }
    /// How many models are averaged.
    public var memberCount: Int { members.count }

    /// Puts models together.
    ///
    /// - Parameters:
    ///   - members: two or more, of the same objectives.
    ///   - columns: the columns of the feature matrix that each member takes; nil: all of them, for every member.
    /// - Throws: ``SettingError``: fewer than two members, objectives that differ, columns that are not as many as a
    ///   member takes.
    public init(_ members: [Model], columns: [Range<Int>]? = nil) throws(SettingError) {
        guard members.count >= 2 else {
            throw SettingError("an ensemble has \(counted(members.count, "member"))", fix: "give two models or more")
        }
        let first = members[0], columns = columns ?? members.map { 0..<$0.features }
        for (index, member) in members.enumerated() {
            let isAlike = member.objectives.count == first.objectives.count
                && zip(member.objectives, first.objectives).allSatisfy {
                    $0.name == $1.name && $0.kind == $1.kind && $0.transform == $1.transform
                }
            guard isAlike else {
                throw SettingError(
                    "the objectives of member \(index + 1) are not those of member 1",
                    fix: "average models of the same objectives, in the same order")
            }
            guard columns.count == members.count, columns[index].count == member.features, columns[index].lowerBound >= 0
            else {
                throw SettingError(
                    "member \(index + 1) takes \(counted(member.features, "feature column")) and is given others",
                    fix: "give one range of columns for each member, of as many as it takes")
            }
        }
        self.members = members
        self.columns = columns
        features = columns.map(\.upperBound).max() ?? 0
    }

    /// Whether all members take all columns.
    package var sharesFeatures: Bool { columns.allSatisfy { $0 == 0..<features } }

    /// Predicts every objective for every row; ``Predictions/spreads`` holds the spread.
    ///
    /// - Parameter features: `[n × F]`, finite.
    /// - Throws: ``DataError`` for another number of columns, or a feature that is not finite.
    public func predict(_ features: FeatureMatrix) throws(DataError) -> Predictions {
        try check(features)
        var all = predictions(of: try logits(features, rows: 0..<0), rows: 0)
        for chunk in members[0].chunks(of: features.rows) {
            all.append(predictions(of: try logits(features, rows: chunk), rows: chunk.count))
        }
        return all
    }

    /// Predicts chunk by chunk, so that the predictions of all rows need not fit into memory.
    ///
    /// - Parameters:
    ///   - features: `[n × F]`, finite.
    ///   - body: takes the predictions of the next rows, in order, with their spread.
    /// - Throws: what ``predict(_:)`` and `body` throw.
    public func forEachPrediction(_ features: FeatureMatrix, _ body: (Predictions) throws -> Void) throws {
        try check(features)
        for chunk in members[0].chunks(of: features.rows) {
            try body(predictions(of: try logits(features, rows: chunk), rows: chunk.count))
        }
    }

    /// The spread of every prediction.
    ///
    /// - Parameter features: `[n × F]`, finite.
    /// - Returns: as ``Predictions/spreads``.
    /// - Throws: ``DataError`` for another number of columns, or a feature that is not finite.
    public func spread(_ features: FeatureMatrix) throws(DataError) -> [(name: String, values: [Float])] {
        try predict(features).spreads
    }

    /// Runs every member over a data set and averages what concerns observed slots. The logits are those of the mean
    /// probabilities; a regression's are standardised as the first member's.
    ///
    /// - Parameter data: features and labels; its objectives are the members'.
    /// - Throws: ``DataError`` when the data set has other objectives or features.
    public func outputs(of data: Dataset) throws(DataError) -> ObservedOutputs {
        ObservedOutputs(meanOf: try memberOutputs(of: data))
    }

    /// What each member says of the observed slots of a data set, in order; ``ObservedOutputs/init(meanOf:)`` averages it.
    ///
    /// - Parameter data: features and labels; its objectives are the members'.
    /// - Throws: ``DataError`` when the data set has other objectives or features.
    public func memberOutputs(of data: Dataset) throws(DataError) -> [ObservedOutputs] {
        try check(data.features)
        var each: [ObservedOutputs] = []
        for (member, columns) in zip(members, columns) {
            // A member's own columns are a copy, which lives as long as its turn.
            let own = sharesFeatures ? data
                : Dataset(
                    features: data.features.selecting(columns: columns), objectives: data.objectives, labels: data.labels,
                    rowWeights: data.rowWeights)
            each.append(try member.outputs(of: own))
        }
        return each
    }

    /// Scores the mean prediction on observed slots.
    ///
    /// - Parameter data: features and labels; its objectives are the members'.
    /// - Returns: metrics and losses per objective, and their means over objectives.
    /// - Throws: ``DataError`` when the data set has other objectives or features.
    public func evaluate(_ data: Dataset) throws(DataError) -> Evaluation {
        try outputs(of: data).evaluation()
    }

    private func check(_ features: FeatureMatrix) throws(DataError) {
        guard features.columns == self.features else {
            throw DataError(
                "there are \(features.columns) feature columns", why: "the ensemble takes \(self.features)",
                fix: "give the columns the ensemble was made for, in their order")
        }
        if sharesFeatures { try members[0].check(features) }
    }

    /// By member.
    private func logits(_ features: FeatureMatrix, rows: Range<Int>) throws(DataError) -> [[Float]] {
        if rows.isEmpty { return members.map { _ in [] } }
        if sharesFeatures { return members.map { $0.engine.logits(features, rows: rows) } }
        let chunk = features.selecting(rows: Array(rows))
        var all: [[Float]] = []
        for (member, columns) in zip(members, columns) {
            let own = chunk.selecting(columns: columns)
            try member.check(own)
            all.append(member.engine.logits(own, rows: 0..<rows.count))
        }
        return all
    }

    private func predictions(of logits: [[Float]], rows: Int) -> Predictions {
        let plan = members[0].plan
        var mean = logits[0]
        for slot in plan.slots {
            let means = LogitMean(
                kind: objectives[slot.objective].kind.name, width: slot.width, scalings: scalings(of: slot.objective))
            for row in 0..<rows { means.write(logits, at: row * plan.outputs + slot.output, to: &mean) }
        }
        func values(_ objective: Int, _ scaling: TargetScaling, _ logits: [Float]) -> Predictions.Values {
            Predictions.Values(
                objectives[objective], scaling: scaling, logits: logits, rows: rows, outputs: plan.outputs,
                first: plan.slots[plan.slotsOfObjective[objective].lowerBound].output)
        }
        var result = Predictions(rows: rows, objectives: [])
        for (index, objective) in objectives.enumerated() {
            let scalings = scalings(of: index)
            let each = zip(scalings, logits).map { values(index, $0, $1).numbers }
            result.objectives.append((objective.name, values(index, scalings[0], mean)))
            result.spreads.append((objective.name, Self.deviation(each)))
        }
        return result
    }

    /// By member; none is needed but of a regression.
    private func scalings(of objective: Int) -> [TargetScaling] { members.map { $0.scaling[objective] ?? .identity } }

    /// The standard deviation over members of each number; in two passes, for a difference of squares loses digits.
    static func deviation(_ members: [[Float]]) -> [Float] {
        let count = Double(members.count)
        return members[0].indices.map { place in
            let mean = members.reduce(0) { $0 + Double($1[place]) } / count
            let squares = members.reduce(0) { sum, member in
                let difference = Double(member[place]) - mean
                return sum + difference * difference
            }
            return Float((squares / count).squareRoot())
        }
    }
}

extension ObservedOutputs {
    /// The mean of what several models say of the same observed slots: logits of the mean probabilities, and regressions
    /// on the first model's scale.
    ///
    /// - Precondition: there is one or more, all of the same data set.
    public init(meanOf members: [ObservedOutputs]) {
        self = members[0]
        for index in slots.indices {
            let objective = slots[index].objective
            let logits = members.map { $0.slots[index].logits }
            precondition(logits.allSatisfy { $0.count == logits[0].count }, "outputs of different data sets")
            let means = LogitMean(
                kind: objectives[objective].kind.name, width: slots[index].width,
                scalings: members.map { $0.scaling[objective] ?? .identity })
            var mean = logits[0]
            for entry in 0..<slots[index].count { means.write(logits, at: entry * slots[index].width, to: &mean) }
            slots[index].logits = mean
            // Entries that are not scored count in losses.
            let unscored = members.compactMap { $0.slots[index].unscored?.logits }
            guard unscored.count == members.count, var rest = unscored.first else { continue }
            for first in stride(from: 0, to: rest.count, by: slots[index].width) { means.write(unscored, at: first, to: &rest) }
            slots[index].unscored?.logits = rest
        }
    }
}
