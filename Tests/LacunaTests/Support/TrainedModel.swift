@testable import Lacuna

extension Model {
    /// A new model of the data's objectives, trained on the data.
    ///
    /// - Parameter path: how linear heads are calculated; nil: the cheaper way.
    static func trained(
        on data: Dataset, _ encoder: EncoderSpec, threads: Int = 1, path: HeadPath? = nil,
        _ change: (inout TrainingSettings) -> Void
    ) throws -> Model {
        let model = try Model(features: data.features.columns, encoder: encoder, objectives: data.objectives, threads: threads)
        (model.engine as? NativeEngine)?.forcedPath = path
        try model.fit(data, TrainingSettings(change))
        return model
    }
}
