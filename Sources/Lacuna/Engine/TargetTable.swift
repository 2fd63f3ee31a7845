/// The labels of a data set as an engine uses them: observed slots of positive weight only, targets scaled, the
/// weight of a slot w = row weight × slot weight.
package struct TargetTable: Sendable {
    package let rows: Int
    package let slots: Int
    /// `[rows + 1]`.
    package private(set) var rowStarts: [Int]
    /// `[observed]`, ascending within a row.
    package private(set) var slotIndices: [Int32]
    /// `[observed]`: 0…1, an index, a standardised number, or the position of a distribution.
    package private(set) var targets: [Float]
    /// `[observed]`, above 0; nil where all are 1.
    package private(set) var weights: [Float]?
    /// Slot → distributions `[n × C]` of a categorical objective with soft targets.
    package let distributions: [Int: [Float]]
    /// `[observed]`: which targets are bounds; nil where none is.
    package private(set) var states: [CellState]?

    /// - Parameter scaling: by slot, how a regression's labels become targets; nil for all other kinds.
    /// - Throws: ``DataError`` when a row weight × slot weight is too large or too small for a Float.
    package init(_ labels: LabelTable, rowWeights: [Float]?, scaling: [TargetScaling?]) throws(DataError) {
        rows = labels.rows
        slots = labels.slots
        distributions = labels.distributions
        rowStarts = [0]
        rowStarts.reserveCapacity(rows + 1)
        slotIndices = []
        targets = []
        slotIndices.reserveCapacity(labels.observed)
        targets.reserveCapacity(labels.observed)
        var weights: [Float] = []
        var states: [CellState] = []
        let censored = labels.states?.contains(where: \.isCensored) ?? false
        let isSoft = !distributions.isEmpty
        let weighted = rowWeights != nil || labels.slotWeights != nil
        for row in 0..<labels.rows {
            let rowWeight = rowWeights?[row] ?? 1
            for place in labels.rowStarts[row]..<labels.rowStarts[row + 1] {
                let slotWeight = labels.slotWeights?[place] ?? 1, weight = rowWeight * slotWeight
                guard rowWeight > 0, slotWeight > 0 else { continue }
                guard weight >= .leastNormalMagnitude, weight.isFinite else {
                    throw DataError(
                        "row weight \(rowWeight) × slot weight \(slotWeight) is out of the range of a weight", row: row,
                        fix: "bring the weights nearer to 1")
                }
                let slot = Int(labels.slotIndices[place])
                let value = labels.values[place]
                slotIndices.append(labels.slotIndices[place])
                targets.append(
                    isSoft && distributions[slot] != nil
                        ? Self.target(position: Int(value)) : scaling[slot].map { $0.target(of: value) } ?? Float(value))
                if weighted { weights.append(weight) }
                if censored { states.append(labels.state(place)) }
            }
            rowStarts.append(targets.count)
        }
        self.weights = weighted ? weights : nil
        self.states = censored ? states : nil
    }

    /// The position of a distribution, carried in the bits of a target: as a number, a Float rounds it above 2²⁴.
    package static func target(position: Int) -> Float { Float(bitPattern: UInt32(position)) }
    package static func position(_ target: Float) -> Int { Int(target.bitPattern) }

    /// Whether training learns anything from the row.
    package func isLabelled(_ row: Int) -> Bool { rowStarts[row + 1] > rowStarts[row] }

    /// Observed slots by objective.
    func counts(_ slotsOfObjective: [Range<Int>]) -> [Int] {
        var counts = [Int](repeating: 0, count: slots)
        for slot in slotIndices { counts[Int(slot)] += 1 }
        return slotsOfObjective.map { counts[$0].reduce(0, +) }
    }

    /// Σw of every slot over all rows.
    package func weightSums() -> [Double] {
        var sums = [Double](repeating: 0, count: slots)
        for (place, slot) in slotIndices.enumerated() { sums[Int(slot)] += Double(weights?[place] ?? 1) }
        return sums
    }
}

/// How a regression's labels become targets of about unit size: transformed, then standardised with the mean and
/// deviation of the observed training labels. Censored labels are bounds and no values: they do not enter the mean and
/// deviation, unless there are no others.
public struct TargetScaling: Equatable, Sendable, Codable {
    /// Applied before the standardising.
    public var transform: Transform
    /// On the transformed scale.
    public var mean: Double
    /// On the transformed scale; 1 where the training labels are constant.
    public var deviation: Double

    /// No scaling.
    public static let identity = TargetScaling(transform: .identity, mean: 0, deviation: 1)

    /// The scaling of these observed labels; population deviation, as scikit-learn's `StandardScaler`.
    public init(of labels: some Sequence<Double>, transform: Transform) {
        var count = 0.0, mean = 0.0, squares = 0.0
        for label in labels {
            let value = transform.applied(to: label)
            count += 1
            let difference = value - mean
            mean += difference / count
            squares += difference * (value - mean)
        }
        let deviation = count > 0 ? (squares / count).squareRoot() : 0
        self.init(transform: transform, mean: mean, deviation: deviation > 1e-12 * mean.magnitude ? deviation : 1)
    }

    /// A scaling from known numbers; `deviation` is above 0.
    public init(transform: Transform, mean: Double, deviation: Double) {
        self.transform = transform
        self.mean = mean
        self.deviation = deviation
    }

    func target(of label: Double) -> Float { Float((transform.applied(to: label) - mean) / deviation) }

    /// A prediction in the label's unit.
    func prediction(of output: Float) -> Float {
        Float(transform.inverted(from: Double(output) * deviation + mean))
    }
}
