/// A loss over observed slots, unreduced: it sees neither missing labels nor weights nor divisors.
///
/// The engine packs the logits and targets of the observed slots of a batch, calls the loss once, and
/// then weights, reduces and scatters. A loss of one's own conforms to this protocol and takes part in
/// everything a built-in loss does.
public protocol Loss: Sendable {
    /// The name under which a saved model keeps the loss: "binaryCrossEntropy".
    var name: String { get }

    /// The numbers that shape the loss, kept beside its name in a saved model.
    var settings: [String: [Double]] { get }

    /// The kinds of objective that the loss can train; checked when the model is made.
    var kinds: Set<ObjectiveKind.Name> { get }

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
    public var settings: [String: [Double]] { [:] }
}
