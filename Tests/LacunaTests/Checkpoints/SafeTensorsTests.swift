import Foundation
@testable import Lacuna
import Tables
import TestSupport
import Testing

@Suite struct SafeTensorsTests {
    private let tensors = [
        NamedTensor("b", [2, 2], .floats([1, -2.5, .leastNonzeroMagnitude, .greatestFiniteMagnitude])),
        NamedTensor("a", [3], .integers([0, -1, .max])),
        NamedTensor("a \"quoted\" \\ name\n\u{1}ü", [], .floats([0.1])),
        NamedTensor("empty", [0, 4], .floats([])),
    ]

    @Test func `what is written is read, sorted by name`() throws {
        #expect(try SafeTensors.decode(SafeTensors.encode(tensors)) == tensors.sorted { $0.name < $1.name })
        let odd = [NamedTensor("x", [2], .floats([.nan, -.infinity]))]
        let back = try SafeTensors.decode(SafeTensors.encode(odd))[0].floats
        #expect(back[0].isNaN && back[1] == -.infinity)
        #expect(try SafeTensors.decode(SafeTensors.encode([])).isEmpty)
    }

    @Test func `equal tensors are equal files, whatever their order`() {
        #expect(SafeTensors.encode(tensors) == SafeTensors.encode(tensors.reversed()))
        var other = tensors
        other[1] = NamedTensor("a", [3], .integers([0, -2, .max]))
        #expect(SafeTensors.encode(tensors) != SafeTensors.encode(other))
    }

    @Test func `the header is aligned JSON that says where each tensor lies, and nothing else`() throws {
        let file = SafeTensors.encode([tensors[0], tensors[1]])
        let length = Int(file[0]) | Int(file[1]) << 8
        #expect(length % 8 == 0)
        let header = String(decoding: file[8..<8 + length], as: UTF8.self).trimmingCharacters(in: .whitespaces)
        #expect(
            header
                == #"{"a":{"dtype":"I32","shape":[3],"data_offsets":[0,12]},"b":{"dtype":"F32","shape":[2,2],"data_offsets":[12,28]}}"#)
        #expect(file.count == 8 + length + 28)
        #expect(file[8 + length + 4..<8 + length + 8] == [255, 255, 255, 255])
    }

    @Test func `a file of the safetensors library is read`() throws {
        let file = try bytes(of: Golden.folder.appending(path: "tensors.safetensors").path)
        let read = try SafeTensors.decode(file)
        #expect(
            read == [
                NamedTensor("a \"quoted\" name, ümläut", [1], .floats([7])),
                NamedTensor("empty", [0, 4], .floats([])), NamedTensor("scalar", [], .floats([0.1])),
                NamedTensor("steps", [3], .integers([0, -1, 2_147_483_647])),
                NamedTensor("weights", [2, 3], .floats([1.5, -2.25, 3e-8, 0, 0, 65504])),
            ])
    }

    @Test func `a file cut anywhere is refused`() {
        let file = SafeTensors.encode([tensors[0], tensors[1]])
        for length in file.indices {
            #expect(throws: ModelFileError.self, "\(length) bytes") { try SafeTensors.decode(Array(file[..<length])) }
        }
    }

    @Test(arguments: [
        (#"{"x":{"dtype":"F32","shape":[2],"data_offsets":[0,4]}}"#, "tensor 'x' does not lie where its header says, as in a truncated file"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[8,4]}}"#, "tensor 'x' does not lie where its header says, as in a truncated file"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[-4,0]}}"#, "tensor 'x' does not lie where its header says, as in a truncated file"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[4,-9223372036854775808]}}"#, "tensor 'x' does not lie where its header says, as in a truncated file"),
        (#"{"x":{"dtype":"F32","shape":[1],"data_offsets":[0]}}"#, "tensor 'x' does not lie where its header says, as in a truncated file"),
        (#"{"x":{"dtype":"F32","shape":[-1],"data_offsets":[0,4]}}"#, "tensor 'x' has shape [-1]"),
        (#"{"x":{"dtype":"F32","shape":[9223372036854775807,9],"data_offsets":[0,4]}}"#, "tensor 'x' has shape [9223372036854775807, 9]"),
        (#"{"x":{"dtype":"F16","shape":[1],"data_offsets":[0,4]}}"#, "tensor 'x' is of type F16; F32 and I32 are read"),
        (#"{"x":7}"#, "its header is not that of a safetensors file"),
        ("not json", "its header is not that of a safetensors file"),
    ])
    func `a header that lies is refused`(header: String, problem: String) {
        let text = Array(header.utf8)
        let file = [UInt8(text.count), 0, 0, 0, 0, 0, 0, 0] + text + [0, 0, 0, 0, 0, 0, 0, 0]
        let error = #expect(throws: ModelFileError.self) { try SafeTensors.decode(file) }
        #expect(error?.problem == problem)
    }

    @Test func `no change of a byte makes reading trap`() {
        let file = SafeTensors.encode([tensors[0], tensors[1]])
        var random = SeededGenerator(seed: 161)
        for _ in 0..<400 {
            var changed = file
            for _ in 0..<3 { changed[Int.random(in: file.indices, using: &random)] = UInt8.random(in: 0...255, using: &random) }
            _ = try? SafeTensors.decode(changed)
        }
    }

    @Test func `a file written piece by piece is the bytes of the whole, with their digest`() throws {
        try withTemporaryFolder { folder in
            // Below, at and above the sizes of pieces.
            let many = [1, 16_383, 16_384, 16_385, 262_144, 262_145, 600_001].enumerated().map { index, count in
                NamedTensor("t\(index)", [count], .floats((0..<count).map { Float($0 ^ index) }))
            } + tensors
            var batch = FileBatch(folder: folder, isNew: false)
            let digest = try batch.write("x", .tensors { many })
            #expect(!FileSystem.exists("\(folder)/x"))
            try batch.close(sync: true)
            try batch.putIntoPlace()
            let whole = SafeTensors.encode(many)
            #expect(try bytes(of: "\(folder)/x") == whole)
            #expect(digest == SHA256.hexDigest(of: whole))
            #expect(try FileReader("\(folder)/x").digest() == digest)
            #expect(try SafeTensors.read("\(folder)/x") == SafeTensors.decode(whole))
        }
    }

    @Test func `a file that is not there, a folder, a pipe and an empty file are errors that name it`() throws {
        try withTemporaryFolder { folder in
            try write([], to: "\(folder)/empty")
            let made = unsafe mkfifo("\(folder)/pipe", 0o600)
            try #require(made == 0)
            for path in ["\(folder)/none", folder, "\(folder)/pipe", "\(folder)/empty"] {
                let error = #expect(throws: ModelFileError.self) { try SafeTensors.read(path) }
                #expect(error?.file == path)
            }
            #expect(try FileReader("\(folder)/empty").digest() == SHA256.hexDigest(of: []))
        }
    }
}
