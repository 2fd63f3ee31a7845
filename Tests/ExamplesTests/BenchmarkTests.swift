import Foundation
import TestSupport
import Testing

/// The benchmarks' page, their driver and what is written of them speak of the same works. No time is measured here.
@Suite struct BenchmarkTests {
    /// The names and titles of the driver's works, in order: `WORKS` names functions, whose first lines are titles.
    private func works() throws -> [(name: String, title: String)] {
        let source = try BuiltProgram.text("Benchmarks/harness/works.py")
        let titles = Dictionary(
            source.matches(of: /\ndef (\w+)\(programs, scale\):\n    """(.+)"""/).map { (String($0.1), String($0.2)) }
        ) { first, _ in first }
        let table = try #require(source.firstMatch(of: /\nWORKS = \{([^}]+)\}/)).1
        return try table.matches(of: /"(\w+)": (\w+)/).map {
            (String($0.1), try #require(titles[String($0.2)], "\($0.2) has no title"))
        }
    }

    @Test func `the page of results has every work of the driver, in its order`() throws {
        let works = try works()
        #expect(works.count == 12)
        let headings = try BuiltProgram.text("Benchmarks/RESULTS.md").split(separator: "\n")
            .filter { $0.hasPrefix("## ") }.map { String($0.dropFirst(3)) }
        #expect(Array(headings.prefix(works.count)) == works.map(\.title))
        #expect(works.allSatisfy { $0.title.hasPrefix("\($0.name): ") })
    }

    @Test func `the documentation names every work of the driver`() throws {
        let page = try BuiltProgram.text("Documentation/Benchmarks.md")
        let headers: Set = ["command", "work", "file"]
        let rows = page.matches(of: #/\n\| (\w+) \| /#).map { String($0.1) }.filter { !headers.contains($0) }
        let names = try works().map(\.name)
        #expect(rows == names)
    }

    @Test func `the page of results names no folder of the machine it was measured on`() throws {
        let page = try BuiltProgram.text("Benchmarks/RESULTS.md")
        #expect(page.firstMatch(of: /[ `(](\/\w+){2}/) == nil)
    }

    @Test(.enabled(if: Python.isThere, Comment(rawValue: Python.absence)))
    func `other losses, a loss that is no number and a run that learns nothing are disagreements`() throws {
        let code = """
            import sys
            sys.path.insert(0, "Benchmarks")
            from harness.agreement import judge
            from harness.figures import Result
            result = Result()
            ours = {"before": 2.0, "after": 1.5}
            cases = {"equal": (2.0, 1.5), "rounding": (2.000001, 1.50001), "before": (2.01, 1.5), "after": (2.0, 1.49),
                     "nan": (2.0, float("nan"))}
            for name, (before, after) in cases.items():
                judge(result, name, "peer", ours, {"before": before, "after": after}, 8)
            judge(result, "still", "peer", {"before": 2.0, "after": 2.0}, {"before": 2.0, "after": 2.0}, 8)
            print(",".join(text.split(":")[0] for text in result.failures))
            """
        let printed = try Python.run(code: code, in: BuiltProgram.root.path)
        #expect(printed.trimmingCharacters(in: .whitespacesAndNewlines) == "before,after,nan,still")
    }
}
