import Tables

/// An ensemble on disk: each member is a whole model in a folder of its own, and the `model.json` beside those folders
/// names them with the digest of each one's `model.json`, which in turn vouches for the weights.
extension ModelFolder {
    /// A member as the ensemble's `model.json` names it.
    struct MemberRecord: Codable, Equatable {
        /// From the ensemble's folder on, such as "members/1".
        var folder: String
        /// SHA-256 of the `model.json` in it.
        var sha256: String
        /// The feature columns that it takes, from the first of them to the one after the last.
        var columns: [Int]
    }

    /// What an ensemble's `model.json` says is its kind.
    static let ensembleKind = "ensemble"

    /// Saves what makes an ensemble of models that were saved into folders in this one.
    ///
    /// - Parameters:
    ///   - members: one folder for each member, from this folder on, in the ensemble's order.
    ///   - others: as the saving of one model takes them.
    package func save(
        _ ensemble: Ensemble, members: [String], preprocessing: (some Codable)?, training: TrainingSettings?,
        identity: [String: String], decisions: Decisions? = nil, files: [(name: String, bytes: [UInt8])],
        timedFiles: [(name: String, bytes: [UInt8])]
    ) throws(ModelFileError) {
        precondition(members.count == ensemble.members.count, "one folder for each member")
        var records: [MemberRecord] = []
        for (folder, columns) in zip(members, ensemble.columns) {
            let facts = try FileSystem.read("\(path)/\(folder)/\(Self.factFile)")
            records.append(
                MemberRecord(
                    folder: folder, sha256: SHA256.hexDigest(of: facts), columns: [columns.lowerBound, columns.upperBound]))
        }
        let first = ensemble.members[0]
        try write(contents(files), timed: timedFiles) { digests in
            Facts(
                kind: Self.ensembleKind, members: records, features: ensemble.features, encoder: first.encoder,
                objectives: zip(first.objectives, first.scaling).map { ObjectiveRecord($0, scaling: $1) },
                training: training, identity: identity, preprocessing: preprocessing, decisions: decisions, files: digests,
                timedFiles: timedFiles.map(\.name))
        }
    }

    func ensemble(
        _ records: [MemberRecord], _ facts: Facts<some Codable>, losses: [any Loss], threads: Int?
    ) throws(ModelFileError) -> Ensemble {
        let file = "\(path)/\(Self.factFile)"
        var members: [Model] = [], columns: [Range<Int>] = []
        for record in records {
            guard record.columns.count == 2, record.columns[0] >= 0, record.columns[0] < record.columns[1],
                !record.folder.split(separator: "/").contains("..")
            else { throw ModelFileError("what it says of the member '\(record.folder)' is no member", file: file) }
            columns.append(record.columns[0]..<record.columns[1])
            members.append(try member(record, of: records.count, losses: losses, threads: threads))
        }
        do {
            let ensemble = try Ensemble(members, columns: columns)
            guard ensemble.features == facts.features else {
                throw ModelFileError("its members do not take the features that it names", file: file)
            }
            return ensemble
        } catch let error as ModelFileError {
            throw error
        } catch {
            throw ModelFileError("its members are no ensemble: \(error)", file: file)
        }
    }

    private func member(
        _ record: MemberRecord, of count: Int, losses: [any Loss], threads: Int?
    ) throws(ModelFileError) -> Model {
        let folder = ModelFolder("\(path)/\(record.folder)")
        guard folder.isModel else {
            throw ModelFileError(
                "the model in it is missing", file: folder.path,
                fix: "restore it from a copy, or train again: the ensemble has \(count) members")
        }
        let file = "\(folder.path)/\(Self.factFile)"
        guard try FileReader(file).digest() == record.sha256 else {
            throw ModelFileError(
                "it is not the one that the ensemble was made of", file: file,
                fix: "restore it from a copy, or train again")
        }
        let loaded = try folder.load(losses: losses, threads: threads, as: NoPreprocessing.self)
        guard let model = loaded.predictor as? Model else {
            throw ModelFileError("it is an ensemble itself, not a member of one", file: file)
        }
        return model
    }
}

extension Ensemble {
    /// Saves the ensemble to a folder: each member to `members/1`, `members/2`, …, a whole model each, and a
    /// `model.json` that names them.
    ///
    /// - Parameters:
    ///   - folder: made where it is not there; an ensemble in it is replaced.
    ///   - preprocessing: how features and labels are read from files, for all members; with it the command evaluates
    ///     the ensemble and predicts with it.
    /// - Throws: ``ModelFileError`` when a file cannot be written; no half-written file keeps its name. Members are replaced
    ///   one by one: of an ensemble that was there, some are then new, and it is refused when it is loaded.
    public func save(to folder: String, preprocessing: Preprocessing? = nil) throws(ModelFileError) {
        var folders: [String] = []
        for (index, member) in members.enumerated() {
            folders.append("members/\(index + 1)")
            try member.save(to: "\(folder)/members/\(index + 1)", preprocessing: sharesFeatures ? preprocessing : nil)
        }
        try ModelFolder(folder).save(
            self, members: folders, preprocessing: preprocessing, training: nil, identity: [:], files: [], timedFiles: [])
    }

    /// Loads an ensemble that ``save(to:preprocessing:)`` or the command saved.
    ///
    /// - Parameters:
    ///   - folder: the folder that was saved to.
    ///   - losses: losses of one's own, as ``Model/load(from:losses:threads:)`` takes them.
    ///   - threads: of matrix products; nil: those of training.
    /// - Throws: ``ModelFileError`` naming the file that is missing, truncated or changed, or a folder with one model.
    public static func load(
        from folder: String, losses: [any Loss] = [], threads: Int? = nil
    ) throws(ModelFileError) -> Ensemble {
        let loaded = try ModelFolder(folder).load(losses: losses, threads: threads, as: ModelFolder.NoPreprocessing.self)
        if let ensemble = loaded.predictor as? Ensemble { return ensemble }
        throw ModelFileError(
            "it holds one model, not an ensemble", file: folder, fix: "load it with Model.load(from:)")
    }
}
