/// The name of `names` that `name` was probably meant to be: the smallest edit distance, at most a third of the length.
///
/// Case counts half, so "Age" is nearer to "age" than "ago" is. Among equals the first wins.
public func nearestName(to name: String, among names: [String]) -> String? {
    let wanted = Array(name)
    var best: (name: String, cost: Int)?
    for candidate in names {
        let cost = doubledEditDistance(wanted, Array(candidate))
        let length = max(wanted.count, candidate.count)
        // Never all of it: "y" is no slip for "x".
        let limit = min(2 * max(1, length / 3), 2 * length - 1)
        if cost <= limit && cost < best?.cost ?? .max { best = (candidate, cost) }
    }
    return best?.name
}

/// Insertions, deletions, substitutions and swaps of neighbours cost 2, a change of case 1.
private func doubledEditDistance(_ a: [Character], _ b: [Character]) -> Int {
    var beforeLast: [Int] = []
    var last = (0 ... b.count).map { $0 * 2 }
    for i in 0 ..< a.count {
        var row = [2 * (i + 1)]
        for j in 0 ..< b.count {
            let substitution = a[i] == b[j] ? 0 : a[i].lowercased() == b[j].lowercased() ? 1 : 2
            var cost = min(last[j] + substitution, last[j + 1] + 2, row[j] + 2)
            if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { cost = min(cost, beforeLast[j - 1] + 2) }
            row.append(cost)
        }
        (beforeLast, last) = (last, row)
    }
    return last[b.count]
}
