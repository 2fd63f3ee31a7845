import Foundation
@testable import LacunaCommand
@testable import Lacuna
import TestSupport

/// A reader that is fed with damaged files. What it may do is read them or refuse them with an error that names the file.
struct Target {
    /// One way in which the bytes are read.
    struct Attempt {
        /// The file or the folder that an error has to name.
        var path: String
        var read: () throws -> Void
    }

    let name: String
    var form = Mutator.Form.bytes
    /// Words of the format.
    var words: [String] = []
    /// Valid files.
    let seeds: [[UInt8]]
    /// Longest that a thread may work at one file, in seconds; files are small. What other programs take of the machine is not
    /// the reader's fault; libFuzzer stops one that waits for ever.
    var patience = 2.0
    /// Puts the bytes where the reader finds them.
    let attempts: ([UInt8]) throws -> [Attempt]

    /// What came of some bytes.
    struct Outcome {
        var read = 0
        var refused = 0
        /// What the reader should not have done.
        var findings: [String] = []
    }

    func run(_ bytes: [UInt8]) throws -> Outcome {
        var outcome = Outcome()
        for attempt in try attempts(bytes) {
            let start = Self.seconds
            do {
                try attempt.read()
                outcome.read += 1
            } catch {
                outcome.refused += 1
                if let problem = Self.problem(with: error, path: attempt.path) { outcome.findings.append("\(name): \(problem)") }
            }
            let seconds = Self.seconds - start
            if seconds > patience { outcome.findings.append("\(name): \(seconds) s") }
        }
        return outcome
    }

    /// Of work of this thread.
    static var seconds: Double {
        var time = timespec()
        unsafe clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time)
        return Double(time.tv_sec) + Double(time.tv_nsec) * 1e-9
    }

    /// Why an error is not one that a person can use: it does not say which file it is about.
    private static func problem(with error: any Error, path: String) -> String? {
        // A run that goes on from numbers that were changed may diverge, or be told to be another run: neither is about a file.
        if error is TrainingError { return nil }
        if let several = error as? CommandErrors {
            return several.errors.isEmpty ? "no error in the list of errors" : several.errors.lazy.compactMap { problem(with: $0, path: path) }.first
        }
        let text = ErrorText.layout(error)
        return text.contains(path) ? nil : "the error does not name the file: \(text)"
    }
}
