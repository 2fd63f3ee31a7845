import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct VerifyCommandTests {
    private func run(_ arguments: [String], in folder: String) throws -> Lacuna.Outcome {
        try Sample.csv().write(to: folder, as: "data.csv")
        return try Lacuna.run(
            ["verify", "--data", "data.csv", "--id", "patient", "--encoder", "6", "--threads", "1", "--epochs", "1"]
                + Sample.objectives + arguments, in: folder)
    }

    @Test func `verify says what was compared and ends with 0, and leaves nothing behind`() throws {
        try withTemporaryFolder { folder in
            let outcome = try run([], in: folder)
            #expect(outcome.code == 0, "\(outcome.error)")
            for name in ["poison ", "headPaths ", "control ", "files ", "accumulation ", "resume "] {
                #expect(outcome.output.contains("\n" + name) || outcome.output.hasPrefix(name))
            }
            #expect(outcome.output.contains("tensors of weights ("))
            #expect(outcome.output.contains("all bits are equal"))
            #expect(outcome.output.contains("allowed 0.0001"))
            #expect(outcome.output.hasSuffix("passed: 6 checks, 1 epoch each\n"))
            #expect(FileSystem.names(in: folder) == ["data.csv"])
        }
    }

    @Test func `a broken mask ends with 1 and says which check failed`() throws {
        try withTemporaryFolder { folder in
            let outcome = try run(["--break-mask", "--json", "--quiet"], in: folder)
            #expect(outcome.code == 1)
            #expect(outcome.error == "")
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
            #expect(json["passed"] as? Bool == false)
            let checks = try #require(json["checks"] as? [[String: Any]])
            let poison = try #require(checks.first { $0["name"] as? String == "poison" })
            #expect(poison["passed"] as? Bool == false)
            #expect((poison["difference"] as? String)?.hasPrefix("weights '") == true)
            #expect((poison["largestDifference"] as? Double).map { $0 > 0 } == true)
            let resume = try #require(checks.first { $0["name"] as? String == "resume" })
            #expect(resume["passed"] as? Bool == true)
        }
    }

    @Test func `a skipped check is null for programs`() throws {
        try withTemporaryFolder { folder in
            let outcome = try run(["--norm", "batch", "--json", "--quiet"], in: folder)
            #expect(outcome.code == 0, "\(outcome.error)")
            let json = try #require(
                try JSONSerialization.jsonObject(with: Data(outcome.output.utf8)) as? [String: Any])
            let checks = try #require(json["checks"] as? [[String: Any]])
            let skipped = try #require(checks.first { $0["name"] as? String == "accumulation" })
            #expect(skipped["passed"] is NSNull)
            #expect((skipped["skipped"] as? String)?.contains("batch norm") == true)
        }
    }
}
