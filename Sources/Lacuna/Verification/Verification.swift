/// Proves on the user's own data and settings that what stands in missing slots does not matter, that cutting a batch changes
/// nothing, and that a stopped run goes on as if it had not been stopped: `lacuna verify`.
///
/// ```swift
/// let report = try Verification(data: data, objectives: declarations, settings: settings, folder: temporary).run()
/// precondition(report.passed)
/// ```
public struct Verification {
    private let data: DataDeclaration
    private let declarations: [ObjectiveDeclaration]
    private let head: Head
    private let encoder: EncoderSpec
    private let settings: TrainingSettings
    private let folder: String
    private let breaksMask: Bool
    private let decisions: DecisionSettings
    private let folds: Int?

    /// Arrays of so many label slots are made whole; larger ones are left to the check of files.
    static let mostCells = 50_000_000
    /// Up to where the gradient of a batch in parts may be off: of a tensor's largest element.
    static let gradientTolerance = 1e-4

    /// Says what to verify; nothing is read yet.
    ///
    /// - Parameters:
    ///   - data: the files, and what their columns are, as in training.
    ///   - objectives: as in training.
    ///   - encoder: the shared network.
    ///   - head: of objectives that name none.
    ///   - settings: of training; each check trains so many epochs, so give few.
    ///   - decisions: what validation rows are asked for after each training.
    ///   - folds: of a run of so many, the training of the first one; nil: the parts are those that the data say.
    ///   - folder: for files that are written and removed again; there is one.
    ///   - breaksMask: gives the wrong labels of missing slots to training as if they were observed. The report must then
    ///     fail: this shows that it can.
    public init(
        data: DataDeclaration, objectives: [ObjectiveDeclaration], encoder: EncoderSpec, head: Head = .linear,
        settings: TrainingSettings, decisions: DecisionSettings = DecisionSettings(), folds: Int? = nil, folder: String,
        breaksMask: Bool = false
    ) {
        self.data = data
        declarations = objectives
        self.encoder = encoder
        self.head = head
        self.settings = settings
        self.folder = folder
        self.breaksMask = breaksMask
        self.decisions = decisions
        self.folds = folds
    }

    /// Makes all checks, one after another.
    ///
    /// - Parameter progress: is told the title of each check before it is made.
    /// - Returns: what came of each.
    /// - Throws: what loading and training throw where the user's own run would fail as well: nothing can be verified then.
    public func run(progress: (String) -> Void = { _ in }) throws -> VerificationReport {
        let loaded = try load(data)
        let trials = trials(loaded)
        var checks: [VerificationReport.Check] = []
        func add(_ title: String, _ make: (String) throws -> [VerificationReport.Check]) rethrows {
            progress(title)
            checks += try make(title)
        }
        let arrays = loaded.datasets.mapValues { LabelArrays($0) }
        try add("poison in the missing slots of label arrays", { try poison($0, arrays, trials) })
        try add("poison in the files' missing cells") { [try files($0)] }
        try add("a batch of 64 rows at once, and as 4 parts of 16") { [try accumulation($0, loaded, trials)] }
        try add("a run stopped in the middle and resumed") { [try resume($0, loaded, trials)] }
        return VerificationReport(checks: checks)
    }

    private func load(_ data: DataDeclaration) throws -> TrainingData {
        let table = try LoadedTable.read(data, objectives: declarations, defaultHead: head, seed: settings.seed)
        let division = try folds.map { try table.division(testing: 0, of: table.folds($0)) } ?? table.split()
        return try table.trainingData(division, unlabelled: settings.unlabelled ?? (encoder.norm == .batch ? .keep : .drop))
    }

    private func trials(_ data: TrainingData) -> Trials {
        let valid = data.rowsOfPart[.valid] ?? []
        return Trials(
            objectives: data.objectives, features: data.datasets[.train]?.features.columns ?? 1, encoder: encoder,
            settings: settings, choices: decisions.choices(for: data.objectives, declarations: data.declarations),
            coverage: decisions.coverage, groups: data.groups.map { ofRow in valid.map { ofRow[$0] } })
    }
}

