@testable import Lacuna
@testable import Tables
import Foundation
import TestSupport

/// Readers of data files.
extension Target {
    static func golden(_ folder: String, _ endings: String...) throws -> [[UInt8]] {
        let path = Golden.folder.appending(path: folder).path
        return try files(in: path).filter { name in endings.contains { name.hasSuffix($0) } }.map { try TestSupport.bytes(of: "\(path)/\($0)") }
    }

    /// CSV and TSV, plain and gzip: in small pieces by two threads, or through a small window where there is little text.
    static func table(_ workspace: Workspace) throws -> Target {
        let small = [
            "a,b,c\n1,2,3\n4,,x\n", "a\tb\n\"1\t2\"\tq\"\n", "id;x\n", "\u{FEFF}x,\"y \"\"z\"\"\",w\r\n1,\"a\nb\",NA\r\n-1e5,,<5\r\n", "one\n\n1\n\n",
        ]
        return Target(
            name: "table",
            words: ["\"", "\"\"", "\r\n", ",", "\t", "\n", "NA", "nan", "inf", "-inf", "1e400", "1e-400", "0x1p3", "\u{FEFF}", ">5", "<", "+1", "1.", ".5e", "true", "00000000000000000000001", "123456789012345678901234567890"],
            seeds: try golden("tables", ".csv", ".tsv") + small.map { Array($0.utf8) }
        ) { bytes in
            var attempts = [try Attempt(path: workspace.put(bytes, "table.csv"), size: bytes.count, at: 0)]
            if bytes.contains(Ascii.tab) { attempts.append(try Attempt(path: workspace.put(bytes, "table.tsv"), size: bytes.count, at: 1)) }
            let packed = try Deflater(path: "table").deflate(bytes, isLast: true)
            attempts.append(try Attempt(path: workspace.put(packed, "table.csv.gz"), size: bytes.count, at: 2))
            return attempts
        }
    }

    /// What the gzip file itself says; its text is a table or of svmlight.
    static func gzip(_ workspace: Workspace) throws -> Target {
        let text = Array("x,y\n1,2\n3,4\n".utf8)
        let long = Array((0..<400).map { "\($0),\($0 * 7919 % 1000)" }.joined(separator: "\n").utf8)
        func packed(_ bytes: [UInt8]) throws -> [UInt8] { try Deflater(path: "seed").deflate(bytes, isLast: true) }
        return Target(
            name: "gzip", seeds: try golden("tables", ".gz") + golden("arrays", ".gz") + [packed(text), packed(long), packed(text) + packed(text) + [0, 0]]
        ) { bytes in
            let svm = try workspace.put(bytes, "values.svm.gz")
            return [
                try Attempt(path: workspace.put(bytes, "packed.csv.gz"), size: 32 * bytes.count, at: 1),
                Attempt(path: svm) { _ = try SVMLightFile(path: svm) },
            ]
        }
    }

    static func npy(_ workspace: Workspace) throws -> Target {
        Target(
            name: "npy", form: .npy,
            words: ["{'descr': '<f4', ", "'fortran_order': True, ", "'shape': (", "(1L,)", "'", "\"", "'>f8'", "'|b1'", "'<c8'", "[('a', '<f4')]", "'|O'", "\\x93NUMPY", "True", "}", "-1", "(((((("],
            seeds: try golden("tables", ".npy")
        ) { bytes in
            let path = try workspace.put(bytes, "array.npy")
            return [Attempt(path: path) { try drain(NumberFile(path: path, names: ["x"])) }]
        }
    }

