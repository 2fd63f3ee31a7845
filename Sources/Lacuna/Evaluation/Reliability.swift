/// How far probabilities can be taken at their word: binned, predicted beside observed.
public enum Reliability {
    /// How the bins are cut.
    public enum Kind: String, CaseIterable, Codable, Sendable {
        /// Bins of as many slots each as equal probabilities allow, which stay together (Nixon et al. 2019).
        case equalMass
        /// Bins of equal width in the probability (Naeini et al. 2015; Guo et al. 2017).
        case equalWidth
    }

    /// Slots of about one probability.
    public struct Bin: Equatable, Sendable {
        /// Probabilities lie above this; the first bin holds it too.
        public let lower: Double
        /// Probabilities are at most this.
        public let upper: Double
        /// How many slots, 1 or more.
        public let count: Int
        /// Their mean probability.
        public let meanProbability: Double
        /// Their mean label: the share of positives.
        public let observedShare: Double
    }

    /// The bins of the metrics `eceEqualMass` and `eceEqualWidth`, as Guo et al. 2017 chose.
    public static let binCount = 15

    /// The bins that hold a slot, ascending.
    ///
    /// Equal width: bin m of M holds `(m − 1)/M < p ≤ m/M`, the first one 0 too. Equal mass: bin m ends with the probability
    /// of rank ⌈m n / M⌉, and all slots of that probability, so that the order of equal ones decides nothing.
    ///
    /// - Parameters:
    ///   - probabilities: `[n]`, finite, in `0 ... 1`. For classes: that of the predicted class.
    ///   - labels: `[n]`, in `0 ... 1`. For classes: 1 where the predicted class is right.
    ///   - count: M, 1 or more.
    ///   - kind: how the bins are cut.
    /// - Note: Peer of equal width: `sklearn.calibration.calibration_curve(strategy="uniform")`.
    public static func bins(
        probabilities: [Float], labels: [Double], count: Int = Reliability.binCount, kind: Kind
    ) -> [Bin] {
        precondition(probabilities.count == labels.count, "as many probabilities as labels")
        precondition(count >= 1, "there is a bin")
        let sorted = zip(probabilities, labels).sorted { ($0.0, $0.1) < ($1.0, $1.1) }
        return bins(sorted: SortedPairs(probabilities: sorted.map(\.0), labels: sorted.map(\.1)), count: count, kind: kind)
    }

    /// Expected calibration error: Σ over bins of (slots in it ÷ all) × |mean probability − share of positives|.
    ///
    /// In `0 ... 1`; 0 is perfect, and 0 without a slot. It is biased upwards where bins hold few slots.
    public static func expectedCalibrationError(_ bins: [Bin]) -> Double {
        let total = bins.reduce(0) { $0 + $1.count }
        guard total > 0 else { return 0 }
        return bins.reduce(0) { $0 + Double($1.count) * ($1.meanProbability - $1.observedShare).magnitude } / Double(total)
    }

    /// Probabilities ascending, with their labels.
    struct SortedPairs {
        var probabilities: [Float]
        var labels: [Double]

        init(probabilities: [Float], labels: [Double]) {
            self.probabilities = probabilities
            self.labels = labels
        }

        /// Hard labels stand in the ranking keys, which are sorted already; fractions are sorted anew.
        init(keys: [UInt64], probabilities given: Span<Float>, labels givenLabels: Span<Double>) {
            var isHard = true
            for slot in givenLabels.indices where givenLabels[slot] != 0 && givenLabels[slot] != 1 { isHard = false }
            if isHard {
                probabilities = keys.map(score(ofRankingKey:))
                labels = keys.map { Double($0 & 1) }
            } else {
                let order = given.indices.sorted { (given[$0], givenLabels[$0]) < (given[$1], givenLabels[$1]) }
                probabilities = order.map { given[$0] }
                labels = order.map { givenLabels[$0] }
            }
        }

        /// The expected calibration error over the usual number of bins.
        func error(_ kind: Kind) -> Double {
            expectedCalibrationError(bins(sorted: self, count: binCount, kind: kind))
        }
    }

    /// Both errors of the predicted class: of its probability, against whether it is right.
    static func errors(confidences: [Float], isRight: [Bool]) -> (mass: Double, width: Double) {
        var keys = zip(confidences, isRight).map { rankingKey($0, isPositive: $1) }
        sortRankingKeys(&keys)
        let pairs = SortedPairs(
            probabilities: keys.map(score(ofRankingKey:)), labels: keys.map { Double($0 & 1) })
        return (pairs.error(.equalMass), pairs.error(.equalWidth))
    }

    static func bins(sorted pairs: SortedPairs, count: Int, kind: Kind) -> [Bin] {
        let p = pairs.probabilities, n = p.count
        guard n > 0 else { return [] }
        var result: [Bin] = []
        var start = 0
        for number in 1...count where start < n {
            var end: Int
            switch kind {
            case .equalMass:
                end = (number * n + count - 1) / count
                while end < n, p[end] == p[end - 1] { end += 1 }
            case .equalWidth:
                let edge = Double(number) / Double(count)
                end = start
                while end < n, number == count || Double(p[end]) <= edge { end += 1 }
            }
            guard end > start else { continue }
            var predicted = 0.0, observed = 0.0
            for place in start..<end {
                predicted += Double(p[place])
                observed += pairs.labels[place]
            }
            let isWidth = kind == .equalWidth
            result.append(
                Bin(
                    lower: isWidth ? Double(number - 1) / Double(count) : start == 0 ? Double(p[0]) : Double(p[start - 1]),
                    upper: isWidth ? Double(number) / Double(count) : Double(p[end - 1]), count: end - start,
                    meanProbability: predicted / Double(end - start), observedShare: observed / Double(end - start)))
            start = end
        }
        return result
    }
}
