import Lacuna

extension Callbacks {
    /// The same, and TensorBoard's files besides.
    ///
    /// - Parameters:
    ///   - log: nil writes none.
    ///   - failed: told when a file cannot be written; the run then stops, saved so that it can be resumed.
    func recording(in log: TensorBoardLog?, failed: @escaping (any Error) -> Void) -> Callbacks {
        guard let log else { return self }
        func attempt(_ body: () throws -> Void) -> Action {
            do { try body() } catch {
                failed(error)
                return .stop
            }
            return .proceed
        }
        let step = afterStep, epoch = afterEpoch
        var hasBegun = false
        return Callbacks(
            afterStep: { progress in
                if step?(progress) == .stop { return .stop }
                guard !hasBegun else { return .proceed }
                hasBegun = true
                return attempt { try log.begin(epoch: progress.epoch) }
            },
            afterEpoch: { record in
                let action = attempt { try log.write(record) }
                return epoch?(record) == .stop ? .stop : action
            }, profile: profile)
    }
}

extension TensorBoardOptions {
    /// What lies in a run's folder must be the run's, or it could be neither resumed nor overwritten.
    ///
    /// - Throws: `CommandError` for a folder inside the run's other than its `tensorboard`.
    func check(against directory: RunDirectory) throws(CommandError) {
        guard let tensorboard else { return }
        guard !tensorboard.isEmpty else {
            throw CommandError("the folder's name is empty", at: "--tensorboard", fix: "give a folder, as in --tensorboard logs/first")
        }
        let inside = FilePaths.normalised(tensorboard), out = FilePaths.normalised(directory.path)
        let own = FilePaths.join(out, RunDirectory.File.tensorboard)
        guard inside == out || inside.hasPrefix(out + "/"), inside != own else { return }
        throw CommandError(
            "the folder '\(tensorboard)' lies in the run's own", at: "--tensorboard",
            why: "a run's folder holds nothing but the run, so that it can be resumed and overwritten",
            fix: "name \(FilePaths.join(directory.path, RunDirectory.File.tensorboard)), or a folder elsewhere")
    }
}
