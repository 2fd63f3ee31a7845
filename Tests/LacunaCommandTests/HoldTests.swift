import Foundation
import Lacuna
import TestSupport
import Testing

@Suite struct HoldTests {
    @Test func `a second run in the folder of one at work is refused`() throws {
        try withTemporaryFolder { folder in
            try Sample.csv(rows: 2000).write(to: folder, as: "data.csv")
            let command =
                ["train", "--data", "data.csv", "--id", "patient", "--encoder", "256,256", "--epochs", "500"]
                + Sample.objectives
            let first = try Lacuna.start(command + ["--out", "run"], in: folder)
            defer { first.process.terminate() }
            while first.process.isRunning, !FileSystem.exists(folder + "/run/checkpoints") { usleep(2000) }
            let second = try Lacuna.run(command + ["--out", "run", "--resume"], in: folder)
            #expect(second.code == 1)
            #expect(second.error.contains("another run is at work in 'run'"), "\(second.error)")
        }
    }
}
