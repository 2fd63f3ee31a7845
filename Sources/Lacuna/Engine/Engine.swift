/// What the trainer drives and each engine implements: the network's arithmetic, and nothing of files, splits,
/// metrics or stopping.
package protocol Engine: AnyObject {
    /// Named parameters and statistics (batch norm's moving averages), in a fixed order.
    var weights: [NamedTensor] { get }
    /// Replaces parameters and statistics; names and shapes are those of ``weights``.
    func setWeights(_ tensors: [NamedTensor])
    /// The optimizer's moments and step counts.
    var optimizerState: [NamedTensor] { get }
    /// Replaces the optimizer's state; names and shapes are those of ``optimizerState``.
    func setOptimizerState(_ tensors: [NamedTensor])
    /// Trainable numbers.
    var parameterCount: Int { get }
    /// Threads of matrix products.
    var threads: Int { get set }

    /// Makes ready to train on these data, from the present weights and a fresh optimizer; to go on with a run, set its
    /// optimizer state afterwards.
    func prepare(_ data: EngineData, plan: StepPlan)
    /// Told where the time of a step goes; nil: nothing is measured.
    var profile: StepProfile? { get set }
    /// How the last step calculated the linear heads; nil before it, and where there are too few for a choice.
    var headUse: HeadUse? { get }
    /// The first tensor of parameters with a number that is not finite.
    func firstNotFinite() -> String?
    /// Forgets the data of a run that is over; weights and optimizer state stay.
    func finish()
    /// One step on a logical batch.
    ///
    /// - Parameters:
    ///   - rows: positions in the prepared data.
    ///   - step: the step's number over the whole run, from 0; dropout is drawn by it.
    ///   - rate: the learning rate.
    ///   - sums: by objective, added to: Σ w · loss, Σ w and observed slots.
    /// - Throws: ``Divergence`` when a logit, loss or gradient of an observed slot is not finite. The weights are then
    ///   those before the step.
    func step(rows: Span<Int32>, step: Int, rate: Double, sums: EpochSums) throws(Divergence)

    /// The output rows, biases and tower of one objective, in one run of numbers.
    func head(of objective: Int) -> [Float]
    /// Puts back what ``head(of:)`` gave.
    func setHead(_ values: [Float], of objective: Int)
    /// Lets the heads of these objectives, and no others, stand still in the steps that follow. Their losses go on
    /// teaching the encoder.
    func freeze(objectives: [Int])

    /// Logits `[rows × outputs]` of all objectives for some rows.
    ///
    /// A row's logits depend on neither its place nor its neighbours nor the threads, to the bit: equal rows have equal
    /// predictions in any file.
    func logits(_ features: FeatureMatrix, rows: Range<Int>) -> [Float]

    /// Logits of the observed slots of some rows: row after row, slot after slot, each of its slot's width. They equal those
    /// of ``logits(_:rows:)`` to the bit; work and memory follow the observed labels.
    func observedLogits(_ features: FeatureMatrix, rows: Range<Int>, labels: LabelTable) -> [Float]
}

/// A training set as an engine takes it.
package struct EngineData {
    package var features: FeatureMatrix
    package var labels: TargetTable

    package init(features: FeatureMatrix, labels: TargetTable) {
        self.features = features
        self.labels = labels
    }
}

/// What stays the same over the steps of a run.
package struct StepPlan {
    package var microBatch: Int?
    package var optimizer: Optimizer
    package var weightDecay: Double
    package var clip: Double?
    package var reduction: Reduction
    package var total: Total
    package var idleHeads: IdleHeads
    package var seed: UInt64
    /// By objective.
    package var objectiveWeights: [Float]
    /// By objective: Σw observed in training ÷ training rows, for the reduction `expected`.
    package var expectedWeights: [Double]
    /// By slot: the loss that trains it, after balancing.
    package var losses: [any Loss]
    /// What the weights of a step's objectives are multiplied with; nil: 1.
    package var balancer: (any StepBalancer)?
}

/// Says how much each objective of a step counts, and is told what it cost.
///
/// An engine asks once per logical batch, before it is cut into micro-batches, and tells after the weights have moved; a
/// step that diverges is not told.
package protocol StepBalancer: AnyObject {
    /// The factor of each observed objective's loss.
    ///
    /// - Parameters:
    ///   - observed: the objectives that the logical batch observes, ascending.
    ///   - step: the step's number over the whole run, from 0.
    ///   - factors: replaced by one factor for each of `observed`.
    func factors(observed: [Int], step: Int, into factors: inout [Double])
    /// Learns from a step.
    ///
    /// - Parameters:
    ///   - observed: as they were given for the factors.
    ///   - losses: of each, Σ w · loss ÷ divisor of the logical batch, before any weight or factor.
    ///   - rate: the step's learning rate.
    func learn(observed: [Int], losses: [Double], rate: Double)
}

/// A tensor with a name, as it is saved.
package struct NamedTensor: Equatable, Sendable {
    package enum Values: Equatable, Sendable {
        case floats([Float])
        case integers([Int32])
    }

    package var name: String
    package var shape: [Int]
    package var values: Values

    /// How many numbers it holds.
    var count: Int {
        switch values {
        case .floats(let values): values.count
        case .integers(let values): values.count
        }
    }

    package init(_ name: String, _ shape: [Int], _ values: Values) {
        self.name = name
        self.shape = shape
        self.values = values
    }
}

/// A step whose numbers are no longer finite, and the objective where that showed.
package struct Divergence: Error, Equatable {
    package var objective: Int
}

/// What the steps of an epoch add up, by objective.
package final class EpochSums {
    private struct Sum {
        var loss = 0.0
        var weight = 0.0
        var observed = 0
    }

    private let sums: Memory<Sum>

    /// Σ w · loss, by objective.
    package var losses: [Double] { sums.view.array.map(\.loss) }
    /// Σ w.
    package var weights: [Double] { sums.view.array.map(\.weight) }
    /// Observed slots.
    package var observed: [Int] { sums.view.array.map(\.observed) }

    package init(objectives: Int) { sums = Memory(objectives) }

    /// Sums that an epoch goes on from.
    package convenience init(losses: [Double], weights: [Double], observed: [Int]) {
        self.init(objectives: losses.count)
        for index in losses.indices {
            sums.view[index] = Sum(loss: losses[index], weight: weights[index], observed: observed[index])
        }
    }

    /// Adds a step's sums, each `[objectives]`, of some objectives.
    func add(_ active: View<Int32>, losses: View<Double>, weights: View<Double>, observed: View<Int>) {
        let sums = sums.view
        precondition(losses.count == sums.count && weights.count == sums.count && observed.count == sums.count, "sums of other objectives")
        for place in 0..<active.count {
            let objective = Int(active[place])
            var sum = sums[objective]
            sum.loss += losses[objective]
            sum.weight += weights[objective]
            sum.observed += observed[objective]
            sums[objective] = sum
        }
    }
}
