@testable import Lacuna
@testable import LacunaCommand
import Tables
import TestSupport

/// Runs in folders, whose files are damaged one by one and sealed again: else nothing got past a digest.
final class RunFolder {
    let workspace: Workspace
    let name: String
    /// Every file by its path in the folder, as it was written.
    let files: [String: [UInt8]]
    /// Those that are not as they were.
    private var dirty: Set<String> = []

    var path: String { workspace.path(name) }

    /// Trains a small run of every kind of objective, and takes the data away.
    ///
    /// - Parameter members: of an ensemble; nil: one model.
    init(_ name: String, in workspace: Workspace, members: Int? = nil) throws {
        self.workspace = workspace
        self.name = name
        let data = try workspace.put(Array(Self.csv.utf8), "\(name).csv")
        let text = Self.configuration.replacing("DATA", with: data)
        var configuration = try ConfigurationReader.read(text, path: workspace.path("\(name).yaml"))
        configuration.ensemble = members
        configuration = configuration.resolved()
        try configuration.validate()
        let directory = RunDirectory(workspace.path(name))
        let run = try TrainingRun(configuration, in: directory, existing: .overwrite, isQuiet: true)
        _ = try run.report()
        var files: [String: [UInt8]] = [:]
        for file in TestSupport.files(in: directory.path) { files[file] = try FileSystem.read("\(directory.path)/\(file)") }
        self.files = files
    }

    /// The text of a `model.json` without its seal.
    func facts(_ folder: String = "") -> [UInt8] {
        let sealed = files["\(folder)model.json"] ?? []
        return sealed.dropLast(ModelFolder.sealStart.utf8.count + 64 + ModelFolder.sealEnd.utf8.count) + Array("\n}".utf8)
    }

    /// Writes the folder as it was but for some files. `model.json` is given without its seal; digests are made to fit, but
    /// where a part is called `raw`.
    func write(_ bundle: Bundle) throws {
        var changed: [String: [UInt8]] = [:]
        for (name, bytes) in bundle.parts where files[name] != nil { changed[name] = bytes }
        let isRaw = bundle["raw"] != nil
        for member in ["members/1/", "members/2/", ""] where files["\(member)model.json"] != nil {
            let own = "\(member)model.json"
            var text = changed[own] ?? facts(member)
            if !isRaw { text = fitting(text, member, changed) }
            if text != facts(member) { changed[own] = isRaw ? text : ModelFolder.sealed(text) }
            if let sums = files["\(member)checksums.sha256"], !isRaw { changed["\(member)checksums.sha256"] = fitting(sums, member, changed) }
        }
        for (name, bytes) in files {
            if let bytes = changed[name] {
                try workspace.put(bytes, "\(self.name)/\(name)")
                dirty.insert(name)
            } else if dirty.remove(name) != nil {
                try workspace.put(bytes, "\(self.name)/\(name)")
            }
        }
    }

    /// Puts the digests of the changed files where those of the old ones stand.
    private func fitting(_ text: [UInt8], _ folder: String, _ changed: [String: [UInt8]]) -> [UInt8] {
        var result = text
        for (name, bytes) in changed where name.hasPrefix(folder) && name != "\(folder)model.json" && !name.hasSuffix("sha256") {
            let old = Array(SHA256.hexDigest(of: files[name] ?? []).utf8), new = Array(SHA256.hexDigest(of: bytes).utf8)
            guard old != new else { continue }
            var place = 0
            while place + old.count <= result.count {
                if result[place] == old[0], result[place..<place + old.count].elementsEqual(old) {
                    result.replaceSubrange(place..<place + old.count, with: new)
                }
                place += 1
            }
        }
        return result
    }

    static let configuration = """
        data: {file: DATA, id: patient, split: [0.6, 0.2, 0.2]}
        objectives:
          - {column: tumor, kind: binary, weight: 2}
          - {column: tissue, kind: categorical}
          - {name: findings, columns: "finding_*", kind: multilabel}
          - {column: size, kind: regression, unit: mm}
          - {column: grade, kind: ordinal, head: [3]}
        encoder: {dense: [4], norm: layer}
        training: {epochs: 2, batchSize: 16, seed: 1, threads: 1}
        decisions: {calibration: isotonic, threshold: f1, coverage: 0.8}

        """

    /// Two numeric features, words, and labels of every kind with gaps.
    static let csv: String = {
        var lines = ["patient,age,dose,ward,tumor,tissue,finding_a,finding_b,size,grade"]
        for row in 0..<60 {
            let age = Double(row % 13) - 6, dose = row % 9 == 4 ? "" : "\(Double(row * 7 % 11) - 5)"
            let words = [
                "p\(row)", "\(age)", dose, ["north", "south", "east"][row % 3], row % 3 == 0 ? "" : age > 0 ? "1" : "0",
                row % 4 == 0 ? "" : age > 2 ? "malignant" : age < -2 ? "benign" : "border", row % 5 == 0 ? "NA" : row % 2 == 0 ? "1" : "0",
                row % 2 == 0 ? "" : age > 0 ? "1" : "0", row % 6 == 0 ? "" : "\(2 * age)", row % 7 == 0 ? "" : age > 2 ? "3" : age < -2 ? "1" : "2",
            ]
            lines.append(words.joined(separator: ","))
        }
        return lines.joined(separator: "\n") + "\n"
    }()
}
