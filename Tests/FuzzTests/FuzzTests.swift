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
}
