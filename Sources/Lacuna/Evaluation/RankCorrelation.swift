/// Spearman's rank correlation: Pearson's of ranks, equal values sharing their mean rank.
///
/// Ranks are counted twice over, which makes them whole numbers, and their products are exact; so neither the order of the
/// slots nor a strictly increasing map changes a bit.
enum RankCorrelation {
    static func spearman(predictions: Span<Float>, targets: Span<Double>) -> Score {
        var p: [Double] = [], t: [Double] = []
        for slot in targets.indices {
            p.append(Double(predictions[slot]))
            t.append(targets[slot])
        }
        return correlation(
            doubledRanks(p), doubledRanks(t), ofOne: UndefinedReason.oneValue, equalLabels: UndefinedReason.constant)
    }

    static func spearman(predictions: Span<Int>, labels: Span<Int>) -> Score {
        var p: [Int] = [], t: [Int] = []
        for slot in labels.indices {
            p.append(predictions[slot])
            t.append(labels[slot])
        }
        return correlation(
            doubledRanks(p), doubledRanks(t), ofOne: UndefinedReason.oneValue, equalLabels: UndefinedReason.oneLevel)
    }

    /// Twice the mean rank of each value, from 2 on.
    static func doubledRanks(_ values: [some Comparable]) -> [Int] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Int](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            // Ranks start + 1 ... end have the mean (start + 1 + end) / 2.
            for place in start..<end { ranks[order[place]] = start + 1 + end }
            start = end
        }
        return ranks
    }

    private static func correlation(_ a: [Int], _ b: [Int], ofOne: String, equalLabels: String) -> Score {
        if a.count < 2 { return .undefined(reason: ofOne) }
        var (sumA, sumB, squaresA, squaresB, products) = (Int128(0), Int128(0), Int128(0), Int128(0), Int128(0))
        for (x, y) in zip(a, b) {
            sumA += Int128(x)
            sumB += Int128(y)
            squaresA += Int128(x) * Int128(x)
            squaresB += Int128(y) * Int128(y)
            products += Int128(x) * Int128(y)
        }
        let n = Int128(a.count)
        let (spreadA, spreadB) = (n * squaresA - sumA * sumA, n * squaresB - sumB * sumB)
        guard spreadB > 0 else { return .undefined(reason: equalLabels) }
        guard spreadA > 0 else { return .undefined(reason: UndefinedReason.constantPredictions) }
        return .value(Double(n * products - sumA * sumB) / (Double(spreadA).squareRoot() * Double(spreadB).squareRoot()))
    }
}
