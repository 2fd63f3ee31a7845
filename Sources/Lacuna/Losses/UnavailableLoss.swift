/// Stands in a loaded model for a loss of the user's own that was not handed over when loading. It predicts, but
/// neither trains nor measures a loss.
struct UnavailableLoss: Loss {
    let name: String
    let settings: [String: [Double]]
    let kinds = Set(ObjectiveKind.Name.allCases)

    func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int, loss: inout MutableSpan<Float>,
        gradient: inout MutableSpan<Float>
    ) {
        for index in 0..<loss.count { loss[index] = .nan }
        for index in 0..<gradient.count { gradient[index] = .nan }
    }

    func error(objective: String) -> SettingError {
        let shown = settings.sorted { $0.key < $1.key }.map { "\($0) \($1.map { "\($0)" }.joined(separator: " "))" }
        let with = shown.isEmpty ? "" : " with \(shown.joined(separator: ", "))"
        return SettingError(
            "objective '\(objective)' trains with the loss '\(name)'\(with), which is not at hand",
            fix: "pass it when loading: Model.load(from:losses:)")
    }
}
