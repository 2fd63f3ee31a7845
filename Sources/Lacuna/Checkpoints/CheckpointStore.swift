#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Tables

/// The checkpoints of a run in a folder: each is a folder of its own, renamed into place whole, and the newest
/// that is complete counts. A kill at any instant leaves the last good one.
///
/// A run is saved after its first epoch, at its end and when it is interrupted; in between when two seconds have passed and
/// twenty times what the last save took, so that saving costs at most a twentieth of the time. A run that is killed goes
/// on from the last checkpoint, maybe several epochs back, and ends in the same weights.
///
/// Checkpoints are fsynced, which also covers a machine that loses power, but for those of a run's first two seconds: their
/// names end in `-unsynced`, and a run that has no other may have to begin anew then. An interrupted run is always synced,
/// and no unsynced checkpoint replaces a synced one.
public final class CheckpointStore {
    /// The folder that holds the checkpoints.
    public let folder: String
    /// The folder of the checkpoint that ``load()`` gave.
    private(set) var loaded: String?
    private let now: () -> ContinuousClock.Instant
    /// When the run began.
    private var begun: ContinuousClock.Instant
    private var pace = CheckpointPace()
    private static let stateFile = "state.json", digestFile = "digests.json", unsynced = "-unsynced"

    /// Names the folder; it is made when the first checkpoint is saved.
    public convenience init(folder: String) { self.init(folder: folder, now: { ContinuousClock.now }) }

    /// - Parameter now: the time by which checkpoints are due.
    init(folder: String, now: @escaping () -> ContinuousClock.Instant) {
        self.folder = folder
        self.now = now
        begun = now()
    }

    /// Whether any checkpoint is there.
    public var isEmpty: Bool { checkpointNames.isEmpty }

    private var checkpointNames: [String] { FileSystem.names(in: folder).filter { $0.hasPrefix("epoch-") } }

    /// Whether a run that goes on should be saved now.
    var isDue: Bool { pace.isDue(at: now()) }

    /// Begins a run: anew, or from the newest whole checkpoint if there is one, which is given.
    ///
    /// - Throws: as ``load()``.
    func begin(resume: Bool) throws(ModelFileError) -> TrainingState? {
        pace = CheckpointPace()
        begun = now()
        guard resume, let state = try load() else { return nil }
        pace = CheckpointPace(resumedAt: now())
        return state
    }

    /// Writes a checkpoint and removes those it replaces.
    ///
    /// - Parameter isInterrupted: the run ends here for now, and whoever stopped it relies on this checkpoint.
    func save(_ state: TrainingState.Parts, isInterrupted: Bool) throws(ModelFileError) {
        let start = now(), older = checkpointNames
        let sync = isInterrupted || start - begun >= CheckpointPace.leastWork
            || older.contains { !$0.hasSuffix(Self.unsynced) }
        let name = "epoch-\(padded(state.facts.epochsDone))-step-\(padded(state.facts.stepsDone))" + (sync ? "" : Self.unsynced)
        let partial = "\(folder)/.partial", target = "\(folder)/\(name)"
        try FileSystem.makeFolder(folder)
        try FileSystem.remove(partial)
        do throws(ModelFileError) {
            try FileSystem.makeFolder(partial)
            try write(state, to: partial, sync: sync)
            try FileSystem.remove(target)
            try FileSystem.rename(partial, to: target)
        } catch {
            try? FileSystem.remove(partial)
            throw error
        }
        if sync { FileSystem.sync(folder: folder) }
        for old in older where old != name { try FileSystem.remove("\(folder)/\(old)") }
        pace.saved(from: start, to: now())
    }

    private func write(_ state: TrainingState.Parts, to path: String, sync: Bool) throws(ModelFileError) {
        var batch = FileBatch(folder: path, isNew: true), digests: [String: String] = [:]
        for (file, tensors) in state.tensors { digests[file] = try batch.write(file, .tensors(tensors)) }
        digests[Self.stateFile] = try batch.write(Self.stateFile, .bytes(json(state.facts)))
        _ = try batch.write(Self.digestFile, .bytes(json(digests)))
        try batch.close(sync: sync)
        if sync { FileSystem.sync(folder: path) }
    }

    /// The newest checkpoint that is whole, or nil where there is none, or none but what was never synced.
    ///
    /// - Throws: ``ModelFileError`` naming the newest one's broken file when none is whole; of one that was never synced, a
    ///   file that is there and cannot be read.
    func load() throws(ModelFileError) -> TrainingState? {
        var firstError: ModelFileError?
        for name in checkpointNames.reversed() {
            do {
                let state = try read("\(folder)/\(name)")
                loaded = "\(folder)/\(name)"
                return state
            } catch {
                // Nobody waited for the disk to hold an unsynced one: a machine without power may have lost its bytes, but
                // does not take the right to read them.
                let isLost = name.hasSuffix(Self.unsynced) && error != FileSystem.unreadable(error.file ?? "")
                if !isLost { firstError = firstError ?? error }
            }
        }
        if let firstError { throw firstError }
        return nil
    }

    /// Removes all checkpoints, and the folder if it then is empty; what else lies in it stays.
    package func removeAll() throws(ModelFileError) {
        for name in checkpointNames + [".partial"] { try FileSystem.remove("\(folder)/\(name)") }
        if FileSystem.isDirectory(folder), FileSystem.names(in: folder).isEmpty { try FileSystem.remove(folder) }
    }

    private func read(_ path: String) throws(ModelFileError) -> TrainingState {
        let digests: [String: String] = try decoded(FileReader("\(path)/\(Self.digestFile)").bytes(), "\(path)/\(Self.digestFile)")
        func checked(_ file: String) throws(ModelFileError) -> String {
            guard try FileReader("\(path)/\(file)").digest() == digests[file] else {
                throw ModelFileError("it is not as it was written: truncated or changed", file: "\(path)/\(file)")
            }
            return "\(path)/\(file)"
        }
        func tensors(_ file: String) throws(ModelFileError) -> [NamedTensor] { try SafeTensors.read(checked(file)) }
        let facts: TrainingState.Facts = try decoded(FileReader(checked(Self.stateFile)).bytes(), "\(path)/\(Self.stateFile)")
        return TrainingState(
            facts: facts, weights: try tensors(TrainingState.File.weights),
            best: digests[TrainingState.File.best] == nil ? nil : try tensors(TrainingState.File.best),
            heads: digests[TrainingState.File.heads] == nil ? nil : try tensors(TrainingState.File.heads),
            optimizer: try tensors(TrainingState.File.optimizer))
    }

    private func json(_ value: some Encodable) throws(ModelFileError) -> [UInt8] {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys]
        do { return [UInt8](try encoder.encode(value)) } catch { throw ModelFileError("the state has no JSON form: \(error)", file: folder) }
    }

    private func decoded<T: Decodable>(_ bytes: [UInt8], _ file: String) throws(ModelFileError) -> T {
        do { return try JSONDecoder().decode(T.self, from: Data(bytes)) } catch {
            throw ModelFileError("its JSON does not say what a checkpoint says", file: file)
        }
    }

    private func padded(_ number: Int) -> String {
        let digits = String(number)
        return String(repeating: "0", count: max(0, 6 - digits.count)) + digits
    }
}
