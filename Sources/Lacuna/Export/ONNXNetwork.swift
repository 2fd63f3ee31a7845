/// The part of an ONNX graph that is one model's network: encoder, heads, and what becomes of the logits.
struct ONNXNetwork {
    private let model: Model
    private let tensors: [String: NamedTensor]
    private let prefix: String

    /// - Parameter prefix: before the names of the constants, where a graph holds several models.
    init(_ model: Model, prefix: String) {
        self.model = model
        self.prefix = prefix
        tensors = Dictionary(model.engine.weights.map { ($0.name, $0) }) { first, _ in first }
    }

    private func floats(_ name: String) -> [Float] {
        guard case .floats(let values)? = tensors[name]?.values else { return [] }
        return values
    }

    private func constant(_ name: String, in graph: inout ONNXGraph) -> ONNXGraph.Value {
        graph.constant(prefix + name, tensors[name]?.shape ?? [0], .floats(floats(name)))
    }

    /// Adds the network.
    ///
    /// - Parameter features: `[rows, F]`.
    /// - Returns: by slot its logits `[rows, width]`.
    func addLogits(of features: ONNXGraph.Value, to graph: inout ONNXGraph) -> [ONNXGraph.Value] {
        var hidden = features
        for index in model.encoder.widths.indices { hidden = addLayer("encoder.\(index)", hidden, model.encoder.norm, to: &graph) }
        let slots = model.plan.slots
        var logits: [Int: ONNXGraph.Value] = [:]
        let linear = slots.indices.filter { slots[$0].tower == nil }
        for (slot, value) in zip(linear, addOutput("heads", hidden, linear, to: &graph)) { logits[slot] = value }
        for (index, tower) in model.plan.towers.enumerated() {
            var inner = hidden
            for layer in tower.widths.indices { inner = addLayer("towers.\(tower.name).\(layer)", inner, .none, to: &graph) }
            let own = slots.indices.filter { slots[$0].tower == index }
            for (slot, value) in zip(own, addOutput("towers.\(tower.name).output", inner, own, to: &graph)) { logits[slot] = value }
        }
        return slots.indices.compactMap { logits[$0] }
    }

    private func addLayer(
        _ name: String, _ input: ONNXGraph.Value, _ norm: Normalization, to graph: inout ONNXGraph
    ) -> ONNXGraph.Value {
        var sums = graph.node(
            "Gemm", input, constant("\(name).kernel", in: &graph), constant("\(name).bias", in: &graph))
        let epsilon: (String, ONNXGraph.Attribute) = ("epsilon", .float(DenseStack.normEpsilon))
        switch norm {
        case .none: break
        case .layer:
            sums = graph.node(
                "LayerNormalization", sums, constant("\(name).norm.gamma", in: &graph),
                constant("\(name).norm.beta", in: &graph), attributes: [("axis", .integer(-1)), epsilon])
        case .batch:
            sums = graph.node(
                "BatchNormalization", sums, constant("\(name).norm.gamma", in: &graph),
                constant("\(name).norm.beta", in: &graph), constant("\(name).norm.mean", in: &graph),
                constant("\(name).norm.variance", in: &graph), attributes: [epsilon])
        }
        switch model.encoder.activation {
        case .relu: return graph.node("Relu", sums)
        case .tanh: return graph.node("Tanh", sums)
        case .silu: return graph.node("Mul", sums, graph.node("Sigmoid", sums))
        case .gelu:
            // The operator Gelu is younger than the opset that most runtimes read.
            let root = graph.constant("root", [1], .floats([0.70710678118654752]))
            let one = graph.constant("one", [1], .floats([1])), half = graph.constant("half", [1], .floats([0.5]))
            let share = graph.node("Add", graph.node("Erf", graph.node("Mul", sums, root)), one)
            return graph.node("Mul", graph.node("Mul", sums, half), share)
        }
    }

    /// The logits of each slot of an output matrix. An ordinal slot has one score and K − 1 biases.
    private func addOutput(
        _ name: String, _ hidden: ONNXGraph.Value, _ slots: [Int], to graph: inout ONNXGraph
    ) -> [ONNXGraph.Value] {
        let plan = slots.map { model.plan.slots[$0] }
        guard !plan.isEmpty else { return [] }
        let bias = floats("\(name).bias")
        var scoreBias = [Float](repeating: 0, count: plan.reduce(0) { $0 + $1.scoreWidth })
        for slot in plan where !slot.isOrdinal {
            for column in 0..<slot.width { scoreBias[slot.score + column] = bias[slot.logit + column] }
        }
        let scores = graph.node(
            "Gemm", hidden, constant("\(name).weight", in: &graph),
            graph.constant("\(prefix)\(name).bias", [scoreBias.count], .floats(scoreBias)),
            attributes: [("transB", .integer(1))])
        return zip(plan, graph.split(scores, widths: plan.map(\.scoreWidth))).map { slot, score in
            guard slot.isOrdinal else { return score }
            let own = Array(bias[slot.logit..<slot.logit + slot.width])
            return graph.node("Add", score, graph.constant("\(prefix)\(name).thresholds", [1, own.count], .floats(own)))
        }
    }
}