// Poison.
extension Verification {
    /// Two trainings that differ in missing slots alone, on the way that the cost model takes and on each way that there is; and
    /// one that must differ, since one missing slot is let through.
    private func poison(
        _ title: String, _ arrays: [Part: LabelArrays], _ trials: Trials
    ) throws -> [VerificationReport.Check] {
        let names = [
            ("poison", title), ("headPaths", "the same with linear heads calculated densely, and for observed slots alone"),
            ("control", "one missing slot let through on purpose: the training must differ"),
        ]
        func skipped(_ why: String) -> [VerificationReport.Check] {
            names.map { .init(name: $0, title: $1, outcome: .skipped(why), compared: "", largestDifference: nil, tolerance: nil) }
        }
        let missing = arrays.values.reduce(0) { $0 + $1.missing }, cells = arrays.values.reduce(0) { $0 + $1.cells }
        guard missing > 0 else { return skipped("no label is missing in these data") }
        guard cells <= Self.mostCells else {
            return skipped("rows × label slots is \(cells): arrays of more than \(Self.mostCells) are not made")
        }
        let clean = try arrays.mapValues { try $0.dataset(.zeros) }
        let base = try trials.train(clean)
        let extent = "\(counted(missing, "missing slot")); \(base.extent)"
        var checks = [
            compare(names[0].0, title, base, extent) { try trials.train(try poisoned(arrays)) }
        ]
        var paths: VerificationReport.Check?
        for path in [HeadPath.dense, .observed] {
            let own = try trials.train(clean, path: path)
            let check = compare(names[1].0, names[1].1, own, extent) { try trials.train(try poisoned(arrays), path: path) }
            if paths == nil || check.isFailed { paths = check }
            if check.isFailed { break }
        }
        if let paths { checks.append(paths) }
        checks.append(try control(names[2].0, names[2].1, arrays, clean, base, trials))
        return checks
    }

    private func poisoned(_ arrays: [Part: LabelArrays]) throws(DataError) -> [Part: Dataset] {
        var parts: [Part: Dataset] = [:]
        for (part, labels) in arrays {
            parts[part] = try labels.dataset(breaksMask ? .wrongLabels : .poison, ignoresMask: breaksMask)
        }
        return parts
    }

    private func control(
        _ name: String, _ title: String, _ arrays: [Part: LabelArrays], _ clean: [Part: Dataset], _ base: TrainingTrace,
        _ trials: Trials
    ) throws -> VerificationReport.Check {
        func check(_ outcome: VerificationReport.Check.Outcome, _ difference: Double?) -> VerificationReport.Check {
            .init(
                name: name, title: title, outcome: outcome, compared: base.extent, largestDifference: difference, tolerance: nil)
        }
        guard let train = arrays[.train], let place = train.firstMissing else {
            return check(.skipped("no label is missing in the rows that train; rows without any are dropped, unless unlabelled is keep"), nil)
        }
        var parts = clean
        parts[.train] = try train.dataset(.poison, opened: place)
        // A label that stops the training has been noticed as well.
        guard let other = try? trials.train(parts) else { return check(.passed, nil) }
        guard let difference = base.difference(from: other) else {
            return check(.failed("a label more in row \(place.row + 1) of training changed nothing: these checks cannot fail"), nil)
        }
        return check(.passed, difference.size)
    }

    /// Files written again with other tokens, or other numbers under a mask, and read as the user's are.
    private func files(_ title: String) throws -> VerificationReport.Check {
        let files: PoisonedFiles
        switch try PoisonedFiles.write(data, declarations, to: folder, breaksMask: breaksMask) {
        case .written(let written): files = written
        case .nothing(let why):
            return .init(
                name: "files", title: title, outcome: .skipped(why), compared: "", largestDifference: nil, tolerance: nil)
        }
        let clean = try load(files.clean)
        let base = try trials(clean).train(clean.datasets)
        return compare("files", title, base, "\(files.what); \(base.extent)") {
            let other = try load(files.poisoned)
            return try trials(other).train(other.datasets)
        }
    }

    /// Whether a second training leaves the same, bit for bit; one that stops has failed.
    private func compare(
        _ name: String, _ title: String, _ base: TrainingTrace, _ extent: String, _ other: () throws -> TrainingTrace
    ) -> VerificationReport.Check {
        let outcome: VerificationReport.Check.Outcome
        var size: Double?
        do {
            if let difference = base.difference(from: try other()) {
                outcome = .failed("\(difference.place) differ")
                size = difference.size
            } else {
                outcome = .passed
            }
        } catch {
            outcome = .failed("the second training stopped: \(error)")
        }
        return .init(name: name, title: title, outcome: outcome, compared: extent, largestDifference: size, tolerance: nil)
    }
}

// Accumulation and resuming.
extension Verification {
    private static let batch = 64, part = 16, batches = 4

