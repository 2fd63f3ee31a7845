extension NativeEngine {
    /// Kernels Glorot-uniform, biases 0, norms 1 and 0, as Keras begins. Each tensor draws from its own stream of the
    /// seed, so that adding an objective leaves the others' first weights as they were.
    func initialize(seed: UInt64) {
        for tensor in layout.tensors {
            let view = parameters.view.slice(tensor.offset, tensor.count)
            if tensor.name.hasSuffix(".gamma") { view.fill(1) }
            guard tensor.shape.count == 2, tensor.name != "heads.weight" else { continue }
            let isOutput = tensor.name.hasSuffix(".weight")
            let inputs = tensor.shape[isOutput ? 1 : 0]
            let outputs = tensor.shape[isOutput ? 0 : 1]
            fill(view, fanIn: inputs, fanOut: outputs, seed: seed, name: tensor.name)
        }
        // Linear heads are rows of one matrix, but each objective's part is drawn as a layer of its own would be.
        let inputs = layout.linear.inputs
        for (index, slots) in plan.slotsOfObjective.enumerated() where plan.slots[slots.lowerBound].tower == nil {
            let first = plan.slots[slots.lowerBound]
            let rows = slots.count * first.scoreWidth
            fill(
                parameters.view.slice(layout.linear.weight + first.score * inputs, rows * inputs), fanIn: inputs,
                fanOut: rows, seed: seed, name: "heads.\(objectiveName(index))")
        }
        for statistic in layout.statistics where statistic.name.hasSuffix(".variance") {
            statistics.view.slice(statistic.offset, statistic.count).fill(1)
        }
    }

    /// Glorot & Bengio 2010, eq. 16: uniform in ±√(6 / (fan in + fan out)).
    private func fill(_ view: View<Float>, fanIn: Int, fanOut: Int, seed: UInt64, name: String) {
        let limit = (6 / Float(fanIn + fanOut)).squareRoot()
        var random = SplitMix64(seed: seed, stream: name)
        for index in 0..<view.count { view[index] = (2 * random.nextUnit() - 1) * limit }
    }

    package var weights: [NamedTensor] {
        layout.tensors.map {
            NamedTensor($0.name, $0.shape, .floats(parameters.view.slice($0.offset, $0.count).array))
        } + layout.statistics.map {
            NamedTensor($0.name, $0.shape, .floats(statistics.view.slice($0.offset, $0.count).array))
        }
    }

    package func setWeights(_ tensors: [NamedTensor]) {
        let byName = Dictionary(uniqueKeysWithValues: tensors.map { ($0.name, $0) })
        for (known, memory) in [(layout.tensors, parameters), (layout.statistics, statistics)] {
            for tensor in known {
                guard let given = byName[tensor.name], given.shape == tensor.shape, case .floats(let values) = given.values
                else { preconditionFailure("weights without '\(tensor.name)' of shape \(tensor.shape)") }
                memory.view.slice(tensor.offset, tensor.count).copy(from: values)
            }
        }
    }

    package var optimizerState: [NamedTensor] { updater.state(tensors: layout.tensors) }

    package func setOptimizerState(_ tensors: [NamedTensor]) {
        updater.setState(tensors, tensors: layout.tensors)
    }
}
