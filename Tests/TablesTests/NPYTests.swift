import Foundation
import Testing

@testable import Tables

@Suite struct NPYTests {
    @Test func `what the writer wrote, the array reads, bit for bit`() throws {
        try withFolder { folder in
            let path = folder + "/x.npy"
            let rows: [[Float]] = [[1, -0.0, 3e38], [.nan, .infinity, .leastNonzeroMagnitude]]
            let writer = try NPYWriter(path: path, rows: 2, columns: 3)
            for row in rows { try writer.append(row) }
            try writer.finish()
            let array = try NPYArray(path: path)
            #expect(array.shape == [2, 3])
            #expect(array.dtype == .float32)
            #expect(try array.floats().map(\.bitPattern) == rows.joined().map(\.bitPattern))
            #expect(array.value(row: 1, column: 2) == 0x1p-149)
            #expect(try Data(contentsOf: URL(fileURLWithPath: path)).count == 128 + 24)
        }
    }

    @Test func `a value that Float cannot hold is named with its place`() throws {
        try withFile("x.npy", npy("<f8", "(2, 2)", [1, 2, 1e300, 3].flatMap { bytes($0) })) { path in
            #expect(
                error { try NPYArray(path: path).floats() }
                    == TableError(
                        "element [1, 0] is 1e+300", file: "x.npy", row: 2, why: "a 32-bit float holds at most 3.4e38",
                        fix: "scale the array"))
        }
    }

    @Test(arguments: [
        ("(2, 3)", 23, "the array ends early", "its header says 2 × 3 float32, 24 bytes; the file holds 23"),
        ("(2, 3)", 25, "bytes follow the array", "its header says 2 × 3 float32, 24 bytes; the file holds 25"),
        ("(1000000000000, 3)", 24, "the array ends early",
            "its header says 1000000000000 × 3 float32, 12000000000000 bytes; the file holds 24"),
        ("(9000000000000000000, 9)", 24, "the array ends early",
            "its header says 9000000000000000000 × 9 float32, more bytes than can be counted; the file holds 24"),
        ("(0, 3)", 0, "the array has 0 rows and 3 columns", "there is nothing to read"),
        ("(2, 3, 1)", 24, "the array has 3 axes, its shape is (2, 3, 1)", "rows and columns are read"),
        ("()", 4, "the array has 0 axes, its shape is ()", "rows and columns are read"),
        ("(-2, 3)", 24, "the array's header is damaged", "it lacks a legal 'descr', 'fortran_order' or 'shape'"),
        ("(2; 3)", 24, "the array's header is damaged", "it lacks a legal 'descr', 'fortran_order' or 'shape'"),
        ("(99999999999999999999, 1)", 24, "the array's header is damaged", "it lacks a legal 'descr', 'fortran_order' or 'shape'"),
    ])
    func `a header that lies about its size is refused`(shape: String, size: Int, problem: String, why: String) throws {
        try withFile("x.npy", npy("<f4", shape, [UInt8](repeating: 0, count: size))) { path in
            let found = error { try NPYArray(path: path) }
            #expect(found?.problem == problem)
            #expect(found?.why == why)
            #expect(found?.file == "x.npy")
        }
    }

    @Test func `an array cut anywhere is an error that names it`() throws {
        let whole = npy("<i2", "(2, 2)", [1, 0, 2, 0, 3, 0, 4, 0])
        for cut in 1 ..< whole.count {
            try withFile("x.npy", Array(whole[..<cut])) { path in
                let found = error { try NPYArray(path: path) }
                #expect(found?.problem == (cut < 6 ? "this is not an npy array" : "the array ends early"))
                #expect(found?.file == "x.npy")
            }
        }
    }

    @Test(arguments: [
        ("a,b\n1,2\n", "this is not an npy array"), ("PK\u{3}\u{4}", "this is a zip archive (npz and xlsx files are such), not an npy array"),
    ])
    func `a file that is not what its name says is refused`(text: String, problem: String) throws {
        try withFile("x.npy", Array(text.utf8)) { path in
            #expect(error { try NPYArray(path: path) }?.problem == problem)
        }
    }

    @Test func `random headers never trap`() throws {
        var random = SplitMix(state: 3)
        let whole = npy("<f4", "(2, 3)", [UInt8](repeating: 0, count: 24))
        for _ in 0 ..< 400 {
            var broken = whole
            for _ in 0 ... random.integer(0 ... 3) {
                broken[random.integer(6 ... 79)] = UInt8(random.integer(0 ... 255))
            }
            try withFile("x.npy", broken) { path in _ = error { try NPYArray(path: path).floats() } }
        }
    }

    @Test func `half precision covers zeros, subnormals, infinities and NaN`() {
        #expect(halfPrecision(0x3C00) == 1)
        #expect(halfPrecision(0x8000).sign == .minus)
        #expect(halfPrecision(0x0001) == 0x1p-24)
        #expect(halfPrecision(0x7BFF) == 65504)
        #expect(halfPrecision(0xFC00) == -.infinity)
        #expect(halfPrecision(0x7E00).isNaN)
    }

    private func bytes(_ value: Double) -> [UInt8] {
        (0 ..< 8).map { UInt8(truncatingIfNeeded: value.bitPattern >> UInt64(8 * $0)) }
    }
}

/// An npy file, format 1.0, C order.
func npy(_ type: String, _ shape: String, _ data: [UInt8]) -> [UInt8] {
    var text = "{'descr': '\(type)', 'fortran_order': False, 'shape': \(shape), }"
    text += String(repeating: " ", count: 117 - text.utf8.count) + "\n"
    return [0x93] + Array("NUMPY".utf8) + [1, 0, 118, 0] + Array(text.utf8) + data
}
