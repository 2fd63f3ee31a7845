import Foundation
import TestSupport
import Testing

@testable import Lacuna
@testable import LacunaCommand

@Suite struct InspectTests {
    private static let inspect = ["inspect", "--data", "data.csv", "--id", "patient", "--threads", "1"]

    /// The sample with a leak, an undeclared marker and a marker that no label can be.
    private static func csv() -> String {
        var lines = Sample.csv().split(separator: "\n").map(String.init)
        lines[4] = lines[4].replacingOccurrences(of: ",malignant,", with: ",?,").replacingOccurrences(of: ",benign,", with: ",?,")
        lines.append("p200,-3.0,-4.0,north,-1,?,1,1,2,1")
        lines.append("p201,-3.0,-4.0,north,-1,?,1,1,2,1")
        return lines.joined(separator: "\n") + "\n"
    }

    @Test func `inspect reports what would stop training, and succeeds`() throws {
        try withTemporaryFolder { folder in
            try Self.csv().write(to: folder, as: "data.csv")
            let result = try Lacuna.run(
                Self.inspect + Sample.objectives + ["--json", "--html", "page.html", "--batch-size", "16"], in: folder)
            #expect(result.code == 0, "\(result.error)")
            #expect(result.error == "wrote page.html\n")
            let json = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            let objectives = try #require(json["objectives"] as? [[String: Any]])
            #expect(objectives.map { $0["name"] as? String } == ["tumor", "tissue", "findings", "size", "grade"])
            #expect(json["batchSize"] as? Int == 16)
            let tokens = try #require(json["tokens"] as? [[String: Any]])
            let illegal = try #require(tokens.first { $0["illegal"] as? Bool == true })
            #expect(illegal["column"] as? String == "tumor")
            #expect(illegal["token"] as? String == "-1")
            #expect(illegal["rows"] as? [Int] == [121, 122])
            #expect(illegal["line"] as? Int == 122)
            #expect(tokens.contains { $0["token"] as? String == "?" && $0["objective"] as? String == "tissue" })
            let warnings = try #require(json["warnings"] as? [String])
            #expect(warnings.contains { $0.contains("--missing -1") })
            let page = try String(contentsOfFile: folder + "/page.html", encoding: .utf8)
            #expect(page.hasPrefix("<!DOCTYPE html>"))
            #expect(!page.contains("http://") && !page.contains("https://"))
            for name in ["tumor", "tissue", "findings", "size", "grade"] { #expect(page.contains("<bdi>\(name)</bdi>")) }
            #expect(page.contains("stops training"))
        }
    }

    @Test func `the text fits a terminal of 80 columns and ends with the warnings`() throws {
        try withTemporaryFolder { folder in
            try Self.csv().write(to: folder, as: "data.csv")
            let result = try Lacuna.run(Self.inspect + Sample.objectives, in: folder)
            #expect(result.code == 0, "\(result.error)")
            let lines = result.output.split(separator: "\n", omittingEmptySubsequences: false)
            // A name or a flag longer than a line stays whole.
            #expect(lines.allSatisfy { $0.count <= 80 })
            let place = try #require(lines.lastIndex { $0.hasSuffix(" warnings") })
            #expect(lines[(place + 1)...].dropLast().allSatisfy { $0.hasPrefix("  – ") || $0.hasPrefix("    ") })
            #expect(result.output.contains("no label in: the share of batches of 32 rows."))
            #expect(result.output.contains("without any label"))
        }
    }

    @Test func `a saved run's configuration is inspected as it was trained, and flags win`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let run = try Lacuna.run(Sample.train + Sample.objectives + ["--batch-size", "8", "--out", "run", "--quiet"], in: folder)
            #expect(run.code == 0, "\(run.error)")
            func json(_ flags: [String]) throws -> [String: Any] {
                let result = try Lacuna.run(["inspect", "--config", "run/config.yaml", "--json"] + flags, in: folder)
                #expect(result.code == 0, "\(result.error)")
                return try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            }
            #expect(try json([])["batchSize"] as? Int == 8)
            let changed = try json(["--batch-size", "50", "--objective", "tumor:binary", "--ignore", "tissue", "--ignore", "finding_*"])
            #expect(changed["batchSize"] as? Int == 50)
            #expect((changed["objectives"] as? [Any])?.count == 1)
        }
    }

    @Test func `many objectives are summed up in text and whole in JSON and on the page`() throws {
        try withTemporaryFolder { folder in
            var lines = ["x," + (0..<60).map { "t\($0)" }.joined(separator: ",")]
            for row in 0..<40 {
                lines.append("\(row)," + (0..<60).map { (row + $0) % 3 == 0 ? "\((row + $0) % 2)" : "" }.joined(separator: ","))
            }
            try (lines.joined(separator: "\n") + "\n").write(to: folder, as: "data.csv")
            let flags = ["inspect", "--data", "data.csv", "--objective", "t*:binary", "--threads", "1"]
            let text = try Lacuna.run(flags, in: folder)
            #expect(text.output.contains("40 more are left out here"))
            #expect(text.output.split(separator: "\n").count < 150)
            let result = try Lacuna.run(flags + ["--json", "--html", "page.html"], in: folder)
            let json = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            #expect((json["objectives"] as? [Any])?.count == 60)
            let together = try #require(json["coObservation"] as? [String: Any])
            // Objectives of different residues never meet: 3 · 20².
            #expect(together["neverTogetherCount"] as? Int == 1200)
            #expect((together["neverTogether"] as? [Any])?.count == 1200)
            #expect(try String(contentsOfFile: folder + "/page.html", encoding: .utf8).contains("<bdi>t59</bdi>"))
        }
    }

    @Test func `what inspect cannot do is an error in the usual shape`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv().write(to: folder, as: "data.csv")
            let bare = try Lacuna.run(["inspect", "--data", "data.csv"], in: folder)
            #expect(bare.code == 1)
            #expect(bare.error.hasPrefix("error: no objective is declared\n"))
            let page = try Lacuna.run(["inspect", "--data", "data.csv", "--objective", "tumor:binary", "--html", "data.csv"], in: folder)
            #expect(page.code == 1)
            #expect(page.error == "error: --html is a file that is read\n  where: data.csv\n  fix:   name another file\n")
        }
    }

    @Test func `uncertain and censored cells and sources stand in text, JSON and page`() throws {
        try withTemporaryFolder { folder in
            let cells = ["-1,<3", "0,4", "1,>9", "0,5", "1,6", ",7"]
            let lines = (0..<60).map { "\($0 % 7),\($0 % 11),\(cells[$0 % 6])" }
            try ("x,z,edema,size\n" + lines[..<30].joined(separator: "\n") + "\n").write(to: folder, as: "a.csv")
            try ("x,z,edema,size\n" + lines[30...].joined(separator: "\n") + "\n").write(to: folder, as: "b.csv")
            let flags = [
                "inspect", "--data", "a.csv", "--data", "ward=b.csv", "--split", "1,0,0", "--threads", "1",
                "--objective", "edema:binary:uncertain=-1:ignore", "--objective", "size:regression:censored=true",
            ]
            let text = try Lacuna.run(flags, in: folder)
            #expect(text.code == 0, "\(text.error)")
            #expect(text.output.hasPrefix("a.csv, b.csv\n"))
            let table = text.output.split(separator: "\n").map { $0.split(separator: " ").map(String.init) }
            #expect(table.contains(["edema", "train", "10", "ignored", "–", "–"]))
            #expect(table.contains(["size", "train", "0", "–", "10", "10"]))
            #expect(table.contains(["coverage", "by", "source", "a.csv", "ward"]))
            let result = try Lacuna.run(flags + ["--json", "--html", "page.html"], in: folder)
            let json = try #require(JSONSerialization.jsonObject(with: Data(result.output.utf8)) as? [String: Any])
            let objectives = try #require(json["objectives"] as? [[String: Any]])
            #expect(objectives[0]["uncertain"] as? [String: Int] == ["train": 10])
            #expect(objectives[0]["observed"] as? [String: Int] == ["train": 40])
            #expect(objectives[0]["uncertainPolicy"] as? String == "-1:ignore")
            #expect((objectives[1]["censored"] as? [String: Any])?["train"] as? [String: Int] == ["below": 10, "above": 10])
            let sources = try #require(json["sources"] as? [[String: Any]])
            #expect(sources.map { $0["name"] as? String } == ["a.csv", "ward"])
            #expect((sources[1]["coverage"] as? [String: Double])?["size"] == 1)
            let page = try String(contentsOfFile: folder + "/page.html", encoding: .utf8)
            #expect(page.contains("10 uncertain (ignored)") && page.contains("10 censored (&lt;), 10 censored (&gt;)"))
            #expect(page.contains("Coverage by source"))
        }
    }
}
