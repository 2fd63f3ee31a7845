import Foundation
import TestSupport
import Testing

@testable import Tables

@Suite struct TableCopyTests {
    private func copied(
        _ text: String, name: String = "in.txt", out: String = "out.txt", bufferSize: Int = 1 << 20, column: String = "s"
    ) throws -> String {
        let folder = FileManager.default.temporaryDirectory.appending(path: "lacuna-copy-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        let path = folder.appending(path: name).path, target = folder.appending(path: out).path
        if name.hasSuffix(".gz") {
            // The writer under test compresses; the reader inflates.
            let file = try AtomicFile(path: path, isGzip: true)
            try file.write(text.utf8)
            try file.finish()
        } else {
            try Data(text.utf8).write(to: URL(filePath: path))
        }
        let reader = try TableReader(path: path, bufferSize: bufferSize, partSize: 1 << 21)
        try reader.copy(to: target, adding: column) { "v\($0)" }
        // Foundation's reader of text would drop a byte-order mark.
        guard out.hasSuffix(".gz") else { return String(decoding: try Data(contentsOf: URL(filePath: target)), as: UTF8.self) }
        #expect(try FileBytes(path: target).isGzip)
        let window = try ByteWindow(FileBytes(path: target), bufferSize: 1 << 20)
        try window.begin()
        return String(decoding: window.prefix(1 << 20), as: UTF8.self)
    }

    @Test(arguments: [
        ("a,b\n1,2\n3,4\n", "a,b,s\n1,2,v0\n3,4,v1\n"),
        ("a,b\r\n1,2\r\n3,\r\n", "a,b,s\r\n1,2,v0\r\n3,,v1\r\n"),
        ("a,b\n1,2\n3,4", "a,b,s\n1,2,v0\n3,4,v1\n"),
        ("\u{FEFF}a,b\n1,2\n", "\u{FEFF}a,b,s\n1,2,v0\n"),
        ("\n\na,b\n\n1,2\n\r\n3,4\n\n", "\n\na,b,s\n\n1,2,v0\n\r\n3,4,v1\n\n"),
        ("a,b\n\"x\ny\",\"q\"\"u,\n\"\n 1 ,z\"w\n", "a,b,s\n\"x\ny\",\"q\"\"u,\n\",v0\n 1 ,z\"w,v1\n"),
        ("\"a\"\n1\n\n\"\"\n", "\"a\",s\n1,v0\n,v1\n\"\",v2\n"),
        ("a\tb\n1\t2,5\n", "a\tb\ts\n1\t2,5\tv0\n"),
    ])
    func `the table stays byte for byte, with a column more`(text: String, wanted: String) throws {
        #expect(try copied(text) == wanted)
        for size in [2, 3, 7] {
            #expect(try copied(text, name: "in.txt.gz", bufferSize: size) == wanted, "inflated \(size) bytes at once")
        }
        #expect(try copied(text, out: "out.txt.gz") == wanted)
    }

    @Test func `the copy has as many records as the reader counts, whatever stands in the cells`() throws {
        var random = SeededGenerator(seed: 6)
        let pieces = ["1", "", "\"a,b\"", "\"x\"\"y\"", "\"l\nm\"", "z\"z", " ", "\"\r\n\"", "é"]
        for _ in 0..<40 {
            let lines = (0..<20).map { _ in (0..<3).map { _ in pieces.randomElement(using: &random)! }.joined(separator: ",") }
            let text = "a,b,c\n" + lines.joined(separator: "\n") + "\n"
            let copy = try copied(text, bufferSize: 5)
            let marks = copy.split(separator: ",v").dropFirst().compactMap { Int($0.prefix { $0.isNumber }) }
            #expect(marks == Array(0..<20), "\(text)")
        }
    }

    @Test func `a name that needs quotes gets them`() throws {
        #expect(try copied("a,b\n1,2\n", column: "the \"new\", one") == "a,b,\"the \"\"new\"\", one\"\n1,2,v0\n")
    }

    @Test func `a column that is there already is refused`() throws {
        let error = try #require(throws: TableError.self) { _ = try copied("a,b\n1,2\n", column: "b") }
        #expect(error.problem == "the table has a column 'b' already")
    }

    @Test func `a compressed file is equal for equal bytes, and of any length`() throws {
        for count in [1, 10_000, 40_000] {
            let text = "a,b,c,d\n" + String(repeating: "0,1,2,3\n", count: count)
            let first = try copied(text, out: "o.txt.gz")
            #expect(first.utf8.count > text.utf8.count)
            #expect(try copied(text, out: "o.txt.gz") == first)
        }
    }
}
