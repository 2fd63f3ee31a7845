import Foundation
import Tables
import Testing

@Suite struct WriterTests {
    @Test func `a written table reads back as it was`() throws {
        try withFolder { folder in
            let path = folder + "/out.csv"
            let writer = try CSVWriter(path: path, header: ["id", "a,b", "x"])
            let ids = ["plain", "com,ma", "qu\"ote", "line\nbreak", "cr\rlf", " space ", "", "日本"]
            let values: [Float] = [0.1, .leastNonzeroMagnitude, 3.4028235e38, -0.0, 16_777_216, 1 / 3, .nan, 7]
            for (id, value) in zip(ids, values) {
                try writer.append(id)
                try writer.append(3)
                try writer.append(value)
                try writer.endRow()
            }
            #expect(!FileManager.default.fileExists(atPath: path))
            try writer.finish()
            let reader = try TableReader(path: path)
            #expect(reader.header == ["id", "a,b", "x"])
            let table = try reader.read([.text, .skip, .feature(missing: .standard, forceText: false)])
            #expect(table.columns[0].strings == ids)
            #expect(table.columns[2].floats?.map { $0.isNaN ? "nan" : "\($0)" } == values.map { $0.isNaN ? "nan" : "\($0)" })
        }
    }

    @Test func `the text of a written table is exact`() throws {
        try withFolder { folder in
            let writer = try CSVWriter(path: folder + "/out.csv", header: ["id"])
            for text in ["", "a\"b", "c"] {
                try writer.append(text)
                try writer.endRow()
            }
            try writer.finish()
            #expect(try String(contentsOfFile: folder + "/out.csv", encoding: .utf8) == "id\n\"\"\n\"a\"\"b\"\nc\n")
        }
    }

    @Test func `a dropped writer leaves nothing behind and an old file untouched`() throws {
        try withFolder { folder in
            try "old".write(toFile: folder + "/out.csv", atomically: false, encoding: .utf8)
            do {
                let writer = try CSVWriter(path: folder + "/out.csv", header: ["a"])
                try writer.append("new")
                try writer.endRow()
                #expect(try FileManager.default.contentsOfDirectory(atPath: folder).count == 2)
            }
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.csv"])
            #expect(try String(contentsOfFile: folder + "/out.csv", encoding: .utf8) == "old")
        }
    }

    @Test func `a link stays a link and its target gets the new bytes`() throws {
        try withFolder { folder in
            try "old".write(toFile: folder + "/real.csv", atomically: false, encoding: .utf8)
            try FileManager.default.createSymbolicLink(atPath: folder + "/link.csv", withDestinationPath: "real.csv")
            try CSVWriter(path: folder + "/link.csv", header: ["a"]).finish()
            #expect(try String(contentsOfFile: folder + "/real.csv", encoding: .utf8) == "a\n")
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: folder + "/link.csv") == "real.csv")
        }
    }

    @Test func `a folder that is missing is an error with the path`() throws {
        try withFolder { folder in
            #expect(
                error { try CSVWriter(path: folder + "/none/out.csv", header: ["a"]) }
                    == TableError(
                        "cannot create the file: No such file or directory", file: "out.csv", fix: "give a path that can be written"))
        }
    }

    @Test(.enabled(if: FileManager.default.fileExists(atPath: "/dev/full")))
    func `a full disk is an error`() {
        let found = error {
            let writer = try CSVWriter(path: "/dev/full", header: ["a"])
            try writer.finish()
        }
        #expect(
            found == TableError(
                "cannot write the file: No space left on device", file: "full", why: "no half-written file is left behind"))
    }

    @Test func `a folder of that name is an error and no temporary file stays`() throws {
        try withFolder { folder in
            try FileManager.default.createDirectory(atPath: folder + "/out.csv", withIntermediateDirectories: false)
            let found = error { try CSVWriter(path: folder + "/out.csv", header: ["a"]).finish() }
            #expect(found?.problem == "cannot put the file into place: Is a directory")
            #expect(try FileManager.default.contentsOfDirectory(atPath: folder) == ["out.csv"])
        }
    }
}
