// The program that `make fuzz` runs: `lacuna-fuzz TARGET CORPUS [flags of libFuzzer]`, `lacuna-fuzz seeds TARGET FOLDER`, which
// writes the valid files that a target begins with, or `lacuna-fuzz targets`, which lists them.
//
// libFuzzer brings a main of its own; it is driven from here instead, so that the target is chosen at run time.

import Foundation
@testable import Lacuna
import TestSupport

@_silgen_name("LLVMFuzzerRunDriver")
private func runDriver(
    _ argc: UnsafeMutablePointer<CInt>, _ argv: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>,
    _ body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt
) -> CInt

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int) -> Int

/// What is fuzzed; set once, before anything is.
nonisolated(unsafe) private var target: Target?

/// Half of the time the bytes are damaged as libFuzzer does it, half of the time as the format's structure suggests.
@_cdecl("LLVMFuzzerCustomMutator")
public func mutate(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int, _ seed: CUnsignedInt) -> Int {
    guard let target = unsafe target, seed % 2 == 0, count > 0 else { return unsafe mutateBytes(bytes, count, most) }
    let given = unsafe Array(UnsafeBufferPointer(start: bytes, count: count))
    var mutator = Mutator(seed: UInt64(seed), words: target.words)
    let result = mutator.mutate(given, target.form, other: target.seeds[Int(seed / 2) % target.seeds.count])
    let length = min(result.count, most)
    for index in 0..<length { unsafe bytes[index] = result[index] }
    return length
}

private let body: @convention(c) (UnsafePointer<UInt8>?, Int) -> CInt = { bytes, count in
    do {
        let outcome = try unsafe target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        for finding in outcome?.findings ?? [] { fatalError(finding) }
    } catch {
        fatalError("the harness failed: \(error)")
    }
    return 0
}

@main enum Fuzzer {
    static func main() throws {
        let arguments = Array(CommandLine.arguments.dropFirst())
        if arguments == ["targets"] {
            for target in Target.all { print(target.name) }
            return
        }
        let writesSeeds = arguments.first == "seeds"
        let name = writesSeeds ? arguments.dropFirst().first : arguments.first
        guard let entry = Target.all.first(where: { $0.name == name }) else {
            print("name a target: \(Target.all.map(\.name).joined(separator: ", "))")
            exit(2)
        }
        let workspace = try Workspace()
        let made = try entry.make(workspace)
        if writesSeeds, arguments.count == 3 {
            try FileSystem.makeFolder(arguments[2])
            for (index, seed) in made.seeds.enumerated() { try FileSystem.write(seed, to: "\(arguments[2])/seed-\(index)", sync: false) }
            return
        }
        unsafe target = made
        let code = drive([CommandLine.arguments[0]] + arguments.dropFirst())
        try FileManager.default.removeItem(atPath: workspace.folder)
        exit(code)
    }

    /// libFuzzer may change the words, so they are its own.
    private static func drive(_ arguments: [String]) -> CInt {
        var words = unsafe arguments.map { unsafe strdup($0) } + [nil]
        var count = CInt(arguments.count)
        return unsafe words.withUnsafeMutableBufferPointer { buffer in
            guard var start = unsafe buffer.baseAddress else { return 2 }
            return unsafe runDriver(&count, &start, body)
        }
    }
}
