import Lacuna
import Tables

extension Runs {
    /// Writes a saved model's predictions for the rows of a file, chunk by chunk.
    static func predict(
        _ directory: RunDirectory, flags: [GivenSetting], to path: String, format: PredictionFormat, quiet: Bool
    ) throws {
        let display = ProgressDisplay(isQuiet: quiet)
        var given = RunConfiguration()
        try given.apply(flags)
        let (model, preprocessing) = try load(directory, threads: given.training.threads)
        let read = try preprocessing.features(from: given.data)
        warn(read.warnings, on: display)
        let columns = PredictionColumns(model.objectives)
        switch format {
        case .csv:
            let id = read.idName.map { [$0] } ?? []
            let writer = try CSVWriter(path: path, header: id + columns.names)
            var row = 0
            try model.forEachPrediction(read.features) { part in
                for index in 0..<part.rows {
                    if let ids = read.ids { try writer.append(ids[row]) }
                    try columns.forEachCell(part, row: index) { cell in
                        switch cell {
                        case .number(let value): try writer.append(value)
                        case .word(let word, _): try writer.append(word)
                        }
                    }
                    try writer.endRow()
                    row += 1
                }
            }
            try writer.finish()
        case .npy:
            let writer = try NPYWriter(path: path, rows: read.features.rows, columns: columns.names.count)
            var values: [Float] = []
            try model.forEachPrediction(read.features) { part in
                for index in 0..<part.rows {
                    values.removeAll(keepingCapacity: true)
                    columns.forEachCell(part, row: index) { cell in
                        switch cell {
                        case .number(let value), .word(_, let value): values.append(value)
                        }
                    }
                    try writer.append(values)
                }
            }
            try writer.finish()
        }
        if !quiet { display.say("wrote \(NumberText.count(read.features.rows)) rows × \(columns.names.count) predictions to '\(path)'") }
    }
}

/// The columns that predictions are written in: one for each probability or value.
struct PredictionColumns {
    let names: [String]

    enum Cell {
        case number(Float)
        /// An ordinal level, by name and for arrays by number: its own where all levels are numbers, else its index.
        case word(String, Float)
    }

    init(_ objectives: [Objective]) {
        names = objectives.flatMap { objective in
            switch objective.kind {
            case .binary, .regression: [objective.name]
            case .categorical(let classes): classes.map { "\(objective.name)=\($0)" }
            case .multilabel(let labels): labels
            case .ordinal(let levels): [objective.name] + levels.map { "\(objective.name)=\($0)" }
            }
        }
    }

    /// The cells of one row, in the order of ``names``.
    func forEachCell<Failure: Error>(
        _ predictions: Predictions, row: Int, _ body: (Cell) throws(Failure) -> Void
    ) throws(Failure) {
        for (_, values) in predictions.objectives {
            switch values {
            case .binary(let values), .regression(let values): try body(.number(values[row]))
            case .categorical(let values, let names), .multilabel(let values, let names):
                for column in 0..<names.count { try body(.number(values[row * names.count + column])) }
            case .ordinal(let predicted, let probabilities, let levels):
                let level = predicted[row], numbers = levels.compactMap { Float($0) }
                try body(.word(levels[level], numbers.count == levels.count ? numbers[level] : Float(level)))
                for column in 0..<levels.count { try body(.number(probabilities[row * levels.count + column])) }
            }
        }
    }
}