    /// The gradient of a batch at once against that of its parts, read off the weights after one step of plain gradient descent.
    private func accumulation(_ title: String, _ data: TrainingData, _ trials: Trials) throws -> VerificationReport.Check {
        func check(_ outcome: VerificationReport.Check.Outcome, _ compared: String, _ largest: Double?) -> VerificationReport.Check {
            .init(
                name: "accumulation", title: title, outcome: outcome, compared: compared, largestDifference: largest,
                tolerance: largest == nil ? nil : Self.gradientTolerance)
        }
        guard encoder.norm != .batch else {
            return check(.skipped("batch norm takes its statistics over the rows that go through the network at once"), "", nil)
        }
        guard let train = data.datasets[.train], train.rows > Self.part else {
            return check(.skipped("training has no more than \(Self.part) rows, so a batch has one part"), "", nil)
        }
        var largest = 0.0, worst = "", numbers = 0
        for batch in 0..<Self.batches {
            let (whole, wholeLoss) = try gradient(of: train, trials, batch: batch, microBatch: nil)
            let (parts, partsLoss) = try gradient(of: train, trials, batch: batch, microBatch: Self.part)
            for (a, b) in zip(whole, parts) {
                numbers += a.values.count
                let size = a.difference(from: b)
                if size > largest { (largest, worst) = (size, "the gradient of '\(a.name)'") }
            }
            let size = (wholeLoss - partsLoss).magnitude / max(wholeLoss.magnitude, .leastNormalMagnitude)
            if !(size <= largest) { (largest, worst) = (size.isNaN ? .infinity : size, "the training loss") }
        }
        let compared = "\(Self.batches) batches of \(min(Self.batch, train.rows)) rows, \(counted(numbers, "number")) of gradients"
        let isFine = largest <= Self.gradientTolerance
        return check(isFine ? .passed : .failed("\(worst) differs"), compared, largest)
    }

    /// The gradient of one tensor.
    struct Gradient {
        let name: String
        let values: [Double]
        /// What rounding of the weights can hide.
        let noise: Double

        /// The largest difference, as a share of the largest element.
        func difference(from other: Gradient) -> Double {
            let scale = values.reduce(0) { max($0, $1.magnitude) }
            var largest = 0.0
            for (x, y) in zip(values, other.values) {
                let difference = (x - y).magnitude
                if difference == 0 { continue }
                let size = difference / scale
                // Of a tensor with next to no gradient, the last digits of its weights are all that is seen.
                if size > Verification.gradientTolerance, difference <= noise { continue }
                // Not a number is as far off as can be.
                largest = max(largest, size.isNaN ? .infinity : size)
            }
            return largest
        }
    }

    private func gradient(
        of train: Dataset, _ trials: Trials, batch: Int, microBatch: Int?
    ) throws -> (gradients: [Gradient], loss: Double) {
        // A power of two scales without rounding, and a large one lifts the gradient above the weights' last digits.
        let rate = 1024.0
        var settings = trials.settings
        (settings.batchSize, settings.microBatch) = (Self.batch, microBatch)
        (settings.optimizer, settings.learningRate, settings.weightDecay) = (.sgd(), rate, 0)
        (settings.schedule, settings.warmup, settings.earlyStopping, settings.epochs) = (.constant, 0, nil, 1)
        // Heads are frozen by early stopping, which one step has none of.
        settings.freezeHeads = .never
        settings.seed &+= UInt64(batch)
        let model = try trials.model()
        let before = model.engine.weights
        var loss = Double.nan
        let callbacks = Callbacks(afterStep: { progress in
            loss = progress.loss
            return .stop
        })
        try model.fit(train, settings, callbacks: callbacks)
        let gradients = zip(before, model.engine.weights).compactMap { old, new -> Gradient? in
            guard case .floats(let a) = old.values, case .floats(let b) = new.values else { return nil }
            let values = zip(a, b).map { (Double($0) - Double($1)) / rate }
            let most = max(a.reduce(0) { max($0, $1.magnitude) }, b.reduce(0) { max($0, $1.magnitude) })
            return Gradient(name: old.name, values: values, noise: Double(most.ulp) * 2 / rate)
        }
        return (gradients, loss)
    }

    /// A run that is stopped halfway, by steps, and goes on from its checkpoint in a new model.
    private func resume(_ title: String, _ data: TrainingData, _ trials: Trials) throws -> VerificationReport.Check {
        var steps = 0
        let base = try trials.train(
            data.datasets,
            callbacks: Callbacks(afterStep: { _ in
                steps += 1
                return .proceed
            }))
        guard steps > 1 else {
            return .init(
                name: "resume", title: title, outcome: .skipped("the run has one step, and no middle"), compared: "",
                largestDifference: nil, tolerance: nil)
        }
        let middle = steps / 2
        var done = 0
        let store = CheckpointStore(folder: "\(folder)/checkpoints")
        guard let train = data.datasets[.train] else { throw TrainingError.nothingToLearn }
        try trials.model().fit(
            train, validation: try trials.validation(data.datasets).tuning, trials.settings,
            callbacks: Callbacks(afterStep: { _ in
                done += 1
                return done == middle ? .stop : .proceed
            }), checkpoints: store)
        return compare("resume", title, base, "stopped after step \(middle) of \(steps); \(base.extent)") {
            try trials.train(data.datasets, checkpoints: CheckpointStore(folder: "\(folder)/checkpoints"), resume: true)
        }
    }
}
