import Foundation
@testable import Lacuna
@testable import LacunaCommand
@testable import Tables
import TestSupport
import Testing

/// The smallest files that once ended a reader, filled its memory, or were refused without a name.
@Suite struct FindingTests {
    // MARK: Settings

    @Test func `aliases are refused before they unfold, with their line`() throws {
        // 9⁹ values; and lists in lists, deeper than any stack, out of less than a kilobyte for each level of a thousand.
        var bomb = "a: &a [x,x,x,x,x,x,x,x,x]\n"
        for (name, last) in zip("bcdefghi", "abcdefgh") { bomb += "\(name): &\(name) [\(Array(repeating: "*\(last)", count: 9).joined(separator: ","))]\n" }
        let error = #expect(throws: CommandErrors.self) { try ConfigurationReader.read(bomb, path: "lacuna.yaml") }
        #expect(error?.errors.map(\.place) == ["lacuna.yaml, line 2"])
        #expect(error?.errors.first?.problem == "the file has an alias")
        // As a key, whose hash is taken before anything can be looked at.
        let key = bomb + "? *i\n: 1\n"
        #expect(throws: CommandErrors.self) { try ConfigurationReader.read(key, path: "lacuna.yaml") }
        for text in ["x: &a 1\ny: *a\n", "- &a\n- *a", "{a: &a b, c: *a}", "a: !!str &x y\nb: !!str *x\n", "?&a b\n:*a\n", "&a a: *a\n", "\u{FEFF}a: &a b\nc: *a\n"] {
            let error = #expect(throws: CommandErrors.self) { try ConfigurationReader.read(text, path: "lacuna.yaml") }
            #expect(error?.errors.isEmpty == false, "\(text)")
        }
    }

    @Test func `stars and ampersands in texts are no aliases`() throws {
        let text = """
            # a comment with a *star and an &anchor
            data: {file: "R&D *a.csv", missing: ["*", "&x"], ignore: ['*_id'], text: [a&b, a*b]}
            objectives:
              - {column: "x &y", kind: binary}
              - {name: all, columns: "*_label", kind: multilabel}
            """
        let read = try ConfigurationReader.read(text, path: "lacuna.yaml")
        #expect(read.data.file == "R&D *a.csv" && read.data.missing == ["*", "&x"] && read.data.text == ["a&b", "a*b"])
        #expect(read.objectives.map(\.columns) == [.exact("x &y"), .glob("*_label")])
        // A name that nothing refers to is harmless.
        #expect(try ConfigurationReader.read("training: &t {seed: 3}\n", path: "x").training.seed == 3)
        let error = #expect(throws: CommandErrors.self) { try ConfigurationReader.read("data:\n  ignore: [*_id]\n", path: "lacuna.yaml") }
        #expect(error?.errors.first?.fix == "quote a pattern that begins with '*', or write the values out")
    }

    @Test func `deep nesting is an error with the file's name`() throws {
        for opening in ["[", "{a: ", "- ", "{\"a\":["] {
            let text = String(repeating: opening, count: 20_000)
            let error = #expect(throws: CommandErrors.self) { try ConfigurationReader.read(text, path: "lacuna.yaml") }
            #expect(error?.errors.first?.place?.hasPrefix("lacuna.yaml") == true, "\(opening)")
        }
    }

    // MARK: Results

