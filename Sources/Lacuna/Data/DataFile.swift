/// A table as a source of rows: where it lies, and what it is called.
public struct DataFile: Equatable, Sendable, Codable {
    /// The name of the source, or nil for the file's own name.
    public var name: String?
    /// CSV or TSV, plain or gzip.
    public var path: String

    /// A source from its parts.
    public init(path: String, name: String? = nil) {
        self.path = path
        self.name = name
    }

    /// Reads `PATH` or `NAME=PATH`. A path that holds `=` is told from a name by a `/` before it: `./a=b.csv`.
    public init(parsing text: String) {
        guard let sign = text.firstIndex(of: "="), sign > text.startIndex, !text[..<sign].contains("/") else {
            self.init(path: text)
            return
        }
        self.init(path: String(text[text.index(after: sign)...]), name: String(text[..<sign]))
    }

    /// The form that ``DataFile/init(parsing:)`` reads.
    public var text: String {
        if let name { return "\(name)=\(path)" }
        return DataFile(parsing: path).name == nil ? path : "./\(path)"
    }

    /// The name of the source: its own, or that of the file.
    public var label: String { name ?? baseName }

    var baseName: String { path.split(separator: "/").last.map(String.init) ?? path }
}

/// Which source each row came from.
public struct RowSources: Sendable, Equatable {
    /// In the order given.
    public let names: [String]
    /// `[rows]`: an index into `names`, ascending.
    public let ofRow: [Int32]

    /// The same for the given rows, in their order.
    public func selecting(rows: [Int]) -> RowSources { RowSources(names: names, ofRow: rows.map { ofRow[$0] }) }

    /// How many of the given rows came from each source.
    public func counts(rows: some Sequence<Int>) -> [Int] {
        var counts = [Int](repeating: 0, count: names.count)
        for row in rows { counts[Int(ofRow[row])] += 1 }
        return counts
    }
}
