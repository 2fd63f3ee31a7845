import Lacuna

/// What `train` and `evaluate` hand over: scores by objective and split, and facts of the training.
///
/// `splits` gives the order; dictionaries are keyed by its names ("train", "valid", "test", or "all").
public struct ResultReport: Equatable, Sendable {
    /// The parts that were scored, in the order shown.
    public var splits: [String]
    /// In the order declared.
    public var objectives: [ObjectiveResult]
    /// Rows by split.
    public var rows: [String: Int]
    /// Rows of the training part that were left out because no label was observed.
    public var unlabelledDropped: Int
    public var training: TrainingFacts?
    /// Of the means over objectives, by split.
    public var macroIntervals: [String: [Metric: Interval]] = [:]
    /// How intervals were found; nil where there are none.
    public var bootstrap: BootstrapFacts?
    /// How labels were weighted; nil where they were not.
    public var inversePropensity: InversePropensityFacts?
    /// What was fitted on validation rows besides the model; nil where nothing was.
    public var decisions: DecisionFacts?

    public init(
        splits: [String], objectives: [ObjectiveResult], rows: [String: Int], unlabelledDropped: Int = 0,
        training: TrainingFacts? = nil
    ) {
        self.splits = splits
        self.objectives = objectives
        self.rows = rows
        self.unlabelledDropped = unlabelledDropped
        self.training = training
    }

    /// The mean over objectives on one split.
    public func macro(_ split: String) -> MacroScores {
        MacroScores(objectives.compactMap { $0.scores[split] })
    }
}

/// One objective of a report.
public struct ObjectiveResult: Equatable, Sendable {
    public var name: String
    public var kind: ObjectiveKind.Name
    /// Share of slots observed, by split; nil where the split has no rows.
    public var coverage: [String: Double]
    public var scores: [String: Scores]
    /// The labels of a multilabel objective, in order; else empty.
    public var labels: [LabelResult]
    /// What the numbers of a regression are measured in: its unit, or "log1p".
    public var scale: String?
    /// Of the metrics, by split.
    public var intervals: [String: [Metric: Interval]] = [:]
    /// How often each class (row) is predicted as each (column), by split; of categorical and ordinal objectives.
    public var confusion: [String: [[Int]]] = [:]
    /// The names of the classes or levels of ``confusion``.
    public var classes: [String] = []
    /// What was fitted on validation rows, and what it does; nil where nothing was.
    public var decision: DecisionResult?
    /// By split: labels weighted to stand for the missing ones.
    public var inversePropensity: [String: InversePropensityResult] = [:]

    public init(
        name: String, kind: ObjectiveKind.Name, coverage: [String: Double], scores: [String: Scores],
        labels: [LabelResult] = [], scale: String? = nil
    ) {
        self.name = name
        self.kind = kind
        self.coverage = coverage
        self.scores = scores
        self.labels = labels
        self.scale = scale
    }
}

/// One label of a multilabel objective.
public struct LabelResult: Equatable, Sendable {
    public var name: String
    public var coverage: [String: Double]
    public var scores: [String: Scores]
    /// Of the metrics, by split.
    public var intervals: [String: [Metric: Interval]] = [:]
    /// What was fitted on validation rows, and what it does; nil where nothing was.
    public var decision: DecisionResult?
    /// By split: labels weighted to stand for the missing ones.
    public var inversePropensity: [String: InversePropensityResult] = [:]

    public init(name: String, coverage: [String: Double], scores: [String: Scores]) {
        self.name = name
        self.coverage = coverage
        self.scores = scores
    }
}

/// What training took.
public struct TrainingFacts: Equatable, Sendable {
    public var epochs: Int
    /// The epoch with the best monitored value, counted from 1, whose weights early stopping keeps; the last
    /// one where nothing was monitored.
    public var bestEpoch: Int?
    public var seconds: Double
    /// Median over epochs of shuffle, gather, forward, backward and update per step.
    public var stepMicroseconds: Double
    public var rowsPerSecond: Double
    public var parameters: Int
    public var peakMemoryMegabytes: Double
    /// What trained, where that is known.
    public var program: Program?

    /// The program, the platform and the threads that a run can be repeated with, bit for bit.
    public struct Program: Equatable, Sendable {
        /// "lacuna 0.1.0".
        public var version: String
        /// "linux x86_64".
        public var platform: String
        /// Of matrix products.
        public var threads: Int

        public init(version: String, platform: String, threads: Int) {
            self.version = version
            self.platform = platform
            self.threads = threads
        }

        /// "lacuna 0.1.0 on linux x86_64 with 2 threads".
        var text: String { "\(version) on \(platform) with \(threads) \(threads == 1 ? "thread" : "threads")" }
    }

    public init(
        epochs: Int, bestEpoch: Int?, seconds: Double, stepMicroseconds: Double, rowsPerSecond: Double,
        parameters: Int, peakMemoryMegabytes: Double, program: Program? = nil
    ) {
        self.epochs = epochs
        self.bestEpoch = bestEpoch
        self.seconds = seconds
        self.stepMicroseconds = stepMicroseconds
        self.rowsPerSecond = rowsPerSecond
        self.parameters = parameters
        self.peakMemoryMegabytes = peakMemoryMegabytes
        self.program = program
    }
}
