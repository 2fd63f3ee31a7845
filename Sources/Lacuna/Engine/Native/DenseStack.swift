internal import LacunaKernels

/// Hidden layers in a row, forward and backward: the encoder, or the hidden part of a tower.
///
/// Each layer is dense, norm, activation, dropout. Buffers grow to the largest batch seen and stay.
final class DenseStack {
    /// How a layer behaves in this pass.
    enum Mode {
        /// Dropout is drawn, batch norm uses the batch.
        case training(DropoutKey)
        /// No dropout, batch norm uses its moving averages.
        case inference

        var isInference: Bool { if case .inference = self { true } else { false } }
    }

    let layers: [ParameterLayout.Layer]
    /// Where in the layout the gradients handed to ``backward`` begin.
    private let gradientStart: Int
    private let activation: lacuna_activation
    private let activationKind: Activation
    private let norm: Normalization
    private let dropout: Float
    private let caches: [Cache]
    /// Of layers that move at once.
    private let strips = (input: Memory<Float>(), slopes: Memory<Float>())
    private let turned = TurnedRows()
    private let workers: Workers

    /// What one layer's backward pass needs of its forward pass.
    private final class Cache {
        /// Before and after the activation, `[B, outputs]`.
        let sums = Memory<Float>()
        let outputs = Memory<Float>()
        /// Of the norm: normalised values `[B, outputs]`, inverse deviations, and batch norm's mean and variance.
        let normalised = Memory<Float>()
        let inverse = Memory<Float>()
        let mean = Memory<Float>()
        let variance = Memory<Float>()
        /// d loss / d input of the layer.
        let inputGradient = Memory<Float>()
    }

    /// Whether sums turn into outputs where they lie.
    private var isInPlace: Bool { norm == .none && activationKind == .relu }

    /// Whether the last thing on the way to the output is a relu of sums with biases.
    var endsInRelu: Bool { isInPlace && dropout == 0 && !layers.isEmpty }

    /// Rows up to which a dense kernel's gradient is better used up where it is made than taken from a BLAS; measured with OpenBLAS.
    private static let mostRows = 128

    /// Whether a step takes less time where layers move as soon as their gradients are known.
    func gainsFromMoves(_ input: LayerInput, rows: Int) -> Bool {
        layers.indices.contains { gainsFromMoves(layers[$0], isSparse: $0 == 0 && input.isSparse, rows: rows) }
    }

    private func gainsFromMoves(_ layer: ParameterLayout.Layer, isSparse: Bool, rows: Int) -> Bool {
        isSparse || rows <= Self.mostRows && !Products.isSmall(m: layer.inputs, n: layer.outputs, k: rows)
    }

    /// The last layer's part of the gradients: that of its biases.
    func lastBias(of gradients: View<Float>) -> View<Float> {
        let layer = layers[layers.count - 1]
        return gradients.slice(layer.bias - gradientStart, layer.outputs)
    }

    static let normEpsilon: Float = 1e-3
    static let batchNormMomentum: Float = 0.99

    init(
        _ layers: [ParameterLayout.Layer], gradientStart: Int = 0, activation: Activation, norm: Normalization, dropout: Float,
        workers: Workers
    ) {
        self.layers = layers
        self.gradientStart = gradientStart
        self.norm = norm
        self.dropout = dropout
        activationKind = activation
        self.activation =
            switch activation {
            case .relu: LACUNA_RELU
            case .gelu: LACUNA_GELU
            case .silu: LACUNA_SILU
            case .tanh: LACUNA_TANH
            }
        caches = layers.map { _ in Cache() }
        self.workers = workers
    }

