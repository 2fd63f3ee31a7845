/// Finds what a person may have meant by a name that nobody knows.
enum NearestName {
    /// The known name that takes the fewest edits to reach, or nil where none is close: at most a third of the
    /// letters, and at least one, may differ. Case counts as nothing, so `batchsize` finds `batchSize`.
    static func of(_ name: String, among known: [String]) -> String? {
        let allowed = max(1, name.count / 3)
        var best: (name: String, edits: Int)?
        for candidate in known {
            let edits = distance(Array(name.lowercased()), Array(candidate.lowercased()))
            if edits <= allowed, edits < best?.edits ?? .max { best = (candidate, edits) }
        }
        return best?.name
    }

    /// "did you mean 'epochs'?", or all known names where none is close.
    static func advice(for name: String, among known: [String], what: String) -> String {
        if let nearest = of(name, among: known) { return "did you mean '\(nearest)'?" }
        return "\(what): \(known.joined(separator: ", "))"
    }

    /// Letters to insert, delete, replace or swap with their neighbour (optimal string alignment).
    private static func distance(_ a: [Character], _ b: [Character]) -> Int {
        var before: [Int] = []
        var previous = Array(0...b.count)
        for i in a.indices {
            var row = [i + 1]
            for j in b.indices {
                var edits = min(previous[j + 1] + 1, row[j] + 1, previous[j] + (a[i] == b[j] ? 0 : 1))
                if i > 0, j > 0, a[i] == b[j - 1], a[i - 1] == b[j] { edits = min(edits, before[j - 1] + 1) }
                row.append(edits)
            }
            before = previous
            previous = row
        }
        return previous[b.count]
    }
}
