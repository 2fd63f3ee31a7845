import Lacuna

/// What a training run cost.
struct TrainingCost: Encodable {
    /// Median over epochs of an epoch's time (shuffling, gathering, steps) ÷ steps; the first epoch is left out.
    var stepMicroseconds: Double?
    /// Of all epochs asked for, from the call to its return; nil where a time was asked for.
    var fitSeconds: Double?
    var epochs: Int
    var stepsPerEpoch: Int
    var parameters: Int
    /// Resident with data and model, before the first step.
    var loadedBytes: Int?
    var peakBytes: Int?
    var loss: Double?
    /// With `--profile yes`: microseconds of a step by phase.
    var phases: [String: Double]?
}

/// Times training: `--epochs N` as a whole after one epoch of warming up, the median of as many as `--fits` says or half a second
/// holds, after half a second that is not counted; else epochs until `--seconds S` are over.
func train(_ options: Options) throws {
    let problem = try Problem(options.operand)
    let threads = try options.number("threads", otherwise: 2)
    let seconds = try options.number("seconds", otherwise: 1.0)
    let epochs = try options.number("epochs", otherwise: 0), fits = try options.number("fits", otherwise: 1), warmup = try options.number("warmup", otherwise: 1)
    let idle: IdleHeads = options.text("idle") == "move" ? .move : .still
    let (data, objectives) = try problem.load()
    let model = try problem.model(data, objectives, threads: threads)
    let loaded = ProcessMemory.resident
    var each: [Double] = []
    let profile = options.text("profile") == "yes" ? StepProfile() : nil
    if epochs > 0 {
        if warmup > 0 { try model.fit(data, problem.settings(epochs: warmup, idle: idle)) }
        func fit() throws -> (seconds: Double, result: History) {
            try timed { try model.fit(data, problem.settings(epochs: epochs, idle: idle), callbacks: Callbacks(profile: profile)) }
        }
        var spent = 0.0, times: [Double] = []
        while fits > 1, spent < 0.5 { spent += try fit().seconds }
        while true {
            let run = try fit()
            times.append(run.seconds)
            guard times.count < fits, times.reduce(0, +) < 0.5 else { return try report(cost(run.result, fitSeconds: median(times))) }
        }
    }
    let least = 3
    var spent = 0.0
    let watch = Callbacks(afterEpoch: { epoch in
        each.append(epoch.seconds)
        spent += epoch.seconds
        return spent >= seconds && each.count > least ? .stop : .proceed
    }, profile: profile)
    try report(cost(try model.fit(data, problem.settings(epochs: 1_000_000, idle: idle), callbacks: watch), fitSeconds: nil))

    func cost(_ history: History, fitSeconds: Double?) -> TrainingCost {
        let last = history.epochs.last
        let phases = profile.map { profile in
            Dictionary(uniqueKeysWithValues: profile.seconds.map { ($0.key.rawValue, $0.value / Double(profile.steps) * 1e6) })
        }
        let times = history.epochs.dropFirst().map { $0.seconds / Double($0.steps) * 1e6 }
        return TrainingCost(
            stepMicroseconds: median(times), fitSeconds: fitSeconds, epochs: history.epochs.count,
            stepsPerEpoch: last?.steps ?? 0, parameters: model.parameterCount, loadedBytes: loaded,
            peakBytes: ProcessMemory.peak, loss: last?.trainingLoss, phases: phases)
    }
}
