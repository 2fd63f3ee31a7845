import Foundation
import Lacuna
import TestSupport
import Testing

@testable import LacunaCommand

@Suite struct ExportTests {
    /// Words, gaps, bits, a constant and a far number that means missing, with objectives of all kinds.
    private static func table(rows: Int) -> String {
        var random = SeededGenerator(seed: 11)
        func pick(_ words: [String]) -> String { words[Int.random(in: 0..<words.count, using: &random)] }
        var lines = ["city,age,bit,same,grade,tissue,tumor,finding_a,finding_b,size"]
        for _ in 0..<rows {
            let age = pick(["-999", "", "5", "x"]) == "x" ? "\(Double.random(in: 49_990...50_010, using: &random))" : "-999"
            lines.append(
                [
                    pick(["Oslo", "Rome", "Bern", ""]), age == "-999" ? pick(["-999", "", "50001.25"]) : age, pick(["0", "1", ""]), "3",
                    pick(["low", "mid", "high", ""]), pick(["a", "b", "c", ""]), pick(["0", "1", ""]),
                    pick(["0", "1", ""]), pick(["0", "1", ""]), pick(["0.5", "12", "140", ""]),
                ].joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }

    private static let objectives = [
        "grade:ordinal:levels=low|mid|high,head=5", "tissue:categorical", "tumor:binary:head=6|4", "findings=finding_*:multilabel",
        "size:regression:transform=log1p",
    ].flatMap { ["--objective", $0] }

    @Test(
        .enabled(if: Python.isThere, Comment(rawValue: Python.absence)),
        arguments: [("relu", "none"), ("gelu", "layer"), ("silu", "batch"), ("tanh", "none")])
    func `onnxruntime predicts from the cells what lacuna predicts`(activation: String, norm: String) throws {
        try withTemporaryFolder { folder in
            try Self.table(rows: 120).write(toFile: folder + "/data.csv", atomically: true, encoding: .utf8)
            let trained = try Lacuna.run(
                ["train", "--data", "data.csv", "--missing-features", "-999", "--encoder", "12,9", "--activation", activation, "--norm", norm]
                    + Self.objectives + ["--epochs", "2", "--quiet", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            try expectSame(in: folder, data: "data.csv", outputs: 6)
        }
    }

    @Test(.enabled(if: Python.isThere && RealData.isThere, "needs Python with the readers, and the real data"))
    func `onnxruntime predicts what lacuna predicts on real rows`() throws {
        try withTemporaryFolder { folder in
            let trained = try Lacuna.run(
                [
                    "train", "--data", RealData.path("communities_crime.csv.gz"), "--id", "id", "--split-column", "split", "--objective",
                    "murdPerPop:regression:transform=log1p", "--objective", "r*PerPop:regression:transform=log1p", "--objective",
                    "ViolentCrimesPerPop:regression", "--ignore", "a*PerPop", "--epochs", "1", "--quiet", "--out", "run",
                ], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let table = try Process.output("/usr/bin/env", ["gzip", "-dc", RealData.path("communities_crime.csv.gz")])
            try table.write(toFile: folder + "/data.csv", atomically: true, encoding: .utf8)
            try expectSame(in: folder, data: "data.csv", outputs: 4)
        }
    }

    /// An isotonic map is steep between scores that lie close: there the last digits of the network show, a few thousand times
    /// larger (2.7e-4 was seen).
    @Test(
        .enabled(if: Python.isThere, Comment(rawValue: Python.absence)),
        arguments: [("temperature", [], 1e-5), ("isotonic", [], 1e-3), ("temperature", ["--ensemble", "2"], 1e-5), ("isotonic", ["--ensemble", "3"], 1e-3)])
    func `onnxruntime calibrates and decides as lacuna does`(method: String, more: [String], tolerance: Double) throws {
        try withTemporaryFolder { folder in
            try Self.table(rows: 400).write(toFile: folder + "/data.csv", atomically: true, encoding: .utf8)
            let trained = try Lacuna.run(
                [
                    "train", "--data", "data.csv", "--missing-features", "-999", "--encoder", "8", "--split", "0.5,0.4,0.1",
                    "--calibration", method, "--threshold", "youden", "--coverage", "0.8", "--learning-rate", "0.02",
                ] + Self.objectives + ["--epochs", "6", "--quiet", "--out", "run"] + more, in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            // Levels, and decisions of all but grade and size.
            try expectSame(in: folder, data: "data.csv", outputs: 9, tolerance: tolerance)
            let facts = String(decoding: try bytes(of: folder + "/model.onnx"), as: UTF8.self)
            #expect(facts.contains("\"calibration\":\"\(method)\"") && facts.contains("\"decision\":\"tumor.decision\""))
            #expect(facts.contains("\"coverage\":0.8") && facts.contains("\"quantiles\":["))
        }
    }

    @Test(.enabled(if: Python.isThere, Comment(rawValue: Python.absence)))
    func `the models of folds are one graph, each with its own encoding`() throws {
        try withTemporaryFolder { folder in
            try Self.table(rows: 150).write(toFile: folder + "/data.csv", atomically: true, encoding: .utf8)
            let trained = try Lacuna.run(
                ["train", "--data", "data.csv", "--missing-features", "-999", "--encoder", "6", "--folds", "3"] + Self.objectives
                    + ["--epochs", "2", "--quiet", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            try expectSame(in: folder, data: "data.csv", outputs: 6)
            let one = try Lacuna.run(["export", "--model", "run", "--out", "folds.safetensors"], in: folder)
            #expect(one.code == 1)
            #expect(one.error.contains("fix:   export one of them, such as --model run/folds/1, or the whole as onnx"))
            #expect(try Lacuna.run(["export", "--model", "run/folds/1", "--out", "one.safetensors"], in: folder).code == 0)
        }
    }

    private func expectSame(in folder: String, data: String, outputs: Int, tolerance: Double = 1e-5) throws {
        let exported = try Lacuna.run(["export", "--model", "run", "--out", "model.onnx"], in: folder)
        #expect(exported.code == 0, "\(exported.error)")
        let predicted = try Lacuna.run(["predict", "--model", "run", "--data", data, "--out", "p.csv"], in: folder)
        #expect(predicted.code == 0, "\(predicted.error)")
        let printed = try Python.run(script: "read_onnx.py", ["model.onnx", data, "p.csv"], in: folder)
        let differences = try JSONDecoder().decode([String: Double].self, from: Data(printed.utf8))
        #expect(differences.count == outputs)
        for (name, difference) in differences { #expect(difference <= tolerance, "\(name): \(difference)") }
    }

    @Test func `an export is the same bytes each time, and replaces a file whole`() throws {
        try withTemporaryFolder { folder in
            try Self.table(rows: 60).write(toFile: folder + "/data.csv", atomically: true, encoding: .utf8)
            let run = try Lacuna.run(
                ["train", "--data", "data.csv"] + Self.objectives + ["--epochs", "1", "--quiet", "--out", "run"], in: folder)
            #expect(run.code == 0, "\(run.error)")
            for name in ["model.onnx", "model.safetensors"] {
                #expect(try Lacuna.run(["export", "--model", "run", "--out", name], in: folder).code == 0)
                let first = try bytes(of: "\(folder)/\(name)")
                #expect(try Lacuna.run(["export", "--model", "run", "--out", name, "--quiet"], in: folder).error == "")
                #expect(try bytes(of: "\(folder)/\(name)") == first)
            }
            // The tensors are the model's own.
            let facts = try SafeTensorsFile(bytes(of: folder + "/model.safetensors"))
            let own = try SafeTensorsFile(bytes(of: folder + "/run/model.safetensors"))
            #expect(facts.body == own.body)
            #expect(facts.metadata.contains("\"column\":\"city\",\"word\":\"Oslo\"") || facts.metadata.contains("Oslo"))
        }
    }

    @Test(arguments: [
        (["--out", "model.pb"], "error: the output 'model.pb' ends neither in .onnx nor in .safetensors\n  where: --out\n  fix:   name it so, or give --format\n"),
        (["--out", "none/model.onnx"], "error: there is no folder 'none'\n  where: --out\n  fix:   make it, or name a file in another one\n"),
        (["--out", "x", "--format", "onxx"], "error: 'onxx' is no format\n  where: --format\n  fix:   did you mean 'onnx'?\n"),
    ])
    func `an export that cannot be says why`(arguments: [String], message: String) throws {
        try withTemporaryFolder { folder in
            let run = try Lacuna.run(["export", "--model", "run"] + arguments, in: folder)
            #expect(run.code == 1)
            #expect(run.error == message)
        }
    }
}

/// The real data sets beside the repository.
private enum RealData {
    private static let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().appending(path: "shared/data")
    static let isThere = FileManager.default.fileExists(atPath: folder.appending(path: "communities_crime.csv.gz").path)
    static func path(_ name: String) -> String { folder.appending(path: name).path }
}

/// The two halves of a safetensors file.
private struct SafeTensorsFile {
    let metadata: String
    let body: [UInt8]

    init(_ bytes: [UInt8]) throws {
        let length = bytes.prefix(8).reversed().reduce(0) { $0 << 8 | Int($1) }
        body = Array(bytes[(8 + length)...])
        let header = try JSONSerialization.jsonObject(with: Data(bytes[8..<8 + length])) as? [String: Any]
        metadata = (header?["__metadata__"] as? [String: String])?["lacuna"] ?? ""
    }
}

extension Process {
    fileprivate static func output(_ program: String, _ arguments: [String]) throws -> String {
        let process = Process(), pipe = Pipe()
        process.executableURL = URL(filePath: program)
        process.arguments = arguments
        process.standardOutput = pipe
        try process.run()
        let data = pipe.fileHandleForReading.readDataToEndOfFile()
        process.waitUntilExit()
        return String(decoding: data, as: UTF8.self)
    }
}
