/// The two layers of a network of missingness: what shuffling a feature does is worked out on the sums of its first layer, so
/// that no row has to be at hand as a whole.
struct TellLayers {
    let hidden: Int
    /// `[features × hidden]`.
    let first: [Float]
    /// `[hidden]`.
    let bias: [Float]
    /// `[outputs × hidden]`.
    let second: [Float]

    /// nil for another network than ``MissingnessFit`` makes: one layer with relu, linear heads.
    init?(_ model: Model) {
        var byName: [String: [Float]] = [:]
        for tensor in model.engine.weights {
            if case .floats(let values) = tensor.values { byName[tensor.name] = values }
        }
        guard let first = byName["encoder.0.kernel"], let bias = byName["encoder.0.bias"], let second = byName["heads.weight"],
            !bias.isEmpty
        else { return nil }
        (hidden, self.first, self.bias, self.second) = (bias.count, first, bias, second)
    }

    /// Adds a feature to the sums of a row.
    func add(_ value: Float, column: Int, to sums: inout [Float], row: Int) {
        for unit in 0..<hidden { sums[row * hidden + unit] += value * first[column * hidden + unit] }
    }

    /// The logit of an output but for its bias, which ranks nothing.
    func score(_ sums: [Float], row: Int, output: Int) -> Float {
        var score: Float = 0
        for unit in 0..<hidden { score += max(0, sums[row * hidden + unit]) * second[output * hidden + unit] }
        return score
    }
}

/// Held-out rows on which features are tried.
struct TellSample {
    /// Places among the held-out rows, ascending.
    let rows: [Int]
    private let groups: [FeatureGroup]
    private let layers: TellLayers
    /// The columns whose features are held, ascending: all, or those that the network weighs most.
    private let columns: [Int]
    /// By group: where its columns stand among `columns`.
    private let places: [Range<Int>]
    /// `[columns × rows]`, column by column.
    private let values: [Float]
    /// `[rows × hidden]`: the first layer before its activation.
    private let sums: [Float]
    /// By place among `columns`: the population's deviation.
    private let deviations: [Double]
    /// Where each row takes a shuffled feature from.
    private let source: [Int]

    private static let mostRows = 3_000
    static let mostCells = 12_000_000
    /// Features that are shuffled, over all suspects together.
    private static let mostShuffled = 96
    /// Features that each screen of a suspect can name.
    private static let ranks = 12

    init?(
        _ features: FeatureMatrix, _ groups: [FeatureGroup], _ layers: TellLayers, _ suspects: [Int], seed: Int, mostCells: Int
    ) {
        let count = min(features.rows, Self.mostRows), width = features.columns
        guard count >= 2 * MissingnessModel.fewestRows, layers.first.count == width * layers.hidden else { return nil }
        var random = SplitMix64(seed: UInt64(seed), stream: "missingness tells")
        var order = Array(0..<features.rows)
        for index in order.indices.dropLast() { order.swapAt(index, index + random.next(below: order.count - index)) }
        let rows = order[..<count].sorted()
        var source = Array(0..<count)
        for index in source.indices.dropLast() { source.swapAt(index, index + random.next(below: count - index)) }
        let sample = features.selecting(rows: rows)
        let allDeviations = sample.deviations
        let columns = Self.columns(layers, suspects, allDeviations, most: max(1, mostCells / count))
        var placeOf = [Int](repeating: -1, count: width)
        for (place, column) in columns.enumerated() { placeOf[column] = place }
        var values = [Float](repeating: 0, count: columns.count * count)
        var sums: [Float] = []
        sums.reserveCapacity(count * layers.hidden)
        for _ in 0..<count { sums += layers.bias }
        sample.forEachSparseRow { row, own, cells in
            for index in 0..<own.count {
                let column = Int(own[index])
                layers.add(cells[index], column: column, to: &sums, row: row)
                if placeOf[column] >= 0 { values[placeOf[column] * count + row] = cells[index] }
            }
        }
        (self.rows, self.source, self.groups, self.layers) = (rows, source, groups, layers)
        (self.columns, self.values, self.sums) = (columns, values, sums)
        var next = 0
        places = groups.map { group in
            let first = next
            while next < columns.count, columns[next] < group.columns.upperBound { next += 1 }
            return first..<next
        }
        deviations = columns.map { allDeviations[$0] }
    }

