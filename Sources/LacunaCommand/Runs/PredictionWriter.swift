import Lacuna
import Tables

/// Writes predictions row by row: one column for each probability or value, and the id column under its own name.
///
/// | kind | columns |
/// |---|---|
/// | binary | `tumor`: P(yes) |
/// | categorical | `tissue=benign`, `tissue=malignant`, …: P(class) |
/// | multilabel | one for each label, under its name: P(yes) |
/// | regression | `size`, in the label's unit |
/// | ordinal | `grade`: the level; `grade=low`, …: P(level) |
///
/// After the probabilities and values of an objective, an ensemble has as many columns with their spread over its
/// members: `tumor.spread`, `tissue=benign.spread`, …, `grade=low.spread`, …. Where the model has decisions, probabilities
/// are calibrated, and after an objective's columns stand those of ``DecisionColumns``.
///
/// An array has the same columns without the id; a level is its index.
final class PredictionWriter {
    private let output: Output
    private let keys: [Key]
    private let decisions: [DecisionColumns?]
    private var row = 0

    /// A column that says which row it is.
    struct Key {
        var name: String
        var values: [String]
    }

    private enum Output {
        case table(CSVWriter)
        case array(NPYWriter)
    }

    init(
        objectives: [Objective], decisions: Decisions? = nil, labels: [LabelRules] = [], hasSpread: Bool = false, rows: Int,
        keys: [Key], path: String, format: PredictionFormat
    ) throws(TableError) {
        let decided = objectives.enumerated().map { index, objective in
            decisions.map {
                DecisionColumns($0.objectives[index], of: objective, rules: labels.indices.contains(index) ? labels[index] : nil)
            }
        }
        self.decisions = decided
        let columns = zip(objectives, decided).flatMap { objective, decided in
            Self.columns(objective) + (hasSpread ? Self.spreadColumns(objective) : [])
                + (decided?.names(inArray: format == .npy) ?? [])
        }
        self.keys = format == .csv ? keys : []
        switch format {
        case .csv:
            output = .table(try CSVWriter(path: path, header: keys.map(\.name) + columns))
        case .npy: output = .array(try NPYWriter(path: path, rows: rows, columns: columns.count))
        }
    }

    /// The names of an objective's columns.
    static func columns(_ objective: Objective) -> [String] {
        switch objective.kind {
        case .binary, .regression: [objective.name]
        case .categorical(let classes): classes.map { "\(objective.name)=\($0)" }
        case .multilabel(let labels): labels
        case .ordinal(let levels): [objective.name] + levels.map { "\(objective.name)=\($0)" }
        }
    }

    /// The names of the columns that hold the spread of an objective's numbers.
    static func spreadColumns(_ objective: Objective) -> [String] {
        let numbers = columns(objective)
        return (objective.kind.name == .ordinal ? Array(numbers.dropFirst()) : numbers).map { "\($0).spread" }
    }

    /// Writes the next rows.
    func append(_ predictions: Predictions) throws(TableError) {
        for index in 0..<predictions.rows {
            switch output {
            case .table(let writer):
                for key in keys { try writer.append(key.values[row]) }
                for (place, objective) in predictions.objectives.enumerated() {
                    try append(objective.values, index, to: writer)
                    for number in predictions.spread(place, row: index) { try writer.append(number) }
                    for cell in decisions[place]?.cells(objective.values, row: index) ?? [] { try writer.append(cell) }
                }
                try writer.endRow()
            case .array(let writer):
                var values: [Float] = []
                for (place, objective) in predictions.objectives.enumerated() {
                    values += objective.values.numbers(row: index) + predictions.spread(place, row: index)
                    values += decisions[place]?.numbers(objective.values, row: index) ?? []
                }
                try writer.append(values)
            }
            row += 1
        }
    }

    private func append(_ values: Predictions.Values, _ row: Int, to writer: CSVWriter) throws(TableError) {
        var numbers = values.numbers(row: row)[...]
        if case .ordinal(let predicted, _, let levels) = values {
            try writer.append(levels[predicted[row]])
            numbers = numbers.dropFirst()
        }
        for number in numbers { try writer.append(number) }
    }

    /// Gives the file its name.
    func finish() throws(TableError) {
        switch output {
        case .table(let writer): try writer.finish()
        case .array(let writer): try writer.finish()
        }
    }
}

extension Predictions {
    /// The spread of one row's numbers of an objective; empty where one model predicts.
    fileprivate func spread(_ objective: Int, row: Int) -> ArraySlice<Float> {
        guard objective < spreads.count, rows > 0 else { return [] }
        let values = spreads[objective].values, width = values.count / rows
        return values[row * width..<(row + 1) * width]
    }
}

extension Predictions.Values {
    /// The numbers of one row, in the order of the columns.
    fileprivate func numbers(row: Int) -> [Float] {
        func slice(_ values: [Float], _ width: Int) -> [Float] { Array(values[row * width..<(row + 1) * width]) }
        return switch self {
        case .binary(let values), .regression(let values): [values[row]]
        case .categorical(let values, let classes): slice(values, classes.count)
        case .multilabel(let values, let labels): slice(values, labels.count)
        case .ordinal(let predicted, let values, let levels): [Float(predicted[row])] + slice(values, levels.count)
        }
    }
}
