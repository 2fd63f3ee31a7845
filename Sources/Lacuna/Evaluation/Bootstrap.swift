/// How intervals of metrics are found: rows, or whole groups of rows, drawn again with replacement (Efron 1979).
public struct Bootstrap: Equatable, Sendable {
    /// How often rows are drawn; 1000 is usual for 95 %.
    public var resamples = 1000
    /// The share of resamples that an interval holds, in `0 ..< 1`.
    public var confidence = 0.95
    /// The seed of the draws.
    public var seed: UInt64 = 0

    /// An interval for each metric with 95 % confidence from 1000 resamples.
    public init(resamples: Int = 1000, confidence: Double = 0.95, seed: UInt64 = 0) {
        self.resamples = resamples
        self.confidence = confidence
        self.seed = seed
    }
}

/// Between which bounds a metric lies.
public struct Interval: Equatable, Sendable, Codable {
    /// The lower bound.
    public let lower: Double
    /// The upper bound, at least the lower one.
    public let upper: Double

    /// An interval from its bounds.
    public init(lower: Double, upper: Double) {
        self.lower = lower
        self.upper = upper
    }

    /// The percentile interval of resampled values, those that are not a number left out: quantiles by linear interpolation,
    /// as `numpy.percentile`.
    ///
    /// - Returns: nil where fewer than half of the values are numbers: what is undefined in most resamples has no bounds.
    public init?(percentilesOf values: [Double], confidence: Double) {
        let sorted = values.filter(\.isFinite).sorted()
        guard !sorted.isEmpty, 2 * sorted.count >= values.count else { return nil }
        func quantile(_ share: Double) -> Double {
            let place = share * Double(sorted.count - 1)
            let below = Int(place), above = min(below + 1, sorted.count - 1)
            return sorted[below] + (sorted[above] - sorted[below]) * (place - Double(below))
        }
        lower = quantile((1 - confidence) / 2)
        upper = quantile((1 + confidence) / 2)
    }
}

/// The intervals of an evaluation's metrics.
public struct EvaluationIntervals: Equatable, Sendable {
    /// Those of one objective.
    public struct Objective: Equatable, Sendable {
        /// The objective's name.
        public var name: String
        /// Of its metrics; one that has none is undefined, or was in most resamples.
        public var intervals: [Metric: Interval]
        /// Of each label of a multilabel objective, in their order; else empty.
        public var labels: [[Metric: Interval]]
    }

    /// In the model's order.
    public var objectives: [Objective]
    /// Of the means over objectives, all drawn together.
    public var macro: [Metric: Interval]
    /// How often rows were drawn.
    public var resamples: Int
}

extension ObservedOutputs {
    /// Bootstrap intervals of all metrics: percentiles over resamples of the rows, labelled or not, so that how many labels
    /// an objective has varies as it would in another sample. All objectives see the same draws.
    ///
    /// Work is resamples × observed labels: scores are sorted once, and each resample counts them by weights.
    ///
    /// - Parameters:
    ///   - bootstrap: how many resamples, their seed and the confidence.
    ///   - groups: `[rows]`: rows of one number are drawn together, as rows of one patient must be; nil: each by itself.
    ///   - weights: by slot, `[n]`: factors of the entries, such as inverse propensities; nil: all 1.
    /// - Note: Peer: `scipy.stats.bootstrap(method="percentile")`.
    public func intervals(
        _ bootstrap: Bootstrap, groups: [Int32]? = nil, weights: [[Double]]? = nil
    ) -> EvaluationIntervals {
        intervals(bootstrap, entries: slots.indices.map { SlotEntries(self, slot: $0) }, groups: groups, weights: weights)
    }

    func intervals(
        _ bootstrap: Bootstrap, entries: [SlotEntries], groups: [Int32]?, weights: [[Double]]?
    ) -> EvaluationIntervals {
        precondition(groups.map { $0.count == rows } ?? true, "a group for each row")
        let prepared = entries.map(\.weightedMetrics)
        var draws = RowDraws(rows: rows, groups: groups, seed: bootstrap.seed)
        var collected = IntervalCollector(self)
        var counts: [Double] = []
        for _ in 0..<bootstrap.resamples {
            draws.next(into: &counts)
            let values = prepared.enumerated().map { index, slot -> [Double] in
                guard let slot else { return [] }
                let rows = slots[index].rows
                if let own = weights?[index] {
                    return slot.values(weights: rows.indices.map { counts[Int(rows[$0])] * own[$0] })
                }
                return slot.values(weights: rows.map { counts[Int($0)] })
            }
            collected.add(values)
        }
        return collected.intervals(bootstrap)
    }
}

