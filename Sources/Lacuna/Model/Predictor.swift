/// What predicts objectives from features: a model, or several whose predictions are averaged.
public protocol Predictor {
    /// What is predicted, in the order of predictions and evaluations.
    var objectives: [Objective] { get }

    /// How many models are averaged: 1 unless it is an ensemble, whose predictions have spreads.
    var memberCount: Int { get }

    /// Predicts chunk by chunk, so that the predictions of all rows need not fit into memory.
    ///
    /// - Parameters:
    ///   - features: `[n × F]`, finite.
    ///   - body: takes the predictions of the next rows, in order.
    /// - Throws: ``DataError`` for features that do not fit, and what `body` throws.
    func forEachPrediction(_ features: FeatureMatrix, _ body: (Predictions) throws -> Void) throws

    /// What is said of the observed slots of a data set.
    ///
    /// - Parameter data: features and labels; its objectives are the predictor's.
    /// - Throws: ``DataError`` when the data set has other objectives or features.
    func outputs(of data: Dataset) throws(DataError) -> ObservedOutputs
}

extension Predictor {
    /// The models that predict: one, or the members of an ensemble.
    package var members: [Model] { (self as? Ensemble)?.members ?? [self as? Model].compactMap { $0 } }
}

extension Model: Predictor {
    /// One.
    public var memberCount: Int { 1 }
}

extension ObservedOutputs {
    /// Metrics and losses per objective, and their means over objectives; losses with reduction `observed`.
    public func evaluation() -> Evaluation {
        Evaluator(self).evaluate(losses: slots.map { objectives[$0.objective].loss }, reduction: .observed, total: .sum)
    }
}
