/// What `lacuna verify` found out.
public struct VerificationReport: Sendable {
    /// One thing that was tried, and what came of it.
    public struct Check: Sendable {
        /// What came of a check.
        public enum Outcome: Equatable, Sendable {
            /// What had to be equal was, or what had to differ did.
            case passed
            /// The first difference, or what stopped the training.
            case failed(String)
            /// Why it could not be tried.
            case skipped(String)
        }

        /// One word for programs: poison, control, headPaths, files, accumulation, resume.
        public let name: String
        /// One clause for people.
        public let title: String
        /// What came of it.
        public let outcome: Outcome
        /// What was held against what, in numbers; empty where nothing was.
        public let compared: String
        /// The largest difference found, relative as the title says; nil where bits were compared and are equal.
        public let largestDifference: Double?
        /// Up to where a difference is rounding; nil where bits were compared.
        public let tolerance: Double?

        /// Whether the check failed.
        public var isFailed: Bool { if case .failed = outcome { true } else { false } }
    }

    /// In the order they were made.
    public let checks: [Check]
    /// Whether no check failed. A skipped check has not failed, and has shown nothing.
    public var passed: Bool { !checks.contains { $0.isFailed } }
}
