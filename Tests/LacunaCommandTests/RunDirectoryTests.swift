import Foundation
import Lacuna
import Testing

@testable import LacunaCommand

@Suite struct RunDirectoryTests {
    private func put(_ names: String..., in folder: String) throws {
        for name in names { try FileSystem.write([120], to: folder + "/" + name) }
    }

    @Test func `a folder that is not there or empty may be used, and checking makes nothing`() throws {
        try withTemporaryFolder { folder in
            try RunDirectory(folder).check(.refuse)
            try RunDirectory(folder + "/new").check(.refuse)
            try RunDirectory(folder + "/new").check(.resume)
            #expect(!FileSystem.exists(folder + "/new"))
        }
    }

    @Test func `a finished run is not written over unless that is said`() throws {
        try withTemporaryFolder { folder in
            try put("model.json", "config.yaml", in: folder)
            let error = try #require(throws: CommandError.self) { try RunDirectory(folder).check(.refuse) }
            #expect(error.problem == "the output folder '\(folder)' is not empty")
            #expect(error.fix == "name another folder, or pass --resume to go on with its run, or --overwrite to start anew")
            try RunDirectory(folder).check(.resume)
            try RunDirectory(folder).check(.overwrite)
        }
    }

    @Test(arguments: [RunDirectory.Existing.refuse, .resume, .overwrite])
    func `a stranger's folder is never used`(existing: RunDirectory.Existing) throws {
        try withTemporaryFolder { folder in
            try put("model.json", "thesis.docx", in: folder)
            #expect(throws: CommandError.self) { try RunDirectory(folder).check(existing) }
            #expect(throws: CommandError.self) { try RunDirectory(folder).clear() }
            #expect(FileSystem.names(in: folder) == ["model.json", "thesis.docx"])
        }
    }

    @Test func `overwriting removes the run and keeps the folder`() throws {
        try withTemporaryFolder { folder in
            try put("model.json", "model.safetensors", "history.jsonl", "config.yaml", "split.csv", in: folder)
            try FileManager.default.createDirectory(atPath: folder + "/checkpoints", withIntermediateDirectories: false)
            try put("optimizer.safetensors", in: folder + "/checkpoints")
            try RunDirectory(folder).clear()
            #expect(FileSystem.names(in: folder) == [])
        }
    }

    @Test func `a file is no output folder`() throws {
        try withTemporaryFolder { folder in
            try put("file", in: folder)
            let error = try #require(throws: CommandError.self) { try RunDirectory(folder + "/file").check(.refuse) }
            #expect(error.problem == "the output '\(folder)/file' is a file")
        }
    }
}
