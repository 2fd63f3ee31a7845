import Tables
import Testing

@Suite struct CSVErrorTests {
    @Test func `a ragged row is named with its line and both counts`() {
        #expect(
            error { try read("a,b\n1,2\n\n3\n") }
                == TableError(
                    "the row has 1 field, the header 2", file: "table.csv", row: 2, line: 4,
                    why: "every row must have one field per column", fix: "complete the row, or remove it"))
        #expect(
            error { try read("a,b\n1,2,3\n") }
                == TableError(
                    "the row has 3 fields, the header 2", file: "table.csv", row: 1, line: 2,
                    why: "every row must have one field per column", fix: "quote fields that hold the separator"))
    }

    @Test func `a word among numbers is named at its first cell`() {
        #expect(
            error { try read("age,b\n1,2\n3,\"x\ny\"\nn/a,z\n?,z\n4,z\n,z\n") }
                == TableError(
                    "feature 'n/a' is not a number", file: "table.csv", row: 3, line: 5, column: "age",
                    why: "3 of 5 cells in this column are numbers",
                    fix: "declare it with --missing-features 'n/a', or pass --text 'age'"))
    }

    @Test func `a number among words is named at its first cell`() {
        #expect(
            error { try read("a,b\nx,2\ny,2\n7.0,2\nz,2\n8,2\n") }
                == TableError(
                    "feature '7.0' is a number among words", file: "table.csv", row: 3, line: 4, column: "a",
                    why: "3 of 5 cells in this column are words",
                    fix: "declare it with --missing-features '7.0', or pass --text 'a'"))
    }

    @Test func `with as many words as numbers the words are the minority`() {
        #expect(error { try read("a,b\n1,2\nx,2\n") }?.problem == "feature 'x' is not a number")
    }

    @Test(arguments: ["inf", "-Infinity", "+INF", "1e39", "-3.5e38", "1e999"])
    func `an infinite feature is named with its place`(text: String) {
        #expect(
            error { try read("a,b\n1,2\n\(text),2\n2,2\n") }
                == TableError(
                    "feature '\(text)' is infinite", file: "table.csv", row: 2, line: 3, column: "a",
                    why: "a feature must be finite as a 32-bit float (at most 3.4e38)",
                    fix: "leave the cell empty, or declare it with --missing-features '\(text)'"))
    }

    @Test func `the word inf is a word where nothing is a number`() throws {
        #expect(try read("a,b\ninf,1\nsup,1\n").columns[0].strings == ["inf", "sup"])
        #expect(error { try read("a,b\ninf,1\n,1\n") }?.problem == "feature 'inf' is infinite")
    }

    @Test(arguments: ["inf", "-Infinity", "1e999"])
    func `an infinite label is named with its place`(text: String) {
        #expect(
            error { try read("a,b\n1,2\n\(text),2\n", as: .label(missing: .standard)) }
                == TableError(
                    "label '\(text)' is infinite", file: "table.csv", row: 2, line: 3, column: "a",
                    why: "an observed label must be finite", fix: "leave the cell empty, or pass --missing '\(text)'"))
    }

    @Test func `a quote that is never closed is named with the line where it opened`() {
        #expect(
            error { try read("a,b\n1,2\n3,\"x\ny\n5,6\n") }
                == TableError(
                    "a quote is never closed", file: "table.csv", row: 2, line: 3,
                    why: "the field that opens on this line runs to the end of the file", fix: "close the quote, or double it"))
    }

    @Test func `text after a closing quote is an error`() {
        #expect(
            error { try read("a,b\n1,\"x\"y\n") }
                == TableError(
                    "text follows a closing quote", file: "table.csv", row: 1, line: 2,
                    why: "a quoted field ends with its quote; a quote inside is doubled", fix: "double the quotes inside the field"))
    }

    @Test func `a table without rows is an error`() {
        let expected = TableError(
            "the table has no data rows", file: "table.csv", why: "nothing follows the header", fix: "add rows below the header")
        #expect(error { try read("a,b\n") } == expected)
        #expect(error { try read("a,b") } == expected)
    }

    @Test func `empty and repeated column names are errors`() {
        #expect(
            error { try read(",b\n0,1\n") }
                == TableError(
                    "column 1 has no name", file: "table.csv", line: 1, why: "pandas writes its index so",
                    fix: "write the table with index=False, or name the column"))
        #expect(
            error { try read("a,b,a\n0,1,2\n") }
                == TableError(
                    "two columns have the same name", file: "table.csv", line: 1, column: "a",
                    why: "columns 1 and 3 are both called that", fix: "rename one of them"))
    }

    @Test func `text that is not UTF-8 is named with its place`() throws {
        try withFile("t.csv", Array("a,b\nx,1\n".utf8) + [0xE9, 0x2C, 0x32, 0x0A]) { path in
            let problem = error { try TableReader(path: path).read([.text, .skip]) }
            #expect(
                problem == TableError(
                    "the cell '\u{FFFD}' is not UTF-8", file: "t.csv", row: 2, line: 3, column: "a",
                    why: "the file was written in another encoding", fix: "save it as UTF-8"))
        }
    }

    @Test(arguments: [
        ("t.csv", [0x89, 0x50, 0x4E, 0x47, 0x0D, 0x0A], "this is a PNG picture, not a text table"),
        ("t.csv", [0x50, 0x4B, 3, 4, 0x0A], "this is a zip archive (npz and xlsx files are such), not a text table"),
        ("t.csv", [0x93, 0x4E, 0x55, 0x4D, 0x50, 0x59, 1, 0], "this is an npy array, not a text table"),
        ("t.csv", [0xFF, 0xFE, 0x61, 0], "this is UTF-16 text, not a text table"),
        ("t.csv", [0x61, 0, 0x62, 0x0A, 1, 2, 3], "this is not a text table"),
        ("t.csv", [], "the file is empty"),
        ("t.csv.gz", [0x61, 0x0A, 0x31, 0x0A], "this is not a gzip file"),
        ("t.npy", [0x61, 0x0A, 0x31, 0x0A], "this is not an array file, but text"),
        ("t.csv", [0x61, 0x3B, 0x62, 0x0A, 0x31, 0x3B, 0x32], "the header has no comma, but semicolons"),
        ("t.csv", [0x61, 0x0D, 0x31, 0x0D], "the header holds a carriage return"),
        ("t.csv", [0x0A, 0x0A], "the table has no header"),
    ] as [(String, [UInt8], String)])
    func `a file that is not what its name says is refused`(name: String, bytes: [UInt8], problem: String) throws {
        try withFile(name, bytes) { path in
            let found = error { try TableReader(path: path) }
            #expect(found?.problem == problem)
            #expect(found?.file == name)
        }
    }

    @Test func `a missing file and a folder are refused by name`() throws {
        try withFolder { folder in
            #expect(
                error { try TableReader(path: folder + "/none.csv") }
                    == TableError(
                    "cannot open the file: No such file or directory", file: "none.csv", fix: "check the path and the permissions"))
            #expect(error { try TableReader(path: folder) }?.problem == "this is a directory")
        }
    }

    @Test func `a NUL byte far down in a text column is an error`() throws {
        let rows = String(repeating: "x,1\n", count: 40_000) + "y\0,1\n"
        let found = error { try read("a,b\n" + rows) }
        #expect(found?.problem == "the cell holds a NUL byte")
        #expect(found?.row == 40_001)
    }
}
