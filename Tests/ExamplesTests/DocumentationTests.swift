import Foundation
import TestSupport
import Testing

/// What the documentation shows is what the programs hold and what the command does.
@Suite struct DocumentationTests {
    /// The text of every code block of a language, in order.
    private func blocks(_ language: String, of path: String) throws -> [String] {
        try BuiltProgram.text(path).components(separatedBy: "```\(language)\n").dropFirst().map {
            $0.components(separatedBy: "```")[0]
        }
    }

    /// The lines of a source file between two markers.
    private func part(of path: String, from start: String, to end: String) throws -> String {
        let text = try BuiltProgram.text(path)
        let from = try #require(text.range(of: "// \(start)\n"), "\(path) has no '// \(start)'")
        let to = try #require(text.range(of: "// \(end)\n", range: from.upperBound..<text.endIndex))
        return String(text[from.upperBound..<to.lowerBound]).trimmingCharacters(in: .newlines)
    }

    @Test(arguments: [
        ("README.md", "Examples/quickstart/main.swift", "README: begin", "README: end"),
        ("Sources/Lacuna/Lacuna.docc/Writing-a-loss.md", "Examples/own-loss/main.swift", "Article: begin", "Article: end"),
        (
            "Sources/Lacuna/Lacuna.docc/From-CSV-to-predictions.md", "Examples/from-csv/main.swift", "Article: begin",
            "Article: end"
        ),
        (
            "Sources/Lacuna/Lacuna.docc/From-CSV-to-predictions.md", "Examples/from-csv/main.swift",
            "Article: predict", "Article: end of predict"
        ),
    ])
    func `a Swift block of the documentation is literally the example's source`(
        page: String, source: String, start: String, end: String
    ) throws {
        let code = try part(of: source, from: start, to: end)
        let shown = try blocks("swift", of: page).map { $0.trimmingCharacters(in: .newlines) }
        #expect(shown.contains(code), "\(page) does not show \(source) from '\(start)' to '\(end)'")
    }

    /// The `lacuna …` commands of a page's shell blocks, as arguments; the others set up or need the network.
    private func commands(of page: String) throws -> [[String]] {
        try blocks("sh", of: page).flatMap { block in
            block.replacingOccurrences(of: "\\\n", with: " ").split(separator: "\n")
                .map { arguments(String($0)) }.filter { $0.first == "lacuna" }.map { Array($0.dropFirst()) }
        }
    }

    /// A shell line cut into words, without its comment. Single quotes are all that the pages use.
    private func arguments(_ line: String) -> [String] {
        var words: [String] = [], word = "", isQuoted = false
        for character in line {
            if character == "'" {
                isQuoted.toggle()
            } else if character == "#", !isQuoted, word.isEmpty {
                break
            } else if character == " ", !isQuoted {
                if !word.isEmpty { words.append(word) }
                word = ""
            } else {
                word.append(character)
            }
        }
        return word.isEmpty ? words : words + [word]
    }

    @Test(arguments: ["README.md", "Sources/Lacuna/Lacuna.docc/From-CSV-to-predictions.md"])
    func `every lacuna command of a page works, in the page's order`(page: String) throws {
        let commands = try commands(of: page)
        #expect(!commands.isEmpty)
        try withTemporaryFolder { folder in
            let examples = "\(folder)/Examples"
            try FileManager.default.createSymbolicLink(
                atPath: examples, withDestinationPath: BuiltProgram.root.appending(path: "Examples").path)
            if let yaml = try blocks("yaml", of: page).first {
                try write(Array(yaml.utf8), to: "\(folder)/lacuna.yaml")
            }
            for var command in commands {
                // The demo of full size takes a while in a debug build.
                if command.first == "demo" { command += ["--rows", "300"] }
                let result = try BuiltProgram.run("lacuna", command, in: folder)
                #expect(result.status == 0, "lacuna \(command.joined(separator: " ")): \(result.errors)")
            }
        }
    }

