import Tables

/// What to say about a name that nobody knows.
enum NearestName {
    /// "did you mean 'epochs'?", or all known names where none is close.
    static func advice(for name: String, among known: [String], what: String) -> String {
        if let nearest = nearestName(to: name, among: known) { return "did you mean '\(nearest)'?" }
        return "\(what): \(known.joined(separator: ", "))"
    }
}
