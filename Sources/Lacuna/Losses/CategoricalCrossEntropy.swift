#if canImport(Darwin)
    import Darwin
#elseif canImport(Glibc)
    import Glibc
#elseif canImport(Musl)
    import Musl
#endif

/// Categorical cross-entropy from logits, unreduced: `Σ_c a_c · (log Σ_j exp(z_j) − z_c)` with
/// `a_c = w_c · ((1 − ε)·y_c + ε/C)`.
///
/// y is the one-hot row of a class index, or a distribution over the classes; w the class weights (1 without);
/// ε the label smoothing. The gradient is `A·p_c − a_c` with p = softmax(z) and A = Σ a, written as
/// `p_c·Σ_{j≠c} a_j − a_c·Σ_{j≠c} p_j`, which keeps its digits where p_c rounds to 1.
///
/// - `evaluate` takes logits `[n × C]` (before the softmax, `width` C), and targets either `[n]`, class indices
///   0 … C − 1, or `[n × C]`, each row a distribution; their number tells which. It writes losses `[n]`, never
///   negative, in nats, and gradients `[n × C]`.
/// - Note: Peer: `torch.nn.CrossEntropyLoss(weight:, label_smoothing:, reduction="none")`.
public struct CategoricalCrossEntropy: Loss, Equatable {
    /// The weight of every class, in the order of the classes: `[C]`, at least 0 and finite, not all 0. They
    /// never enter a divisor.
    public var classWeights: [Float]?
    /// The share ε of every target that is spread evenly over all classes: `0 ..< 1`.
    public var labelSmoothing: Float

    /// Settings are checked by `check(for:)`, when a model or data set is made.
    public init(classWeights: [Float]? = nil, labelSmoothing: Float = 0) {
        self.classWeights = classWeights
        self.labelSmoothing = labelSmoothing
    }

    public var name: String { "categoricalCrossEntropy" }
    public var kinds: Set<ObjectiveKind.Name> { [.categorical] }
    public var settings: [String: [Double]] {
        var settings = ["labelSmoothing": [Double(labelSmoothing)]]
        if let classWeights { settings["classWeights"] = classWeights.map(Double.init) }
        return settings
    }

    public func validate() throws(SettingError) {
        try SettingError.require(
            (0..<1).contains(labelSmoothing), "label smoothing", is: labelSmoothing, range: "lies in 0 ..< 1")
        guard let classWeights else { return }
        for weight in classWeights {
            try SettingError.require(
                weight >= 0 && weight.isFinite, "a class weight", is: weight, range: "is at least 0 and finite")
        }
        if classWeights.allSatisfy({ $0 == 0 }) {
            throw SettingError("all class weights are 0", fix: "give at least one class a weight above 0")
        }
    }

    public func check(for kind: ObjectiveKind) throws(SettingError) {
        try checkKind(kind)
        try validate()
        guard case .categorical(let classes) = kind, let classWeights else { return }
        if classWeights.count != classes.count {
            throw SettingError(
                "\(classWeights.count) class weights for \(classes.count) classes",
                fix: "give one weight per class, in the order \(classes.joined(separator: ", "))")
        }
    }

    public func evaluate(
        logits: Span<Float>, targets: Span<Float>, width: Int,
        loss: inout MutableSpan<Float>, gradient: inout MutableSpan<Float>
    ) {
        requireRows(logits: logits.count, width: width, loss: loss.count, gradient: gradient.count)
        let isIndexed = targets.count == loss.count
        precondition(
            isIndexed || targets.count == logits.count,
            "\(name): \(targets.count) targets for \(loss.count) slots of \(width)")
        let weights = classWeights.map { $0.map(Double.init) } ?? Array(repeating: 1, count: width)
        precondition(weights.count == width, "\(name): \(weights.count) class weights for \(width) classes")
        let keep = 1 - Double(labelSmoothing)
        let spread = weights.map { $0 * Double(labelSmoothing) / Double(width) }
        var share = spread
        var softmax = SoftmaxRow(width: width)

        for i in loss.indices {
            let start = i * width
            if isIndexed {
                let target = requireIndex(targets[i], below: width)
                for c in 0..<width { share[c] = spread[c] }
                share[target] += keep * weights[target]
            } else {
                for c in 0..<width { share[c] = spread[c] + keep * weights[c] * Double(targets[start + c]) }
            }
            softmax.load(logits, from: start)
            loss[i] = Float(saturating: softmax.crossEntropy(share, logits: logits, from: start))
            softmax.writeGradient(share, into: &gradient, from: start)
        }
    }
}

/// The softmax of one row of logits, with the sums that keep its complements exact.
///
/// Made once for all rows of a batch: it owns the only scratch memory.
private struct SoftmaxRow {
    /// exp(z_c − max z).
    private var exponentials: [Double]
    private var largestLogit = 0.0
    private var likeliest = 0
    /// The exponentials of all classes but the likeliest, whose own is 1.
    private var others = 0.0

    init(width: Int) {
        exponentials = Array(repeating: 0, count: width)
    }

    @inline(__always)
    mutating func load(_ logits: Span<Float>, from start: Int) {
        likeliest = 0
        var largest = logits[start]
        for c in 1..<max(exponentials.count, 1) where logits[start + c] > largest {
            largest = logits[start + c]
            likeliest = c
        }
        largestLogit = Double(largest)
        others = 0
        for c in exponentials.indices {
            let exponential = exp(Double(logits[start + c]) - largestLogit)
            exponentials[c] = exponential
            if c != likeliest { others += exponential }
        }
    }

    /// Σ_c share_c · (log Σ_j exp(z_j) − z_c); 0 × ∞ stays NaN, so that an infinite logit is never hidden.
    @inline(__always)
    func crossEntropy(_ share: [Double], logits: Span<Float>, from start: Int) -> Double {
        let remainder = log1p(others)
        var sum = 0.0
        for c in share.indices {
            sum += share[c] * ((largestLogit - Double(logits[start + c])) + remainder)
        }
        return sum
    }

    @inline(__always)
    func writeGradient(_ share: [Double], into gradient: inout MutableSpan<Float>, from start: Int) {
        let total = 1 + others
        var largest = 0
        for c in share.indices where share[c] > share[largest] { largest = c }
        var otherShares = 0.0
        for c in share.indices where c != largest { otherShares += share[c] }
        let allShares = share[largest] + otherShares

        for c in share.indices {
            let probability = exponentials[c] / total
            // Subtraction is safe below one half, and only the largest can lie above.
            let otherProbability = c == likeliest ? others / total : 1 - probability
            let otherShare = c == largest ? otherShares : allShares - share[c]
            gradient[start + c] = Float(
                saturating: probability * otherShare - share[c] * otherProbability)
        }
    }
}

extension Loss where Self == CategoricalCrossEntropy {
    /// Categorical cross-entropy from logits; see ``CategoricalCrossEntropy``.
    public static func categoricalCrossEntropy(
        classWeights: [Float]? = nil, labelSmoothing: Float = 0
    ) -> Self {
        CategoricalCrossEntropy(classWeights: classWeights, labelSmoothing: labelSmoothing)
    }
}