    @Test(arguments: [#""observed":1e300"#, #""observed":-1"#, #""unscored":1e19"#])
    func `a count that is none is refused`(count: String) {
        let text = """
            {"objectives":[{"name":"x","kind":"binary","coverage":{},"metrics":{"test":{\(count)}},"undefined":{}}],
            "rows":{"test":1},"unlabelledDropped":0}
            """
        #expect(throws: (any Error).self) { try ResultReport(reading: Array(text.utf8)) }
    }

    @Test func `counts that would leave Int when they are added are refused`() {
        for text in [
            #"{"objectives":[],"rows":{"test":9223372036854775807,"valid":1},"unlabelledDropped":0}"#,
            #"{"objectives":[],"rows":{},"unlabelledDropped":-9223372036854775808}"#,
            #"{"objectives":[{"name":"x","kind":"binary","coverage":{},"metrics":{},"undefined":{},"confusion":{"test":{"labels":["0","1"],"counts":[[1]]}}}],"rows":{},"unlabelledDropped":0}"#,
            #"{"objectives":[{"name":"x","kind":"binary","coverage":{},"metrics":{},"undefined":{},"confusion":{"test":{"labels":["0","1"],"counts":[[9223372036854775807,1],[0,0]]}}}],"rows":{},"unlabelledDropped":0}"#,
        ] {
            #expect(throws: (any Error).self, "\(text)") { try ResultReport(reading: Array(text.utf8)) }
        }
    }

    @Test func `axes of numbers at the ends of Double have ends and ticks`() {
        for values in [[0, .leastNonzeroMagnitude], [1, 1.0000000000000002], [-1e308, 1e308], [1e300, 2e300], [.leastNonzeroMagnitude], [9.2e18, 9.3e18]] {
            let axis = Axis.covering(values, label: "x")
            #expect(axis.ticks.count < 30 && axis.lowest < axis.highest, "\(values)")
            for value in values + [.nan, .infinity] { #expect((0...1).contains(axis.position(value))) }
        }
    }

    // MARK: Models

    @Test func `tensors that share bytes are refused, for they would make much memory of a small file`() {
        let entries = (0..<100).map { #""t\#($0)":{"dtype":"F32","shape":[4],"data_offsets":[0,16]}"# }
        let header = Array("{\(entries.joined(separator: ","))}".utf8)
        let length = (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) }
        let error = #expect(throws: ModelFileError.self) { try SafeTensors.decode(length + header + [UInt8](repeating: 0, count: 16)) }
        #expect(error?.problem == "its tensors claim more bytes than the 16 that it has")
    }

    /// A small model in a folder, whose facts are changed and sealed again.
    private func changed(_ old: String, _ new: String, _ body: (String) throws -> Void) throws {
        try TestSupport.withTemporaryFolder { folder in
            let model = try Model(features: 3, encoder: .dense(4), objectives: [.binary("x"), .regression("y")], threads: 1)
            try model.save(to: folder)
            let path = "\(folder)/model.json"
            let text = String(decoding: try TestSupport.bytes(of: path), as: UTF8.self)
            let facts = text.prefix(upTo: try #require(text.range(of: ModelFolder.sealStart)).lowerBound) + "\n}"
            try #require(facts.contains(old), "\(facts)")
            try TestSupport.write(ModelFolder.sealed(Array(facts.replacing(old, with: new).utf8)), to: path)
            try body(folder)
        }
    }

    @Test(arguments: ["1000000000", "9223372036854775807", "4611686018427387904", "0", "-1"])
    func `a model that claims many features takes no memory for them`(features: String) throws {
        try changed(#""features" : 3"#, #""features" : \#(features)"#) { folder in
            let error = #expect(throws: ModelFileError.self) { try Model.load(from: folder) }
            #expect(error?.file?.hasPrefix(folder) == true)
        }
    }

    @Test func `a model that claims wide layers takes no memory for them`() throws {
        let widths = Array(repeating: "1000000", count: 30).joined(separator: ",")
        try changed("\"widths\" : [\n      4\n    ]", "\"widths\" : [\(widths)]") { folder in
            let error = #expect(throws: ModelFileError.self) { try Model.load(from: folder) }
            #expect(error?.file == "\(folder)/model.safetensors")
        }
    }

    @Test func `a program that asks for more weights than can be counted gets an error`() {
        #expect(throws: SettingError.self) { try Model(features: .max, encoder: .dense(2), objectives: [.binary("x")]) }
        #expect(throws: SettingError.self) { try Model(features: 1, encoder: EncoderSpec(Array(repeating: 1_000_000, count: 1000)), objectives: [.regression("x", head: .tower([1_000_000]))], threads: Int.max) }
    }

    @Test(arguments: [
        EncoderSpec([3]), EncoderSpec([4, 2], norm: .layer), EncoderSpec([2], norm: .batch),
    ])
    func `the weights of a model are counted without making it`(encoder: EncoderSpec) throws {
        let model = try Model(features: 5, encoder: encoder, objectives: .everyKindWithTowers, threads: 1)
        #expect(
            try Model.weightCount(features: 5, encoder: encoder, objectives: .everyKindWithTowers)
                == model.engine.weights.reduce(0) { $0 + $1.count })
    }

    @Test func `a model whose preprocessing is of other objectives, and a history that does not count its epochs, are refused by name`() throws {
        let workspace = try Workspace()
        let run = try RunFolder("run", in: workspace)
        let facts = String(decoding: run.facts(), as: UTF8.self), named = #""objective" : "tumor""#
        try #require(facts.contains(named))
        try run.write(Bundle([("model.json", Array(facts.replacing(named, with: #""objective" : "tumour""#).utf8))]))
        let error = #expect(throws: ModelFileError.self) { try ModelFolder(run.path).load(as: Preprocessing.self) }
        #expect(error?.file == "\(run.path)/model.json" && error?.problem == "what it says of the data does not fit its objectives and features")

        let history = String(decoding: run.files["history.jsonl"] ?? [], as: UTF8.self)
        try #require(history.contains(#""epoch":1,"#))
        try run.write(Bundle([("history.jsonl", Array(history.replacing(#""epoch":1,"#, with: #""epoch":9223372036854775807,"#).utf8))]))
        let refused = #expect(throws: ModelFileError.self) {
            try ReportFacts.load(RunDirectory(run.path), .init(part: nil, flags: [], namesData: false, inspects: false))
        }
        #expect(refused?.file == "\(run.path)/history.jsonl")
    }

    @Test(arguments: ["1", "1e300", "-0.1"])
    func `a coverage that needs more rows than there can be is refused`(coverage: String) {
        #expect(throws: DecodingError.self) { try JSONDecoder().decode(Conformal.self, from: Data(#"{"coverage":\#(coverage),"count":3}"#.utf8)) }
    }

    // MARK: Checkpoints

    /// A checkpoint after two of three epochs, one of whose files is changed; its digests fit.
    private func resumed(_ file: String, _ change: ([UInt8]) throws -> [UInt8]) throws -> (any Error)? {
        let workspace = try Workspace()
        let target = try Target.checkpoint(workspace)
        for seed in target.seeds {
            guard let bytes = Bundle(seed)[file] else { continue }
            for attempt in try target.attempts(Bundle([(file, try change(bytes))]).bytes) {
                do { try attempt.read() } catch { return error }
            }
            return nil
        }
        Issue.record("no file \(file)")
        return nil
    }

    @Test(arguments: ["last.safetensors", "best.safetensors", "optimizer.safetensors", "heads.safetensors"])
    func `a checkpoint with tensors of another model is refused by its file`(file: String) throws {
        let error = try resumed(file) { bytes in
            SafeTensors.encode(try SafeTensors.decode(bytes).map { NamedTensor($0.name, [1], .floats([0])) })
        }
        #expect((error as? ModelFileError)?.file?.hasSuffix(file) == true, "\(String(describing: error))")
    }

    @Test(arguments: [
        #""epochsDone":2=>"epochsDone":-1"#, #""step":=>"step":9223372036854775807,"was":"#, #""stepsDone":0=>"stepsDone":9223372036854775807"#,
        #""waited":=>"waited":9223372036854775807,"was":"#, #""updates":[=>"updates":[9223372036854775807,"#, #""watches":[=>"watches":[null,"#,
        #""observed":[=>"observed":[1,"#, #""logVariances":[=>"logVariances":[0,"#,
    ])
    func `a checkpoint whose counts cannot be is refused`(change: String) throws {
        let parts = change.split(separator: "=>").map(String.init)
        let error = try resumed("state.json") { bytes in
            let text = String(decoding: bytes, as: UTF8.self)
            try #require(text.contains(parts[0]), "\(text)")
            return Array(text.replacing(parts[0], with: parts[1]).utf8)
        }
        #expect((error as? ModelFileError)?.file?.contains("checkpoints") == true, "\(String(describing: error))")
    }

    // MARK: Tables

    @Test func `a record that inflates beyond what one may have is refused`() throws {
        let workspace = try Workspace()
        let packed = try Deflater(path: "x").deflate(Array("a,b\n\"".utf8) + [UInt8](repeating: 0x78, count: 100_000), isLast: true)
        let file = try FileBytes(path: workspace.put(packed, "x.csv.gz"))
        let window = try ByteWindow(file, bufferSize: 16, mostBytes: 4096)
        let error = #expect(throws: TableError.self) {
            try window.begin()
            while !window.isLast { try unsafe window.advance(from: window.start) }
        }
        #expect(error?.problem == "a record has more than 4096 bytes" && error?.file?.hasSuffix("x.csv.gz") == true)
    }

    @Test func `a record over many lines is not scanned anew for each piece that is inflated`() throws {
        let workspace = try Workspace()
        let packed = try Deflater(path: "x").deflate(Array("a,b\n\"".utf8) + [UInt8](repeating: 0x0A, count: 100_000), isLast: true)
        let window = try ByteWindow(FileBytes(path: workspace.put(packed, "x.csv.gz")), bufferSize: 2)
        try window.begin()
        var windows = 1
        while !window.isLast {
            try unsafe window.advance(from: window.start)
            windows += 1
        }
        #expect(windows < 40)
    }

    @Test func `a gzip file that was refused is no longer read, and may be written anew at once`() throws {
        let workspace = try Workspace()
        var random = SeededGenerator(seed: 3)
        // What lies further apart than zlib looks back does not shrink again.
        let line = (0..<50_000).map { _ in UInt8.random(in: 0x61...0x7A, using: &random) }
        let text = Array("a,b\n1,2,3\n".utf8) + Array(repeating: line, count: 60).joined()
        let packed = try Deflater(path: "x").deflate(text, isLast: true)
        for _ in 0..<20 {
            let path = try workspace.put(packed, "x.csv.gz")
            let reader = try TableReader(path: path)
            #expect(throws: TableError.self) { try reader.read([.text, .text]) }
            // A mapped file that loses its pages under a reader ends the program.
            try workspace.put([], "x.csv.gz")
        }
    }
}
