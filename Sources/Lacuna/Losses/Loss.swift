/// A loss over observed slots, unreduced: it sees neither missing labels nor weights nor divisors.
///
/// The engine packs the logits and targets of the observed slots of a batch, calls the loss once, and
/// then weights, reduces and scatters. A loss of one's own conforms to this protocol and takes part in
/// everything a built-in loss does. Several threads may call one loss at once, as scoring does.
///
/// The built-in losses calculate in Double and round once: for finite logits their losses and gradients are
/// finite, and a gradient keeps its digits where the probability is close to 0 or 1. A logit that is NaN or
/// infinite has diverged; its loss is NaN or infinite too, so that nothing hides it.
public protocol Loss: Sendable {
    /// The name under which a saved model keeps the loss: "binaryCrossEntropy".
    var name: String { get }

    /// The numbers that shape the loss, kept beside its name in a saved model.
    var settings: [String: [Double]] { get }

    /// The kinds of objective that the loss can train; checked when the model is made.
    var kinds: Set<ObjectiveKind.Name> { get }

    /// Checks that every setting lies in its range. The default finds nothing wrong.
    ///
    /// - Throws: `SettingError`, which says what was got and what is legal.
    func validate() throws(SettingError)

    /// Checks that the loss can train an objective of this kind: its ranges, its kinds, its counts.
    ///
    /// The default checks `validate()` and `kinds`.
    ///
    /// - Throws: `SettingError`, which says what was got and what is legal.
    func check(for kind: ObjectiveKind) throws(SettingError)

    /// Writes the loss of every slot and its derivative by every logit.
    ///
    /// - Parameters:
    ///   - logits: `[n × width]`, row by row: one row per observed slot, before sigmoid or softmax.
    ///   - targets: `[n × targetWidth]`. `targetWidth` is 1 (0 or 1, or a probability, for binary and
    ///     multilabel; the class or level index for categorical and ordinal; the scaled value for a
    ///     regression), or `width` for categorical objectives with soft targets (a distribution).
    ///   - width: logits per slot: 1, C for categorical, K − 1 for ordinal objectives.
    ///   - loss: `[n]`, written.
    ///   - gradient: `[n × width]`, written; d loss / d logit.
    func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int,
        loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>)
}

extension Loss {
    /// No setting.
    public var settings: [String: [Double]] { [:] }

    /// Finds nothing wrong.
    public func validate() throws(SettingError) {}

    /// Checks the kind, then the settings.
    public func check(for kind: ObjectiveKind) throws(SettingError) {
        try checkKind(kind)
        try validate()
    }

    /// Throws when the loss does not train objectives of this kind.
    func checkKind(_ kind: ObjectiveKind) throws(SettingError) {
        if kinds.contains(kind.name) { return }
        let legal = ObjectiveKind.Name.allCases.filter(kinds.contains).map(\.rawValue)
        throw SettingError(
            "the loss '\(name)' does not train a \(kind.name.rawValue) objective",
            fix: "it trains \(legal.joined(separator: " and ")) objectives")
    }
}
