@testable import Lacuna
@testable import LacunaCommand
import TestSupport
import Testing

/// A short, repeatable run of what `make fuzz` does for long: damaged files are read or refused, and never more than that.
@Suite struct FuzzTests {
    /// How many damaged files each reader is given; those of folders take longer.
    static let counts = ["table": 200, "model": 80, "ensemble": 30, "checkpoint": 60, "results": 50, "report": 20]

    @Test(arguments: Target.all.map(\.name))
    func `damaged files are read or refused with an error that names them`(name: String) throws {
        let workspace = try Workspace()
        let entry = try #require(Target.all.first { $0.name == name })
        let target = try entry.make(workspace)
        for seed in target.seeds {
            let outcome = try target.run(seed)
            #expect(outcome.findings.isEmpty)
        }
        var refused = 0, read = 0
        for number in 0..<(Self.counts[name] ?? 300) {
            var mutator = Mutator(seed: UInt64(number), words: target.words)
            let seed = target.seeds[number % target.seeds.count], other = target.seeds[(number / 7) % target.seeds.count]
            let outcome = try target.run(mutator.mutate(seed, target.form, other: other))
            #expect(outcome.findings.isEmpty, "mutation \(number)")
            refused += outcome.refused
            read += outcome.read
        }
        // A mutator that destroys everything, or nothing, proves nothing.
        #expect(refused > 0 && read > 0, "\(read) read, \(refused) refused")
    }

    @Test func `a reader that hides the file's name, or works for too long, is found out`() throws {
        let errors: [(name: String, error: (any Error)?)] = [
            ("named", ModelFileError("it is damaged", file: "x.bin")), ("fine", nil), ("nameless", ModelFileError("it is damaged")),
            ("list", CommandErrors(errors: [.init("wrong", at: "x.bin, line 2"), .init("wrong")])), ("empty list", CommandErrors(errors: [])),
        ]
        for (name, error) in errors {
            let target = Target(name: name, seeds: []) { _ in [.init(path: "x.bin") { if let error { throw error } }] }
            let outcome = try target.run([])
            #expect(outcome.findings.isEmpty == (name == "named" || name == "fine"), "\(name)")
        }
        let slow = Target(name: "slow", seeds: [], patience: 0.05) { _ in [.init(path: "x.bin") { Self.work(seconds: 0.1) }] }
        #expect(try slow.run([]).findings.count == 1)
    }

    private static func work(seconds: Double) {
        let start = Target.seconds
        while Target.seconds - start < seconds {}
    }

    @Test func `the mutator makes the same of the same seed, and keeps what it damages readable as often as not`() throws {
        let seed = Array(#"{"a":[1,{"b":"x"}],"c":{"d":null,"e":1.5,"f":true}}"#.utf8)
        var different: Set<[UInt8]> = [], legal = 0
        for number in 0..<200 {
            var first = Mutator(seed: UInt64(number), words: ["w"]), second = Mutator(seed: UInt64(number), words: ["w"])
            let made = first.mutate(seed, .json, other: seed)
            #expect(made == second.mutate(seed, .json, other: seed))
            different.insert(made)
            if JSONTree(made) != nil { legal += 1 }
        }
        #expect(different.count > 150 && (80...190).contains(legal), "\(different.count) different, \(legal) legal")
    }

    @Test func `files in one run of bytes come out as they went in`() {
        let parts: [(name: String, bytes: [UInt8])] = [("a.json", Array("{}\n".utf8)), ("b", []), ("c.bin", [0x0A, 0x3D, 0x0A, 0, 255])]
        let read = Bundle(Bundle(parts).bytes).parts
        #expect(read.map(\.name) == parts.map(\.name) && read.map(\.bytes) == parts.map(\.bytes))
    }
}
