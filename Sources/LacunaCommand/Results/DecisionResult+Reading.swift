import Lacuna

/// What ``ScoreAdditions`` writes, as it is read back.
struct AdditionsFile: Decodable {
    struct Confusion: Decodable {
        var labels: [String]
        var counts: [[Int]]

        private enum CodingKeys: String, CodingKey { case labels, counts }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: CodingKeys.self)
            labels = try container.decode([String].self, forKey: .labels)
            counts = try container.decode([[Count]].self, forKey: .counts).map { $0.map(\.wrappedValue) }
            guard counts.count == labels.count, counts.allSatisfy({ $0.count == labels.count }) else {
                throw DecodingError.dataCorruptedError(
                    forKey: .counts, in: container, debugDescription: "there is not one count for each pair of classes")
            }
        }
    }

    struct Calibration: Decodable {
        var method: String
        var temperature: Double?
        @Count var labels: Int
    }

    struct Decision: Decodable {
        var rule: String
        var threshold: Double?
        var shortfall: String?
        @Count var labels: Int
        var metrics: [String: [String: Double]]
    }

    struct Conformal: Decodable {
        var required: Double
        @Count var labels: Int
        var quantile: Double?
        var measured: [String: Double]
        var averageSetSize, averageWidth: [String: Double]?
    }

    var intervals: [String: [String: [Double]]]?
    var confusion: [String: Confusion]?
    var calibration: Calibration?
    var calibrated: [String: [String: Double]]?
    var decision: Decision?
    var conformal: Conformal?
    var inversePropensity: [String: [String: Double]]?

    /// All that are read as ``Scores``.
    var scores: [[String: Double]] {
        [calibrated, decision?.metrics, inversePropensity].compactMap { $0 }.flatMap { $0.values }
    }

    static func scores(_ values: [String: Double], _ kind: ObjectiveKind.Name) -> Scores {
        Scores(
            observed: Int(values["observed"] ?? 0),
            entries: Metric.all(for: kind).compactMap { metric in
                values[metric.rawValue].map { .init(metric: metric, score: .value($0)) }
            })
    }

    static func intervals(_ values: [String: [Double]]) -> [Metric: Interval] {
        var result: [Metric: Interval] = [:]
        for (name, bounds) in values where bounds.count == 2 {
            if let metric = Metric(rawValue: name) { result[metric] = Interval(lower: bounds[0], upper: bounds[1]) }
        }
        return result
    }

    func decision(_ kind: ObjectiveKind.Name) -> DecisionResult? {
        guard calibration != nil || decision != nil || conformal != nil else { return nil }
        var result = DecisionResult()
        result.labels = calibration?.labels ?? decision?.labels ?? 0
        result.calibration = calibration?.method
        result.temperature = calibration?.temperature
        result.calibrated = (calibrated ?? [:]).mapValues { Self.scores($0, kind) }
        result.rule = decision?.rule
        result.threshold = decision?.threshold
        result.shortfall = decision?.shortfall
        result.decided = (decision?.metrics ?? [:]).mapValues { Self.scores($0, kind) }
        if let conformal {
            result.conformal = ConformalResult(
                required: conformal.required, labels: conformal.labels, quantile: conformal.quantile,
                measured: conformal.measured, averageSetSize: conformal.averageSetSize ?? [:],
                averageWidth: conformal.averageWidth ?? [:])
        }
        return result
    }

    func inversePropensity(_ kind: ObjectiveKind.Name) -> [String: InversePropensityResult] {
        (inversePropensity ?? [:]).mapValues {
            InversePropensityResult(scores: Self.scores($0, kind), effectiveLabels: $0["effectiveLabels"] ?? 0)
        }
    }
}