    /// - Parameters:
    ///   - input: `[rows, inputs]`; for inference, rows is a multiple of 4. A sparse input needs a layer.
    ///   - logicalRows: `[rows]`, the row of the logical batch of each, which dropout is drawn by; nil: `firstRow` on.
    /// - Returns: `[rows, outputs of the last layer]`; valid until the next pass.
    func forward(
        _ input: LayerInput, rows: Int, parameters: View<Float>, statistics: View<Float>, mode: Mode,
        firstRow: Int = 0, logicalRows: View<Int32>? = nil
    ) -> View<Float> {
        var input = input
        for (index, layer) in layers.enumerated() {
            let cache = caches[index], size = rows * layer.outputs
            let outputs = cache.outputs.room(for: size)
            // relu's slope shows in its output, so it needs no sums beside it.
            let sums = isInPlace ? outputs : cache.sums.room(for: size)
            let kernel = parameters.slice(layer.kernel, layer.inputs * layer.outputs)
            let bias = parameters.slice(layer.bias, layer.outputs)
            var isDone = false
            switch input {
            case .sparse(let sparse): sparse.multiply(kernel, outputs: layer.outputs, into: sums, workers)
            case .dense(let dense):
                // Prediction sums every row in the same order, whatever its neighbours; a BLAS does not.
                if mode.isInference || Products.isSmall(m: rows, n: layer.outputs, k: layer.inputs) {
                    isDone = isInPlace
                    Products.multiplyRows(
                        dense, kernel, bias: isDone ? bias : nil, isRelu: isDone, into: sums, m: rows, n: layer.outputs,
                        k: layer.inputs, workers: workers)
                } else {
                    Products.multiply(dense, kernel, into: sums, m: rows, n: layer.outputs, k: layer.inputs, workers: workers)
                }
            }
            if isInPlace, !isDone {
                workers.split(rows, work: size) { own in
                    unsafe lacuna_bias_relu(own.count, layer.outputs, bias.base, sums.base + own.lowerBound * layer.outputs)
                }
            } else if !isInPlace {
                unsafe lacuna_add_bias(rows, layer.outputs, bias.base, sums.base)
                normalise(layer, cache, sums, rows: rows, parameters: parameters, statistics: statistics, mode: mode)
                workers.split(size, work: 8 * size) { own in
                    unsafe lacuna_activate(activation, own.count, sums.base + own.lowerBound, outputs.base + own.lowerBound)
                }
            }
            if case .training(let key) = mode {
                drop(outputs, rows: rows, width: layer.outputs, key: key.layer(index), firstRow, logicalRows)
            }
            input = .dense(outputs)
        }
        guard case .dense(let last) = input else { preconditionFailure("sparse rows without a layer") }
        return last
    }

    /// Adds the gradients of all layers' parameters, given d loss / d output, which is overwritten.
    ///
    /// - Parameters:
    ///   - gradient: `[rows, outputs of the last layer]`.
    ///   - input: that of the forward pass. Under a sparse one the first kernel's gradient is added to, whatever
    ///     `accumulate` says: its owner keeps it 0 between steps.
    ///   - accumulate: adds to what the gradients of kernels and biases hold rather than replacing it.
    ///   - wantsInput: whether d loss / d input is needed.
    ///   - isPastRelu: whether the gradient is that of the last layer's sums already, and that of its biases is done; see
    ///     ``endsInRelu``.
    ///   - moves: given, no other pass adds to these gradients, and each layer moves as soon as its own are known.
    /// - Returns: d loss / d input `[rows, inputs]` where wanted; valid until the next pass.
    @discardableResult
    func backward(
        _ gradient: View<Float>, input: LayerInput, rows: Int, parameters: View<Float>, into gradients: View<Float>,
        accumulate: Bool, key: DropoutKey, wantsInput: Bool, isPastRelu: Bool = false, moves: LayerMoves? = nil, firstRow: Int = 0,
        logicalRows: View<Int32>? = nil
    ) -> View<Float>? {
        precondition(moves == nil || !accumulate, "a layer moves before all of its gradient is known")
        var current = gradient
        for index in layers.indices.reversed() {
            let layer = layers[index], cache = caches[index], size = rows * layer.outputs
            drop(current, rows: rows, width: layer.outputs, key: key.layer(index), firstRow, logicalRows)
            // tanh's derivative is taken from its output; dropout has scaled that, so it is taken from the sums anew.
            if activationKind == .tanh, dropout > 0 {
                unsafe lacuna_activate(
                    activation, size, cache.sums.view.base, cache.outputs.view.base)
            }
            let sums = isInPlace ? cache.outputs.view : cache.sums.view
            let upper = current, biasGradient = gradients.slice(layer.bias - gradientStart, layer.outputs)
            if isPastRelu, index == layers.count - 1 {
                // Nothing is left to do before the products.
            } else if isInPlace {
                workers.split(layer.outputs, grain: 16, work: size) { own in
                    unsafe lacuna_relu_backward_sums(
                        rows, layer.outputs, own.lowerBound, own.upperBound, sums.base, upper.base, accumulate ? 1 : 0,
                        biasGradient.base)
                }
            } else {
                workers.split(size, work: activationKind == .relu ? size : 8 * size) { own in
                    unsafe lacuna_activate_backward(
                        activation, own.count, sums.base + own.lowerBound, cache.outputs.view.base + own.lowerBound,
                        upper.base + own.lowerBound)
                }
                normaliseBackward(layer, cache, current, rows: rows, parameters: parameters, into: gradients)
                unsafe lacuna_column_sums(rows, layer.outputs, current.base, accumulate ? 1 : 0, biasGradient.base)
            }
            let below = index == 0 ? input : .dense(caches[index - 1].outputs.view.prefix(rows * layer.inputs))
            var next: View<Float>?
            if index > 0 || wantsInput {
                let room = cache.inputGradient.room(for: rows * layer.inputs)
                Products.multiply(
                    current, parameters.slice(layer.kernel, layer.inputs * layer.outputs), transposeB: true, into: room,
                    m: rows, n: layer.inputs, k: layer.outputs, workers: workers)
                next = room
            }
            // Only now, for the input's gradient is taken from the kernel as it was.
            if let moves {
                move(layer, below, current, rows: rows, parameters, gradients, moves)
            } else {
                differentiate(layer, below, current, rows: rows, accumulate: accumulate, into: gradients)
            }
            guard let next else { return nil }
            current = next
        }
        return current
    }

