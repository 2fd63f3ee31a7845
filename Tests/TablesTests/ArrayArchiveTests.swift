import Foundation
import Testing

@testable import Tables

/// Archives by numpy and scipy, text by scikit-learn's rules; `Tests/Goldens/make_arrays.py` names their versions.
@Suite struct ArrayArchiveTests {
    struct Expected: Decodable {
        struct Dense: Decodable { let rows: Int, columns: Int, values: [Double?] }
        struct Sparse: Decodable { let rows: Int, columns: Int, starts: [Int], indices: [Int32], values: [Double?] }
        struct Lines: Decodable {
            let rows: Int, columns: Int, starts: [Int], indices: [Int32], values: [Double], labels: [[Double]]
        }
        let dense: [String: Dense]
        let sparse: [String: Sparse]
        let lines: [String: Lines]
    }

    static let folder = GoldenTests.goldens.appendingPathComponent("arrays").path
    static let expected = try! JSONDecoder().decode(
        Expected.self, from: Data(contentsOf: GoldenTests.goldens.appendingPathComponent("arrays.json")))

    static func path(_ name: String) -> String { "\(folder)/\(name)" }

    static func same(_ found: some Sequence<Double>, _ wanted: [Double?]) -> Bool {
        found.elementsEqual(wanted) { value, wanted in wanted.map { value == $0 } ?? value.isNaN }
    }

    @Test(arguments: expected.dense.keys.sorted())
    func `an array of an archive has the values that numpy reads`(name: String) throws {
        guard case .dense(let array) = try NumberFile(path: ArrayArchiveTests.path(name), names: []) else {
            Issue.record("sparse")
            return
        }
        let golden = ArrayArchiveTests.expected.dense[name]!
        #expect(array.rows == golden.rows && array.columns == golden.columns)
        var values: [Double] = []
        array.forEachRow { _, row in for column in 0 ..< row.count { values.append(row[column]) } }
        #expect(ArrayArchiveTests.same(values, golden.values))
    }

    @Test(arguments: expected.sparse.keys.sorted())
    func `a sparse matrix has the elements that scipy reads, its rows in order`(name: String) throws {
        guard case .sparse(let file) = try NumberFile(path: ArrayArchiveTests.path(name), names: []) else {
            Issue.record("dense")
            return
        }
        let golden = ArrayArchiveTests.expected.sparse[name]!
        let matrix = try file.doubles(), single = try file.floats()
        #expect(matrix.rows == golden.rows && matrix.columns == golden.columns)
        #expect(file.rows == golden.rows && file.columns == golden.columns)
        #expect(matrix.rowStarts == golden.starts)
        #expect(matrix.columnIndices == golden.indices)
        #expect(ArrayArchiveTests.same(matrix.values, golden.values))
        #expect(ArrayArchiveTests.same(single.values.map { Double($0) }, golden.values.map { $0.map { Double(Float($0)) } }))
    }

    @Test(arguments: expected.lines.keys.sorted().flatMap { [$0, $0 + ".gz"] }, [2, 1 << 20])
    func `a svmlight file has the rows that scikit-learn reads`(path: String, bufferSize: Int) throws {
        let file = try SVMLightFile(path: ArrayArchiveTests.path(path), asLists: nil, bufferSize: bufferSize)
        let name = path.hasSuffix(".gz") ? String(path.dropLast(3)) : path
        let golden = ArrayArchiveTests.expected.lines[name]!
        #expect(file.features.rows == golden.rows && file.features.columns == golden.columns)
        #expect(file.features.rowStarts == golden.starts)
        #expect(file.features.columnIndices == golden.indices)
        #expect(file.features.values == golden.values.map { Float($0) })
        switch file.labels {
        case .values(let values): #expect(values.map { [$0] } == golden.labels)
        case .lists(let starts, let labels):
            #expect((0 ..< golden.rows).map { row in labels[starts[row] ..< starts[row + 1]].map { Double($0) } } == golden.labels)
        }
    }

