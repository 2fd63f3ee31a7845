#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// Writes a run's curves as TensorBoard event files, epoch by epoch, so that `tensorboard --logdir` shows a run while it
/// lasts.
///
/// ```swift
/// let log = TensorBoardLog(folder: "logs/first")
/// try model.fit(train, validation: valid, settings, callbacks: Callbacks(afterEpoch: { epoch in
///     do { try log.write(epoch) } catch { return .stop }
///     return .proceed
/// }))
/// ```
///
/// The step of a scalar is the epoch. Tags are the names of `history.jsonl`: `trainingLoss`, `validationLoss`, `monitored`,
/// `learningRate` and `rowsPerSecond` of the run; `NAME/trainingLoss`, `NAME/validationLoss`, `NAME/weight` and
/// `NAME/METRIC`, as in `tumor/auroc`, of each objective. What is undefined in an epoch has no scalar there.
///
/// Each process that trains writes a file of its own and says at which epoch it starts; readers then drop what earlier files
/// of the folder say of that epoch and later ones. So a resumed run has every epoch once, a run begun anew replaces
/// the one before it, and two runs want two folders.
///
/// - Note: Peer: `torch.utils.tensorboard.SummaryWriter`; read by `tensorboard`'s `EventAccumulator`.
public final class TensorBoardLog {
    /// The folder, made with the first record.
    public let folder: String
    private var file: String?
    private let now: () -> Double

    /// Names a folder; nothing is written.
    public convenience init(folder: String) {
        self.init(folder: folder, now: { Date().timeIntervalSince1970 })
    }

    /// - Parameter now: seconds since 1970.
    init(folder: String, now: @escaping () -> Double) {
        self.folder = folder
        self.now = now
    }

    /// Begins the file, where that has not been done: whatever is wrong with the folder shows here.
    ///
    /// - Parameter epoch: the first epoch that will be written, counted from 1.
    /// - Throws: ``ModelFileError`` when the folder cannot be made or written.
    public func begin(epoch: Int) throws(ModelFileError) {
        guard file == nil else { return }
        try FileSystem.makeFolder(folder)
        let time = now(), path = "\(folder)/\(name(at: time))"
        try FileSystem.append(
            TensorBoardEvent(time: time, step: 0, content: .fileVersion).record
                + TensorBoardEvent(time: time, step: epoch, content: .start).record, to: path)
        file = path
    }

    /// Adds the scalars of an epoch; they can be read when this returns.
    ///
    /// - Throws: ``ModelFileError`` when the file cannot be written; it then ends with the epoch before.
    public func write(_ epoch: History.Epoch) throws(ModelFileError) {
        try begin(epoch: epoch.epoch)
        guard let file else { return }
        let scalars = epoch.scalars.map { (tag: $0.tag, value: Float($0.value)) }
        try FileSystem.append(
            TensorBoardEvent(time: now(), step: epoch.epoch, content: .scalars(scalars)).record, to: file)
    }

    /// `events.out.tfevents.SECONDS.HOST.PROCESS.lacuna`. Readers take a folder's files in the order of their names, so the
    /// seconds are later than those of every other file there, whatever the clock says.
    private func name(at time: Double) -> String {
        let prefix = "events.out.tfevents."
        let taken = FileSystem.names(in: folder).compactMap { name in
            name.hasPrefix(prefix) ? name.dropFirst(prefix.count).split(separator: ".").first.flatMap { Int($0) } : nil
        }
        let seconds = max(Int(time), (taken.max() ?? 0) + 1)
        let digits = String(seconds)
        let padded = String(repeating: "0", count: max(0, 10 - digits.count)) + digits
        let process = ProcessInfo.processInfo
        let host = process.hostName.filter { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-") }
        return "\(prefix)\(padded).\(host.isEmpty ? "host" : host).\(process.processIdentifier).lacuna"
    }
}

extension History.Epoch {
    /// What TensorBoard shows of an epoch, the run's own scalars first.
    var scalars: [(tag: String, value: Double)] {
        var scalars: [(tag: String, value: Double)] = []
        func add(_ tag: String, _ value: Double?) {
            if let value, value.isFinite { scalars.append((tag, value)) }
        }
        add("trainingLoss", trainingLoss)
        add("validationLoss", validationLoss)
        add("monitored", monitored)
        add("learningRate", learningRate)
        add("rowsPerSecond", seconds > 0 ? Double(rows) / seconds : nil)
        for objective in objectives {
            add("\(objective.name)/trainingLoss", objective.trainingLoss)
            add("\(objective.name)/validationLoss", objective.validationLoss)
            for (metric, value) in objective.validation.sorted(by: { $0.key < $1.key }) {
                add("\(objective.name)/\(metric)", value)
            }
            add("\(objective.name)/weight", objective.weight)
        }
        return scalars
    }
}
