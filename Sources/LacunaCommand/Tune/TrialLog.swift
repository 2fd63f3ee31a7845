#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif
import Lacuna

/// The log of a search, one JSON object a line: first what the search is, then each trial as it ends. A line that a killed
/// search left half written is dropped.
struct TrialLog {
    /// What must be equal for a search to be gone on with. The budget may grow.
    struct Header: Codable, Equatable {
        var format = "lacuna tune 1"
        var method: String
        var seed: UInt64
        var search: [String]
        /// All settings of the base, as YAML.
        var base: String
        /// SHA-256 of the data files, by name.
        var data: [String: String]
    }

    /// A trial, or the part of one that a rung of successive halving is.
    struct Entry: Codable, Equatable {
        /// Counted from 1.
        var trial: Int
        /// Counted from 0; the last one trains all epochs.
        var rung: Int
        /// Epochs trained so far.
        var epochs: Int
        /// The best monitored value so far with early stopping, else the last; nil where it is undefined or the trial diverged.
        var score: Double?
        /// Why there is no score.
        var failure: String?
        var seconds: Double
        /// What was drawn, as flags say it.
        var settings: [String: String]
    }

    let path: String
    private(set) var header: Header
    private(set) var entries: [Entry] = []

    /// Begins a log, or goes on with the one that is there.
    ///
    /// - Throws: ``CommandError`` where the log is of another search.
    init(_ path: String, _ header: Header) throws {
        self.path = path
        self.header = header
        guard FileSystem.exists(path) else { return }
        let lines = try FileSystem.read(path).split(separator: 0x0A, omittingEmptySubsequences: false)
        // What follows the last line break is a line that was never finished.
        let whole = lines.dropLast().map { Data($0) }
        guard let first = whole.first else { return }
        guard let was = try? JSONDecoder().decode(Header.self, from: first) else {
            throw CommandError("its first line is no search", at: path, fix: "name another folder with --out")
        }
        guard was == header else { throw Self.difference(was, header, at: path) }
        for (index, line) in whole.dropFirst().enumerated() {
            guard let entry = try? JSONDecoder().decode(Entry.self, from: line) else {
                throw CommandError("line \(index + 2) is no trial", at: path, fix: "take the line out, or name another folder with --out")
            }
            entries.append(entry)
        }
    }

    private static func difference(_ was: Header, _ now: Header, at path: String) -> CommandError {
        let what = was.method != now.method ? "the method was \(was.method), it is \(now.method)"
            : was.seed != now.seed ? "the seed was \(was.seed), it is \(now.seed)"
            : was.search != now.search ? "it searched \(was.search.joined(separator: ", ")), now \(now.search.joined(separator: ", "))"
            : was.data != now.data ? "the data files have changed" : "the settings beside the searched ones have changed"
        return CommandError(
            "the search in this folder is another one", at: path, why: what,
            fix: "repeat its flags to go on with it (the budget may grow), or name another folder with --out")
    }

    /// Adds a line, and waits until it is on the disk: a search that is killed loses nothing that was logged.
    mutating func append(_ entry: Entry) throws {
        entries.append(entry)
        try write()
    }

    /// The whole log is small; written anew it is never half a line.
    func write() throws {
        let encoder = JSONEncoder()
        encoder.outputFormatting = [.sortedKeys, .withoutEscapingSlashes]
        var bytes = [UInt8](try encoder.encode(header)) + [0x0A]
        for entry in entries { bytes += [UInt8](try encoder.encode(entry)) + [0x0A] }
        try FileSystem.write(bytes, to: path)
    }

    func entry(trial: Int, rung: Int) -> Entry? { entries.first { $0.trial == trial && $0.rung == rung } }

    /// Seconds of training so far.
    var seconds: Double { entries.reduce(0) { $0 + $1.seconds } }
}
