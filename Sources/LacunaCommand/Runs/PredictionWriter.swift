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
/// Where the model has decisions, probabilities are calibrated, and after an objective's columns stand those of
/// ``DecisionColumns``. An array has the same columns without the id; a level is its index.
final class PredictionWriter {
    private let output: Output
    private let ids: [String]?
    private let decisions: [DecisionColumns?]
    private var row = 0

    private enum Output {
        case table(CSVWriter)
        case array(NPYWriter)
    }

    init(
        objectives: [Objective], decisions: Decisions? = nil, labels: [LabelRules] = [], rows: Int, ids: [String]?, idName: String?, path: String, format: PredictionFormat
    ) throws(TableError) {
        let decided = objectives.enumerated().map { index, objective in
            decisions.map {
                DecisionColumns($0.objectives[index], of: objective, rules: labels.indices.contains(index) ? labels[index] : nil)
            }
        }
        self.decisions = decided
        let columns = zip(objectives, decided).flatMap { objective, decided in
            Self.columns(objective) + (decided?.names(inArray: format == .npy) ?? [])
        }
        self.ids = format == .csv ? ids : nil
        switch format {
        case .csv:
            let id = ids != nil ? idName.map { [$0] } ?? ["id"] : []
            output = .table(try CSVWriter(path: path, header: id + columns))
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

    /// Writes the next rows.
    func append(_ predictions: Predictions) throws(TableError) {
        for index in 0..<predictions.rows {
            switch output {
            case .table(let writer):
                if let ids { try writer.append(ids[row]) }
                for (objective, decided) in zip(predictions.objectives, decisions) {
                    try append(objective.values, index, to: writer)
                    for cell in decided?.cells(objective.values, row: index) ?? [] { try writer.append(cell) }
                }
                try writer.endRow()
            case .array(let writer):
                var values: [Float] = []
                for (objective, decided) in zip(predictions.objectives, decisions) {
                    values += objective.values.numbers(row: index) + (decided?.numbers(objective.values, row: index) ?? [])
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
