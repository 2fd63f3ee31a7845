/// The shared network from features to hidden values: dense layers, each followed by normalisation,
/// activation and dropout, in that order.
public struct EncoderSpec: Equatable, Sendable, Codable {
    /// Width of each dense layer, first to last; without any, heads and towers see the features themselves.
    public var widths: [Int]
    /// What every layer applies to its sums.
    public var activation: Activation
    /// The share of hidden values set to zero in training, in `0 ..< 1`; the others grow by 1 ÷ (1 − share).
    public var dropout: Float
    /// What every layer applies before its activation.
    public var norm: Normalization

    /// An encoder from its widths; ``validate()`` checks them when the model is made.
    public init(
        _ widths: [Int], activation: Activation = .relu, dropout: Float = 0, norm: Normalization = .none
    ) {
        self.widths = widths
        self.activation = activation
        self.dropout = dropout
        self.norm = norm
    }

    /// Dense layers of these widths: `.dense(64, activation: .relu)`, `.dense(512, 256)`.
    ///
    /// - Parameters:
    ///   - widths: of each layer, first to last.
    ///   - activation: what every layer applies to its sums.
    ///   - dropout: the share of hidden values set to zero in training, in `0 ..< 1`.
    public static func dense(_ widths: Int..., activation: Activation = .relu, dropout: Float = 0) -> EncoderSpec {
        EncoderSpec(widths, activation: activation, dropout: dropout)
    }

    /// Checks widths and dropout.
    ///
    /// - Throws: ``SettingError`` for a width below 1, a norm without a layer, or a dropout outside `0 ..< 1`.
    public func validate() throws(SettingError) {
        guard widths.allSatisfy({ $0 >= 1 }) else {
            throw SettingError(
                "the encoder's widths are \(widths)", fix: "give layers of width 1 or more, or none at all")
        }
        guard !widths.isEmpty || norm == .none else {
            throw SettingError("an encoder without layers has nothing to normalise", fix: "leave out the norm")
        }
        if let width = widths.first(where: { $0 > 1_000_000 }) {
            throw SettingError("an encoder layer has width \(width); it lies in 1 ... 1000000", fix: "a usual width is 256")
        }
        guard dropout >= 0, dropout < 1 else {
            throw SettingError("dropout is \(dropout); it lies in 0 ..< 1", fix: "0.2 drops a fifth")
        }
    }
}

/// What a hidden layer applies to its sums.
public enum Activation: String, Codable, CaseIterable, Sendable {
    /// max(x, 0), letting NaN pass.
    case relu
    /// x Φ(x), with the exact Gaussian distribution function (Hendrycks & Gimpel 2016), as Keras and PyTorch default.
    case gelu
    /// x σ(x) (Elfwing et al. 2017), also known as swish.
    case silu
    /// The hyperbolic tangent.
    case tanh
}

/// What a hidden layer applies between its sums and its activation; numbers are Keras's defaults.
public enum Normalization: String, Codable, CaseIterable, Sendable {
    /// Nothing.
    case none
    /// Over the values of a row, ε 1e-3 (Ba et al. 2016).
    case layer
    /// Over the rows of a batch, with the biased variance, ε 1e-3, moving averages with momentum 0.99
    /// (Ioffe & Szegedy 2015).
    case batch
}
