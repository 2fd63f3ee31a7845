import Foundation
import Tables
import Testing

@testable import Lacuna

/// A folder of small files for one test, gone with it.
final class DataFolder {
    let url: URL

    init() throws {
        url = FileManager.default.temporaryDirectory.appending(path: "lacuna-data-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: url, withIntermediateDirectories: true)
    }

    deinit { try? FileManager.default.removeItem(at: url) }

    /// Writes a text file and returns its path.
    func text(_ name: String, _ content: String) throws -> String {
        let file = url.appending(path: name)
        try Data(content.utf8).write(to: file)
        return file.path
    }

    func csv(_ lines: String...) throws -> String {
        try text("table-\(UUID().uuidString).csv", lines.joined(separator: "\n") + "\n")
    }

    /// Writes a float32 array, row by row.
    func npy(_ rows: [[Float]]) throws -> String {
        let path = url.appending(path: "array-\(UUID().uuidString).npy").path
        let writer = try NPYWriter(path: path, rows: rows.count, columns: rows.first?.count ?? 0)
        for row in rows { try writer.append(row) }
        try writer.finish()
        return path
    }

    func path(_ name: String) -> String { url.appending(path: name).path }
}

/// The folder of real data sets beside the package; nil where it is not there.
let sharedData: String? = {
    let folder = URL(filePath: #filePath).deletingLastPathComponent().deletingLastPathComponent()
        .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()
        .appending(path: "shared/data").path
    return FileManager.default.fileExists(atPath: folder) ? folder : nil
}()

/// A declaration of one table.
func table(_ path: String, _ change: (inout DataDeclaration) -> Void = { _ in }) -> DataDeclaration {
    var data = DataDeclaration()
    data.file = path
    change(&data)
    return data
}

/// A declaration of arrays.
func arrays(
    _ features: String, _ labels: String?, _ change: (inout DataDeclaration) -> Void = { _ in }
) -> DataDeclaration {
    var data = DataDeclaration()
    data.features = features
    data.labels = labels
    change(&data)
    return data
}

/// Loads with objectives as a person writes them, all rows in training unless the data say otherwise.
func load(_ data: DataDeclaration, _ objectives: String..., unlabelled: Unlabelled = .drop) throws -> TrainingData {
    var data = data
    if data.splitColumn == nil, data.split == nil { data.split = [1, 0, 0] }
    return try TrainingData.load(
        data, objectives: objectives.map { try ObjectiveDeclaration(parsing: $0) }, unlabelled: unlabelled)
}

/// What a load refuses, as the error it throws.
func refusal(_ body: () throws -> some Any, sourceLocation: SourceLocation = #_sourceLocation) throws -> TableError {
    try #require(throws: TableError.self, sourceLocation: sourceLocation) { _ = try body() }
}

extension TrainingData {
    /// The observed labels of a slot in a part: row of the file to value.
    func labels(slot: Int = 0, in part: Part = .train) -> [Int: Double] {
        guard let dataset = datasets[part], let rows = rowsOfPart[part] else { return [:] }
        return dataset.labels.values(slot: slot, rows: rows)
    }
}

extension LabelTable {
    func values(slot: Int, rows names: [Int]) -> [Int: Double] {
        var found: [Int: Double] = [:]
        for row in 0..<rows {
            for place in rowStarts[row]..<rowStarts[row + 1] where Int(slotIndices[place]) == slot {
                found[names[row]] = values[place]
            }
        }
        return found
    }
}