    /// All columns, or those of most weight: Σ over hidden values of |w₁| · max |w₂|, times the column's deviation.
    private static func columns(_ layers: TellLayers, _ suspects: [Int], _ deviations: [Double], most: Int) -> [Int] {
        guard deviations.count > most else { return Array(deviations.indices) }
        let hidden = layers.hidden
        let loudest = (0..<hidden).map { unit in suspects.reduce(0) { max($0, layers.second[$1 * hidden + unit].magnitude) } }
        let weights = deviations.indices.map { column in
            (0..<hidden).reduce(0) { $0 + Double(layers.first[column * hidden + $1].magnitude * loudest[$1]) } * deviations[column]
        }
        return weights.indices.sorted { (-weights[$0], $0) < (-weights[$1], $1) }[..<most].sorted()
    }

    /// - Parameter truth: of the sample's rows, 1 where an output's pattern is observed; nothing is missing.
    func tells(suspects: [Int], truth: LabelTable, most: Int) -> [Int: [MissingnessTell]] {
        let outputs = truth.slots
        let observed = suspects.map { output in (0..<truth.rows).map { truth.values[$0 * outputs + output] == 1 } }
        let alone = aloneAreas(observed)
        let before = areas(sums, suspects, observed)
        var drops = [[Double?]](repeating: Array(repeating: nil, count: groups.count), count: suspects.count)
        for group in candidates(alone, weights(suspects)) {
            let after = areas(shuffled(group), suspects, observed)
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
            guard let drop = drops[group], let place = loudest(places[group], alone) else { return nil }
            let name = groups[group].columnNames[columns[place] - groups[group].columns.lowerBound]
            return MissingnessTell(feature: groups[group].name, column: name, drop: drop, alone: alone[place])
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

    private func loudest(_ places: Range<Int>, _ alone: [Double]) -> Int? {
        places.max { (alone[$0] - 0.5).magnitude < (alone[$1] - 0.5).magnitude }
    }

    /// By suspect and place: the area of the column's own values.
    private func aloneAreas(_ observed: [[Bool]]) -> [[Double]] {
        var areas = [[Double]](repeating: Array(repeating: 0.5, count: columns.count), count: observed.count)
        let all = Array(rows.indices)
        for place in columns.indices where deviations[place] > 0 {
            let scores = Array(values[place * rows.count..<(place + 1) * rows.count])
            let ranks = midranks(of: all, scores)
            for (index, isObserved) in observed.enumerated() { areas[index][place] = area(ranks, isObserved) }
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

    private func areas(_ sums: [Float], _ suspects: [Int], _ observed: [[Bool]]) -> [Double] {
        suspects.enumerated().map { index, output in
            let scores = rows.indices.map { layers.score(sums, row: $0, output: output) }
            return area(midranks(of: Array(rows.indices), scores), observed[index])
        }
    }

    /// By suspect and place: what the network makes of the column, Σ over hidden values of |w₁ · w₂|, times the column's
    /// deviation.
    private func weights(_ suspects: [Int]) -> [[Double]] {
        let hidden = layers.hidden
        return suspects.map { output in
            columns.enumerated().map { place, column in
                var sum = 0.0
                for unit in 0..<hidden {
                    sum += Double((layers.first[column * hidden + unit] * layers.second[output * hidden + unit]).magnitude)
                }
                return sum * deviations[place]
            }
        }
    }

    /// The features to shuffle: in turn the best of every suspect by either screen, until there are enough.
    private func candidates(_ alone: [[Double]], _ weights: [[Double]]) -> [Int] {
        let screens = (alone.map { $0.map { ($0 - 0.5).magnitude } } + weights).map { scores in
            Self.best(places.map { $0.reduce(0) { max($0, scores[$1]) } }, most: Self.ranks)
        }
        var chosen: [Int] = []
        var isChosen = [Bool](repeating: false, count: groups.count)
        for rank in 0..<Self.ranks {
            for screen in screens where rank < screen.count && chosen.count < Self.mostShuffled {
                if isChosen[screen[rank]] { continue }
                isChosen[screen[rank]] = true
                chosen.append(screen[rank])
            }
        }
        return chosen
    }

    /// The places of the largest scores above 0, the largest first; of equal ones the first.
    private static func best(_ scores: [Double], most: Int) -> [Int] {
        var best: [Int] = []
        for index in scores.indices where scores[index] > 0 {
            if best.count == most, scores[index] <= scores[best[most - 1]] { continue }
            let place = best.firstIndex { scores[$0] < scores[index] } ?? best.count
            best.insert(index, at: place)
            if best.count > most { best.removeLast() }
        }
        return best
    }

    /// The sums of the first layer once a feature's values are shuffled.
    private func shuffled(_ group: Int) -> [Float] {
        var sums = sums
        for place in places[group] {
            for row in rows.indices {
                let change = values[place * rows.count + source[row]] - values[place * rows.count + row]
                if change != 0 { layers.add(change, column: columns[place], to: &sums, row: row) }
            }
        }
        return sums
    }
}
