import Dispatch

/// Inflates the next piece of a gzip file on a second thread while the last one is parsed.
///
/// One piece is in the making at any time; the piece, its length and its error belong to the worker between `start` and
/// the semaphore's signal, and to the reader otherwise.
@safe final class ReadAhead: @unchecked Sendable {
    // @unchecked because the semaphore hands the piece over: the two threads never hold it at once.

    private let inflater: Inflater
    private let piece: UnsafeMutablePointer<UInt8>
    private let capacity: Int
    private var length = 0
    private var used = 0
    private var error: TableError?
    private var hasBegun = false
    private var isWorking = false
    private let isReady = DispatchSemaphore(value: 0)
    private let queue = DispatchQueue(label: "lacuna.inflate")
    private(set) var estimatedSize = 0

    init(_ inflater: Inflater, pieceSize: Int) {
        self.inflater = inflater
        capacity = pieceSize
        unsafe piece = .allocate(capacity: pieceSize)
    }

    deinit { unsafe piece.deallocate() }

    /// Copies at least one and at most `count` bytes to `buffer`; returns 0 only at the end of the data.
    func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(TableError) -> Int {
        if !hasBegun { start() }
        if isWorking {
            isReady.wait()
            isWorking = false
            estimatedSize = inflater.estimatedSize
        }
        if let error { throw error }
        let taken = min(count, length - used)
        unsafe buffer.update(from: piece + used, count: taken)
        used += taken
        // A piece shorter than asked for is the last one.
        if used == length && length == capacity { start() }
        return taken
    }

    private func start() {
        hasBegun = true
        isWorking = true
        used = 0
        length = 0
        queue.async { [self] in
            do throws(TableError) {
                length = try unsafe inflater.read(into: piece, count: capacity)
            } catch {
                self.error = error
            }
            isReady.signal()
        }
    }
}
