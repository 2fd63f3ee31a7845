import Lacuna

/// The folder of a run: what lies in it, and whether a new run may use it.
///
/// It is looked at before any work, and made only when there is something to save, so that a command that fails
/// leaves nothing behind.
public struct RunDirectory: Sendable {
    public let path: String

    public init(_ path: String) {
        self.path = path
    }

    /// The names of files in a run's folder.
    public enum File {
        public static let metrics = "metrics.json"
        public static let configuration = "config.yaml"
        public static let split = "split.csv"
        public static let checkpoints = "checkpoints"
        /// Of an ensemble: a folder for each member's model.
        public static let members = "members"
        /// Of a run of folds: a folder for each fold's model, and what each says of the rows that it did not see.
        public static let folds = "folds", outOfFold = "outOfFold.csv"
        /// Of a comparison that is under way: a file for each objective that is done, a folder for the one at work.
        public static let compare = "compare"
        /// The one place inside a run's folder where TensorBoard's files may lie.
        public static let tensorboard = "tensorboard"

        static let all = [
            ModelFolder.factFile, ModelFolder.tensorFile, ModelFolder.optimizerFile, ModelFolder.historyFile, metrics,
            configuration, split, ModelFolder.checksumFile, checkpoints, members, folds, outOfFold, compare, tensorboard,
        ]

        /// Those that hold folders of runs, each under a number.
        static let nests = [members, folds, compare]

        /// Whether a name is one that Lacuna writes, in full or on its way there.
        static func isKnown(_ name: String) -> Bool {
            all.contains { known in
                guard name.hasPrefix(known) else { return false }
                let rest = name.dropFirst(known.count)
                return rest.isEmpty || (rest.hasPrefix(".") && rest.hasSuffix(".partial") && rest.count(where: { $0 == "." }) <= 2)
            }
        }
    }

    /// The path of a file in the folder.
    public func file(_ name: String) -> String { FilePaths.join(path, name) }

    /// What to do with a folder that has something in it.
    public enum Existing: Sendable {
        /// It is an error.
        case refuse
        /// Go on from its last checkpoint.
        case resume
        /// Remove the run in it first.
        case overwrite
    }

    /// Checks, without changing anything, that a run may use the folder.
    ///
    /// - Throws: `CommandError`: the path is a file; the folder has something in it and nothing was said about that;
    ///   it holds files that are not of a run.
    public func check(_ existing: Existing) throws {
        guard FileSystem.exists(path) else { return }
        guard FileSystem.isDirectory(path) else {
            throw CommandError("the output '\(path)' is a file", at: "--out", fix: "name a folder")
        }
        let names = FileSystem.names(in: path)
        guard !names.isEmpty else { return }
        let strange = strangers
        switch existing {
        case .refuse:
            throw CommandError(
                "the output folder '\(path)' is not empty", at: "--out",
                fix: strange.isEmpty
                    ? "name another folder, or pass --resume to go on with its run, or --overwrite to start anew"
                    : "name another folder; this one holds '\(strange[0])', which is not of a run")
        case .resume, .overwrite:
            guard strange.isEmpty else {
                throw CommandError(
                    "the folder '\(path)' holds '\(strange[0])', which is not of a run", at: "--out",
                    why: "only a folder of a run is \(existing == .resume ? "resumed" : "overwritten")",
                    fix: "name another folder, or move that away")
            }
        }
    }

    /// What lies in the folder, or in the folders of models in it, and is not of a run.
    private var strangers: [String] {
        FileSystem.names(in: path).flatMap { name -> [String] in
            guard File.isKnown(name) else { return [name] }
            guard File.nests.contains(name) else { return [] }
            guard FileSystem.isDirectory(file(name)) else { return [name] }
            return FileSystem.names(in: file(name)).flatMap { number -> [String] in
                let inner = FilePaths.join(name, number)
                if name == File.compare, number.hasSuffix(".json"), Int(number.dropLast(5)) != nil { return [] }
                guard Int(number) != nil else { return number.hasSuffix(".partial") ? [] : [inner] }
                return RunDirectory(file(inner)).strangers.map { FilePaths.join(inner, $0) }
            }
        }
    }

    /// Removes what a killed run was about to put into place.
    func removePartialFiles() throws {
        for nest in File.nests {
            for number in FileSystem.names(in: file(nest)) {
                try RunDirectory(file(FilePaths.join(nest, number))).removePartialFiles()
            }
        }
        for name in FileSystem.names(in: path) where File.isKnown(name) && name.hasSuffix(".partial") {
            try FileSystem.remove(file(name))
        }
    }

    /// Removes the run in the folder, and nothing else; the folder stays.
    ///
    /// - Throws: what ``check(_:)`` does with `overwrite`, or an error of the file system.
    public func clear() throws {
        try check(.overwrite)
        for name in FileSystem.names(in: path) { try FileSystem.remove(file(name)) }
    }
}
