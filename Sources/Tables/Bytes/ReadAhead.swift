import Dispatch

/// Inflates the next piece of a gzip file on a second thread while the last one is parsed; a small file on the caller's.
///
/// When the reader is gone, so is the work: a file that was refused can be written anew at once.
@safe final class ReadAhead {
    private let worker: Worker
    private var used = 0
    private var hasBegun = false
    private let isAlone: Bool
    private var isWorking = false
    private let queue = DispatchQueue(label: "lacuna.inflate")
    private(set) var estimatedSize = 0

    /// - Parameter isAlone: whether a second thread is not worth its start.
    init(_ inflater: Inflater, pieceSize: Int, isAlone: Bool) {
        worker = Worker(inflater, capacity: pieceSize)
        self.isAlone = isAlone
    }

    deinit { if isWorking { worker.isReady.wait() } }

    /// Copies at least one and at most `count` bytes to `buffer`; returns 0 only at the end of the data.
    func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(TableError) -> Int {
        if !hasBegun { start() }
        if isWorking {
            worker.isReady.wait()
            isWorking = false
            estimatedSize = worker.inflater.estimatedSize
        }
        if let error = worker.error { throw error }
        let taken = min(count, worker.length - used)
        unsafe buffer.update(from: worker.piece + used, count: taken)
        used += taken
        // A piece shorter than asked for is the last one.
        if used == worker.length && worker.length == worker.capacity { start() }
        return taken
    }

    private func start() {
        hasBegun = true
        isWorking = true
        used = 0
        if isAlone { return worker.inflate() }
        queue.async { [worker] in worker.inflate() }
    }
}

/// One piece in the making: the piece, its length and its error belong to the queue between `start` and the semaphore's
/// signal, and to the reader otherwise.
@safe private final class Worker: @unchecked Sendable {
    // @unchecked because the semaphore hands the piece over: the two threads never hold it at once.

    let inflater: Inflater
    let piece: UnsafeMutablePointer<UInt8>
    let capacity: Int
    let isReady = DispatchSemaphore(value: 0)
    private(set) var length = 0
    private(set) var error: TableError?

    init(_ inflater: Inflater, capacity: Int) {
        self.inflater = inflater
        self.capacity = capacity
        unsafe piece = .allocate(capacity: capacity)
    }

    deinit { unsafe piece.deallocate() }

    func inflate() {
        length = 0
        do throws(TableError) {
            length = try unsafe inflater.read(into: piece, count: capacity)
        } catch {
            self.error = error
        }
        isReady.signal()
    }
}
