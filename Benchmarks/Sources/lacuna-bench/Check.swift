import Lacuna

/// The losses that peers have to agree with.
struct Agreement: Encodable {
    var before: Double?
    var after: Double?
    var steps: Int
    var rows: Int
}

/// Trains `--steps N` steps of the first epoch, and says the loss over the first `--rows N` rows before and after.
func check(_ options: Options) throws {
    let problem = try Problem(options.operand)
    let steps = try options.number("steps", otherwise: 8)
    let (data, objectives) = try problem.load()
    let rows = min(try options.number("rows", otherwise: 512), data.rows)
    let idle: IdleHeads = options.text("idle") == "still" ? .still : .move
    let model = try problem.model(data, objectives, threads: try options.number("threads", otherwise: 2))
    let looked = data.selecting(rows: Array(0..<rows))
    let before = try model.evaluate(looked).loss
    try model.fit(
        data, problem.settings(epochs: 1, idle: idle), callbacks: Callbacks(afterStep: { $0.step == steps ? .stop : .proceed }))
    try report(Agreement(before: before, after: try model.evaluate(looked).loss, steps: steps, rows: rows))
}
