/// Where every parameter of a model lies in one flat run of memory: the encoder, then the linear heads, then the
/// towers.
struct ParameterLayout {
    /// One named parameter.
    struct Tensor: Equatable {
        let name: String
        let shape: [Int]
        let offset: Int
        var count: Int { shape.reduce(1, *) }
    }

    /// The parameters of one dense hidden layer.
    struct Layer {
        let inputs: Int
        let outputs: Int
        /// `[inputs, outputs]`, as Keras lays a kernel out.
        let kernel: Int
        let bias: Int
        /// Of the norm, or nil without one.
        let gamma: Int?
        let beta: Int?
        /// Moving mean and variance of batch norm, in the statistics memory.
        let mean: Int?
        let variance: Int?
        /// All of it, the kernel first.
        var range: Range<Int> { kernel..<(beta ?? bias) + outputs }
    }

    /// An output matrix: one row per score, as PyTorch lays a weight out, and one bias per logit.
    struct Output {
        let inputs: Int
        let scores: Int
        let logits: Int
        let weight: Int
        let bias: Int
        var range: Range<Int> { weight..<bias + logits }
    }

    struct Tower {
        let objective: Int
        let layers: [Layer]
        let output: Output
        /// Of the hidden layers alone.
        let hidden: Range<Int>
        /// Of the whole tower.
        var range: Range<Int> { hidden.lowerBound..<output.range.upperBound }
    }

    private(set) var tensors: [Tensor] = []
    private(set) var statistics: [Tensor] = []
    private(set) var count = 0
    private(set) var statisticsCount = 0
    private(set) var encoder: [Layer] = []
    private(set) var encoderRange = 0..<0
    private(set) var linear = Output(inputs: 0, scores: 0, logits: 0, weight: 0, bias: 0)
    private(set) var towers: [Tower] = []

    init(features: Int, encoder spec: EncoderSpec, heads: HeadPlan) {
        var width = features
        for (number, outputs) in spec.widths.enumerated() {
            encoder.append(layer("encoder.\(number)", inputs: width, outputs: outputs, norm: spec.norm))
            width = outputs
        }
        encoderRange = 0..<count
        linear = output("heads", inputs: width, scores: heads.linearScores, logits: heads.linearLogits)
        for tower in heads.towers {
            let start = count
            var inner = width
            var layers: [Layer] = []
            for (number, outputs) in tower.widths.enumerated() {
                layers.append(layer("towers.\(tower.name).\(number)", inputs: inner, outputs: outputs, norm: .none))
                inner = outputs
            }
            let hidden = start..<count
            let last = output("towers.\(tower.name).output", inputs: inner, scores: tower.scores, logits: tower.logits)
            towers.append(Tower(objective: tower.objective, layers: layers, output: last, hidden: hidden))
        }
    }

    private mutating func add(_ name: String, _ shape: [Int]) -> Int {
        let tensor = Tensor(name: name, shape: shape, offset: count)
        tensors.append(tensor)
        count += tensor.count
        return tensor.offset
    }

    private mutating func addStatistic(_ name: String, _ shape: [Int]) -> Int {
        let tensor = Tensor(name: name, shape: shape, offset: statisticsCount)
        statistics.append(tensor)
        statisticsCount += tensor.count
        return tensor.offset
    }

    private mutating func layer(_ name: String, inputs: Int, outputs: Int, norm: Normalization) -> Layer {
        let kernel = add("\(name).kernel", [inputs, outputs])
        let bias = add("\(name).bias", [outputs])
        let hasNorm = norm != .none, isBatch = norm == .batch
        return Layer(
            inputs: inputs, outputs: outputs, kernel: kernel, bias: bias,
            gamma: hasNorm ? add("\(name).norm.gamma", [outputs]) : nil,
            beta: hasNorm ? add("\(name).norm.beta", [outputs]) : nil,
            mean: isBatch ? addStatistic("\(name).norm.mean", [outputs]) : nil,
            variance: isBatch ? addStatistic("\(name).norm.variance", [outputs]) : nil)
    }

    private mutating func output(_ name: String, inputs: Int, scores: Int, logits: Int) -> Output {
        guard scores > 0 else { return Output(inputs: inputs, scores: 0, logits: 0, weight: count, bias: count) }
        return Output(
            inputs: inputs, scores: scores, logits: logits, weight: add("\(name).weight", [scores, inputs]),
            bias: add("\(name).bias", [logits]))
    }
}