    @Test(arguments: ["csc", "coo", "bsr", "dia"])
    func `another sparse format is refused with the call that converts it`(kind: String) {
        #expect(
            error { try NumberFile(path: ArrayArchiveTests.path("\(kind).npz"), names: []) }
                == TableError(
                    "the sparse matrix is stored as '\(kind)'", file: "\(kind).npz", why: "compressed rows, 'csr', are read",
                    fix: "convert it first: scipy.sparse.save_npz(path, matrix.tocsr())"))
    }

    @Test func `a column that a row stores twice is refused`() throws {
        guard case .sparse(let file) = try NumberFile(path: ArrayArchiveTests.path("csr_duplicates.npz"), names: []) else { return }
        let found = error { try file.doubles() }
        #expect(found?.problem == "the row stores column 1 twice")
        #expect(found?.row == 1)
    }

    @Test func `the array of an archive is the one named, the only one, or the one that its use expects`() throws {
        let path = ArrayArchiveTests.path("plain.npz")
        #expect(try NumberFile(path: path, names: ["x", "features"]).columns == 3)
        #expect(try NumberFile(path: path, names: ["labels", "y"]).columns == 2)
        #expect(try NumberFile(path: path + ":ids", names: ["x"]).columns == 1)
        #expect(try NumberFile(path: ArrayArchiveTests.path("alone.npz"), names: ["x"]).columns == 2)
        let none = error { try NumberFile(path: path, names: ["mask"]) }
        #expect(none?.problem == "the file holds 3 arrays, and none is called mask")
        #expect(none?.why == "it holds x, y, ids")
        #expect(error { try NumberFile(path: path + ":idz", names: []) }?.fix == "did you mean 'ids'?")
        #expect(ArrayPath("/a.npz:b/c.NPZ:x:y") == ArrayPath("/a.npz:b/c.NPZ:x:y"))
        #expect(ArrayPath("/a.npz:b/c.NPZ:x:y").name == "x:y")
        #expect(ArrayPath("/a.npz").name == nil)
    }

    @Test(arguments: ["plain.npz", "deflated.npz", "csr.npz", "streamed.npz"])
    func `an archive cut anywhere is an error that names it`(name: String) throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: ArrayArchiveTests.path(name))))
        for cut in stride(from: 1, to: whole.count, by: 3) {
            try withFile("x.npz", Array(whole[..<cut])) { path in
                #expect(error { try read(path) }?.file?.hasPrefix("x.npz") == true, "cut at \(cut)")
            }
        }
    }

    @Test(arguments: ["plain.npz", "deflated.npz", "csr.npz", "csr_array.npz"])
    func `a byte changed anywhere is the same numbers or an error, never a trap`(name: String) throws {
        let whole = [UInt8](try Data(contentsOf: URL(fileURLWithPath: ArrayArchiveTests.path(name))))
        var random = SplitMix(state: 11)
        for _ in 0 ..< 400 {
            var broken = whole
            for _ in 0 ... random.integer(0 ... 2) {
                broken[random.integer(0 ... broken.count - 1)] = UInt8(random.integer(0 ... 255))
            }
            try withFile("x.npz", broken) { path in
                let found = error { try read(path) }
                #expect(found == nil || found?.file?.hasPrefix("x.npz") == true)
            }
        }
    }

    /// Everything in an archive.
    private func read(_ path: String) throws {
        let archive = try NPZArchive(path: path)
        if archive.isSparse {
            if case .sparse(let file) = try NumberFile(path: path, names: []) { _ = try file.doubles() }
        } else {
            for name in archive.names { _ = try archive.array(name).floats() }
        }
        if archive.names.isEmpty { throw TableError("no member is left", file: path) }
    }

    @Test(arguments: [
        ("1 5:1 5:2\n", "feature 5 stands twice in the row", 1), ("1 1:1\n\nx 1:1\n", "label 'x' is not a finite number", 3),
        ("1 1:1\n1 a:2\n", "'a:2' is not number:value", 2), ("1 1:one\n", "the value of '1:one' is not a finite number", 1),
        ("1 1:1e39\n", "the value of '1:1e39' is not a finite number", 1), ("1,, 1:1\n", "label '' is not a finite number", 1),
        ("1 2:1 3\n", "'3' is not number:value", 1), ("1 99999999999999999999:1\n", "feature '99999999999999999999' is beyond the last that is read, 4194303", 1),
        ("1 -1:1\n", "'-1:1' is not number:value", 1), ("1 qid:a 1:1\n", "'qid:a' has no number", 1), ("1 :1\n", "':1' is not number:value", 1),
    ])
    func `a line that is not of the format is named with its place`(text: String, problem: String, line: Int) throws {
        try withFile("x.svm", Array(text.utf8)) { path in
            let found = error { try SVMLightFile(path: path) }
            #expect(found?.problem == problem)
            #expect(found?.line == line)
            #expect(found?.file == "x.svm")
        }
    }

    @Test func `lists need whole numbers, and single values need one a row`() throws {
        try withFile("x.svm", Array("1.5,2 1:1\n".utf8)) { path in
            #expect(error { try SVMLightFile(path: path) }?.problem == "label 1.5 is no whole number from 0")
            #expect(error { try SVMLightFile(path: path, asLists: false) }?.problem == "the row has 2 labels")
        }
        try withFile("x.svm", Array("# nothing\n".utf8)) { path in
            #expect(error { try SVMLightFile(path: path) }?.problem == "the file has no rows")
        }
    }
}
