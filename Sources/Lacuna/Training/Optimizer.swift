/// How gradients move the weights. Formulas as PyTorch's `torch.optim`, default numbers as Keras's.
public enum Optimizer: Equatable, Sendable, Codable {
    /// Kingma & Ba 2015; decay is added to the gradient.
    case adam(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-7)
    /// Loshchilov & Hutter 2019; decay shrinks the weights directly.
    case adamW(beta1: Double = 0.9, beta2: Double = 0.999, epsilon: Double = 1e-7)
    /// Stochastic gradient descent, with momentum as PyTorch defines it (Sutskever et al. 2013).
    case sgd(momentum: Double = 0, nesterov: Bool = false)

    /// The name that flags and files use.
    public var name: String {
        switch self {
        case .adam: "adam"
        case .adamW: "adamw"
        case .sgd: "sgd"
        }
    }

    /// Adam or AdamW.
    var isAdam: Bool {
        if case .sgd = self { false } else { true }
    }

    /// Keras's default learning rate: 0.001 for Adam and AdamW, 0.01 for SGD.
    public var defaultLearningRate: Double {
        if case .sgd = self { 0.01 } else { 0.001 }
    }

    /// Keras's default weight decay: 0.004 for AdamW, else 0. It acts on all parameters.
    public var defaultWeightDecay: Double {
        if case .adamW = self { 0.004 } else { 0 }
    }

    /// Checks every number's range.
    ///
    /// - Throws: ``SettingError`` naming what is out of range.
    public func validate() throws(SettingError) {
        switch self {
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
            for (name, beta) in [("beta1", beta1), ("beta2", beta2)] where !(beta >= 0 && beta < 1) {
                throw SettingError("\(name) is \(beta); it lies in 0 ..< 1", fix: "the usual \(name) is \(name == "beta1" ? "0.9" : "0.999")")
            }
            guard epsilon > 0, epsilon.isFinite else {
                throw SettingError("epsilon is \(epsilon); it is above 0", fix: "the usual epsilon is 1e-7")
            }
        case .sgd(let momentum, let nesterov):
            guard momentum >= 0, momentum < 1 else {
                throw SettingError("momentum is \(momentum); it lies in 0 ..< 1", fix: "the usual momentum is 0.9")
            }
            guard !nesterov || momentum > 0 else {
                throw SettingError("nesterov needs momentum", fix: "give momentum=0.9, or leave nesterov out")
            }
        }
    }
}
