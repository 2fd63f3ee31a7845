/// Everything a run needs to go on as if it had never stopped.
package struct TrainingState: Equatable {
    /// What fits into JSON; the tensors are beside it.
    package struct Facts: Equatable, Codable {
        var version = 1
        /// What must be equal for the run to be the same: settings by name, model and data.
        var identity: [String: String]
        /// Whole epochs done.
        var epochsDone: Int
        /// Steps done of the epoch in progress; 0 at an epoch's end.
        var stepsDone: Int
        /// Steps done in all, which schedule and dropout count by.
        var step: Int
        /// Of the epoch in progress.
        var losses: [Double]
        var weights: [Double]
        var observed: [Int]
        var secondsInEpoch: Double
        var stopping: EarlyStopping
        var history: History
        /// Whether training is over and only the final files are missing.
        var isFinished: Bool
        /// Of a run that balances its objectives.
        var balancing: ObjectiveBalancer.State? = nil
        /// Of a run that freezes heads.
        var heads: HeadStopping? = nil
    }

    var facts: Facts
    var weights: [NamedTensor]
    /// The best weights so far, where they are wanted.
    var best: [NamedTensor]?
    /// Where heads are frozen: by objective name, the head of its own best epoch so far.
    var heads: [NamedTensor]? = nil
    var optimizer: [NamedTensor]

    /// A state as it is saved: tensors are made file by file, so that the copies of one file are let go before the next.
    struct Parts {
        let facts: Facts
        /// By file name.
        let tensors: [(file: String, make: () -> [NamedTensor])]

        init(
            facts: Facts, weights: @escaping () -> [NamedTensor], best: [NamedTensor]?, heads: [NamedTensor]?,
            optimizer: @escaping () -> [NamedTensor]
        ) {
            self.facts = facts
            var tensors = [(file: File.weights, make: weights)]
            if let best { tensors.append((File.best, { best })) }
            if let heads { tensors.append((File.heads, { heads })) }
            tensors.append((File.optimizer, optimizer))
            self.tensors = tensors
        }
    }

    /// The state in parts.
    var parts: Parts {
        Parts(facts: facts, weights: { weights }, best: best, heads: heads, optimizer: { optimizer })
    }

    /// The files that hold tensors.
    enum File {
        static let weights = "last.safetensors", best = "best.safetensors", heads = "heads.safetensors"
        static let optimizer = "optimizer.safetensors"
    }
}
