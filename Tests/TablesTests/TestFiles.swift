import Foundation
import Testing

@testable import Tables

/// Writes bytes to a file of its own in the temporary folder and removes it when `body` returns.
func withFile<Result>(_ name: String, _ bytes: [UInt8], _ body: (String) throws -> Result) throws -> Result {
    try withFolder { folder in
        let path = folder + "/" + name
        try Data(bytes).write(to: URL(fileURLWithPath: path))
        return try body(path)
    }
}

func withFolder<Result>(_ body: (String) throws -> Result) throws -> Result {
    let folder = FileManager.default.temporaryDirectory.appendingPathComponent("tables-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    return try body(folder.path)
}

/// Writes bytes to a plain file and to a gzip file, and calls `body` with the path of each.
func withPlainAndGzip(_ bytes: [UInt8], _ body: (String) throws -> Void) throws {
    try withFile("t.csv", bytes, body)
    try withFile("t.csv.gz", deflatedGzip(bytes), body)
}

/// A gzip member that is really compressed, unlike that of ``storedGzip``.
func deflatedGzip(_ bytes: [UInt8]) throws -> [UInt8] {
    try Deflater(path: "t").deflate(bytes, isLast: true)
}

/// Reads a table from text, every column for the given role.
func read(_ text: String, as role: ColumnRole = .feature(missing: .standard, forceText: false)) throws -> Table {
    try withFile("table.csv", Array(text.utf8)) { path in
        let reader = try TableReader(path: path)
        return try reader.read(reader.header.map { _ in role })
    }
}

/// The error that `body` throws, without the folder in its file name.
func error(_ body: () throws -> some Any) -> TableError? {
    do {
        _ = try body()
        return nil
    } catch var error as TableError {
        error.file = error.file.map { $0.split(separator: "/").last.map(String.init) ?? $0 }
        return error
    } catch {
        Issue.record("not a TableError: \(error)")
        return nil
    }
}

extension Column {
    var floats: [Float]? { if case .numbers(let column) = self { column.values } else { nil } }
    /// Nil where the cell is missing.
    var strings: [String?]? {
        guard case .text(let column) = self else { return nil }
        return column.codes.map { $0 < 0 ? nil : column.vocabulary[Int($0)] }
    }
    var labels: LabelColumn? { if case .labels(let column) = self { column } else { nil } }
}