    /// The archive itself, damaged: most of these fail at a checksum.
    static func npz(_ workspace: Workspace) throws -> Target {
        let tiny = ArrayBytes.npz([("x", ArrayBytes.floats([[1, 2], [3, 4]])), ("y", ArrayBytes.floats([[5]]))])
        return Target(
            name: "npz", words: ["PK\u{1}\u{2}", "PK\u{3}\u{4}", "PK\u{5}\u{6}", "PK\u{6}\u{6}", "PK\u{6}\u{7}", ".npy", "x.npy", "../x.npy"],
            seeds: try golden("arrays", ".npz") + [tiny, ArrayBytes.sparse([[(0, 1)], [], [(2, 3)]], columns: 3)]
        ) { bytes in
            let path = try workspace.put(bytes, "arrays.npz")
            return [
                Attempt(path: path) { try drain(NumberFile(path: path, names: ["x", "y"])) },
                Attempt(path: path) {
                    let archive = try NPZArchive(path: path)
                    for name in archive.names.prefix(8) { try drain(.dense(archive.array(name))) }
                },
            ]
        }
    }

    /// The arrays of an archive, damaged, in an archive whose checksums fit: a sparse matrix, and dense arrays.
    static func sparse(_ workspace: Workspace) throws -> Target {
        let folder = Golden.folder.appending(path: "arrays").path
        let seeds = try files(in: folder).filter { $0.hasSuffix(".npz") }.compactMap { name -> [UInt8]? in
            let archive = try NPZArchive(path: "\(folder)/\(name)")
            let parts = try archive.names.map { array in
                let file = try archive.contents(array)
                return (name: "\(array).npy", bytes: file.copy(0..<file.count))
            }
            return Bundle(parts).bytes
        }
        return Target(
            name: "sparse", form: .bundle, words: ["'shape': (", "'<i8'", "'|S3'", "'<U3'", "csr", "csc", "=== x.npy\n"], seeds: seeds
        ) { bytes in
            let parts = Bundle(bytes).parts.map { (String($0.name.split(separator: ".").first ?? "x"), $0.bytes) }
            let path = try workspace.put(ArrayBytes.npz(parts), "matrix.npz")
            return [Attempt(path: path) { try drain(NumberFile(path: path, names: ["x", "data"])) }]
        }
    }

    static func libsvm(_ workspace: Workspace) throws -> Target {
        let small = ["1 1:0.5 3:2\n-1 2:1 # note\n", "1,3 qid:7 5:0.5\n 2:1\n\n", "0 0:nan\n"]
        return Target(
            name: "libsvm", words: ["qid:", "#", ":", ",", "nan", "inf", "4194303:1", "4194304:1", "1e39", "99999999999999999999:1", "\n", " "],
            seeds: try golden("arrays", "svm", "svmlight") + small.map { Array($0.utf8) }
        ) { bytes in
            let path = try workspace.put(bytes, "values.svm")
            let packed = try workspace.put(Deflater(path: "values").deflate(bytes, isLast: true), "values.svm.gz")
            return [
                Attempt(path: path) { _ = try SVMLightFile(path: path) },
                Attempt(path: path) { _ = try SVMLightFile(path: path, asLists: true) },
                Attempt(path: packed) { _ = try SVMLightFile(path: packed, asLists: false, bufferSize: 2 + bytes.count / 64) },
            ]
        }
    }

    /// Reads every number.
    private static func drain(_ file: NumberFile) throws {
        switch file {
        case .dense(let array):
            var sum = 0.0
            array.forEachRow { _, values in for column in 0..<values.count { sum += values[column] } }
            _ = try array.floats()
        case .sparse(let file):
            _ = try file.doubles()
            _ = try file.floats()
        }
    }
}

extension Target.Attempt {
    /// Reads a table with every role that a column can have, another one for each column.
    ///
    /// - Parameter size: bytes of its text; pieces are small in proportion, for handing one over takes longer than reading it.
    fileprivate init(path: String, size: Int, at start: Int) {
        self.init(path: path) {
            let reader = try TableReader(path: path, bufferSize: 2 + size / 64, partSize: 16 + size / 16)
            let roles: [ColumnRole] = [
                .feature(missing: .standard, forceText: false), .label(missing: MissingTokens(words: ["-1", "x"], includingDefaults: true)),
                .feature(missing: .standard, forceText: false), .text, .skip, .feature(missing: .standard, forceText: true),
            ]
            _ = try reader.read(reader.header.indices.map { roles[($0 + start) % roles.count] }, threads: 2)
        }
    }
}
