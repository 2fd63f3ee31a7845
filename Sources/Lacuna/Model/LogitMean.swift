#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The logits whose probabilities are the mean of several models' probabilities.
///
/// Mixing probabilities and taking the logarithm would give infinities where all members are sure. Here logarithms of
/// probabilities, and of their complements, are averaged by log-sum-exp in Double, so that finite logits have a finite
/// mean, and equal members are their own mean to rounding.
struct LogitMean {
    let kind: ObjectiveKind.Name
    /// Logits of an entry: C for categorical, K − 1 for ordinal, else 1.
    let width: Int
    /// By member; of a regression.
    let scalings: [TargetScaling]

    /// Writes the mean of one entry's logits.
    ///
    /// - Parameters:
    ///   - members: by member, logits that all lie alike.
    ///   - first: where the entry's logits begin, in the members' and in `out`.
    func write(_ members: [[Float]], at first: Int, to out: inout [Float]) {
        switch kind {
        case .binary, .multilabel:
            for place in first..<first + width { out[place] = mean(members.map { Double($0[place]) }) }
        case .categorical: writeCategorical(members, at: first, to: &out)
        case .ordinal: writeOrdinal(members, at: first, to: &out)
        case .regression:
            // On the scale of training, where the errors are measured; standardised as the first member's.
            var sum = 0.0
            for (member, scaling) in zip(members, scalings) {
                sum += Double(member[first]) * scaling.deviation + scaling.mean
            }
            let scaling = scalings[0]
            out[first] = Float((sum / Double(members.count) - scaling.mean) / scaling.deviation)
        }
    }

    /// log (mean of p) − log (mean of 1 − p).
    private func mean(_ logits: [Double]) -> Float {
        let sides = logits.map { Logistic($0) }
        return Float(logMean(sides.map { -$0.softplusOfNegative }) - logMean(sides.map { -$0.softplus }))
    }

    private func writeCategorical(_ members: [[Float]], at first: Int, to out: inout [Float]) {
        let normalizers = members.map { member in
            logSum((first..<first + width).map { Double(member[$0]) })
        }
        for place in first..<first + width {
            out[place] = Float(logMean(zip(members, normalizers).map { Double($0[place]) - $1 }))
        }
    }

    /// P(y > k) of a member never rises with k: its logits are made non-increasing before they are averaged.
    private func writeOrdinal(_ members: [[Float]], at first: Int, to out: inout [Float]) {
        var smallest = [Double](repeating: .infinity, count: members.count)
        for place in first..<first + width {
            for (index, member) in members.enumerated() {
                let logit = Double(member[place])
                // Not min(): a NaN has to stay visible.
                smallest[index] = smallest[index].isNaN || logit >= smallest[index] ? smallest[index] : logit
            }
            out[place] = mean(smallest)
        }
    }

    private func logSum(_ values: [Double]) -> Double {
        let largest = values.max() ?? 0
        return largest + log(values.reduce(0) { $0 + exp($1 - largest) })
    }

    private func logMean(_ values: [Double]) -> Double { logSum(values) - log(Double(values.count)) }
}
