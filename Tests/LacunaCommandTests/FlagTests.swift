import ArgumentParser
import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct FlagTests {
    private func configuration(_ arguments: String...) throws -> RunConfiguration {
        let command = try #require(
            try LacunaCommand.parseAsRoot(["train", "--out", "run"] + arguments) as? Train)
        return try command.resolvedConfiguration()
    }

    private func errorText(_ arguments: [String]) -> String {
        do {
            let command = try LacunaCommand.parseAsRoot(["train", "--out", "run"] + arguments) as? Train
            _ = try command?.resolvedConfiguration()
            return "no error"
        } catch { return ErrorText.layout(error) }
    }

    @Test(arguments: [["--missing", "-1"], ["--missing=-1"]])
    func `a missing token may begin with a dash`(flags: [String]) throws {
        let command = try LacunaCommand.parseAsRoot(
            ["train", "--out", "run", "--data", "a.csv", "--objective", "a:binary"] + flags + ["--epochs", "3"])
        let configuration = try #require(command as? Train).resolvedConfiguration()
        #expect(configuration.data.missing == ["-1"])
        #expect(configuration.training.epochs == 3)
    }

    @Test func `flags that name another kind of file leave behind what the configuration said of its own kind`() throws {
        func read(_ data: String, _ flags: String...) throws -> RunConfiguration {
            var configuration = try ConfigurationReader.read("data: {\(data)}\nobjectives: [{column: y, kind: binary}]\n", path: "c.yaml")
            let command = try #require(try LacunaCommand.parseAsRoot(["train", "--out", "run"] + flags) as? Train)
            try configuration.apply(command.settings.data.given)
            try configuration.validate()
            return configuration
        }
        let table = try read("file: tags.svm, libsvm: lists", "--data", "x.csv", "--id", "patient")
        #expect(table.data.libsvm == nil && table.data.id == "patient" && table.data.files.map(\.path) == ["x.csv"])
        let columns = "id: p, splitColumn: s, ignore: [a], text: [b], rename: [c=d], missing: [9]"
        let lines = try read("file: x.csv, \(columns)", "--data", "tags.svm")
        #expect(lines.data.id == nil && lines.data.splitColumn == nil && lines.data.ignore == [] && lines.data.rename == [])
        #expect(lines.data.text == [] && lines.data.missing == ["9"])
        let arrays = try read("file: x.csv, \(columns)", "--features", "x.npy", "--labels", "y.npy")
        #expect(arrays.data.files == [] && arrays.data.splitColumn == nil)
        // Another table is of the same kind.
        let other = try read("file: x.csv, id: p, splitColumn: s", "--data", "z.csv")
        #expect(other.data.id == "p" && other.data.splitColumn == "s")
        #expect(try read("file: a.svm, libsvm: lists", "--data", "b.svm.gz").data.libsvm?.form == .lists)
    }

    @Test func `verify and tune take what train takes of balancing, models and decisions`() throws {
        let flags = [
            "--data", "a.csv", "--objective", "a:binary", "--balance", "dwa", "--early-stopping", "2", "--freeze-heads", "best",
            "--calibration", "isotonic", "--threshold", "f1", "--coverage", "0.9", "--ensemble", "3",
        ]
        let train = try #require(try LacunaCommand.parseAsRoot(["train", "--out", "run"] + flags) as? Train).resolvedConfiguration()
        let whole = flags + ["--out", "run", "--overwrite", "--tensorboard", "t"]
        let verify = try #require(try LacunaCommand.parseAsRoot(["verify"] + whole) as? Verify).settings.resolvedConfiguration()
        let tune = try #require(try LacunaCommand.parseAsRoot(["tune", "--out", "run"] + flags) as? Tune).settings.resolved()
        #expect(verify == train && tune.configuration == train)
        #expect(tune.given.isSuperset(of: ["training.balance", "training.freezeHeads", "decisions.coverage", "training.ensemble"]))
        #expect(train.training.balancing == .dwa && train.decisions.coverage == 0.9)
    }

    @Test func `tokens are divided by commas and flags may be repeated`() throws {
        let read = try configuration(
            "--data", "a.csv", "--objective", "a:binary", "--objective", "b:regression", "--missing=-1,9",
            "--missing", "?", "--ignore", "x*", "--ignore", "a,b")
        #expect(read.data.missing == ["-1", "9", "?"])
        #expect(read.data.ignore == ["x*", "a,b"])
        #expect(read.objectives.map(\.kind) == [.binary, .regression])
    }

    @Test func `every training flag reaches its setting`() throws {
        let read = try configuration(
            "--features", "x.npy", "--labels", "y.npy", "--mask", "m.npy", "--label-names", "n.txt", "--objective",
            "t*:binary", "--encoder", "512,256", "--activation", "gelu", "--dropout", "0.5", "--norm", "layer", "--head",
            "128,64", "--epochs", "3", "--batch-size", "64", "--micro-batch", "16", "--optimizer",
            "sgd:momentum=0.9,nesterov=true", "--learning-rate", "0.1", "--weight-decay", "0.2", "--clip", "1",
            "--schedule", "cosine", "--warmup", "10", "--reduction", "expected", "--total", "average", "--idle-heads",
            "move", "--early-stopping", "5", "--monitor", "t0.auroc", "--seed", "7", "--threads", "2", "--unlabelled",
            "keep", "--split", "0.6,0.2,0.2", "--split-seed", "4")
        var wanted = RunConfiguration()
        wanted.data.features = "x.npy"
        wanted.data.labels = "y.npy"
        wanted.data.mask = "m.npy"
        wanted.data.labelNames = "n.txt"
        wanted.data.split = [0.6, 0.2, 0.2]
        wanted.data.splitSeed = 4
        wanted.objectives = [ObjectiveDeclaration(columns: .glob("t*"), kind: .binary)]
        wanted.encoder = EncoderSpec([512, 256], activation: .gelu, dropout: 0.5, norm: .layer)
        wanted.head = .tower([128, 64])
        wanted.training = TrainingSettings {
            $0.epochs = 3
            $0.batchSize = 64
            $0.microBatch = 16
            $0.optimizer = .sgd(momentum: 0.9, nesterov: true)
            $0.learningRate = 0.1
            $0.weightDecay = 0.2
            $0.clip = 1
            $0.schedule = .cosine
            $0.warmup = 10
            $0.reduction = .expected
            $0.total = .average
            $0.idleHeads = .move
            $0.earlyStopping = 5
            $0.monitor = .metric(objective: "t0", .auroc)
            $0.seed = 7
            $0.threads = 2
            $0.unlabelled = .keep
        }
        #expect(read == wanted)
    }

    @Test func `flags win over the file, and objectives replace its list`() throws {
        try withTemporaryFolder { folder in
            let file = folder + "/lacuna.yaml"
            let text = """
                data: {file: a.csv, splitColumn: part, missing: [x]}
                objectives: [{column: a, kind: binary}]
                training: {epochs: 5, batchSize: 8}
                """
            try FileSystem.write(Array(text.utf8), to: file)
            let kept = try configuration("--config", file)
            #expect(kept.data.file == folder + "/a.csv")
            #expect(kept.training.epochs == 5)
            let changed = try configuration(
                "--config", file, "--epochs", "9", "--split", "0.5,0.5,0", "--objective", "b:regression", "--missing",
                "y", "--features", "x.npy", "--labels", "y.npy")
            #expect(changed.training.epochs == 9)
            #expect(changed.training.batchSize == 8)
            #expect(changed.data.splitColumn == nil)
            #expect(changed.data.split == [0.5, 0.5, 0])
            #expect(changed.data.file == nil)
            #expect(changed.data.missing == ["y"])
            #expect(changed.objectives.map(\.columns) == [.glob("b")])
        }
    }

    @Test(arguments: [
        (
            ["--epochs", "x", "--data", "a.csv"],
            """
            error: 'x' is not a whole number
              where: --epochs
            """
        ),
        (
            ["--data", "a.csv", "--features", "x.npy", "--objective", "a:binary"],
            """
            error: --data and --features exclude each other
              why:   both name where the features are
              fix:   give a table as --data, or arrays as --features and --labels
            """
        ),
        (
            ["--data", "a.csv", "--mask", "m.npy", "--objective", "a:binary"],
            """
            error: --mask and --data exclude each other
              why:   a table holds its labels in columns
              fix:   name label columns with --objective, or give arrays as --features and --labels
            """
        ),
        (
            ["--features", "x.npy", "--objective", "a:binary"],
            """
            error: --features has no --labels
              fix:   give --labels Y.npy, one row per feature row
            """
        ),
        (
            ["--objective", "a:binary"],
            """
            error: no data is named
              fix:   give --data FILE, or --features X.npy with --labels Y.npy
            """
        ),
        (
            ["--data", "a.csv"],
            """
            error: no objective is declared
              why:   there is nothing to predict
              fix:   give --objective 'COLUMN:KIND', for example --objective 'tumor:binary', or 'objectives' in a file
            """
        ),
        (
            ["--data", "a.csv", "--objective", "a:binary", "--split", "0.8,0.1,0.1", "--split-column", "s"],
            """
            error: --split and --split-column exclude each other
              why:   both say which rows train
              fix:   give shares, or the column that says it
            """
        ),
        (
            ["--data", "a.csv", "--objective", "a:binary", "--split", "0.8,0.1"],
            """
            error: the split is 0.8,0.1
              why:   it is the shares of train, valid and test: three numbers from 0, together 1, the first above 0
              fix:   for example --split 0.8,0.1,0.1
            """
        ),
        (
            ["--data", "a.csv", "--objective", "a:binary", "--norm", "batch", "--micro-batch", "8"],
            """
            error: batch norm and micro-batches exclude each other
              fix:   use layer norm, or leave the micro-batch out: batch norm would see each part by itself
            """
        ),
        (
            ["--data", "a.csv", "--objective", "a:binry"],
            """
            error: objective 'a:binry' has the unknown kind 'binry'
              where: --objective
              fix:   did you mean 'binary'?
            """
        ),
        (
            ["--config", "there-is-no-such.yaml"],
            """
            error: there is no such file
              where: there-is-no-such.yaml
              fix:   give a YAML file as --config
            """
        ),
    ])
    func `a bad flag or contradiction is one clear message`(arguments: [String], text: String) {
        #expect(errorText(arguments) == text)
    }

    @Test func `resume and overwrite exclude each other`() throws {
        var command = try LacunaCommand.parseAsRoot(["train", "--out", "run", "--resume", "--overwrite"])
        let error = try #require(throws: CommandError.self) { try command.run() }
        #expect(error.problem == "--resume and --overwrite exclude each other")
    }
}
