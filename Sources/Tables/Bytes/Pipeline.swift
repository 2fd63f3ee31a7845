import Dispatch

/// Makes pieces one after the other, works on several at once, and takes the results one by one in the pieces' order.
///
/// Every thread does whatever is due: takes the next result, makes the next piece where nobody does, works on a piece. So
/// no thread idles beside a slow maker, and the pieces in the air are few, whatever their number.
@safe final class Pipeline<Piece, Result>: @unchecked Sendable {
    // @unchecked because all state below is touched with `access` held alone; `make` and `take` run on one thread at a time,
    // handed on through `access`, and a piece and its result belong to the thread that works on them.

    private let make: () throws(TableError) -> Piece?
    private let work: (Piece) throws(TableError) -> Result
    private let take: (Result) throws(TableError) -> Void
    private let mostInAir: Int

    private let access = DispatchSemaphore(value: 1)
    private let news = DispatchSemaphore(value: 0)
    private var waitingThreads = 0
    private var isMaking = false
    private var isTaking = false
    private var isExhausted = false
    private var made = 0
    private var taken = 0
    private var pieces: [(index: Int, piece: Piece)] = []
    private var results: [Int: Result] = [:]
    private var error: TableError?

    private enum Job {
        case make
        case work(Int, Piece)
        case take(Result)
        case wait, stop
    }

    /// - Parameters:
    ///   - mostInAir: pieces that are made and not yet taken, at most.
    ///   - make: the next piece; nil when there is none.
    ///   - work: called by several threads at once.
    init(
        mostInAir: Int, make: @escaping () throws(TableError) -> Piece?,
        work: @escaping (Piece) throws(TableError) -> Result, take: @escaping (Result) throws(TableError) -> Void
    ) {
        self.mostInAir = max(mostInAir, 1)
        self.make = make
        self.work = work
        self.take = take
    }

    /// Runs to the end on at most `threads` threads, the caller's among them.
    ///
    /// - Throws: an error of one of the three, not always that of the first piece that has one.
    func run(threads: Int) throws(TableError) {
        // A thread waits only for what another one has begun, so it does not matter how many of them really run at once.
        DispatchQueue.concurrentPerform(iterations: threads) { _ in help() }
        if let error { throw error }
    }

    private func help() {
        while true {
            access.wait()
            let job = nextJob()
            access.signal()
            switch job {
            case .stop: return
            case .wait: news.wait()
            case .make: perform(make) { self.isMade($0) }
            case .work(let index, let piece): perform({ () throws(TableError) in try work(piece) }) { self.results[index] = $0 }
            case .take(let result):
                perform({ () throws(TableError) in try take(result) }) { _ in
                    self.taken += 1
                    self.isTaking = false
                }
            }
        }
    }

    private func nextJob() -> Job {
        if error != nil || (isExhausted && taken == made) { return .stop }
        if !isTaking, let result = results.removeValue(forKey: taken) {
            isTaking = true
            return .take(result)
        }
        if !isMaking && !isExhausted && made - taken < mostInAir {
            isMaking = true
            return .make
        }
        if !pieces.isEmpty {
            let next = pieces.removeFirst()
            return .work(next.index, next.piece)
        }
        waitingThreads += 1
        return .wait
    }

    private func isMade(_ piece: Piece?) {
        isMaking = false
        if let piece {
            pieces.append((made, piece))
            made += 1
        } else {
            isExhausted = true
        }
    }

    /// Does a job without holding the state, notes what came of it, and wakes those who wait for news.
    private func perform<Done>(_ job: () throws(TableError) -> Done, _ note: (Done) -> Void) {
        do throws(TableError) {
            let done = try job()
            access.wait()
            note(done)
        } catch {
            access.wait()
            self.error = self.error ?? error
        }
        let sleepers = waitingThreads
        waitingThreads = 0
        access.signal()
        for _ in 0 ..< sleepers { news.signal() }
    }
}
