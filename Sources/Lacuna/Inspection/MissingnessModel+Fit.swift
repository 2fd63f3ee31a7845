extension MissingnessModel {
    /// Fits a model to which labels are observed.
    ///
    /// - Parameters:
    ///   - features: `[n × F]`, finite.
    ///   - labels: `[n × slots]`; only which are observed matters, their values are not looked at.
    ///   - objectives: what the labels are of, in slot order.
    ///   - seed: of the rows drawn, the division and the network's first weights.
    ///   - mostRows: a larger table is drawn from, without replacement.
    ///   - mostPatterns: how many distinct patterns of observed rows are fitted, those nearest to one half observed first;
    ///     nil: all. What is left out has a reason as its finding and its coverage as its probability.
    ///   - threads: of matrix products; nil: all cores.
    /// - Throws: ``SettingError`` or ``DataError`` for features that no model can take.
    public static func fit(
        features: FeatureMatrix, labels: LabelTable, objectives: [Objective], seed: UInt64 = 0, mostRows: Int = 20_000,
        mostPatterns: Int? = nil, threads: Int? = nil
    ) throws -> MissingnessModel {
        precondition(features.rows == labels.rows, "features and labels have the same rows")
        precondition(labels.slots == objectives.reduce(0) { $0 + $1.kind.slotsPerRow }, "the slots are the objectives'")
        return try MissingnessFit(
            labels: labels, objectives: objectives, seed: seed, mostRows: mostRows, mostPatterns: mostPatterns, threads: threads
        ).run(features.selecting)
    }
}

/// The steps of a fit. Features are asked for by row, so that those of all rows need not be in one place.
struct MissingnessFit {
    let labels: LabelTable
    let objectives: [Objective]
    let seed: UInt64
    var mostRows = 20_000
    var mostPatterns: Int?
    var threads: Int?

    /// Labels of this many rows × patterns are held at once.
    private static let mostCells = 4_000_000
    /// Patterns up to this number are divided over the parts in proportion; more are drawn by lot.
    private static let mostStratified = 64
    /// With fewer rows nothing is fitted.
    private static let fewestRows = 20

    /// - Parameter features: those of the given rows, in their order.
    func run(_ features: ([Int]) throws -> FeatureMatrix) throws -> MissingnessModel {
        let patterns = ObservationPatterns(labels)
        let rows = drawnRows()
        let varying = patterns.counts.indices.filter { patterns.counts[$0] > 0 && patterns.counts[$0] < labels.rows }
        let chosen = rows.count < Self.fewestRows ? [] : chosen(of: varying, patterns)
        let parts = divide(rows, chosen, patterns)
        let (fitted, stopping, heldOut) = (
            try features(parts.fitted), try features(parts.stopping), try features(parts.heldOut)
        )
        let size = max(1, Self.mostCells / max(rows.count, 1))
        var networks: [MissingnessModel.Network] = []
        var places = [MissingnessModel.Place?](repeating: nil, count: patterns.counts.count)
        var findings = patterns.counts.map { count -> MissingnessModel.Finding in
            if count == 0 { return .neverObserved }
            if count == labels.rows { return .alwaysObserved }
            if rows.count < Self.fewestRows { return .undecided(reason: "\(counted(rows.count, "row")) are too few") }
            return .notExamined(
                reason: "only the \(chosen.count) of \(varying.count) patterns of observed rows nearest to one half were examined")
        }
        for start in stride(from: 0, to: chosen.count, by: size) {
            let range = start..<min(start + size, chosen.count)
            func table(_ rows: [Int]) -> LabelTable { patterns.labels(range, among: chosen, of: labels, rows: rows) }
            let model = try train(
                (fitted, table(parts.fitted)), (stopping, table(parts.stopping)), outputs: range.count, number: networks.count)
            for (output, pattern) in chosen[range].enumerated() {
                places[pattern] = .init(network: networks.count, output: output)
            }
            let network = MissingnessModel.Network(model: model, patterns: Array(chosen[range]))
            networks.append(network)
            let probabilities = try network.probabilities(heldOut)
            let truth = table(parts.heldOut)
            for (output, pattern) in network.patterns.enumerated() {
                findings[pattern] = finding(probabilities, truth, output)
            }
        }
        return MissingnessModel(
            objectives: objectives, findings: patterns.ofSlot.map { findings[$0] }, rows: rows.count,
            heldOutRows: parts.heldOut.count, patterns: patterns,
            coverage: patterns.counts.map { Double($0) / Double(max(labels.rows, 1)) }, networks: networks, places: places,
            heldOut: (heldOut, labels.selecting(rows: parts.heldOut)))
    }

