import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct CellStateFileTests {
    private func read(_ text: String) throws -> RunConfiguration { try ConfigurationReader.read(text, path: "run.yaml") }

    @Test(arguments: [
        "{value: -1, policy: soft, range: [0.55, 0.85]}", "'-1:soft(0.55,0.85)'", "{value: '-1', policy: 'soft(0.55,0.85)'}",
        "{value: [-1], policy: soft, range: '0.55,0.85'}",
    ])
    func `uncertain cells are declared as a mapping or as a flag has them`(form: String) throws {
        let read = try read("objectives: [{column: Edema, kind: binary, uncertain: \(form)}]")
        #expect(read.objectives.first?.uncertain == UncertainCells(["-1"], .soft(from: 0.55, to: 0.85)))
    }

    @Test(arguments: [
        ("{value: -1}", "uncertain of objective 'Edema:binary' has no policy"),
        ("{policy: ones}", "uncertain of objective 'Edema:binary' has no value"),
        ("{value: -1, polcy: ones}", "unknown key 'polcy' in uncertain of objective 'Edema:binary'"),
        ("{value: -1, policy: soft}", "objective 'Edema:binary': uncertain has the policy 'soft'"),
    ])
    func `what is wrong in the mapping is said`(form: String, problem: String) throws {
        let errors = try #require(throws: CommandErrors.self) {
            try read("objectives: [{column: Edema, kind: binary, uncertain: \(form)}]")
        }
        #expect(errors.errors.map(\.problem) == [problem])
    }

    @Test func `files and renames are read in every form`() throws {
        let one = try read("data: {file: a.csv}").data
        #expect(one.files == [DataFile(path: "a.csv")])
        let list = try ConfigurationReader.read(
            "data: {file: [a.csv, lab=/d/b.csv], rename: ['tumour=tumor', 'lab:q=r']}", path: "runs/run.yaml")
        #expect(list.data.files == [DataFile(path: "runs/a.csv"), DataFile(path: "/d/b.csv", name: "lab")])
        #expect(list.data.rename == ["tumour=tumor", "lab:q=r"])
        let mapping = try read("data: {file: {north: a.csv, lab: b.csv}, rename: {tumour: tumor, lab: {q: r}}}").data
        #expect(mapping.files == [DataFile(path: "a.csv", name: "north"), DataFile(path: "b.csv", name: "lab")])
        #expect(mapping.rename == ["tumour=tumor", "lab:q=r"])
    }

    @Test func `data is a flag that repeats`() throws {
        let command = try #require(
            try LacunaCommand.parseAsRoot([
                "train", "--out", "run", "--data", "a.csv", "--data", "lab=b.csv", "--rename", "b.csv:tumour=tumor", "--objective",
                "Edema:binary:uncertain=-1:soft(0.55,0.85),weight=2",
            ]) as? Train)
        let read = try command.resolvedConfiguration()
        #expect(read.data.files == [DataFile(path: "a.csv"), DataFile(path: "b.csv", name: "lab")])
        #expect(read.data.rename == ["b.csv:tumour=tumor"])
        #expect(read.objectives[0].uncertain?.policy == .soft(from: 0.55, to: 0.85) && read.objectives[0].weight == 2)
    }
}

@Suite struct SeveralFilesProcessTests {
    @Test func `two files train, resume, are evaluated by source and predicted`() throws {
        try withTemporaryFolder { folder in
            let a = "a.csv", b = "b.csv", run = "run"
            let first = (0..<60).map { "p\($0),\($0 % 7),\($0 % 5 == 0 ? -1 : $0 % 2),\($0 % 6 == 0 ? "<3" : "\($0 % 9)")" }
            let second = (0..<40).map { "q\($0),\($0 % 7),\($0 % 2)" }
            try (["id,x,tumor,size"] + first).joined(separator: "\n").write(to: folder, as: a)
            try (["id,x,tumour"] + second).joined(separator: "\n").write(to: folder, as: b)
            let arguments = [
                "train", "--data", a, "--data", "lab=" + b, "--rename", "lab:tumour=tumor", "--id", "id", "--epochs", "2",
                "--objective", "tumor:binary:uncertain=-1:soft(0.55,0.85)", "--objective", "size:regression:censored=true",
                "--out", run, "--json", "--quiet",
            ]
            let trained = try Lacuna.run(arguments, in: folder)
            #expect(trained.code == 0, "\(trained.error)")
            #expect(trained.error.contains("warning: source 'lab' lacks the column 'size': missing in its 40 rows"))
            struct Result: Decodable {
                struct Objective: Decodable { var name: String, coverage: [String: Double?], metrics: [String: [String: Double?]] }
                struct Source: Decodable { var name: String, rows: [String: Int], objectives: [Objective] }
                var rows: [String: Int], objectives: [Objective], sources: [Source]
            }
            let result = try JSONDecoder().decode(Result.self, from: Data(trained.output.utf8))
            #expect(result.sources.map(\.name) == ["a.csv", "lab"])
            for split in ["train", "valid", "test"] {
                #expect(result.sources.reduce(0) { $0 + ($1.rows[split] ?? 0) } == result.rows[split])
                for (index, objective) in result.objectives.enumerated() {
                    func sum(_ key: String) -> Double {
                        result.sources.reduce(0) { $0 + (($1.objectives[index].metrics[split]?[key] ?? 0) ?? 0) }
                    }
                    #expect(sum("observed") == objective.metrics[split]?["observed"])
                    #expect(sum("unscored") == (objective.metrics[split]?["unscored"] ?? 0))
                }
            }
            #expect(result.objectives.allSatisfy { ($0.metrics["train"]?["unscored"] ?? 0) ?? 0 > 0 })
            #expect(result.sources[1].objectives[1].coverage["train"] == .some(0))
            let resumed = try Lacuna.run(arguments + ["--resume"], in: folder)
            #expect(resumed.code == 0 && resumed.output == trained.output, "\(resumed.error)")
            let evaluated = try Lacuna.run(["evaluate", "--model", run, "--split", "test", "--json"], in: folder)
            let again = try JSONDecoder().decode(Result.self, from: Data(evaluated.output.utf8))
            #expect(again.sources.map(\.rows) == result.sources.map { ["test": $0.rows["test"] ?? 0] })
            let predicted = try Lacuna.run(["predict", "--model", run, "--data", b, "--data", a, "--out", "p.csv"], in: folder)
            #expect(predicted.code == 0, "\(predicted.error)")
            let lines = try String(contentsOfFile: folder + "/p.csv", encoding: .utf8).split(separator: "\n")
            #expect(lines.count == 101 && lines[1].hasPrefix("q0,") && lines[41].hasPrefix("p0,"))
            // A changed second file is another data set.
            try (["id,x,tumour"] + second.reversed()).joined(separator: "\n").write(to: folder, as: b)
            let changed = try Lacuna.run(arguments + ["--resume"], in: folder)
            #expect(changed.error.contains("error: the run to resume has the content of data.file "), "\(changed.error)")
        }
    }
}