    @Test func `the configuration of the page trains the model of its flags`() throws {
        let page = "Sources/Lacuna/Lacuna.docc/From-CSV-to-predictions.md"
        try withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/Examples", withDestinationPath: BuiltProgram.root.appending(path: "Examples").path)
            try write(Array(try blocks("yaml", of: page)[0].utf8), to: "\(folder)/lacuna.yaml")
            let flags = try #require(try commands(of: page).first { $0.first == "train" })
            for arguments in [flags, ["train", "--config", "lacuna.yaml", "--out", "runs/config"]] {
                let result = try BuiltProgram.run("lacuna", arguments + ["--quiet"], in: folder)
                #expect(result.status == 0, "\(result.errors)")
            }
            #expect(
                try bytes(of: "\(folder)/runs/patients/model.safetensors")
                    == bytes(of: "\(folder)/runs/config/model.safetensors"))
        }
    }

    @Test func `the example from CSV saves a model that the command predicts with, to the same numbers`() throws {
        try withTemporaryFolder { folder in
            let table = BuiltProgram.root.appending(path: "Examples/data/patients.csv").path
            let program = try BuiltProgram.run("example-from-csv", [table, "\(folder)/model"])
            #expect(program.status == 0, "\(program.errors)")
            let command = try BuiltProgram.run(
                "lacuna", ["predict", "--model", "\(folder)/model", "--data", table, "--out", "\(folder)/p.csv"])
            #expect(command.status == 0, "\(command.errors)")
            let rows = try String(contentsOfFile: "\(folder)/p.csv", encoding: .utf8).split(separator: "\n")
            let first = rows[1].split(separator: ",")
            #expect(program.lines.last == "P(tumor) of \(first[0]): \(first[1])")
        }
    }

    @Test func `the program of the page ends in the same weights as its command, byte for byte`() throws {
        let page = "Sources/Lacuna/Lacuna.docc/From-CSV-to-predictions.md"
        let train = try #require(try commands(of: page).first { $0.first == "train" })
        try withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/Examples", withDestinationPath: BuiltProgram.root.appending(path: "Examples").path)
            let command = try BuiltProgram.run("lacuna", train + ["--quiet"], in: folder)
            #expect(command.status == 0, "\(command.errors)")
            let program = try BuiltProgram.run(
                "example-from-csv", ["Examples/data/patients.csv", "runs/program"], in: folder)
            #expect(program.status == 0, "\(program.errors)")
            #expect(
                try bytes(of: "\(folder)/runs/patients/model.safetensors")
                    == bytes(of: "\(folder)/runs/program/model.safetensors"))
        }
    }

    @Test(.enabled(if: Python.isThere, Comment(rawValue: Python.absence)))
    func `the ten-line reader of the model format page reads an exported model`() throws {
        let page = "Documentation/ModelFormat.md"
        let code = try #require(try blocks("python", of: page).first { $0.contains("patients.safetensors") })
        let expected = try #require(
            try BuiltProgram.text(page).components(separatedBy: code).last?.components(separatedBy: "```text\n").dropFirst().first?
                .components(separatedBy: "```").first)
        let body = code.split(separator: "\n").filter { !$0.hasPrefix("import") && !$0.hasPrefix("from") }
        #expect(body.count <= 12)
        try withTemporaryFolder { folder in
            try FileManager.default.createSymbolicLink(
                atPath: "\(folder)/Examples", withDestinationPath: BuiltProgram.root.appending(path: "Examples").path)
            let readme = try commands(of: "README.md").filter { ["train", "predict"].contains($0.first) }
            for command in readme + [["export", "--model", "runs/patients", "--out", "patients.safetensors"]] {
                let result = try BuiltProgram.run("lacuna", command, in: folder)
                #expect(result.status == 0, "\(result.errors)")
            }
            #expect(try Python.run(code: code, in: folder) == expected)
        }
    }

    @Test func `every test file that the architecture page names is there`() throws {
        let page = try BuiltProgram.text("Documentation/Architecture.md")
        let named = page.components(separatedBy: "`").filter { $0.hasSuffix("Tests") && $0.contains("/") && !$0.contains(" ") }
        #expect(named.count > 15)
        for name in named where name != "Tests/LacunaTests" {
            let path = name.contains("Tests/") ? "Tests/\(name).swift" : "Tests/LacunaTests/\(name).swift"
            #expect(FileManager.default.fileExists(atPath: BuiltProgram.root.appending(path: path).path), "\(path)")
        }
    }

    @Test func `the error that the page shows is the command's, word for word`() throws {
        let page = "Sources/Lacuna/Lacuna.docc/From-CSV-to-predictions.md"
        let shown = try #require(try blocks("text", of: page).first { $0.hasPrefix("error:") })
        let result = try BuiltProgram.run(
            "lacuna",
            ["train", "--data", "Examples/data/patients.csv", "--id", "patient", "--objective", "tumor:binary", "--out", "/nowhere"],
            in: BuiltProgram.root.path)
        #expect(result.status != 0)
        #expect(result.errors.trimmingCharacters(in: .newlines) == shown.trimmingCharacters(in: .newlines))
    }
}
