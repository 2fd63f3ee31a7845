import Foundation
import TestSupport
import Testing

@testable import LacunaCommand

/// Arrays of archives, sparse matrices and libsvm files from end to end, and the memory that sparse labels cost.
@Suite struct SparseProcessTests {
    /// `rows × columns` labels, `observed` of them in each row.
    private func labels(_ rows: Int, _ columns: Int, observed: Int) -> [UInt8] {
        var table: [[(column: Int, value: Float)]] = []
        for row in 0..<rows {
            let chosen: [Int] = (0..<observed).map { (row * 31 + $0 * 97) % columns }
            table.append(chosen.sorted().map { ($0, (row + $0) % 3 == 0 ? 1 : 0) })
        }
        return ArrayBytes.sparse(table, columns: columns)
    }

    private func features(_ rows: Int) -> [UInt8] {
        var table: [[(column: Int, value: Float)]] = []
        for row in 0..<rows { table.append([(row % 5, 1), (5 + row % 7, Float(row % 3) - 1.5)]) }
        return ArrayBytes.sparse(table, columns: 12)
    }

    @Test func `train, evaluate and predict take sparse archives`() throws {
        try withTemporaryFolder { folder in
            try TestSupport.write(features(200), to: folder + "/x.npz")
            try TestSupport.write(labels(200, 6, observed: 2), to: folder + "/y.npz")
            let trained = try Lacuna.run(
                ["train", "--features", "x.npz", "--labels", "y.npz", "--objective", "t*:binary", "--epochs", "2", "--encoder",
                    "8", "--threads", "1", "--json", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let report = try ResultReport(reading: Array(trained.output.utf8))
            let scored = try Lacuna.run(["evaluate", "--model", "run", "--split", "test", "--json"], in: folder)
            #expect(scored.code == 0, "\(scored.error)")
            let test = try ResultReport(reading: Array(scored.output.utf8))
            #expect(test.objectives.map { $0.scores["test"] } == report.objectives.map { $0.scores["test"] })
            let predicted = try Lacuna.run(["predict", "--model", "run", "--features", "x.npz", "--out", "p.npy"], in: folder)
            #expect(predicted.code == 0, "\(predicted.error)")
            #expect(try bytes(of: folder + "/p.npy").count == 128 + 200 * 6 * 4)
        }
    }

    @Test(arguments: [(60, 2, "for observed labels alone"), (60, 50, "in one product over all outputs"), (6, 2, "")])
    func `a run says once which way its heads are calculated, where there is a choice`(columns: Int, observed: Int, way: String) throws {
        try withTemporaryFolder { folder in
            try TestSupport.write(features(200), to: folder + "/x.npz")
            try TestSupport.write(labels(200, columns, observed: observed), to: folder + "/y.npz")
            let arguments = [
                "train", "--features", "x.npz", "--labels", "y.npz", "--objective", "t*:binary", "--epochs", "3", "--encoder", "8",
                "--split", "1,0,0", "--threads", "1", "--batch-size", "50",
            ]
            let told = try Lacuna.run(arguments + ["--out", "told"], in: folder)
            #expect(told.code == 0, "\(told.error)")
            let lines = told.error.split(separator: "\n").filter { $0.hasPrefix("Heads are calculated") }
            #expect(lines.count == (way.isEmpty ? 0 : 1))
            if let line = lines.first {
                let share = columns == 60 && observed == 2 ? "100 of 3 000 outputs (3.3 %)" : "2 500 of 3 000 outputs (83.3 %)"
                #expect(line.contains(way) && line.contains(share), "\(line)")
            }
            let quiet = try Lacuna.run(arguments + ["--quiet", "--out", "quiet"], in: folder)
            #expect(quiet.code == 0 && !quiet.error.contains("Heads are calculated"))
        }
    }

    @Test func `a libsvm file trains with the command's own words for its labels`() throws {
        try withTemporaryFolder { folder in
            let lines = (0..<90).map { row in
                "\(row % 3 == 0 ? "" : row % 3 == 1 ? "1,4" : "4") 1:\(row % 4) 6:\(Double(row % 9) / 4) 9:1"
            }
            try (lines.joined(separator: "\n") + "\n").write(to: folder, as: "tags.svm")
            let arguments = ["train", "--data", "tags.svm", "--objective", "tags=t*:multilabel", "--epochs", "1", "--encoder", "4"]
            let trained = try Lacuna.run(arguments + ["--json", "--libsvm", "lists:empty=missing", "--out", "run"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            #expect(try FilePaths.text(of: folder + "/run/config.yaml")?.contains("libsvm: {name: lists, empty: missing}") == true)
            let predicted = try Lacuna.run(["predict", "--model", "run", "--data", "tags.svm", "--out", "p.csv"], in: folder)
            #expect(predicted.code == 0, "\(predicted.error)")
            #expect(try FilePaths.text(of: folder + "/p.csv")?.hasPrefix("t1,t4\n") == true)
            let again = try Lacuna.run(["evaluate", "--model", "run", "--data", "tags.svm", "--json"], in: folder)
            #expect(again.code == 0, "\(again.error)")
            let wrong = try Lacuna.run(arguments + ["--libsvm", "lists:unlisted=maybe", "--out", "other"], in: folder)
            #expect(wrong.code != 0)
            #expect(wrong.error.contains("--libsvm"))
        }
    }

    @Test func `folds of sparse features are evaluated and predict, and split and verify take them`() throws {
        try withTemporaryFolder { folder in
            try TestSupport.write(features(120), to: folder + "/x.npz")
            try TestSupport.write(labels(120, 3, observed: 2), to: folder + "/y.npz")
            let arrays = ["--features", "x.npz", "--labels", "y.npz", "--objective", "t*:binary"]
            let size = ["--epochs", "1", "--encoder", "4", "--threads", "1"]
            let data = ["--features", "x.npz", "--labels", "y.npz"]
            for arguments in [
                ["train"] + arrays + size + ["--folds", "2", "--quiet", "--out", "folds"],
                ["evaluate", "--model", "folds"] + data, ["predict", "--model", "folds", "--features", "x.npz", "--out", "p.npy"],
                ["split"] + arrays + ["--out", "parts.csv"], ["verify"] + arrays, ["inspect"] + arrays,
            ] {
                let outcome = try Lacuna.run(arguments, in: folder)
                #expect(outcome.code == 0, "\(arguments): \(outcome.error)")
            }
            let lines = (0..<60).map { "\($0 % 2) 1:\($0 % 4) 6:\(Double($0 % 9) / 4)" }
            try (lines.joined(separator: "\n") + "\n").write(to: folder, as: "a.svm")
            let file = ["--data", "a.svm", "--objective", "label:binary"]
            for arguments in [["split"] + file + ["--out", "b.csv"], ["verify"] + file, ["inspect"] + file] {
                let outcome = try Lacuna.run(arguments, in: folder)
                #expect(outcome.code == 0, "\(arguments): \(outcome.error)")
            }
        }
    }

    @Test func `an archive whose header lies is an error that names it`() throws {
        try withTemporaryFolder { folder in
            try TestSupport.write(features(20), to: folder + "/x.npz")
            var lying = ArrayBytes.sparse([[(0, 1)], [(1, 1)]], columns: 1 << 40)
            try TestSupport.write(lying, to: folder + "/y.npz")
            let arguments = ["train", "--features", "x.npz", "--labels", "y.npz", "--objective", "t0:binary", "--out", "run"]
            let shape = try Lacuna.run(arguments, in: folder)
            #expect(shape.code != 0)
            #expect(shape.error.contains("where: y.npz"))
            #expect(shape.error.contains("the sparse matrix has 2 rows and 1099511627776 columns"))
            lying[lying.count - 40] ^= 0xFF
            try TestSupport.write(lying, to: folder + "/y.npz")
            let damaged = try Lacuna.run(arguments, in: folder)
            #expect(damaged.code != 0)
            #expect(damaged.error.contains("y.npz"))
        }
    }

    #if os(Linux)
    @Test func `sparse labels never cost rows × objectives, in training nor in scores nor in prediction`() throws {
        try withTemporaryFolder { folder in
            // As Float32 the labels, or the logits of all outputs, would be 100 MB.
            let rows = 25_000, objectives = 1000
            try TestSupport.write(features(rows), to: folder + "/x.npz")
            try TestSupport.write(labels(rows, objectives, observed: 1), to: folder + "/y.npz")
            let train = try peak(
                ["train", "--features", "x.npz", "--labels", "y.npz", "--objective", "t*:binary", "--epochs", "1", "--encoder",
                    "4", "--batch-size", "4096", "--split", "0.5,0.5,0", "--quiet", "--out", "run"], in: folder)
            #expect(train < 50_000_000, "\(train)")
            // Intervals hold resamples × objectives, which is another matter.
            let scored = try peak(
                ["evaluate", "--model", "run", "--features", "x.npz", "--labels", "y.npz", "--bootstrap", "0"], in: folder)
            #expect(scored < 50_000_000, "\(scored)")
        }
    }

    /// The largest anonymous memory that a command was seen with, in bytes.
    private func peak(_ arguments: [String], in folder: String) throws -> Int {
        let running = try Lacuna.start(arguments, in: folder)
        var most = 0
        while running.process.isRunning {
            let status = (try? String(contentsOfFile: "/proc/\(running.process.processIdentifier)/status", encoding: .utf8)) ?? ""
            for line in status.split(separator: "\n") where line.hasPrefix("RssAnon:") {
                most = max(most, (Int(line.split(separator: " ").dropFirst().first ?? "") ?? 0) * 1024)
            }
            usleep(5000)
        }
        let outcome = running.wait()
        #expect(outcome.code == 0, "\(outcome.error)")
        #expect(most > 1_000_000)
        return most
    }
    #endif
}
