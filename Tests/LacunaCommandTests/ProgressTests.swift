import Testing

@testable import LacunaCommand

@Suite struct ProgressTests {
    private let state = ProgressState(
        epoch: 3, epochs: 40, step: 50, steps: 100, loss: 0.41234, rowsPerSecond: 123_456, secondsLeft: 125)

    @Test func `a wide line has counter, bar, loss, pace and time left`() {
        #expect(
            ProgressText.line(state, width: 100)
                == "epoch 3/40  ━━━─────────────────────────────────────  loss 0.412  123 456 rows/s  2 min 5 s left")
    }

    @Test(arguments: 0..<120)
    func `no line is wider than the terminal`(width: Int) {
        #expect(ProgressText.line(state, width: width).count <= width)
    }

    @Test func `a narrow line drops the bar first, then the pace, then the loss`() {
        #expect(ProgressText.line(state, width: 60) == "epoch 3/40  loss 0.412  123 456 rows/s  2 min 5 s left")
        #expect(ProgressText.line(state, width: 40).hasSuffix("loss 0.412  2 min 5 s left"))
        #expect(!ProgressText.line(state, width: 40).contains("rows/s"))
        #expect(ProgressText.line(state, width: 12) == "epoch 3/40")
    }

    @Test func `an epoch is one plain line`() {
        let summary = EpochSummary(
            epoch: 3, epochs: 40, loss: 0.5, validLoss: 0.25, monitor: .init(name: "macro", value: 0.812),
            rowsPerSecond: 1234.5)
        #expect(ProgressText.epoch(summary) == "epoch 3/40: loss 0.500, valid loss 0.250, macro 0.812, 1 234 rows/s")
        #expect(ProgressText.epoch(EpochSummary(epoch: 1, epochs: 2, rowsPerSecond: 10)) == "epoch 1/2: 10 rows/s")
    }

    /// A display that writes into `text`, with a clock that the test turns.
    private final class Probe {
        var text: [String] = []
        var time = ContinuousClock.now

        func display(width: Int?, isQuiet: Bool = false) -> ProgressDisplay {
            ProgressDisplay(
                isQuiet: isQuiet, terminalWidth: width.map { width in { width } }, write: { self.text.append($0) },
                now: { self.time })
        }

        func run(_ display: ProgressDisplay, steps: Int, every interval: Duration) {
            for step in 1...steps {
                time += interval
                display.step(epoch: 1, of: 2, step: step, of: steps, rows: step * 32, loss: 0.5)
            }
        }
    }

    @Test func `a terminal is redrawn at most ten times a second`() {
        let probe = Probe()
        probe.run(probe.display(width: 80), steps: 1000, every: .milliseconds(2))
        #expect((15...21).contains(probe.text.count), "\(probe.text.count)")
        #expect(probe.text.allSatisfy { $0.hasPrefix("\r\u{1B}[K") && !$0.contains("\n") && $0.count <= 80 + 4 })
    }

    @Test func `elsewhere steps are silent and each epoch is a line`() {
        let probe = Probe()
        let display = probe.display(width: nil)
        probe.run(display, steps: 100, every: .milliseconds(50))
        #expect(probe.text.isEmpty)
        display.epochEnded(EpochSummary(epoch: 1, epochs: 2, loss: 0.5, rowsPerSecond: 640))
        #expect(probe.text == ["epoch 1/2: loss 0.500, 640 rows/s\n"])
    }

    @Test func `a warning takes the line away and stays`() {
        let probe = Probe()
        let display = probe.display(width: 80)
        probe.run(display, steps: 1, every: .milliseconds(1))
        display.say("warning: something")
        #expect(probe.text.suffix(2) == ["\r\u{1B}[K", "warning: something\n"])
        display.clear()
        #expect(probe.text.count == 3)
    }

    @Test func `a quiet display shows warnings alone`() {
        let probe = Probe()
        let display = probe.display(width: 80, isQuiet: true)
        probe.run(display, steps: 10, every: .milliseconds(200))
        display.epochEnded(EpochSummary(epoch: 1, epochs: 2, rowsPerSecond: 1))
        display.say("warning: something")
        #expect(probe.text == ["warning: something\n"])
    }

    @Test func `time left follows the pace of the whole run`() throws {
        let probe = Probe()
        probe.run(probe.display(width: 100), steps: 100, every: .milliseconds(100))
        // One of two epochs took ten seconds.
        let last = try #require(probe.text.last)
        #expect(last.contains("10.0 s left") || last.contains("9.9 s left") || last.contains("10 s left"), "\(last)")
    }
}
