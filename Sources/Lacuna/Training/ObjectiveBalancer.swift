#if canImport(Darwin)
import Darwin
#else
import Glibc
#endif

/// The factors of ``ObjectiveBalancing``, step by step, and what is learned or remembered for them.
///
/// Everything is in Double and by objective; nothing reads or writes the entries of an objective that the step does not
/// observe.
final class ObjectiveBalancer: StepBalancer {
    private let balancing: ObjectiveBalancing
    /// Declared weight ÷ what the total is divided by.
    private let shares: [Double]
    private let declared: [Double]
    /// Kendall's factor: ½ for a regression, else 1.
    private let halves: [Double]
    private let powers: [Double]
    /// Seeds of the random weights, by objective: of its name, so that other objectives do not matter.
    private let keys: [UInt64]
    private let optimizer: Optimizer
    private(set) var state: State
    /// The factors of the step in progress.
    private var chosen: [Double] = []

    /// What has to be saved for a run to go on as if it had never stopped. Lists that the way does not need are empty.
    struct State: Equatable, Codable {
        /// Of the epoch in progress: Σ weight over the steps that observed the objective, and how many these were.
        var weightSums: [Double]
        var steps: [Int]
        /// Mean training losses of the last epoch that observed the objective and of the one before.
        var last: [Double?] = []
        var earlier: [Double?] = []
        /// Log variances with their optimizer's moments and step counts.
        var logVariances: [Double] = []
        var first: [Double] = []
        var second: [Double] = []
        var updates: [Int] = []
    }

    /// - Parameter counts: by objective, observed slots in training.
    init(
        _ balancing: ObjectiveBalancing, _ objectives: [Objective], counts: [Int], total: Total, optimizer: Optimizer,
        seed: UInt64
    ) {
        self.balancing = balancing
        self.optimizer = optimizer
        declared = objectives.map { Double($0.weight) }
        let all = declared.reduce(0, +)
        let divisor = total == .average && all > 0 ? all : 1
        shares = declared.map { $0 / divisor }
        halves = objectives.map { $0.kind == .regression ? 0.5 : 1 }
        if case .coverage(let exponent) = balancing {
            // Relative to the rarest, so that no power leaves the range of a Double.
            let least = Double(counts.filter { $0 > 0 }.min() ?? 1)
            powers = counts.map { $0 > 0 ? pow(Double($0) / least, -exponent) : 0 }
        } else {
            powers = []
        }
        keys = objectives.map { objective in
            var random = SplitMix64(seed: seed, stream: "balance.\(objective.name)")
            return random.next()
        }
        let count = objectives.count
        state = State(weightSums: Array(repeating: 0, count: count), steps: Array(repeating: 0, count: count))
        switch balancing {
        case .uncertainty:
            state.logVariances = Array(repeating: 0, count: count)
            state.first = state.logVariances
            state.second = state.logVariances
            state.updates = Array(repeating: 0, count: count)
        case .dwa:
            state.last = Array(repeating: nil, count: count)
            state.earlier = state.last
        case .static, .coverage, .rlw: break
        }
    }

    func restore(_ state: State) { self.state = state }

    // MARK: A step

    func factors(observed: [Int], step: Int, into factors: inout [Double]) {
        factors.removeAll(keepingCapacity: true)
        switch balancing {
        case .static: for _ in observed { factors.append(1) }
        case .coverage:
            for objective in observed { factors.append(powers[objective]) }
            normalise(&factors)
        case .uncertainty:
            for objective in observed { factors.append(halves[objective] * exp(-state.logVariances[objective])) }
        case .dwa:
            for objective in observed { factors.append(ratio(objective) / 2) }
            softmax(&factors)
        case .rlw:
            for objective in observed { factors.append(normal(objective, step: step)) }
            softmax(&factors)
        }
        // Copied into memory that stays: a shared array would be copied anew in each step.
        chosen.removeAll(keepingCapacity: true)
        chosen += factors
    }

    func learn(observed: [Int], losses: [Double], rate: Double) {
        for (place, objective) in observed.enumerated() {
            state.weightSums[objective] += declared[objective] * chosen[place]
            state.steps[objective] += 1
            if balancing == .uncertainty {
                // d/ds of share · (c · exp(−s) · L + s/2).
                move(objective, gradient: shares[objective] * (0.5 - chosen[place] * losses[place]), rate: rate)
            }
        }
    }

    // MARK: An epoch

    /// By objective, the mean over the epoch's steps that observed it of what its loss was multiplied with.
    var meanWeights: [Double?] {
        state.steps.indices.map { state.steps[$0] > 0 ? state.weightSums[$0] / Double(state.steps[$0]) : nil }
    }

    /// Ends an epoch.
    ///
    /// - Parameter losses: by objective, the mean training loss over the epoch's observed slots; nil: not observed.
    func endEpoch(losses: [Double?]) {
        for objective in state.steps.indices {
            state.weightSums[objective] = 0
            state.steps[objective] = 0
            guard balancing == .dwa, let loss = losses[objective] else { continue }
            state.earlier[objective] = state.last[objective]
            state.last[objective] = loss
        }
    }

    // MARK: Numbers

    /// A loss of 0 leaves no ratio to speak of.
    private func ratio(_ objective: Int) -> Double {
        guard let last = state.last[objective], let earlier = state.earlier[objective], earlier > 0 else { return 1 }
        let ratio = last / earlier
        return ratio.isFinite ? ratio : 1
    }

    /// Scales to a sum of as many as there are.
    private func normalise(_ values: inout [Double]) {
        let sum = values.reduce(0, +)
        guard sum > 0 else { return }
        for index in values.indices { values[index] *= Double(values.count) / sum }
    }

    private func softmax(_ values: inout [Double]) {
        guard let largest = values.max() else { return }
        for index in values.indices { values[index] = exp(values[index] - largest) }
        normalise(&values)
    }

    /// A standard normal number of (seed, step, name), by Box & Muller 1958.
    private func normal(_ objective: Int, step: Int) -> Double {
        var mixer = SplitMix64(seed: keys[objective] ^ UInt64(step))
        var random = SplitMix64(seed: mixer.next())
        let a = (Double(random.next() >> 11) + 1) * 0x1p-53, b = Double(random.next() >> 11) * 0x1p-53
        return (-2 * log(a)).squareRoot() * cos(2 * .pi * b)
    }

    /// One step of the run's optimizer on a log variance; formulas as `torch.optim`, without weight decay.
    private func move(_ objective: Int, gradient: Double, rate: Double) {
        state.updates[objective] += 1
        switch optimizer {
        case .sgd(let momentum, let nesterov):
            let velocity = momentum * state.first[objective] + gradient
            state.first[objective] = velocity
            state.logVariances[objective] -= rate * (nesterov ? gradient + momentum * velocity : velocity)
        case .adam(let beta1, let beta2, let epsilon), .adamW(let beta1, let beta2, let epsilon):
            let t = Double(state.updates[objective])
            let first = beta1 * state.first[objective] + (1 - beta1) * gradient
            let second = beta2 * state.second[objective] + (1 - beta2) * gradient * gradient
            state.first[objective] = first
            state.second[objective] = second
            let scale = (second / (1 - pow(beta2, t))).squareRoot() + epsilon
            state.logVariances[objective] -= rate * first / (1 - pow(beta1, t)) / scale
        }
    }
}
