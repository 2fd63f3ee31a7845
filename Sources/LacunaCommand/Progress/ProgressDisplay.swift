/// Shows how far a run is, on standard error.
///
/// On a terminal one line is redrawn, at most ten times a second; elsewhere each epoch is one plain line. Warnings
/// and other lines stand above the redrawn one and are never overwritten.
final class ProgressDisplay {
    /// Columns of the terminal, or nil where there is none.
    private let terminalWidth: (() -> Int)?
    private let write: (String) -> Void
    private let now: () -> ContinuousClock.Instant
    private let isQuiet: Bool

    private var isDrawn = false
    private var lastDrawn: ContinuousClock.Instant?
    private var started: ContinuousClock.Instant?
    /// The first epoch of this training that this display has seen; 0 before there is one.
    private var firstEpoch = 0
    /// Rows of the epochs that this display has seen, but for the one in progress.
    private var rowsBefore = 0
    private var last = (epoch: 0, rows: 0)
    /// Of several trainings: what the one at work is called, its place from 1, and how many there are.
    private var training: (title: String?, number: Int, count: Int) = (nil, 1, 1)
    /// Epochs of earlier trainings that this display has seen.
    private var epochsBefore = 0

    /// Smallest time between two drawings.
    private static let interval = Duration.milliseconds(100)

    /// - Parameters:
    ///   - terminalWidth: columns of the terminal, or nil where there is none; asked at each drawing, for windows
    ///     change.
    ///   - write: takes text as it shall appear, line breaks included.
    init(
        isQuiet: Bool = false,
        terminalWidth: (() -> Int)? = System.isTerminal(.error) ? { System.terminalWidth(.error) ?? 80 } : nil,
        write: @escaping (String) -> Void = { System.write($0, to: .error) },
        now: @escaping () -> ContinuousClock.Instant = { ContinuousClock.now }
    ) {
        self.isQuiet = isQuiet
        self.terminalWidth = terminalWidth
        self.write = write
        self.now = now
    }

    /// Another training of the run begins.
    ///
    /// - Parameters:
    ///   - title: what it is called, such as "member 2/5"; nil where it is the only one.
    ///   - number: its place among the trainings of the run, from 1.
    ///   - count: how many trainings the run has.
    func begin(_ title: String?, number: Int, of count: Int) {
        if started != nil {
            epochsBefore += last.epoch - firstEpoch + 1
            rowsBefore += last.rows
            last = (0, 0)
            firstEpoch = 0
        }
        training = (title, number, count)
    }

    /// A step was done. Steps can take microseconds, so a call that draws nothing looks at the clock and returns.
    ///
    /// - Parameters:
    ///   - epoch: counted from 1.
    ///   - step: steps done in this epoch.
    ///   - rows: rows of this epoch that went through so far.
    ///   - loss: asked for when something is drawn, for it adds up all objectives.
    func step(epoch: Int, of epochs: Int, step: Int, of steps: Int, rows: Int, loss: @autoclosure () -> Double?) {
        let time = now()
        if started == nil {
            started = time
        }
        if firstEpoch == 0 { firstEpoch = epoch }
        if last.epoch != epoch { rowsBefore += last.rows }
        last = (epoch, rows)
        guard !isQuiet, let terminalWidth else { return }
        if let lastDrawn, time - lastDrawn < Self.interval { return }
        lastDrawn = time
        let state = ProgressState(
            title: training.title, epoch: epoch, epochs: epochs, step: step, steps: steps, loss: loss(),
            rowsPerSecond: rate(rowsBefore + rows, at: time), secondsLeft: left(epoch, epochs, step, steps, at: time))
        isDrawn = true
        write("\r\u{1B}[K" + ProgressText.line(state, width: terminalWidth() - 1))
    }

    /// An epoch is over: a line of its own where nothing is redrawn.
    func epochEnded(_ summary: EpochSummary) {
        guard !isQuiet, terminalWidth == nil else { return }
        write((training.title.map { "\($0), " } ?? "") + ProgressText.epoch(summary) + "\n")
    }

    /// Says something that stays: a warning, or where the run is saved. Quiet runs say it too.
    func say(_ text: String) {
        clear()
        write(text + "\n")
    }

    /// Takes the redrawn line away; the run is over or speaks no more.
    func clear() {
        guard isDrawn else { return }
        write("\r\u{1B}[K")
        isDrawn = false
        lastDrawn = nil
    }

    /// Over the run so far: a single epoch can be too short to tell.
    private func rate(_ rows: Int, at time: ContinuousClock.Instant) -> Double? {
        guard let started else { return nil }
        let seconds = (time - started).seconds
        return seconds > 0.05 ? Double(rows) / seconds : nil
    }

    /// From the pace of the whole run so far, evaluation and saving included.
    private func left(
        _ epoch: Int, _ epochs: Int, _ step: Int, _ steps: Int, at time: ContinuousClock.Instant
    ) -> Double? {
        guard let started, steps > 0 else { return nil }
        let done = Double(epochsBefore + epoch - firstEpoch) + Double(step) / Double(steps)
        let seconds = (time - started).seconds
        guard seconds > 0.5, done > 0 else { return nil }
        // Trainings to come may stop early: this is the time that they have at most.
        let total = epochsBefore + epochs - firstEpoch + 1 + (training.count - training.number) * epochs
        return seconds / done * (Double(total) - done)
    }
}

extension Duration {
    /// The duration as a number of seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
