import Foundation
import Testing

@testable import Tables

@Suite struct GzipTests {
    /// "id,word,x" and 12 rows with quotes, CRLF, a line break in a field, gaps and no last line end.
    static let text =
        "\u{FEFF}id,word,x\r\n1,\"a\r\nb\",0.5\n2,,1e-3\n3,\"say \"\"ü\"\"\",\n4,d,-7\r\n" + (5 ... 12).map { "\($0),w\($0 % 3),\($0).25" }
        .joined(separator: "\n")

    static func check(_ path: String, bufferSize: Int = 1 << 20) throws {
        let reader = try TableReader(path: path, bufferSize: bufferSize, partSize: 1 << 21)
        #expect(reader.header == ["id", "word", "x"])
        let table = try reader.read([.text, .feature(missing: .standard, forceText: false), .label(missing: .standard)])
        #expect(table.rows == 12)
        #expect(table.columns[0].strings == (1 ... 12).map(String.init))
        #expect(
            table.columns[1].strings == ["a\r\nb", nil, "say \"ü\"", "d"] + (5 ... 12).map { "w\($0 % 3)" })
        let numbers: [Double] = [0.5, 1e-3, -7] + (5 ... 12).map { Double($0) + 0.25 }
        #expect(table.columns[2].labels?.cells == numbers.map { .number($0) })
        #expect(table.columns[2].labels?.rows == [0, 1] + (3 ... 11))
        #expect([1, 2, 12].map(table.line(ofRow:)) == [2, 4, 14])
    }

    @Test func `a plain file and its gzip read the same, under a name that says what it is`() throws {
        try withFile("t.csv", Array(GzipTests.text.utf8)) { try GzipTests.check($0) }
        try withFile("t.csv.gz", storedGzip(Array(GzipTests.text.utf8))) { try GzipTests.check($0) }
        _ = try withFile("t.csv", storedGzip(Array(GzipTests.text.utf8))) { path in
            #expect(throws: TableError.self) { try TableReader(path: path) }
        }
    }

    @Test(arguments: [("t.tsv", "a,b\n1,2\n", "this is not tab-separated"), ("t.csv", "a\tb\n1\t2\n", "this is not comma-separated")])
    func `a table with another separator than its name says is refused`(name: String, text: String, problem: String) throws {
        try withFile(name, Array(text.utf8)) { path in
            do throws(TableError) {
                _ = try TableReader(path: path)
                Issue.record("read \(name)")
            } catch {
                #expect(error.problem == problem)
            }
        }
    }

    @Test func `a boundary of the inflated pieces may fall anywhere`() throws {
        try withFile("t.csv.gz", storedGzip(Array(GzipTests.text.utf8))) { path in
            for size in 1 ... GzipTests.text.utf8.count + 2 { try GzipTests.check(path, bufferSize: size) }
        }
    }

    @Test func `several gzip members are one text, with a boundary anywhere and zeros after the last`() throws {
        let bytes = Array(GzipTests.text.utf8)
        for cut in stride(from: 0, through: bytes.count, by: 3) {
            let joined = storedGzip(Array(bytes[..<cut])) + storedGzip(Array(bytes[cut...])) + [0, 0, 0]
            try withFile("t.csv.gz", joined) { try GzipTests.check($0, bufferSize: 16) }
        }
    }

    @Test func `a gzip file cut anywhere is an error that names it`() throws {
        let bytes = storedGzip(Array(GzipTests.text.utf8))
        for cut in 2 ..< bytes.count {
            try withFile("t.csv.gz", Array(bytes[..<cut])) { path in
                let found = error { try GzipTests.check(path) }
                #expect(
                    found == TableError(
                        "the gzip data ends early", file: "t.csv.gz",
                        why: "the file is truncated, as after an interrupted copy or download", fix: "copy or download it again"))
            }
        }
    }

    @Test func `a gzip file with a flipped byte or other bytes after it is an error that names it`() throws {
        var bytes = storedGzip(Array(GzipTests.text.utf8))
        bytes[40] ^= 0xFF
        for broken in [bytes, storedGzip(Array(GzipTests.text.utf8)) + Array("more".utf8)] {
            try withFile("t.csv.gz", broken) { path in
                let found = error { try GzipTests.check(path) }
                #expect(found?.problem == "the gzip data is corrupt")
                #expect(found?.file == "t.csv.gz")
            }
        }
    }

    @Test func `a gzip of something else is refused`() throws {
        let npy: [UInt8] = [0x93] + Array("NUMPY".utf8) + [1, 0, 0, 0]
        try withFile("t.csv.gz", storedGzip(npy)) { path in
            #expect(error { try TableReader(path: path) }?.problem == "this is an npy array, not a text table")
        }
        try withFile("t.csv.gz", storedGzip(storedGzip([0x61, 0x0A]))) { path in
            #expect(error { try TableReader(path: path) }?.problem == "this is compressed twice, not a text table")
        }
        try withFile("t.csv.gz", storedGzip([])) { path in
            #expect(error { try TableReader(path: path) }?.problem == "the file is empty")
        }
    }
}

/// A gzip member with one stored (uncompressed) block, RFC 1951 and 1952.
func storedGzip(_ bytes: [UInt8]) -> [UInt8] {
    var crc: UInt32 = 0xFFFF_FFFF
    for byte in bytes {
        crc ^= UInt32(byte)
        for _ in 0 ..< 8 { crc = (crc >> 1) ^ (crc & 1 == 1 ? 0xEDB8_8320 : 0) }
    }
    crc ^= 0xFFFF_FFFF
    func littleEndian(_ value: UInt32, _ count: Int) -> [UInt8] {
        (0 ..< count).map { UInt8(truncatingIfNeeded: value >> UInt32(8 * $0)) }
    }
    let size = UInt32(bytes.count)
    return [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 255, 1] + littleEndian(size, 2) + littleEndian(~size, 2) + bytes
        + littleEndian(crc, 4) + littleEndian(size, 4)
}
