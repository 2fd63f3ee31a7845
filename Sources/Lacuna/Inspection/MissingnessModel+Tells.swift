/// A feature of the data and the encoded columns it became.
public struct FeatureGroup: Equatable, Sendable {
    /// The feature's name, as in the file.
    public let name: String
    /// Its columns of the feature matrix.
    public let columns: Range<Int>
    /// The columns' names, such as `city=Oslo`.
    public let columnNames: [String]

    /// A group from its parts; `columnNames` has one for each of `columns`.
    public init(name: String, columns: Range<Int>, columnNames: [String]) {
        precondition(columns.count == columnNames.count, "a name for each column")
        (self.name, self.columns, self.columnNames) = (name, columns, columnNames)
    }

    /// The groups of an encoder, in its order.
    public static func groups(of encoder: FeatureEncoder) -> [FeatureGroup] {
        var next = 0
        return encoder.columns.map { column in
            defer { next += column.width }
            return FeatureGroup(name: column.name, columns: next..<next + column.width, columnNames: column.outputNames)
        }
    }

    /// One group for each column, called x0, x1, ….
    public static func columns(_ count: Int) -> [FeatureGroup] {
        (0..<count).map { FeatureGroup(name: "x\($0)", columns: $0..<$0 + 1, columnNames: ["x\($0)"]) }
    }
}

/// A feature that tells whether a label is observed.
public struct MissingnessTell: Equatable, Sendable {
    /// The feature's name.
    public let feature: String
    /// Its encoded column that tells most by itself; the feature's own name where it has one column.
    public let column: String
    /// How much the model's area under the ROC curve falls when the feature's values are shuffled over the held-out rows
    /// (permutation importance: Breiman 2001, Machine Learning 45:5); about 0 where others tell the same.
    public let drop: Double
    /// The area under the ROC curve of the column by itself: above 0.5, rows with higher values have the label more often.
    public let alone: Double
}

extension MissingnessModel {
    /// Which features tell whether a label is observed, for each slot whose area lies above ``warningArea``.
    ///
    /// Features are screened by their own area and by the weights that the network gives them, then shuffled one by one.
    /// At most 3,000 held-out rows are used.
    ///
    /// - Parameters:
    ///   - groups: the features that the model was fitted on, in column order.
    ///   - most: how many to name for each slot.
    /// - Returns: by slot, the features that tell most first; nothing for slots whose area is lower, and where the features
    ///   are too many to be held densely.
    public func tells(_ groups: [FeatureGroup], most: Int = 5) throws(DataError) -> [Int: [MissingnessTell]] {
        var bySlot: [Int: [MissingnessTell]] = [:]
        for (number, network) in networks.enumerated() {
            let suspects = suspects(of: number)
            guard !suspects.isEmpty, let sample = TellSample(heldOut.features, groups, seed: number) else { continue }
            let truth = patterns.labels(
                network.patterns.indices, among: network.patterns, of: heldOut.labels, rows: sample.rows)
            let found = try sample.tells(network, suspects: suspects, truth: truth, most: most)
            for slot in patterns.ofSlot.indices {
                if let place = places[patterns.ofSlot[slot]], place.network == number, let tells = found[place.output] {
                    bySlot[slot] = tells
                }
            }
        }
        return bySlot
    }

    /// The outputs of a network whose area calls for a warning.
    private func suspects(of number: Int) -> [Int] {
        var areas = [Double](repeating: 0, count: networks[number].patterns.count)
        for (slot, finding) in findings.enumerated() {
            guard let place = places[patterns.ofSlot[slot]], place.network == number else { continue }
            areas[place.output] = finding.estimate?.value ?? 0
        }
        return areas.indices.filter { areas[$0] > Self.warningArea }
    }
}

/// Held-out rows, densely, on which features are tried.
private struct TellSample {
    let rows: [Int]
    private let groups: [FeatureGroup]
    private let width: Int
    /// `[rows × width]`, row by row.
    private var values: [Float]
    /// Where each row takes a shuffled feature from.
    private let source: [Int]

    private static let mostRows = 3_000
    private static let mostCells = 50_000_000
    /// Features that are shuffled, over all suspects together.
    private static let mostShuffled = 96

    init?(_ features: FeatureMatrix, _ groups: [FeatureGroup], seed: Int) {
        let count = min(features.rows, Self.mostRows, Self.mostCells / max(features.columns, 1))
        guard count >= 2 * MissingnessModel.fewestRows else { return nil }
        var random = SplitMix64(seed: UInt64(seed), stream: "missingness tells")
        var order = Array(0..<features.rows)
        for index in order.indices.dropLast() { order.swapAt(index, index + random.next(below: order.count - index)) }
        rows = order[..<count].sorted()
        var source = Array(0..<count)
        for index in source.indices.dropLast() { source.swapAt(index, index + random.next(below: count - index)) }
        self.source = source
        self.groups = groups
        width = features.columns
        values = features.selecting(rows: rows).values
    }

    func tells(
        _ network: MissingnessModel.Network, suspects: [Int], truth: LabelTable, most: Int
    ) throws(DataError) -> [Int: [MissingnessTell]] {
        let outputs = truth.slots
        let observed = suspects.map { output in (0..<truth.rows).map { truth.values[$0 * outputs + output] == 1 } }
        let alone = aloneAreas(observed)
        let weights = weights(network, suspects)
        let candidates = candidates(alone, weights)
        let before = areas(try predict(network, values), suspects, outputs, observed)
        var drops = [[Double?]](repeating: Array(repeating: nil, count: groups.count), count: suspects.count)
        for group in candidates {
            let after = areas(try predict(network, shuffled(group)), suspects, outputs, observed)
            for index in suspects.indices { drops[index][group] = before[index] - after[index] }
        }
        var found: [Int: [MissingnessTell]] = [:]
        for (index, output) in suspects.enumerated() {
            found[output] = ranked(drops[index], alone[index], observed[index]).prefix(most).map { $0 }
        }
        return found
    }

