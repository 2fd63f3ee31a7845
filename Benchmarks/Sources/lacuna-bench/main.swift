import Foundation

// What the driver of the benchmarks (Benchmarks/run.py) asks of Lacuna: one figure, one line of JSON.
let usage = """
    usage: lacuna-bench prepare FOLDER              initial weights and encoded features, for the peers to begin from
           lacuna-bench check FOLDER --steps N      losses before and after N steps; --idle still|move, --rows N
           lacuna-bench train FOLDER                time and memory of training; --threads N, --seconds S, --epochs N, --fits N
           lacuna-bench csv FILE [--out FILE.npy]   time of reading a table
           lacuna-bench score FOLDER --out FOLDER   time of scoring a model on a problem's labels
    """

do {
    let options = try Options(CommandLine.arguments.dropFirst())
    switch options.command {
    case "prepare": try prepare(options)
    case "check": try check(options)
    case "train": try train(options)
    case "csv": try readTable(options)
    case "score": try score(options)
    default: throw BenchError("there is no command '\(options.command)'\n\(usage)")
    }
} catch {
    FileHandle.standardError.write(Data("lacuna-bench: \(error)\n".utf8))
    exit(1)
}