    /// The gradient of a layer's kernel, from its input and the gradient of its sums.
    private func differentiate(
        _ layer: ParameterLayout.Layer, _ input: LayerInput, _ slopes: View<Float>, rows: Int, accumulate: Bool,
        into gradients: View<Float>
    ) {
        let kernelGradient = gradients.slice(layer.kernel - gradientStart, layer.inputs * layer.outputs)
        switch input {
        case .sparse(let sparse): sparse.addGradient(of: slopes, outputs: layer.outputs, to: kernelGradient, workers)
        case .dense(let dense):
            Products.multiply(
                dense, transposeA: true, slopes, into: kernelGradient, m: layer.inputs, n: layer.outputs, k: rows,
                accumulate: accumulate, workers: workers)
        }
    }

    /// Moves a layer whose other gradients are known.
    private func move(
        _ layer: ParameterLayout.Layer, _ input: LayerInput, _ slopes: View<Float>, rows: Int, _ parameters: View<Float>,
        _ gradients: View<Float>, _ moves: LayerMoves
    ) {
        var range = layer.range
        switch input {
        case .sparse(let sparse):
            turned.turn(sparse)
            moves.move(layer, turned, slopes, rows: rows, parameters, workers)
            range = layer.bias..<range.upperBound
        case .dense(let dense) where gainsFromMoves(layer, isSparse: false, rows: rows):
            moves.move(layer, dense, slopes, rows: rows, parameters, strips, workers)
            range = layer.bias..<range.upperBound
        case .dense: differentiate(layer, input, slopes, rows: rows, accumulate: false, into: gradients)
        }
        moves.move(range.lowerBound, gradients.slice(range.lowerBound - gradientStart, range.count), parameters, workers)
    }

    /// Prepares the gradients that the norms only ever add to.
    func clearNormGradients(_ gradients: View<Float>) {
        for layer in layers {
            if let gamma = layer.gamma { gradients.slice(gamma - gradientStart, layer.outputs).fill(0) }
            if let beta = layer.beta { gradients.slice(beta - gradientStart, layer.outputs).fill(0) }
        }
    }

