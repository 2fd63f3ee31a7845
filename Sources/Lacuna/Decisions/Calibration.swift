/// How predicted probabilities are made to say what is observed.
public enum CalibrationMethod: String, CaseIterable, Codable, Sendable {
    /// As the network says them.
    case none
    /// One number that divides all logits (Guo, Pleiss, Sun & Weinberger 2017). Changes no ranking and no predicted class.
    case temperature
    /// A non-decreasing step and line through what is observed (Zadrozny & Elkan 2002). Follows any monotone distortion; wants
    /// some hundred labels.
    case isotonic
}

/// A fitted map from a slot's probabilities to calibrated ones.
public enum Calibration: Equatable, Sendable {
    /// Logits are divided by it; above 0. Of classes, log probabilities are divided; of levels, the logits of P(y > k).
    case temperature(Double)
    /// One map for P(yes); one for each class, then divided by their sum; one for each P(y > k) of an ordinal objective, then
    /// made non-increasing.
    case isotonic([IsotonicMap])

    /// Calibrates the probabilities of rows.
    ///
    /// - Parameters:
    ///   - probabilities: `[n × width]`, row by row.
    ///   - kind: of the objective; its width is 1, C or K.
    /// - Returns: as many.
    public func applied(to probabilities: [Float], of kind: ObjectiveKind) -> [Float] {
        switch kind {
        case .regression: return probabilities
        case .binary, .multilabel: return probabilities.map(binary)
        case .categorical(let classes): return rows(probabilities, classes.count, categorical)
        case .ordinal(let levels): return rows(probabilities, levels.count, ordinal)
        }
    }

    private func rows(_ values: [Float], _ width: Int, _ body: ([Float]) -> [Float]) -> [Float] {
        stride(from: 0, to: values.count, by: width).flatMap { body(Array(values[$0..<$0 + width])) }
    }

    private func binary(_ p: Float) -> Float {
        switch self {
        case .temperature(let temperature): Probabilities.sigmoid(Float(Logits.binary(p) / temperature))
        case .isotonic(let maps): Float(maps[0].value(at: Double(p)))
        }
    }

    private func categorical(_ row: [Float]) -> [Float] {
        switch self {
        case .temperature(let temperature):
            var result: [Float] = []
            Probabilities.softmax(
                row.map { Float(Logits.ofClass($0) / temperature) }, start: 0, classes: row.count, into: &result)
            return result
        case .isotonic(let maps):
            let values = zip(maps, row).map { $0.value(at: Double($1)) }
            let sum = values.reduce(0, +)
            // Where no class was ever seen with such probabilities, none is preferred, as scikit-learn has it.
            return values.map { Float(sum > 0 ? $0 / sum : sum.isNaN ? .nan : 1 / Double(row.count)) }
        }
    }

    private func ordinal(_ row: [Float]) -> [Float] {
        let cumulative = Logits.Cumulative(row)
        var smallest = 1.0, previous = 1.0
        var result: [Float] = []
        for k in 0..<row.count - 1 {
            let above: Double
            switch self {
            case .temperature(let temperature):
                above = Double(Probabilities.sigmoid(Float(cumulative.logits[k] / temperature)))
            case .isotonic(let maps): above = maps[k].value(at: cumulative.above[k])
            }
            smallest = smallest.isNaN || above >= smallest ? smallest : above
            result.append(Float(previous - smallest))
            previous = smallest
        }
        return result + [Float(previous)]
    }
}

/// Kept as `{"temperature": 1.5}` or `{"isotonic": [{"scores": […], "means": […]}]}`.
extension Calibration: Codable {
    private enum CodingKeys: String, CodingKey { case temperature, isotonic }

    /// - Throws: `DecodingError` where neither is there, a temperature is not above 0, or a map has no knots.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        if let temperature = try container.decodeIfPresent(Double.self, forKey: .temperature) {
            guard temperature > 0 else {
                throw DecodingError.dataCorruptedError(
                    forKey: .temperature, in: container, debugDescription: "the temperature is not above 0")
            }
            self = .temperature(temperature)
            return
        }
        let maps = try container.decode([IsotonicMap].self, forKey: .isotonic)
        guard !maps.isEmpty, maps.allSatisfy({ !$0.scores.isEmpty && $0.scores.count == $0.means.count }) else {
            throw DecodingError.dataCorruptedError(
                forKey: .isotonic, in: container, debugDescription: "a map has no knots, or not one mean for each")
        }
        self = .isotonic(maps)
    }

    /// Writes one key.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        switch self {
        case .temperature(let temperature): try container.encode(temperature, forKey: .temperature)
        case .isotonic(let maps): try container.encode(maps, forKey: .isotonic)
        }
    }
}

/// Logits of probabilities that were rounded to Float32.
enum Logits {
    /// Of a probability of 0: 150 ln 2.
    static let ofZero = -103.97
    /// Of a probability of 1: 25 ln 2.
    static let ofOne = 17.33

    /// ln(p / (1 − p)). A probability of 1 in Float32 means at least 1 − 2⁻²⁵, and one of 0 at most 2⁻¹⁵⁰.
    static func binary(_ p: Float) -> Double {
        if p >= 1 { return ofOne }
        if p <= 0 { return ofZero }
        return logarithm(Double(p)) - logarithm(1 - Double(p))
    }

    /// ln p of a class.
    static func ofClass(_ p: Float) -> Double { p <= 0 ? ofZero : logarithm(Double(p)) }

    /// P(y > k) and its logit for each k below the highest level.
    struct Cumulative {
        var above: [Double] = []
        var logits: [Double] = []

        /// - Parameter levels: P(level).
        init(_ levels: [Float]) {
            var below = 0.0
            let total = levels.reduce(0.0) { $0 + Double($1) }
            for k in 0..<levels.count - 1 {
                below += Double(levels[k])
                // Added from the top: a small rest is exact.
                let rest = levels[(k + 1)...].reduce(0.0) { $0 + Double($1) }
                above.append(rest / total)
                logits.append(min(max(logarithm(rest) - logarithm(below), ofZero), -ofZero))
            }
        }
    }
}
