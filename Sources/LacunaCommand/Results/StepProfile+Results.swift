import Lacuna

extension StepProfile {
    private var microsecondsOfStep: Double { steps > 0 ? total / Double(steps) * 1e6 : 0 }

    private func share(_ phase: Phase) -> Double { total > 0 ? (seconds[phase] ?? 0) / total : 0 }

    /// The phases that took time, in the order of a step.
    private var phases: [Phase] { Phase.allCases.filter { (seconds[$0] ?? 0) > 0 } }

    /// Where the time went: microseconds of a step and shares by phase, multiply-adds in a second of dense products.
    var json: JSONValue {
        func rate(_ value: Double?) -> JSONValue { value.map { .number($0 * 1e-9) } ?? .null }
        return .object([
            .init("steps", .integer(steps)), .init("stepMicroseconds", .number(microsecondsOfStep)),
            .init(
                "phases",
                .object(
                    phases.map { phase in
                        .init(
                            phase.rawValue,
                            .object([
                                .init("microseconds", .number(microsecondsOfStep * share(phase))), .init("share", .number(share(phase))),
                            ]))
                    })),
            .init(
                "products",
                .object([
                    .init("billionMultiplyAddsPerSecond", rate(products.seconds > 0 ? products.multiplyAdds / products.seconds : nil)),
                    .init("peakBillionMultiplyAddsPerSecond", rate(peak)),
                    .init("shareOfPeak", shareOfPeak.map { .number($0) } ?? .null),
                ])),
        ])
    }

    /// Three digits at least.
    private static func text(_ value: Double) -> String {
        value < 100 ? NumberText.fixed(value, decimals: value < 10 ? 2 : 1) : NumberText.count(Int(value.rounded()))
    }

    /// The same as lines under a table of results.
    var lines: [String] {
        guard steps > 0 else { return ["Profile: no step was trained."] }
        var table = TextTable(["", "", ""])
        table.rows = phases.map { phase in
            [phase.title, Self.text(microsecondsOfStep * share(phase)) + " µs", NumberText.percent(share(phase))]
        }
        var lines = ["Profile of \(steps) steps, \(Self.text(microsecondsOfStep)) µs each:"]
        lines += table.lines(indent: "  ").dropFirst()
        if let peak, let shareOfPeak {
            lines.append(
                "Dense products ran at \(NumberText.percent(shareOfPeak)) of \(Self.text(peak * 2e-9)) GFLOP/s, "
                    + "which a product of 1024 × 1024 matrices reaches here.")
        }
        return lines
    }
}

extension StepProfile.Phase {
    fileprivate var title: String { self == .encoderForward ? "encoder forward" : rawValue }
}
