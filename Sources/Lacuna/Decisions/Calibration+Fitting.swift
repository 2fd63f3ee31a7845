extension Calibration {
    /// Temperatures lie in this range: labels that the logits separate perfectly would want 0, useless logits ∞.
    public static let temperatures = 0.05...20.0

    /// Fits a calibration to the observed entries of a slot.
    ///
    /// A temperature minimises the mean log loss (of levels: the sum of the log losses of [y > k]), a convex problem in 1/T
    /// solved by Newton steps within a bracket. Isotonic maps are fitted by least squares; see ``IsotonicMap``.
    ///
    /// - Parameters:
    ///   - method: how.
    ///   - probabilities: `[n × width]`: 1, C or K.
    ///   - labels: `[n]`: 0 … 1, or the class or level.
    ///   - kind: of the objective.
    /// - Returns: nil with the method `none`, for a regression, and where labels or probabilities do not allow a fit: none, of
    ///   one class, or not finite.
    public static func fitted(
        _ method: CalibrationMethod, probabilities: [Float], labels: [Double], kind: ObjectiveKind
    ) -> Calibration? {
        guard method != .none, kind != .regression, labels.contains(where: { $0 != labels[0] }),
            probabilities.allSatisfy(\.isFinite)
        else { return nil }
        let problem = CalibrationProblem(probabilities: probabilities, labels: labels, kind: kind)
        return method == .temperature ? .temperature(problem.temperature) : .isotonic(problem.isotonic)
    }
}

/// The logits and labels that a calibration is fitted to.
private struct CalibrationProblem {
    let probabilities: [Float]
    let labels: [Double]
    let kind: ObjectiveKind
    /// `[n × columns]`.
    private var logits: [Double] = []
    private let columns: Int

    init(probabilities: [Float], labels: [Double], kind: ObjectiveKind) {
        self.probabilities = probabilities
        self.labels = labels
        self.kind = kind
        switch kind {
        case .categorical(let classes):
            columns = classes.count
            logits = probabilities.map(Logits.ofClass)
        case .ordinal(let levels):
            columns = levels.count - 1
            for start in stride(from: 0, to: probabilities.count, by: levels.count) {
                logits += Logits.Cumulative(Array(probabilities[start..<start + levels.count])).logits
            }
        default:
            columns = 1
            logits = probabilities.map(Logits.binary)
        }
    }

    /// T = 1/a at the root of the loss's slope in a.
    var temperature: Double {
        var low = 1 / Calibration.temperatures.upperBound, high = 1 / Calibration.temperatures.lowerBound
        if slope(low).first >= 0 { return Calibration.temperatures.upperBound }
        if slope(high).first <= 0 { return Calibration.temperatures.lowerBound }
        var a = 1.0
        for _ in 0..<100 {
            let (first, second) = slope(a)
            if first > 0 { high = a } else { low = a }
            let newton = a - first / second
            let next = newton > low && newton < high ? newton : (low + high) / 2
            if (next - a).magnitude <= 1e-12 * a { break }
            a = next
        }
        return 1 / a
    }

    /// First and second derivative of the summed loss at logits × a.
    private func slope(_ a: Double) -> (first: Double, second: Double) {
        var first = 0.0, second = 0.0
        for row in labels.indices {
            let z = logits[row * columns..<(row + 1) * columns]
            if case .categorical = kind {
                let largest = z.max() ?? 0
                var sum = 0.0, mean = 0.0, square = 0.0
                for value in z {
                    let share = exponential(a * (value - largest))
                    sum += share
                    mean += share * value
                    square += share * value * value
                }
                first += mean / sum - z[z.startIndex + Int(labels[row])]
                second += square / sum - (mean / sum) * (mean / sum)
                continue
            }
            for (k, value) in z.enumerated() {
                let y = kind.name == .ordinal ? (labels[row] > Double(k) ? 1 : 0) : labels[row]
                let p = 1 / (1 + exponential(-a * value))
                first += value * (p - y)
                second += value * value * p * (1 - p)
            }
        }
        return (first, second)
    }

    var isotonic: [IsotonicMap] {
        switch kind {
        case .categorical:
            return (0..<columns).map { index in
                IsotonicMap(
                    scores: labels.indices.map { Double(probabilities[$0 * columns + index]) },
                    labels: labels.map { Int($0) == index ? 1 : 0 })
            }
        case .ordinal(let levels):
            let above = stride(from: 0, to: probabilities.count, by: levels.count).map {
                Logits.Cumulative(Array(probabilities[$0..<$0 + levels.count])).above
            }
            return (0..<columns).map { k in
                IsotonicMap(scores: above.map { $0[k] }, labels: labels.map { $0 > Double(k) ? 1 : 0 })
            }
        default: return [IsotonicMap(scores: probabilities.map(Double.init), labels: labels)]
        }
    }
}
