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
        /// The one place inside a run's folder where TensorBoard's files may lie.
        public static let tensorboard = "tensorboard"

        static let all = [
            ModelFolder.factFile, ModelFolder.tensorFile, ModelFolder.optimizerFile, ModelFolder.historyFile, metrics,
            configuration, split, ModelFolder.checksumFile, checkpoints, tensorboard,
        ]

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
        let strange = names.filter { !File.isKnown($0) }
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

    /// Removes what a killed run was about to put into place.
    func removePartialFiles() throws {
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
