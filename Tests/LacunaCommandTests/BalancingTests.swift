import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

/// Balancing, frozen heads and TensorBoard's files, through the command.
@Suite struct BalancingTests {
    private func setting(_ text: String) throws -> ObjectiveBalancing {
        var configuration = RunConfiguration()
        try Setting.named(.training, "balance").read(.text(text), &configuration)
        return configuration.training.balancing
    }

    @Test func `balance reads what help shows`() throws {
        #expect(try setting("coverage:0.5") == .coverage(exponent: 0.5))
        #expect(try ["static", "uncertainty", "dwa", "rlw"].map(setting) == [.static, .uncertainty, .dwa, .rlw])
        let error = #expect(throws: SettingError.self) { try setting("uncertainly") }
        #expect(error?.problem == "'uncertainly' is no way to balance" && error?.fix == "did you mean 'uncertainty'?")
        let exponent = #expect(throws: SettingError.self) { try setting("coverage:half") }
        #expect(exponent?.problem == "'coverage:half' has no number as its exponent")
    }

    private func train(_ flags: [String], in folder: String) throws -> Lacuna.Outcome {
        try Sample.csv().write(to: folder, as: "data.csv")
        return try Lacuna.run(Sample.train + Sample.objectives + flags, in: folder)
    }

    private func json(_ file: String) throws -> [String: Any] {
        try #require(JSONSerialization.jsonObject(with: Data(contentsOf: URL(filePath: file))) as? [String: Any])
    }

    @Test func `a balanced run with frozen heads writes weights, own best epochs and event files, and resumes`() throws {
        try withTemporaryFolder { folder in
            let flags = [
                "--balance", "coverage:1", "--early-stopping", "1", "--freeze-heads", "best", "--tensorboard", "run/tensorboard",
                "--epochs", "6", "--learning-rate", "0.05", "--out", "run",
            ]
            let outcome = try train(flags, in: folder)
            #expect(outcome.code == 0, "\(outcome.error)")
            #expect(outcome.output.contains("weights of the last epoch by coverage:1.0: tumor "))
            #expect(outcome.output.contains("each head is of its own best epoch: tumor "))
            #expect(outcome.error.contains("kept the encoder of epoch "))
            let metrics = try json(folder + "/run/metrics.json")
            #expect((metrics["training"] as? [String: Any])?["balance"] as? String == "coverage:1.0")
            let objectives = try #require(metrics["objectives"] as? [[String: Any]])
            let weights = objectives.compactMap { ($0["training"] as? [String: Any])?["weight"] as? Double }
            let epochs = objectives.compactMap { ($0["training"] as? [String: Any])?["bestEpoch"] as? Int }
            #expect(weights.count == 5 && epochs.count == 5)
            #expect(try String(contentsOfFile: folder + "/run/config.yaml", encoding: .utf8).contains("  balance: coverage:1.0\n"))
            let lines = try String(contentsOfFile: folder + "/run/history.jsonl", encoding: .utf8).split(separator: "\n")
            #expect(lines.allSatisfy { $0.contains("\"weight\":") && $0.contains("\"bestEpoch\":") })
            let events = try FileManager.default.contentsOfDirectory(atPath: folder + "/run/tensorboard")
            #expect(events.count == 1 && events[0].hasPrefix("events.out.tfevents."))
            // A finished run stays as it is, event files included.
            let again = try train(flags + ["--resume"], in: folder)
            #expect(again.code == 0 && again.error.contains("is finished; nothing was changed"))
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/run/tensorboard") == events)
            #expect(try train(flags + ["--overwrite"], in: folder).code == 0)
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder + "/run/tensorboard").count == 1)
        }
    }

    @Test func `event files may not lie elsewhere in the run's folder, nor in what is no folder`() throws {
        try withTemporaryFolder { folder in
            let inside = try train(["--tensorboard", "./run/../run/logs", "--out", "run"], in: folder)
            #expect(inside.code != 0 && inside.error.contains("error: the folder './run/../run/logs' lies in the run's own"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/run"))
            let file = try train(["--tensorboard", "data.csv", "--out", "run"], in: folder)
            #expect(file.code != 0 && file.error.contains("data.csv"))
            #expect(!FileManager.default.fileExists(atPath: folder + "/run/model.json"))
        }
    }

    @Test func `frozen heads without early stopping are an error that says what to give`() throws {
        try withTemporaryFolder { folder in
            let outcome = try train(["--freeze-heads", "best", "--out", "run"], in: folder)
            #expect(outcome.code != 0 && outcome.error.contains("heads are frozen by early stopping, and there is none"))
        }
    }
}