    /// All rows, or some of them by lot, ascending.
    func drawnRows() -> [Int] {
        guard labels.rows > mostRows else { return Array(0..<labels.rows) }
        var random = SplitMix64(seed: seed, stream: "missingness rows")
        var rows = Array(0..<labels.rows)
        for index in 0..<mostRows { rows.swapAt(index, index + random.next(below: rows.count - index)) }
        return rows[..<mostRows].sorted()
    }

    /// The patterns to fit: all, or those nearest to one half observed.
    private func chosen(of varying: [Int], _ patterns: ObservationPatterns) -> [Int] {
        guard let mostPatterns, varying.count > mostPatterns else { return varying }
        func rarer(_ pattern: Int) -> Int { min(patterns.counts[pattern], labels.rows - patterns.counts[pattern]) }
        return Array(varying.sorted { (-rarer($0), $0) < (-rarer($1), $1) }[..<mostPatterns]).sorted()
    }

    /// 8/15 to fit, 2/15 to stop early, 1/3 held out.
    private func divide(
        _ rows: [Int], _ chosen: [Int], _ patterns: ObservationPatterns
    ) -> (fitted: [Int], stopping: [Int], heldOut: [Int]) {
        let shares = [8.0 / 15, 2.0 / 15, 1.0 / 3]
        if chosen.count <= Self.mostStratified, !chosen.isEmpty {
            let table = patterns.labels(chosen.indices, among: chosen, of: labels, rows: rows)
            let outputs = chosen.indices.map { Objective.binary("\($0)") }
            if let split = try? Split.stratified(labels: table, objectives: outputs, fractions: shares, seed: seed) {
                func part(_ part: Part) -> [Int] { split.rows(of: part).map { rows[$0] } }
                return (part(.train), part(.valid), part(.test))
            }
        }
        var random = SplitMix64(seed: seed, stream: "missingness parts")
        var order = rows
        for index in order.indices.dropLast() { order.swapAt(index, index + random.next(below: order.count - index)) }
        let (first, second) = (order.count * 8 / 15, order.count * 2 / 3)
        return (order[..<first].sorted(), order[first..<second].sorted(), order[second...].sorted())
    }

    private func train(
        _ fitted: (FeatureMatrix, LabelTable), _ stopping: (FeatureMatrix, LabelTable), outputs: Int, number: Int
    ) throws -> Model {
        let objectives = [Objective.multilabel("observed", labels: (0..<outputs).map { "\($0)" })]
        let model = try Model(
            features: fitted.0.columns, encoder: .dense(32, dropout: 0.2), objectives: objectives,
            seed: seed &+ UInt64(number), threads: threads)
        let rows = fitted.0.rows
        try model.fit(
            Dataset(features: fitted.0, objectives: objectives, labels: fitted.1),
            validation: Dataset(features: stopping.0, objectives: objectives, labels: stopping.1),
            TrainingSettings {
                $0.epochs = 40
                $0.batchSize = min(128, max(8, rows / 20))
                $0.optimizer = .adam()
                $0.learningRate = 0.003
                $0.earlyStopping = 4
                $0.monitor = .loss
                $0.seed = seed
                $0.threads = threads
            })
        return model
    }

    private func finding(_ probabilities: [Float], _ truth: LabelTable, _ output: Int) -> MissingnessModel.Finding {
        let width = truth.slots
        let scores = (0..<truth.rows).map { probabilities[$0 * width + output] }
        let observed = (0..<truth.rows).map { truth.values[$0 * width + output] == 1 }
        let count = observed.count { $0 }
        for (what, number) in [("have", count), ("lack", truth.rows - count)] where number < MissingnessModel.fewestRows {
            return .undecided(
                reason: "\(number) of \(counted(truth.rows, "held-out row")) \(what) the label, too few to tell")
        }
        guard let estimate = AUROCEstimate(scores: scores, isPositive: observed) else {
            return .undecided(reason: "too few rows are held out")
        }
        return .measured(estimate)
    }
}
