#if canImport(FoundationEssentials)
import FoundationEssentials
#else
import Foundation
#endif

/// The safetensors format: eight bytes with the length of a JSON header, the header, the tensors.
///
/// Written by hand because no Swift package reads or writes it; the format is a page long
/// (github.com/huggingface/safetensors) and its point is that a file holds tensors only and runs no code. Equal
/// tensors are equal files: names are sorted, and there is no metadata unless it is asked for.
enum SafeTensors {
    private struct Entry: Codable {
        var dtype: String
        var shape: [Int]
        var data_offsets: [Int]
    }

    /// The header's tensors; `__metadata__`, which other writers add, is passed over.
    private struct Header: Decodable {
        var entries: [String: Entry] = [:]

        private struct Name: CodingKey {
            var stringValue: String
            var intValue: Int? { nil }
            init(stringValue: String) { self.stringValue = stringValue }
            init?(intValue: Int) { nil }
        }

        init(from decoder: any Decoder) throws {
            let container = try decoder.container(keyedBy: Name.self)
            for name in container.allKeys where name.stringValue != "__metadata__" {
                entries[name.stringValue] = try container.decode(Entry.self, forKey: name)
            }
        }
    }

    /// - Parameter metadata: words by name, under the key `__metadata__`.
    static func encode(_ tensors: [NamedTensor], metadata: [String: String] = [:]) -> [UInt8] {
        var bytes: [UInt8] = []
        bytes.reserveCapacity(tensors.reduce(4096) { $0 + 4 * $1.count + 2 * $1.name.utf8.count + 128 })
        // Memory takes everything.
        try? write(tensors, metadata: metadata, to: &bytes)
        return bytes
    }

    /// Writes the file piece by piece, the tensors' own straight from where they lie: the format's numbers are
    /// little-endian, as those of every processor that Swift runs on.
    ///
    /// - Parameter metadata: words by name, under the key `__metadata__`.
    static func write(
        _ tensors: [NamedTensor], metadata: [String: String] = [:], to sink: inout some ByteSink
    ) throws(ModelFileError) {
        var entries: [(String, String)] = []
        if !metadata.isEmpty {
            let facts = metadata.sorted { $0.key < $1.key }.map { "\(quoted($0.key)):\(quoted($0.value))" }
            entries.append(("__metadata__", "{\(facts.joined(separator: ","))}"))
        }
        let sorted = tensors.sorted { $0.name < $1.name }
        var end = 0
        for tensor in sorted {
            let start = end, shape = tensor.shape.map(String.init).joined(separator: ",")
            end += 4 * tensor.count
            entries.append(
                (tensor.name, "{\"dtype\":\"\(tensor.values.type)\",\"shape\":[\(shape)],\"data_offsets\":[\(start),\(end)]}"))
        }
        var header = Array(("{" + entries.map { "\(quoted($0.0)):\($0.1)" }.joined(separator: ",") + "}").utf8)
        while header.count % 8 != 0 { header.append(0x20) }
        try sink.write((0..<8).map { UInt8(truncatingIfNeeded: UInt64(header.count) >> UInt64(8 * $0)) })
        try sink.write(header)
        for tensor in sorted {
            switch tensor.values {
            case .floats(let values): try sink.write(values)
            case .integers(let values): try sink.write(values)
            }
        }
    }

    /// The tensors of a file, each read once, to where it stays.
    ///
    /// - Throws: ``ModelFileError`` naming the file, as ``decode(_:)`` does, or where it cannot be read.
    static func read(_ path: String) throws(ModelFileError) -> [NamedTensor] {
        do { return try decode(FileReader(path)) } catch { throw error.file == nil ? error.named(path) : error }
    }

    /// - Throws: ``ModelFileError`` without a file name: truncated, a lying header, an unknown type. Memory follows the file's
    ///   size, whatever the header says.
    static func decode(_ file: some ByteSource) throws(ModelFileError) -> [NamedTensor] {
        guard file.count >= 8 else { throw ModelFileError("it is \(file.count) bytes long, too short for safetensors") }
        var length: UInt64 = 0
        for (index, byte) in try file.numbers(8, from: 0, zero: UInt8(0)).enumerated() { length |= UInt64(byte) << UInt64(8 * index) }
        guard length <= UInt64(file.count - 8) else {
            throw ModelFileError("its header claims \(length) bytes, and \(file.count - 8) follow")
        }
        let start = 8 + Int(length), header = try file.numbers(Int(length), from: 8, zero: UInt8(0))
        let entries: [String: Entry]
        do {
            entries = try JSONDecoder().decode(Header.self, from: Data(header)).entries
        } catch {
            throw ModelFileError("its header is not that of a safetensors file")
        }
        let body = file.count - start
        var tensors: [NamedTensor] = [], taken = 0
        for (name, entry) in entries.sorted(by: { $0.key < $1.key }) {
            var count = 1
            for extent in entry.shape {
                let (product, overflow) = count.multipliedReportingOverflow(by: extent)
                guard extent >= 0, !overflow else { throw ModelFileError("tensor '\(name)' has shape \(entry.shape)") }
                count = product
            }
            guard entry.data_offsets.count == 2, entry.data_offsets[0] >= 0,
                entry.data_offsets[1] >= entry.data_offsets[0],
                entry.data_offsets[1] <= body, count <= body / 4,
                entry.data_offsets[1] - entry.data_offsets[0] == 4 * count
            else { throw ModelFileError("tensor '\(name)' does not lie where its header says, as in a truncated file") }
            // Tensors that share bytes would make much memory of a small file.
            taken += 4 * count
            guard taken <= body else { throw ModelFileError("its tensors claim more bytes than the \(body) that it has") }
            let from = start + entry.data_offsets[0]
            switch entry.dtype {
            case "F32": tensors.append(NamedTensor(name, entry.shape, .floats(try file.numbers(count, from: from, zero: 0))))
            case "I32": tensors.append(NamedTensor(name, entry.shape, .integers(try file.numbers(count, from: from, zero: 0))))
            default: throw ModelFileError("tensor '\(name)' is of type \(entry.dtype); F32 and I32 are read")
            }
        }
        return tensors
    }

    private static func quoted(_ name: String) -> String {
        var text = "\""
        for scalar in name.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case _ where scalar.value < 0x20:
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
        return text + "\""
    }
}

extension NamedTensor.Values {
    fileprivate var type: String {
        switch self {
        case .floats: "F32"
        case .integers: "I32"
        }
    }
}

/// What is wrong with a file of a saved model or checkpoint.
public struct ModelFileError: Error, Equatable, Sendable, CustomStringConvertible {
    /// Completes "FILE cannot be used: ".
    public var problem: String
    /// The file, once it is known.
    public var file: String?
    /// What the user can do about it.
    public var fix: String?

    /// Says what is wrong, with which file, and what helps.
    public init(_ problem: String, file: String? = nil, fix: String? = nil) {
        self.problem = problem
        self.file = file
        self.fix = fix
    }

    func named(_ file: String) -> ModelFileError { ModelFileError(problem, file: file, fix: fix) }

    /// One line: the file, the problem and the fix.
    public var description: String { (file.map { "\($0) cannot be used: " } ?? "") + problem + (fix.map { "; \($0)" } ?? "") }
}
