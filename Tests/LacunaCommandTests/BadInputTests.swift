import Foundation
import Lacuna
import Testing

/// Every case: one clear message on standard error, a non-zero exit, nothing on standard output, nothing left behind.
@Suite struct BadInputTests {
    struct Case: Sendable, CustomTestStringConvertible {
        var name: String
        /// Files beside the good `data.csv`.
        var files: [String: Data] = [:]
        var arguments: [String]
        /// How the message begins, and what else it says.
        var says: [String]

        var testDescription: String { name }
    }

    private static let options = ["--epochs", "1", "--encoder", "4", "--threads", "1"]

    private static func table(_ name: String, _ text: String, _ arguments: [String], says: [String]) -> Case {
        Case(name: name, files: ["bad.csv": Data(text.utf8)], arguments: ["--data", "bad.csv"] + arguments, says: says)
    }

    private static func rows(_ count: Int, _ row: (Int) -> String) -> String {
        (0..<count).map { row($0) + "\n" }.joined()
    }

    static let cases: [Case] = [
        Case(
            name: "no such file", arguments: ["--data", "nothing.csv", "--objective", "tumor:binary"], says: ["nothing.csv"]),
        Case(
            name: "unknown column",
            arguments: ["--data", "data.csv", "--objective", "tumour:binary"], says: ["tumour", "data.csv", "'tumor'"]),
        Case(
            name: "pattern that matches nothing",
            arguments: ["--data", "data.csv", "--objective", "x_*:binary"], says: ["x_*", "data.csv"]),
        Case(
            name: "unknown id column",
            arguments: ["--data", "data.csv", "--id", "pateint", "--objective", "tumor:binary"], says: ["pateint", "'patient'"]),
        Case(
            name: "two objectives on one column",
            arguments: ["--data", "data.csv", "--objective", "tumor:binary", "--objective", "tum*:binary"], says: ["tumor"]),
        table(
            "label outside its kind", "x,y\n" + rows(30) { "\($0),\($0 == 7 ? "2" : "\($0 % 2)")" },
            ["--objective", "y:binary"], says: ["2", "bad.csv", "row 8 (line 9)", "column 'y'", "fix:"]),
        table(
            "word among numbers of a regression", "x,y\n" + rows(30) { "\($0),\($0 == 7 ? "n/a" : "\($0)")" },
            ["--objective", "y:regression"], says: ["'n/a'", "bad.csv", "row 8 (line 9)", "column 'y'", "fix:"]),
        table(
            "ragged row", "x,y\n" + rows(30) { $0 == 7 ? "1" : "\($0),\($0 % 2)" }, ["--objective", "y:binary"],
            says: ["bad.csv", "line 9"]),
        table(
            "text in a numeric column", "x,y\n" + rows(30) { "\($0 == 7 ? "high" : "\($0)"),\($0 % 2)" },
            ["--objective", "y:binary"], says: ["high", "bad.csv", "line 9", "column 'x'", "--text"]),
        table("zero rows", "x,y\n", ["--objective", "y:binary"], says: ["bad.csv"]),
        table("empty file", "", ["--objective", "y:binary"], says: ["bad.csv"]),
        table(
            "objective without a label", "x,y,z\n" + rows(30) { "\($0),,\($0 % 2)" },
            ["--objective", "y:binary", "--objective", "z:binary"], says: ["'y'", "no observed label"]),
        table(
            "infinite feature", "x,y\n" + rows(30) { "\($0 == 7 ? "inf" : "\($0)"),\($0 % 2)" }, ["--objective", "y:binary"],
            says: ["inf", "line 9", "column 'x'"]),
        table(
            "infinite label", "x,y\n" + rows(30) { "\($0),\($0 == 7 ? "-inf" : "\($0)")" }, ["--objective", "y:regression"],
            says: ["inf", "line 9", "column 'y'"]),
        table(
            "text column that names rows", "x,y\n" + rows(200) { "name\($0),\($0 % 2)" }, ["--objective", "y:binary"],
            says: ["column 'x'", "--id"]),
        Case(
            name: "truncated gzip",
            files: ["bad.csv.gz": Data([0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 0x4B, 0x4C])],
            arguments: ["--data", "bad.csv.gz", "--objective", "y:binary"], says: ["bad.csv.gz"]),
        Case(
            name: "gzip that is none", files: ["bad.csv.gz": Data("x,y\n1,2\n".utf8)],
            arguments: ["--data", "bad.csv.gz", "--objective", "y:binary"], says: ["bad.csv.gz"]),
        Case(
            name: "array that is none", files: ["bad.npy": Data("x,y\n1,2\n".utf8)],
            arguments: ["--features", "bad.npy", "--labels", "bad.npy", "--objective", "t0:binary"], says: ["bad.npy"]),
        Case(
            name: "truncated array",
            files: [
                "bad.npy": Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0])
                    + Data("{'descr': '<f4', 'fortran_order': False, 'shape': (30, 2), }".utf8)
            ],
            arguments: ["--features", "bad.npy", "--labels", "bad.npy", "--objective", "t0:binary"], says: ["bad.npy"]),
        Case(
            name: "an array as a table", files: ["bad.csv": Data([0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0])],
            arguments: ["--data", "bad.csv", "--objective", "y:binary"], says: ["bad.csv"]),
        Case(
            name: "monitor of an unknown objective",
            arguments: [
                "--data", "data.csv", "--id", "patient", "--objective", "tumor:binary", "--early-stopping", "2", "--monitor",
                "tumr.auroc",
            ],
            says: ["tumr", "'tumor'"]),
        Case(
            name: "early stopping without a valid part",
            arguments: [
                "--data", "data.csv", "--id", "patient", "--ignore", "t*e", "--objective", "tumor:binary", "--split", "0.9,0,0.1",
                "--early-stopping", "2",
            ], says: ["validation part"]),
        Case(
            name: "contradicting flags",
            arguments: ["--data", "data.csv", "--features", "x.npy", "--objective", "tumor:binary"], says: ["--data", "--features"]),
        Case(
            name: "unknown keys in a file", files: ["bad.yaml": Data("data: {fil: data.csv}\ntraining: {epoch: 1}\n".utf8)],
            arguments: ["--config", "bad.yaml"], says: ["'fil'", "'epoch'", "'file'", "'epochs'", "line 1", "line 2"]),
    ]

    @Test(arguments: cases)
    func `bad input gets one clear message and leaves nothing behind`(bad: Case) throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            for (name, data) in bad.files { try data.write(to: URL(filePath: folder + "/" + name)) }
            let before = FileSystem.names(in: folder)
            let run = try Lacuna.run(["train", "--out", "run"] + Self.options + bad.arguments, in: folder)
            #expect(run.code == 1, "\(run.error)")
            #expect(run.output.isEmpty)
            #expect(run.error.hasPrefix("error: ") || run.error.hasPrefix("warning: "), "\(run.error)")
            #expect(run.error.contains("error: "), "\(run.error)")
            for words in bad.says { #expect(run.error.contains(words), "\(words) in: \(run.error)") }
            #expect(!run.error.contains("Fatal error"), "\(run.error)")
            #expect(FileSystem.names(in: folder) == before)
        }
    }

    @Test(arguments: ["model.safetensors", "model.json", "config.yaml"])
    func `a model that was cut or changed is refused by the file's name`(name: String) throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(Sample.train + Sample.objectives + ["--quiet", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let path = folder + "/run/" + name
            let bytes = try FileSystem.read(path)
            var changed = bytes
            changed[bytes.count / 2] ^= 1
            for broken in [Array(bytes.dropLast(3)), changed] {
                try FileSystem.write(broken, to: path)
                let run = try Lacuna.run(["predict", "--model", "run", "--data", "data.csv", "--out", "p.csv"], in: folder)
                #expect(run.code == 1)
                #expect(run.error.contains("error: \(name) cannot be used: "), "\(run.error)")
                #expect(!FileSystem.exists(folder + "/p.csv"))
            }
        }
    }

    @Test func `predicting without a feature column names it and writes nothing`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let trained = try Lacuna.run(Sample.train + Sample.objectives + ["--quiet", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            try "patient,age,ward\np1,3,north\n".write(to: folder, as: "new.csv")
            let run = try Lacuna.run(["predict", "--model", "run", "--data", "new.csv", "--out", "p.csv"], in: folder)
            #expect(run.code == 1)
            #expect(run.error.contains("'dose'") && run.error.contains("new.csv"), "\(run.error)")
            #expect(!FileSystem.exists(folder + "/p.csv"))
            let itself = try Lacuna.run(["predict", "--model", "run", "--data", "data.csv", "--out", "data.csv"], in: folder)
            #expect(itself.code == 1)
            #expect(itself.error.hasPrefix("error: --out is the file that is read\n"))
        }
    }
}
