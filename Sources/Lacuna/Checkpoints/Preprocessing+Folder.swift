extension Preprocessing {
    /// How the model in a folder reads its files, as `lacuna train` or ``Model/save(to:preprocessing:history:decisions:)`` saved it.
    ///
    /// - Parameter folder: the folder of the saved model.
    /// - Throws: ``ModelFileError`` naming the file that is missing, truncated or changed, or a model that was saved
    ///   without preprocessing.
    public static func load(from folder: String) throws(ModelFileError) -> Preprocessing {
        guard let preprocessing = try ModelFolder(folder).load(as: Preprocessing.self).preprocessing else {
            throw ModelFileError(
                "the model does not know how to read files: it was saved without preprocessing", file: folder,
                fix: "save it with its preprocessing: model.save(to:preprocessing:)")
        }
        return preprocessing
    }
}
