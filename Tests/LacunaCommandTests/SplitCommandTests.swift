import Foundation
import Lacuna
import Tables
import Testing

@testable import LacunaCommand

@Suite struct SplitCommandTests {
    private static let objectives = ["--objective", "tumor:binary", "--objective", "tissue:categorical"]

    /// Visits of 40 patients, three each, a day apart.
    private static func visits() -> String {
        var lines = Sample.csv(rows: 120).split(separator: "\n").map(String.init)
        for index in lines.indices {
            lines[index] += index == 0 ? ",person,day" : ",q\((index - 1) / 3),\(2000 + index)"
        }
        return lines.joined(separator: "\r\n") + "\r\n"
    }

    private func run(_ arguments: [String], in folder: String) throws -> Lacuna.Outcome {
        try Lacuna.run(["split"] + arguments, in: folder)
    }

    private func column(_ file: String) throws -> (head: String, cells: [String]) {
        let lines = try #require(try FilePaths.text(of: file)).split(whereSeparator: \.isNewline)
        let cells = lines.map { String($0.split(separator: ",", omittingEmptySubsequences: false).last ?? "") }
        return (cells[0], Array(cells.dropFirst()))
    }

    private func object(_ text: String) throws -> [String: Any] {
        try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
    }

    @Test func `the table comes back byte for byte with its parts, and trains by them`() throws {
        try withTemporaryFolder { folder in
            let text = Self.visits()
            try text.write(to: folder, as: "data.csv")
            let outcome = try run(
                ["--data", "data.csv"] + Self.objectives + ["--group", "person", "--seed", "3", "--out", "divided.csv"], in: folder)
            #expect(outcome.code == 0, "\(outcome.error)")
            let written = try #require(try FilePaths.text(of: folder + "/divided.csv"))
            let without = written.split(separator: "\r\n").map { line in line.split(separator: ",", omittingEmptySubsequences: false).dropLast().joined(separator: ",") }
            #expect(without.joined(separator: "\r\n") + "\r\n" == text)
            let (head, parts) = try column(folder + "/divided.csv")
            #expect(head == "split")
            #expect(Set(parts) == ["train", "valid", "test"])
            for patient in 0..<40 { #expect(Set(parts[3 * patient..<3 * patient + 3]).count == 1) }
            #expect(outcome.output.contains("train    96  80.0 %"))
            #expect(outcome.output.contains("tumor"))

            let trained = try Lacuna.run(
                ["train", "--data", "divided.csv", "--split-column", "split", "--group", "person", "--ignore", "day", "--id", "patient",
                 "--epochs", "1", "--encoder", "4", "--threads", "1", "--out", "run", "--json", "--quiet"] + Sample.objectives, in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            #expect(try ResultReport(reading: Array(trained.output.utf8)).rows["train"] == 96)
        }
    }

    @Test func `the same seed writes the same file, another seed another, and json says what each part has`() throws {
        try withTemporaryFolder { folder in
            try Self.visits().write(to: folder, as: "data.csv")
            func draw(_ seed: String, _ out: String) throws -> String {
                let outcome = try run(
                    ["--data", "data.csv"] + Self.objectives + ["--split-seed", seed, "--out", out, "--json"], in: folder)
                #expect(outcome.code == 0, "\(outcome.error)")
                return outcome.output
            }
            let json = try object(try draw("1", "a.csv"))
            _ = try draw("1", "b.csv")
            _ = try draw("2", "c.csv")
            #expect(try FileSystem.read(folder + "/a.csv") == FileSystem.read(folder + "/b.csv"))
            #expect(try FileSystem.read(folder + "/a.csv") != FileSystem.read(folder + "/c.csv"))
            #expect(json["method"] as? String == "stratified")
            #expect(json["rows"] as? Int == 120)
            let parts = try #require(json["parts"] as? [[String: Any]])
            let (_, cells) = try column(folder + "/a.csv")
            for part in parts {
                #expect(part["rows"] as? Int == cells.filter { $0 == part["name"] as? String }.count)
            }
            let objectives = try #require(json["objectives"] as? [[String: Any]])
            #expect(objectives.map { $0["name"] as? String } == ["tumor", "tissue"])
            let observed = try #require(objectives[0]["observed"] as? [String: Any])
            let counts = try #require(observed["counts"] as? [String: Int])
            #expect(counts.values.reduce(0, +) == 80)
            #expect(observed["total"] as? Int == 80)
            let deviations = try #require(observed["deviations"] as? [String: Double])
            #expect(abs(deviations["train"]! - (Double(counts["train"]!) - 64)) < 1e-9)
            #expect((objectives[1]["classes"] as? [[String: Any]])?.map { $0["label"] as? String } == ["benign", "border", "malignant"])
        }
    }

    @Test func `folds have numbers from 1, whole groups, and a name of their own`() throws {
        try withTemporaryFolder { folder in
            try Self.visits().write(to: folder, as: "data.csv")
            let outcome = try run(
                ["--data", "data.csv"] + Self.objectives + ["--folds", "5", "--group", "person", "--out", "f.csv.gz", "--json"], in: folder)
            #expect(outcome.code == 0, "\(outcome.error)")
            let parts = try #require(try object(outcome.output)["parts"] as? [[String: Any]])
            #expect(parts.map { $0["name"] as? String } == ["1", "2", "3", "4", "5"])
            #expect(parts.map { $0["rows"] as? Int } == [24, 24, 24, 24, 24])
            #expect(parts.map { $0["groups"] as? Int } == [8, 8, 8, 8, 8])
            let table = try TableReader(path: folder + "/f.csv.gz")
            #expect(table.header.last == "fold")
        }
    }

    @Test func `by time the latest rows are test, and training by the column gives the same parts`() throws {
        try withTemporaryFolder { folder in
            try Self.visits().write(to: folder, as: "data.csv")
            let outcome = try run(["--data", "data.csv", "--time-column", "day", "--out", "t.csv"], in: folder)
            #expect(outcome.code == 0, "\(outcome.error)")
            let (_, parts) = try column(folder + "/t.csv")
            #expect(parts == Array(repeating: "train", count: 96) + Array(repeating: "valid", count: 12) + Array(repeating: "test", count: 12))
            let trained = try Lacuna.run(
                Sample.train + Sample.objectives + ["--time-column", "day", "--group", "person", "--out", "run", "--quiet"], in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            let split = try #require(try FilePaths.text(of: folder + "/run/split.csv")).split(separator: "\n").dropFirst()
            #expect(split.map { String($0.split(separator: ",").last ?? "") } == parts)
            let config = try #require(try FilePaths.text(of: folder + "/run/config.yaml"))
            #expect(config.contains("timeColumn: day"))
            #expect(config.contains("group: person"))
            let scored = try Lacuna.run(["evaluate", "--model", "run", "--split", "test", "--json"], in: folder)
            #expect(scored.code == 0, "\(scored.error)")
            #expect(try ResultReport(reading: Array(scored.output.utf8)).rows["test"] == 12)
        }
    }

    @Test func `arrays get a file of rows and parts`() throws {
        try withTemporaryFolder { folder in
            for (name, columns) in [("x.npy", 3), ("y.npy", 2)] {
                let writer = try NPYWriter(path: folder + "/" + name, rows: 50, columns: columns)
                for row in 0..<50 { try writer.append((0..<columns).map { $0 == 1 && row % 3 == 0 ? .nan : Float(row % 2) }) }
                try writer.finish()
            }
            let outcome = try run(
                ["--features", "x.npy", "--labels", "y.npy", "--objective", "t*:binary", "--split", "0.6,0.2,0.2", "--out", "s.csv"], in: folder)
            #expect(outcome.code == 0, "\(outcome.error)")
            let lines = try #require(try FilePaths.text(of: folder + "/s.csv")).split(separator: "\n")
            #expect(lines[0] == "row,split")
            #expect(lines.count == 51)
            #expect(lines.filter { $0.hasSuffix(",train") }.count == 30)
        }
    }

    @Test(arguments: [
        (["--out", "data.csv"], "error: --out is a file that is read"),
        (["--out", "o.csv", "--column", "ward"], "error: the table has a column 'ward' already"),
        (["--out", "o.csv", "--column", " "], "error: the column's name is ' '"),
        (["--out", "o.tsv"], "error: the table has commas between its fields"),
        (["--out", "o.csv", "--folds", "5", "--split", "0.8,0.1,0.1"], "error: --folds and --split exclude each other"),
        (["--out", "o.csv", "--folds", "1"], "error: the number of folds is 1"),
        (["--out", "o.csv", "--folds", "500"], "error: 500 folds are asked for"),
        (["--out", "o.csv", "--split", "0.8,0.1"], "error: the split '0.8,0.1' has 2 shares"),
        (["--out", "o.csv", "--group", "persn"], "error: no column is called 'persn'"),
        (["--out", "o.csv", "--time-column", "ward"], "error: 'north' is no time"),
    ])
    func `what cannot be done is said, and nothing is written`(arguments: [String], problem: String) throws {
        try withTemporaryFolder { folder in
            try Self.visits().write(to: folder, as: "data.csv")
            let outcome = try run(["--data", "data.csv"] + Self.objectives + arguments, in: folder)
            #expect(outcome.code == 1)
            #expect(outcome.error.hasPrefix(problem), "\(outcome.error)")
            #expect(FileSystem.names(in: folder) == ["data.csv"])
            #expect(try FilePaths.text(of: folder + "/data.csv") == Self.visits())
        }
    }

    @Test func `without objectives rows are drawn without labels, and that is said`() throws {
        try withTemporaryFolder { folder in
            try Self.visits().write(to: folder, as: "data.csv")
            let outcome = try run(["--data", "data.csv", "--out", "o.csv"], in: folder)
            #expect(outcome.code == 0)
            #expect(outcome.error.hasPrefix("warning: no objective is declared"))
            #expect(try column(folder + "/o.csv").cells.filter { $0 == "train" }.count == 96)
        }
    }

    @Test func `several tables are divided as one, by their sources too, and a renamed column is one column`() throws {
        try withTemporaryFolder { folder in
            let lines = Sample.csv(rows: 90).split(separator: "\n").map(String.init)
            try (lines[0...40].joined(separator: "\n") + "\n").write(to: folder, as: "a.csv")
            let other = [lines[0].replacingOccurrences(of: "tumor", with: "tumour")] + lines[41...]
            try (other.joined(separator: "\n") + "\n").write(to: folder, as: "b.csv")
            let files = ["--data", "a.csv", "--data", "B=b.csv", "--rename", "B:tumour=tumor"] + Self.objectives
            let outcome = try run(files + ["--out", "parts.csv", "--json"], in: folder)
            #expect(outcome.code == 0, "\(outcome.error)")
            #expect(try object(outcome.output)["rows"] as? Int == 90)
            let rows = try #require(try FilePaths.text(of: folder + "/parts.csv")).split(whereSeparator: \.isNewline)
            #expect(rows[0] == "row,source,sourceRow,split")
            #expect(rows[41].hasPrefix("41,B,1,") && rows[40].hasPrefix("40,a.csv,40,") && rows.count == 91)
            // The same rows in one file are divided alike.
            try (lines.joined(separator: "\n") + "\n").write(to: folder, as: "whole.csv")
            _ = try run(["--data", "whole.csv"] + Self.objectives + ["--out", "whole-parts.csv"], in: folder)
            #expect(try column(folder + "/parts.csv").cells == column(folder + "/whole-parts.csv").cells)
            let bySource = try run(files + ["--group", "source", "--split", "0.5,0.5,0", "--out", "sources.csv"], in: folder)
            #expect(bySource.code == 0, "\(bySource.error)")
            let cells = try column(folder + "/sources.csv").cells
            #expect(Set(cells[..<40]).count == 1 && Set(cells[40...]).count == 1 && cells[0] != cells[40])
            let taken = try run(files + ["--column", "source", "--out", "no.csv"], in: folder)
            #expect(taken.error.hasPrefix("error: the file has a column 'source' already"))
        }
    }

    @Test func `what a libsvm file does not list is declared as in training`() throws {
        try withTemporaryFolder { folder in
            let lines = (0..<40).map { row in ["0,2", "1", "", "0"][row % 4] + " 1:\(row) 3:1" }
            try (lines.joined(separator: "\n") + "\n").write(to: folder, as: "tags.svm")
            for (flags, observed) in [([], 40), (["--libsvm", "lists:empty=missing"], 30), (["--libsvm", "lists:unlisted=missing"], 20)] {
                let outcome = try run(
                    ["--data", "tags.svm", "--objective", "t0:binary", "--out", "parts.csv", "--json"] + flags, in: folder)
                #expect(outcome.code == 0, "\(outcome.error)")
                let slots = try #require(try object(outcome.output)["objectives"] as? [[String: Any]])
                #expect((slots[0]["observed"] as? [String: Any])?["total"] as? Int == observed)
            }
        }
    }
}
