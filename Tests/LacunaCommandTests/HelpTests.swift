import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct HelpTests {
    /// The help of `train` with all spaces and line breaks made one space, so that wrapping does not matter.
    private let train = words(LacunaCommand.helpMessage(for: Train.self, columns: 100))

    private static func words(_ text: String) -> String {
        text.split(whereSeparator: \.isWhitespace).joined(separator: " ")
    }

    @Test(arguments: Setting.all.map(\.path))
    func `train's help has every setting with its flag and default`(path: String) throws {
        let setting = try #require(Setting.all.first { $0.path == path })
        let value = setting.valueName.isEmpty ? "" : " <\(setting.valueName)>"
        let entry = Self.words("\(setting.flag)\(value) \(setting.summary). (default: \(setting.defaultText))")
        #expect(train.contains(entry), "\(entry)")
    }

    @Test(arguments: ObjectiveKey.allCases)
    func `train's help explains every key of an objective`(key: ObjectiveKey) {
        #expect(train.contains(Self.words("\(key.rawValue) \(key.help)")))
    }

    @Test func `train's help names every kind, loss and flag of a run's folder`() {
        for kind in ObjectiveKind.Name.allCases { #expect(train.contains(kind.rawValue)) }
        for loss in BuiltInLoss.allNames { #expect(train.contains(loss)) }
        for flag in ["--config <file>", "--out <dir>", "--resume", "--overwrite", "--json", "--quiet"] {
            #expect(train.contains(flag))
        }
        #expect(train.contains("focal binary, multilabel: labelSmoothing, gamma, alpha"))
    }

    @Test func `no two settings share a key or a flag`() {
        #expect(Set(Setting.all.map(\.path)).count == Setting.all.count)
        #expect(Set(Setting.all.map(\.flag)).count == Setting.all.count)
    }

    @Test(arguments: [
        ("batchSize", "--batch-size"), ("epochs", "--epochs"), ("idleHeads", "--idle-heads"),
        ("missingFeatures", "--missing-features"),
    ])
    func `a flag is its key with dashes`(key: String, flag: String) {
        #expect(Setting.flag(of: key) == flag)
    }

    @Test func `defaults are those that a run without flags has`() {
        let shown = Dictionary(uniqueKeysWithValues: Setting.all.map { ($0.path, $0.defaultText) })
        #expect(shown["training.epochs"] == "\(TrainingSettings().epochs)")
        #expect(shown["training.optimizer"] == "adam")
        #expect(shown["training.learningRate"] == "0.001 with adam, 0.001 with adamw, 0.01 with sgd")
        #expect(shown["encoder.dense"] == Defaults.encoder.widths.map(String.init).joined(separator: ","))
        #expect(shown["data.split"] == "0.8,0.1,0.1")
    }

    /// A terminal that breaks an example's line makes two commands of it.
    @Test(arguments: ["train", "evaluate", "predict", "export", "verify", "tune", "split", "report", "inspect"])
    func `no example is broken at 80 columns`(name: String) throws {
        let command = try #require(LacunaCommand.configuration.subcommands.first { $0._commandName == name })
        let help = LacunaCommand.helpMessage(for: command, columns: 200)
        let lines = help.split(separator: "\n", omittingEmptySubsequences: false)
        let start = try #require(lines.firstIndex { $0.contains("EXAMPLES") })
        let examples = lines[(start + 2)...].prefix { !$0.isEmpty }
        #expect(!examples.isEmpty)
        for line in examples { #expect(line.count <= 80, "\(line)") }
        // A line that is not an example's first goes on from one that says so.
        for (line, next) in zip(examples, examples.dropFirst()) {
            #expect(next.hasPrefix("  lacuna ") != line.hasSuffix("\\"), "\(next)")
        }
    }

    @Test func `the other commands list their flags with examples`() {
        let evaluate = LacunaCommand.helpMessage(for: Evaluate.self)
        let predict = LacunaCommand.helpMessage(for: Predict.self)
        for flag in ["--model <dir>", "--data <file>", "--split <part>", "--json"] { #expect(evaluate.contains(flag)) }
        for flag in ["--model <dir>", "--data <file>", "--features <x.npy>", "--out <file>"] {
            #expect(predict.contains(flag))
        }
        #expect(evaluate.contains("EXAMPLES"))
        #expect(predict.contains("EXAMPLES"))
    }
}
