import Lacuna
import Tables

/// Lays errors and warnings out: what, where, why, how to fix, one each line.
///
/// ```
/// error: label 'n/a' is not a number
///   where: train.csv, row 1204 (line 1205), column 'solubility'
///   why:   objective 'solubility' is a regression
///   fix:   leave the cell empty, or pass --missing 'n/a'
/// ```
///
/// Each error describes itself in its own module; only the layout lives here.
public enum ErrorText {
    /// The text of an error, without a final line break; several problems are several blocks.
    public static func layout(_ error: any Error) -> String {
        switch error {
        case let several as CommandErrors:
            several.errors.map { block("error", $0) }.joined(separator: "\n")
        case let error as CommandError: block("error", error)
        case let error as TableError:
            block("error", CommandError(error.problem, at: place(of: error), why: error.why, fix: error.fix))
        case let error as DataError:
            block("error", CommandError(error.problem, at: place(of: error), why: error.why, fix: error.fix))
        case let error as TrainingError: block("error", CommandError(error.problem, fix: error.fix))
        case let error as ModelFileError:
            block("error", CommandError(problem(of: error), at: error.file, fix: error.fix))
        case let error as SettingError: block("error", CommandError(error.problem, fix: error.fix))
        default: block("error", CommandError(oneLine("\(error)")))
        }
    }

    /// The text of a warning, without a final line break.
    public static func warning(
        _ problem: String, at place: String? = nil, why: String? = nil, fix: String? = nil
    ) -> String {
        block("warning", CommandError(problem, at: place, why: why, fix: fix))
    }

    private static func block(_ word: String, _ error: CommandError) -> String {
        var lines = ["\(word): \(error.problem)"]
        if let place = error.place { lines.append("  where: \(indented(place))") }
        if let why = error.why { lines.append("  why:   \(indented(why))") }
        if let fix = error.fix { lines.append("  fix:   \(indented(fix))") }
        return lines.joined(separator: "\n")
    }

    /// Further lines of a value stand under its first one.
    private static func indented(_ text: String) -> String {
        text.split(separator: "\n", omittingEmptySubsequences: false).joined(separator: "\n         ")
    }

    /// An error of another library may hold line breaks; a person gets one clause.
    private static func oneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: " ")
    }

    /// "model.json cannot be used: it is not as it was written".
    private static func problem(of error: ModelFileError) -> String {
        guard let name = error.file?.split(separator: "/").last else { return error.problem }
        return "\(name) cannot be used: \(error.problem)"
    }

    /// "train.csv, row 1204 (line 1205), column 'solubility'".
    private static func place(of error: TableError) -> String? {
        var parts: [String] = []
        if let file = error.file { parts.append(file) }
        switch (error.row, error.line) {
        case (let row?, let line?): parts.append("row \(row) (line \(line))")
        case (let row?, nil): parts.append("row \(row)")
        case (nil, let line?): parts.append("line \(line)")
        case (nil, nil): break
        }
        if let column = error.column { parts.append("column '\(column)'") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }

    /// "objective 'tumor', row 3 (counted from 0)".
    private static func place(of error: DataError) -> String? {
        var parts: [String] = []
        if let objective = error.objective { parts.append("objective '\(objective)'") }
        if let row = error.row { parts.append("row \(row) (counted from 0)") }
        return parts.isEmpty ? nil : parts.joined(separator: ", ")
    }
}
