// The program that `make fuzz` runs: `lacuna-fuzz TARGET CORPUS [flags of libFuzzer]`, `lacuna-fuzz seeds TARGET FOLDER`, which
// writes the valid files that a target begins with, or `lacuna-fuzz targets`, which lists them.
// libFuzzer brings the main and calls what is here.

import Foundation
@testable import Lacuna
import TestSupport

@_silgen_name("LLVMFuzzerMutate")
private func mutateBytes(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int, _ most: Int) -> Int

/// What is fuzzed; set once, before anything is.
nonisolated(unsafe) private var target: Target?
nonisolated(unsafe) private var folder: Workspace?

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

@_cdecl("LLVMFuzzerTestOneInput")
public func runOnce(_ bytes: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    do {
        let outcome = try unsafe target?.run(Array(UnsafeBufferPointer(start: bytes, count: count)))
        for finding in outcome?.findings ?? [] { fatalError(finding) }
    } catch {
        fatalError("the harness failed: \(error)")
    }
    return 0
}

/// Takes the target's name out of the arguments, and makes it ready.
@_cdecl("LLVMFuzzerInitialize")
public func initialize(
    _ count: UnsafeMutablePointer<CInt>, _ words: UnsafeMutablePointer<UnsafeMutablePointer<UnsafeMutablePointer<CChar>?>>
) -> CInt {
    let arguments = Array(CommandLine.arguments.dropFirst())
    if arguments == ["targets"] {
        for target in Target.all { print(target.name) }
        exit(0)
    }
    let writesSeeds = arguments.first == "seeds"
    let name = writesSeeds ? arguments.dropFirst().first : arguments.first
    guard let entry = Target.all.first(where: { $0.name == name }) else {
        print("name a target: \(Target.all.map(\.name).joined(separator: ", "))")
        exit(2)
    }
    do {
        let workspace = try Workspace()
        let made = try entry.make(workspace)
        if writesSeeds, arguments.count == 3 {
            try FileSystem.makeFolder(arguments[2])
            for (index, seed) in made.seeds.enumerated() { try FileSystem.write(seed, to: "\(arguments[2])/seed-\(index)", sync: false) }
            try FileSystem.remove(workspace.folder)
            exit(0)
        }
        unsafe target = made
        unsafe folder = workspace
    } catch {
        print("the harness failed: \(error)")
        exit(2)
    }
    atexit { try? FileSystem.remove(unsafe folder?.folder ?? "") }
    // The name of the program takes the name's place.
    unsafe words.pointee[1] = words.pointee[0]
    unsafe words.pointee += 1
    unsafe count.pointee -= 1
    return 0
}