/// Draws of rows with replacement, as how often each is drawn.
private struct RowDraws {
    private let unitOfRow: [Int32]?
    private let units: Int
    private var random: SplitMix64
    private var drawn: [Double]

    init(rows: Int, groups: [Int32]?, seed: UInt64) {
        random = SplitMix64(seed: seed, stream: "bootstrap")
        var numbers: [Int32: Int32] = [:]
        unitOfRow = groups.map { groups in
            groups.map { group in
                let number = numbers[group] ?? Int32(numbers.count)
                numbers[group] = number
                return number
            }
        }
        units = groups == nil ? rows : numbers.count
        drawn = []
    }

    mutating func next(into counts: inout [Double]) {
        drawn = [Double](repeating: 0, count: units)
        for _ in 0..<units { drawn[random.next(below: units)] += 1 }
        if let unitOfRow { counts = unitOfRow.map { drawn[Int($0)] } } else { swap(&counts, &drawn) }
    }
}

/// The metrics of every resample, by objective, label and over all.
private struct IntervalCollector {
    private let outputs: ObservedOutputs
    private let slots: [Range<Int>]
    /// By slot, then metric, then resample.
    private var ofSlot: [[[Double]]]
    private var ofObjective: [[[Double]]]
    private var macro: [[Double]]
    private let macroMetrics: [Metric]

    init(_ outputs: ObservedOutputs) {
        self.outputs = outputs
        slots = outputs.objectives.indices.map { outputs.slots(of: $0) }
        ofSlot = outputs.slots.map { slot in
            Metric.all(for: outputs.objectives[slot.objective].kind.name).map { _ in [] }
        }
        ofObjective = outputs.objectives.map { objective in Metric.all(for: objective.kind.name).map { _ in [] } }
        macroMetrics = Metric.allCases.filter { metric in
            outputs.objectives.contains { Metric.all(for: $0.kind.name).contains(metric) }
        }
        macro = macroMetrics.map { _ in [] }
    }

    /// - Parameter values: by slot; empty where the slot has none.
    mutating func add(_ values: [[Double]]) {
        var sums = [Double](repeating: 0, count: macroMetrics.count), taken = [Int](repeating: 0, count: macroMetrics.count)
        for (index, objective) in outputs.objectives.enumerated() {
            for (place, metric) in Metric.all(for: objective.kind.name).enumerated() {
                var sum = 0.0, count = 0
                for slot in slots[index] {
                    let value = values[slot].isEmpty ? .nan : values[slot][place]
                    if slots[index].count > 1 || objective.kind.name == .multilabel { ofSlot[slot][place].append(value) }
                    if value.isFinite {
                        sum += value
                        count += 1
                    }
                }
                let mean = sum / Double(count)
                ofObjective[index][place].append(mean)
                if count > 0, let macro = macroMetrics.firstIndex(of: metric) {
                    sums[macro] += mean
                    taken[macro] += 1
                }
            }
        }
        for place in macro.indices { macro[place].append(sums[place] / Double(taken[place])) }
    }

    func intervals(_ bootstrap: Bootstrap) -> EvaluationIntervals {
        func named(_ metrics: [Metric], _ values: [[Double]]) -> [Metric: Interval] {
            var result: [Metric: Interval] = [:]
            for (metric, values) in zip(metrics, values) {
                result[metric] = Interval(percentilesOf: values, confidence: bootstrap.confidence)
            }
            return result
        }
        return EvaluationIntervals(
            objectives: outputs.objectives.enumerated().map { index, objective in
                let metrics = Metric.all(for: objective.kind.name)
                return .init(
                    name: objective.name, intervals: named(metrics, ofObjective[index]),
                    labels: objective.kind.name == .multilabel ? slots[index].map { named(metrics, ofSlot[$0]) } : [])
            }, macro: named(macroMetrics, macro), resamples: bootstrap.resamples)
    }
}