    /// Moves batch norm's averages towards the batch that the last training pass saw.
    func updateStatistics(_ statistics: View<Float>) {
        for (index, layer) in layers.enumerated() {
            guard let mean = layer.mean, let variance = layer.variance else { continue }
            let momentum = Self.batchNormMomentum, cache = caches[index]
            for column in 0..<layer.outputs {
                statistics[mean + column] =
                    statistics[mean + column] * momentum + cache.mean.view[column] * (1 - momentum)
                statistics[variance + column] =
                    statistics[variance + column] * momentum + cache.variance.view[column] * (1 - momentum)
            }
        }
    }

    private func normalise(
        _ layer: ParameterLayout.Layer, _ cache: Cache, _ sums: View<Float>, rows: Int, parameters: View<Float>,
        statistics: View<Float>, mode: Mode
    ) {
        guard let gammaAt = layer.gamma, let betaAt = layer.beta else { return }
        let width = layer.outputs
        let gamma = parameters.slice(gammaAt, width), beta = parameters.slice(betaAt, width)
        if norm == .layer {
            unsafe lacuna_layer_norm(
                rows, width, Self.normEpsilon, sums.base, gamma.base, beta.base,
                cache.normalised.room(for: rows * width).base, cache.inverse.room(for: rows).base, sums.base)
        } else if case .training = mode {
            unsafe lacuna_batch_norm(
                rows, width, Self.normEpsilon, sums.base, gamma.base, beta.base, cache.mean.room(for: width).base,
                cache.variance.room(for: width).base, cache.inverse.room(for: width).base,
                cache.normalised.room(for: rows * width).base, sums.base)
        } else if let mean = layer.mean, let variance = layer.variance {
            unsafe lacuna_batch_norm_inference(
                rows, width, Self.normEpsilon, sums.base, gamma.base, beta.base, statistics.slice(mean, width).base,
                statistics.slice(variance, width).base, sums.base)
        }
    }

    private func normaliseBackward(
        _ layer: ParameterLayout.Layer, _ cache: Cache, _ gradient: View<Float>, rows: Int, parameters: View<Float>,
        into gradients: View<Float>
    ) {
        guard let gammaAt = layer.gamma, let betaAt = layer.beta else { return }
        let width = layer.outputs
        let gamma = parameters.slice(gammaAt, width)
        let dgamma = gradients.slice(gammaAt - gradientStart, width)
        let dbeta = gradients.slice(betaAt - gradientStart, width)
        let normalised = cache.normalised.view.prefix(rows * width)
        if norm == .layer {
            unsafe lacuna_layer_norm_backward(
                rows, width, normalised.base, cache.inverse.view.base, gamma.base, gradient.base, dgamma.base,
                dbeta.base)
        } else {
            unsafe lacuna_batch_norm_backward(
                rows, width, normalised.base, cache.inverse.view.base, gamma.base, gradient.base, dgamma.base,
                dbeta.base)
        }
    }

    private func drop(
        _ values: View<Float>, rows: Int, width: Int, key: DropoutKey, _ firstRow: Int, _ logicalRows: View<Int32>?
    ) {
        guard dropout > 0 else { return }
        let threshold = UInt32(Double(dropout) * 4_294_967_296)
        for row in 0..<rows {
            let logical = logicalRows.map { Int($0[row]) } ?? firstRow + row
            unsafe lacuna_dropout(
                width, key.row(logical), threshold, 1 / (1 - dropout), values.slice(row * width, width).base)
        }
    }
}

/// What a dropout mask is drawn by: seed, step, part of the network and layer, and row of the logical batch, so that
/// neither the micro-batch nor the order of calculation matters.
struct DropoutKey {
    private let state: UInt64

    init(seed: UInt64, step: Int, part: Int) {
        state = Self.mixed(Self.mixed(seed ^ 0x6C61_6375_6E61, UInt64(step)), UInt64(part))
    }

    private init(state: UInt64) { self.state = state }

    func layer(_ index: Int) -> DropoutKey { DropoutKey(state: Self.mixed(state, UInt64(index) &+ 0x5851)) }
    func row(_ index: Int) -> UInt64 { Self.mixed(state, UInt64(index)) }

    /// SplitMix64's finaliser over both words.
    private static func mixed(_ a: UInt64, _ b: UInt64) -> UInt64 {
        var z = a &+ (b &+ 1) &* 0x9E37_79B9_7F4A_7C15
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }
}
