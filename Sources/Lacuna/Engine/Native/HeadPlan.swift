/// Which rows of which output matrix belong to which slot, worked out once per model.
struct HeadPlan {
    /// One slot's place. Models have hundreds of thousands, so it is kept in 32 bytes.
    struct Slot {
        private let numbers: (objective: Int32, tower: Int32, score: Int32, scoreWidth: Int32, logit: Int32, width: Int32, output: Int32)
        /// One score and K − 1 biases.
        let isOrdinal: Bool

        init(
            objective: Int, tower: Int?, score: Int, scoreWidth: Int, logit: Int, width: Int, output: Int, isOrdinal: Bool
        ) {
            numbers = (
                Int32(objective), tower.map { Int32($0) } ?? -1, Int32(score), Int32(scoreWidth), Int32(logit), Int32(width),
                Int32(output)
            )
            self.isOrdinal = isOrdinal
        }

        var objective: Int { Int(numbers.objective) }
        /// Index into ``towers``, or nil for the matrix of linear heads.
        var tower: Int? { numbers.tower < 0 ? nil : Int(numbers.tower) }
        /// First row of the output matrix, and how many: C for categorical, else 1.
        var score: Int { Int(numbers.score) }
        var scoreWidth: Int { Int(numbers.scoreWidth) }
        /// First bias, and how many logits: C, K − 1, else 1.
        var logit: Int { Int(numbers.logit) }
        var width: Int { Int(numbers.width) }
        /// First column among all logits of the model, in the order of the objectives.
        var output: Int { Int(numbers.output) }
    }

    struct Tower {
        let objective: Int
        let name: String
        let widths: [Int]
        let scores: Int
        let logits: Int
        let slots: Range<Int>
    }

    /// A run of slots whose losses are calculated in one call: same loss, same width, same output matrix. A slot with
    /// soft targets is a block of its own, for its distributions are its own.
    ///
    /// A class, for steps hand blocks around and a loss is dear to copy.
    final class Block {
        let slots: Range<Int>
        let tower: Int?
        let loss: any Loss
        /// Nil where the loss has none, or targets are distributions.
        let kernel: LossKernel?
        /// The distributions of a slot with soft targets, one after the other.
        let distributions: [Float]?
        let width: Int
        let scoreWidth: Int

        init(_ slots: Range<Int>, like first: Slot, loss: any Loss, distributions: [Float]?) {
            self.slots = slots
            self.loss = loss
            self.distributions = distributions
            kernel = distributions == nil ? LossKernel(loss) : nil
            (tower, width, scoreWidth) = (first.tower, first.width, first.scoreWidth)
        }
    }

    let slots: [Slot]
    let towers: [Tower]
    private(set) var blocks: [Block]
    let linearScores: Int
    let linearLogits: Int
    /// Columns of the logits of the whole model.
    let outputs: Int
    /// Slots of each objective.
    let slotsOfObjective: [Range<Int>]
    /// Slots of linear heads, ascending.
    let linearSlots: [Int]
    /// `[slots]`.
    let objectiveOfSlot: Memory<Int32>

    /// The same slots with the losses of a run.
    ///
    /// - Parameters:
    ///   - losses: by slot. Balanced multilabel objectives have one per label.
    ///   - distributions: of slots with soft targets.
    init(_ plan: HeadPlan, losses: [any Loss], distributions: [Int: [Float]]) {
        self = plan
        blocks = Self.blocks(slots, losses, distributions)
    }

    init(_ objectives: [Objective]) {
        var slots: [Slot] = [], towers: [Tower] = [], ranges: [Range<Int>] = []
        var scores = 0, logits = 0, outputs = 0
        for (index, objective) in objectives.enumerated() {
            let kind = objective.kind
            let isOrdinal = kind.name == .ordinal
            let width = kind.logitsPerSlot, scoreWidth = isOrdinal ? 1 : width, perRow = kind.slotsPerRow
            let first = slots.count
            var tower: Int?
            if case .tower(let widths) = objective.head {
                tower = towers.count
                towers.append(
                    Tower(
                        objective: index, name: objective.name, widths: widths, scores: perRow * scoreWidth,
                        logits: perRow * width, slots: first..<first + perRow))
            }
            for number in 0..<perRow {
                slots.append(
                    Slot(
                        objective: index, tower: tower,
                        score: (tower == nil ? scores : 0) + number * scoreWidth, scoreWidth: scoreWidth,
                        logit: (tower == nil ? logits : 0) + number * width, width: width,
                        output: outputs + number * width, isOrdinal: isOrdinal))
            }
            if tower == nil {
                scores += perRow * scoreWidth
                logits += perRow * width
            }
            outputs += perRow * width
            ranges.append(first..<slots.count)
        }
        self.slots = slots
        self.towers = towers
        self.linearScores = scores
        self.linearLogits = logits
        self.outputs = outputs
        self.slotsOfObjective = ranges
        self.linearSlots = slots.indices.filter { slots[$0].tower == nil }
        objectiveOfSlot = Memory(slots.count)
        for (index, slot) in slots.enumerated() { objectiveOfSlot.view[index] = Int32(slot.objective) }
        self.blocks = Self.blocks(slots, slots.map { objectives[$0.objective].loss }, [:])
    }

    /// The block that a slot belongs to.
    func block(of slot: Int) -> Block {
        var low = 0, high = blocks.count - 1
        while low < high {
            let middle = (low + high) / 2
            if blocks[middle].slots.upperBound <= slot { low = middle + 1 } else { high = middle }
        }
        return blocks[low]
    }

    private static func blocks(_ slots: [Slot], _ losses: [any Loss], _ distributions: [Int: [Float]]) -> [Block] {
        func belongsTogether(_ first: Int, _ slot: Int) -> Bool {
            slots[first].tower == slots[slot].tower && slots[first].width == slots[slot].width
                && slots[first].scoreWidth == slots[slot].scoreWidth
                && isSame(losses[first], losses[slot], sameObjective: slots[slot - 1].objective == slots[slot].objective)
                && (distributions.isEmpty || distributions[slot] == nil && distributions[first] == nil)
        }
        var blocks: [Block] = [], first = 0
        for slot in slots.indices where slot + 1 == slots.count || !belongsTogether(first, slot + 1) {
            blocks.append(Block(first..<slot + 1, like: slots[first], loss: losses[first], distributions: distributions[first]))
            first = slot + 1
        }
        return blocks
    }

    /// Whether two losses calculate the same. A loss of the user's own may have state that its settings do not tell, so
    /// it is never taken for that of another objective.
    private static func isSame(_ a: any Loss, _ b: any Loss, sameObjective: Bool) -> Bool {
        // The usual case, without making dictionaries for hundreds of thousands of slots.
        if let a = a as? BinaryCrossEntropy, let b = b as? BinaryCrossEntropy { return a == b }
        guard type(of: a) == type(of: b), a.name == b.name, a.settings == b.settings else { return false }
        return sameObjective || BuiltInLoss.named(a.name, settings: a.settings).map { type(of: $0) == type(of: a) } ?? false
    }
}
