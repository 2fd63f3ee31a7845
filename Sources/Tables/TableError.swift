/// What is wrong with a file of the user's, and where.
///
/// The facts travel as a value; the command lays them out as `error / where / why / fix`.
public struct TableError: Error, Equatable, Sendable {
    /// What is wrong, as one clause without a full stop: "label 'n/a' is not a number".
    public var problem: String
    /// The file's path as the user gave it.
    public var file: String?
    /// The data row, counted from 1 after the header.
    public var row: Int?
    /// The line an editor shows for that row, counted from 1.
    public var line: Int?
    /// The column's name.
    public var column: String?
    /// Why that is wrong: what was expected here and by whom.
    public var why: String?
    /// What the user can do about it.
    public var fix: String?

    /// Says what is wrong and, where known, where, why, and what helps.
    public init(
        _ problem: String, file: String? = nil, row: Int? = nil, line: Int? = nil, column: String? = nil,
        why: String? = nil, fix: String? = nil
    ) {
        self.problem = problem
        self.file = file
        self.row = row
        self.line = line
        self.column = column
        self.why = why
        self.fix = fix
    }
}

extension TableError: CustomStringConvertible {
    /// One line for programmers: "label 'n/a' is not a number (train.csv, row 1204, line 1205, column 'solubility')".
    public var description: String {
        let places = [
            file, row.map { "row \($0)" }, line.map { "line \($0)" }, column.map { "column '\($0)'" },
        ].compactMap(\.self)
        return places.isEmpty ? problem : "\(problem) (\(places.joined(separator: ", ")))"
    }
}