    private func ranked(_ drops: [Double?], _ alone: [Double], _ observed: [Bool]) -> [MissingnessTell] {
        let tells = groups.indices.compactMap { group -> MissingnessTell? in
            guard let drop = drops[group] else { return nil }
            let column = loudest(groups[group].columns, alone)
            return MissingnessTell(
                feature: groups[group].name, column: groups[group].columnNames[column - groups[group].columns.lowerBound],
                drop: drop, alone: alone[column])
        }
        // A hundredth of area, or a tenth of what the best feature has, is within what shuffling and overfitting do by
        // chance. Below it the feature's own area decides, if it lies four standard errors from chance: many were tried.
        let least = max(0.01, 0.1 * (tells.map(\.drop).max() ?? 0))
        let positives = Double(observed.count { $0 }), negatives = Double(observed.count) - positives
        let far = max(0.05, 4 * ((positives + negatives + 1) / (12 * max(positives * negatives, 1))).squareRoot())
        func weight(_ tell: MissingnessTell) -> (Double, Double) {
            (tell.drop >= least ? tell.drop : 0, (tell.alone - 0.5).magnitude)
        }
        return tells.filter { weight($0).0 > 0 || weight($0).1 >= far }.sorted { weight($0) > weight($1) }
    }

    private func loudest(_ columns: Range<Int>, _ alone: [Double]) -> Int {
        columns.max { (alone[$0] - 0.5).magnitude < (alone[$1] - 0.5).magnitude } ?? columns.lowerBound
    }

    /// By suspect and column: the area of the column's own values.
    private func aloneAreas(_ observed: [[Bool]]) -> [[Double]] {
        var areas = [[Double]](repeating: Array(repeating: 0.5, count: width), count: observed.count)
        let places = Array(rows.indices)
        for column in 0..<width {
            let scores = places.map { values[$0 * width + column] }
            guard let first = scores.first, scores.contains(where: { $0 != first }) else { continue }
            let ranks = midranks(of: places, scores)
            for (index, isObserved) in observed.enumerated() { areas[index][column] = area(ranks, isObserved) }
        }
        return areas
    }

    /// Mann & Whitney's statistic from ranks, as a share of all pairs; 0.5 of one class.
    private func area(_ ranks: [Double], _ isPositive: [Bool]) -> Double {
        var sum = 0.0, positives = 0
        for (rank, positive) in zip(ranks, isPositive) where positive {
            sum += rank
            positives += 1
        }
        let negatives = ranks.count - positives
        guard positives > 0, negatives > 0 else { return 0.5 }
        return (sum - Double(positives) * Double(positives + 1) / 2) / (Double(positives) * Double(negatives))
    }

    private func areas(_ predicted: [Float], _ suspects: [Int], _ outputs: Int, _ observed: [[Bool]]) -> [Double] {
        suspects.enumerated().map { index, output in
            let scores = rows.indices.map { predicted[$0 * outputs + output] }
            return area(midranks(of: Array(rows.indices), scores), observed[index])
        }
    }

    /// By suspect and column: what the network makes of the column, Σ over hidden values of |w₁ · w₂|, times the column's
    /// deviation.
    private func weights(_ network: MissingnessModel.Network, _ suspects: [Int]) -> [[Double]] {
        var byName: [String: [Float]] = [:]
        for tensor in network.model.engine.weights {
            if case .floats(let values) = tensor.values { byName[tensor.name] = values }
        }
        guard let first = byName["encoder.0.kernel"], let second = byName["heads.weight"] else { return [] }
        let hidden = first.count / width
        let deviations = (0..<width).map(deviation)
        return suspects.map { output in
            (0..<width).map { column in
                var sum = 0.0
                for unit in 0..<hidden {
                    sum += Double((first[column * hidden + unit] * second[output * hidden + unit]).magnitude)
                }
                return sum * deviations[column]
            }
        }
    }

    private func deviation(of column: Int) -> Double {
        var sum = 0.0, squares = 0.0
        for row in rows.indices {
            let value = Double(values[row * width + column])
            sum += value
            squares += value * value
        }
        let mean = sum / Double(rows.count)
        return max(0, squares / Double(rows.count) - mean * mean).squareRoot()
    }

    /// The features to shuffle: in turn the best of every suspect by either screen, until there are enough.
    private func candidates(_ alone: [[Double]], _ weights: [[Double]]) -> [Int] {
        let screens = (alone.map { $0.map { ($0 - 0.5).magnitude } } + weights).map { scores in
            let best = groups.map { $0.columns.reduce(0) { max($0, scores[$1]) } }
            return best.indices.filter { best[$0] > 0 }.sorted { (-best[$0], $0) < (-best[$1], $1) }
        }
        var chosen: [Int] = []
        var isChosen = [Bool](repeating: false, count: groups.count)
        for rank in 0..<12 {
            for screen in screens where rank < screen.count && chosen.count < Self.mostShuffled {
                if isChosen[screen[rank]] { continue }
                isChosen[screen[rank]] = true
                chosen.append(screen[rank])
            }
        }
        return chosen
    }

    private func shuffled(_ group: Int) -> [Float] {
        var copy = values
        for row in rows.indices {
            for column in groups[group].columns { copy[row * width + column] = values[source[row] * width + column] }
        }
        return copy
    }

    private func predict(_ network: MissingnessModel.Network, _ values: [Float]) throws(DataError) -> [Float] {
        try network.probabilities(FeatureMatrix(rows: rows.count, columns: width, values: values))
    }
}
