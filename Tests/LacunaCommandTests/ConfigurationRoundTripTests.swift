import Lacuna
import TestSupport
import Testing

@testable import LacunaCommand

@Suite struct ConfigurationRoundTripTests {
    @Test(arguments: 0..<200)
    func `what is written reads back to an equal run`(seed: UInt64) throws {
        var random = SeededGenerator(seed: seed)
        let configuration = RunConfiguration.random(using: &random)
        let text = try ConfigurationWriter.write(configuration, comment: "a copy")
        #expect(try ConfigurationReader.read(text, path: "config.yaml") == configuration, "\(text)")
    }

    @Test func `the copy is readable: one setting a line, in the order of help`() throws {
        var configuration = RunConfiguration()
        configuration.data.file = "/data/patients.csv"
        configuration.data.missing = ["-1", "9"]
        configuration.objectives = [
            try ObjectiveDeclaration(parsing: "tumor:binary:weight=2"),
            try ObjectiveDeclaration(parsing: "findings=finding_*:multilabel"),
        ]
        let text = try ConfigurationWriter.write(configuration.resolved(), comment: "Written by lacuna.")
        #expect(
            text == """
                # Written by lacuna.
                data:
                  file: '/data/patients.csv'
                  missing: ['-1', '9']
                  split: [0.8, 0.1, 0.1]
                  splitSeed: 0
                objectives:
                - {columns: tumor, kind: binary, weight: 2.0}
                - {name: findings, columns: finding_*, kind: multilabel}
                encoder:
                  dense: [256]
                  activation: relu
                  dropout: 0.5
                  norm: none
                  head: linear
                training:
                  epochs: 20
                  batchSize: 32
                  optimizer: {name: adam, beta1: 0.9, beta2: 0.999, epsilon: 1e-07}
                  learningRate: 0.001
                  weightDecay: 0.0
                  schedule: constant
                  warmup: 0
                  reduction: observed
                  total: sum
                  idleHeads: still
                  monitor: macro
                  seed: 0
                  unlabelled: drop

                """)
    }

    @Test func `resolving twice changes nothing`() {
        var random = SeededGenerator(seed: 3)
        for _ in 0..<20 {
            let resolved = RunConfiguration.random(using: &random).resolved()
            #expect(resolved.resolved() == resolved)
        }
    }

    @Test func `two runs differ in the settings that differ`() {
        var other = RunConfiguration()
        other.training.batchSize = 64
        other.encoder.norm = .layer
        #expect(RunConfiguration().differences(from: other) == ["encoder.norm", "training.batchSize"])
        #expect(other.differences(from: other) == [])
    }
}

extension RunConfiguration {
    /// A run with many settings drawn; names and tokens are such as trip a careless writer of YAML.
    static func random(using random: inout SeededGenerator) -> RunConfiguration {
        func pick<T>(_ values: [T]) -> T { values[Int.random(in: 0..<values.count, using: &random)] }
        let words = [
            "tumor", "a b", "null", "~", "-1", "1e3", "yes", "no: really", "# x", "ä·ß", "'quoted'", "\"double\"",
            "{a", "[b]", "x,y", "&anchor", "*star", "!tag", "%", "@", "| pipe", "> fold", "tab\there", "back\\slash",
            "true", "0x10", "- dash", "?", "日本語", "trailing:", " leading",
        ]
        var result = RunConfiguration()
        result.data.file = pick([nil, "/" + pick(words)])
        result.data.id = pick([nil, pick(words)])
        result.data.missing = (0..<pick([0, 1, 3])).map { _ in pick(words) }
        result.data.ignore = (0..<pick([0, 2])).map { _ in pick(words) }
        result.data.splitColumn = pick([nil, pick(words)])
        result.data.split = pick([nil, [0.8, 0.1, 0.1], [1.0 / 3, 1.0 / 3, 1.0 / 3]])
        result.data.splitSeed = pick([0, 7, .max])
        result.objectives = (0..<pick([1, 2, 4])).map { _ in
            var objective = ObjectiveDeclaration(
                columns: pick([.exact(pick(words)), .glob(pick(words))]), kind: pick([.binary, .multilabel]))
            if objective.kind == .multilabel { objective.group = pick(words) }
            objective.weight = pick([1, 0.1, 3])
            objective.head = pick([nil, [], [128, 64]])
            objective.missing = (0..<pick([0, 2])).map { _ in pick(words) }
            objective.positive = pick([nil, pick(words)])
            objective.calibration = pick([nil, .isotonic])
            objective.threshold = pick([nil, .youden, .cost(2.5)])
            return objective
        }
        var regression = ObjectiveDeclaration(columns: .glob("size*"), kind: .regression)
        regression.loss = "huber"
        regression.lossSettings = ["delta": pick([0.1, 2.5])]
        regression.transform = pick([.identity, .log1p])
        regression.unit = pick([nil, pick(words)])
        var classes = ObjectiveDeclaration(columns: .exact("tissue"), kind: .categorical)
        classes.classes = pick([nil, ["a", "null", "-1"]])
        classes.classWeights = pick([nil, .balanced, .values([1, 0.1, 2])])
        result.objectives += [regression, classes]
        result.encoder = EncoderSpec(
            pick([[1], [512, 256]]), activation: pick(Activation.allCases), dropout: pick([0, 0.1, 0.3]),
            norm: pick(Normalization.allCases))
        result.head = pick([.linear, .tower([8, 4])])
        result.training.optimizer = pick([
            .adam(), .adam(beta1: 0.8), .adamW(epsilon: 1e-8), .sgd(), .sgd(momentum: 0.9, nesterov: true),
        ])
        result.training.schedule = pick([.constant, .cosine, .linear, .step(epochs: 3, factor: 0.3)])
        result.training.learningRate = pick([nil, 0.1, 1.0 / 3, 1e-12])
        result.training.clip = pick([nil, 1])
        result.training.microBatch = pick([nil, 8])
        result.training.reduction = pick(Reduction.allCases)
        result.training.total = pick(Total.allCases)
        result.training.idleHeads = pick(IdleHeads.allCases)
        result.training.unlabelled = pick([nil, .keep])
        result.training.monitor = pick([.loss, .macro, .metric(objective: "a.b", .auroc)])
        result.training.earlyStopping = pick([nil, 5])
        result.training.threads = pick([nil, 2])
        result.training.seed = pick([0, .max])
        result.decisions.calibration = pick([nil] + CalibrationMethod.allCases)
        result.decisions.threshold = pick([nil, .f1, .youden, .sensitivity(0.9), .precision(1.0 / 3), .cost(5), .fixed(0.3)])
        result.decisions.coverage = pick([nil, 0.9])
        return result
    }
}
