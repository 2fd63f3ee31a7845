import Tables

/// What reading a table cost.
struct ReadingCost: Encodable {
    var seconds: Double
    var rows: Int
    var columns: Int
    var peakBytes: Int?
}

/// Reads every column of a table as numbers; with `--out FILE.npy` writes them, so that they can be compared.
func readTable(_ options: Options) throws {
    let threads = try options.number("threads", otherwise: 2)
    let run = try timed {
        let reader = try TableReader(path: options.operand)
        let role = ColumnRole.feature(missing: MissingTokens(), forceText: false)
        return try reader.read(Array(repeating: role, count: reader.header.count), threads: threads)
    }
    let table = run.result
    let cost = ReadingCost(seconds: run.seconds, rows: table.rows, columns: table.columns.count, peakBytes: ProcessMemory.peak)
    let columns = try table.columns.map { column in
        guard case .numbers(let numbers) = column else { throw BenchError("\(options.operand) has a column that is not numbers") }
        return numbers.values
    }
    if let path = options.text("out") {
        let writer = try NPYWriter(path: path, rows: table.rows, columns: columns.count)
        for row in 0..<table.rows { try writer.append(columns.map { $0[row] }) }
        try writer.finish()
    }
    try report(cost)
}
