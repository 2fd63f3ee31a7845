import Lacuna

extension VerificationReport {
    /// One block for each check: its name, what came of it, and what was compared.
    func text(epochs: Int) -> String {
        let width = (checks.map(\.name.count).max() ?? 0) + 2
        let indent = String(repeating: " ", count: width + 9)
        var lines: [String] = []
        for check in checks {
            let name = check.name + String(repeating: " ", count: width - check.name.count)
            lines.append("\(name)\(check.word.uppercasedIfFailed)  \(check.title)")
            for detail in check.details { lines.append(indent + detail) }
        }
        let skipped = checks.count { if case .skipped = $0.outcome { true } else { false } }
        let failed = checks.count { $0.isFailed }
        let rest = skipped > 0 ? ", \(skipped) skipped" : ""
        let verdict = passed
            ? "passed: \(checks.count - skipped) checks\(rest), \(epochs) \(epochs == 1 ? "epoch" : "epochs") each"
            : "FAILED: \(failed) of \(checks.count) checks\(rest)"
        return (lines + ["", verdict]).joined(separator: "\n") + "\n"
    }

    /// The same for programs.
    ///
    /// - Parameter subject: which training was verified, where a run has several.
    func json(epochs: Int, subject: String? = nil) -> JSONValue {
        [
            "passed": .bool(passed), "epochs": .integer(epochs), "subject": subject.map { .string($0) } ?? .null,
            "checks": .array(
                checks.map { check in
                    var reason = JSONValue.null, difference = JSONValue.null
                    switch check.outcome {
                    case .passed: break
                    case .failed(let what): difference = .string(what)
                    case .skipped(let why): reason = .string(why)
                    }
                    return [
                        "name": .string(check.name), "title": .string(check.title),
                        "passed": check.word == "skipped" ? .null : .bool(!check.isFailed), "outcome": .string(check.word),
                        "skipped": reason, "difference": difference, "compared": .string(check.compared),
                        "largestDifference": check.largestDifference.map { $0.isFinite ? .number($0) : .string("infinite") } ?? .null,
                        "tolerance": .optional(check.tolerance),
                    ]
                }),
        ]
    }
}

extension VerificationReport.Check {
    fileprivate var word: String {
        switch outcome {
        case .passed: "passed"
        case .failed: "failed"
        case .skipped: "skipped"
        }
    }

    fileprivate var details: [String] {
        var lines: [String] = []
        switch outcome {
        case .passed: break
        case .failed(let what): lines.append(what)
        case .skipped(let why): return [why]
        }
        if !compared.isEmpty { lines.append("compared: \(compared)") }
        if let largestDifference, let tolerance {
            lines.append("largest relative difference \(largestDifference), allowed \(tolerance)")
        } else if let largestDifference {
            lines.append("largest relative difference \(largestDifference)")
        } else if outcome == .passed, name != "control" {
            lines.append("all bits are equal")
        }
        return lines
    }
}

extension String {
    /// A failure is what the eye must find. Padded to the longest word.
    fileprivate var uppercasedIfFailed: String {
        let shown = self == "failed" ? uppercased() : self
        return shown + String(repeating: " ", count: max(0, 7 - shown.count))
    }
}
