import Tables

/// Column names that are changed on the way in: `OLD=NEW` in every source that has the column, `SOURCE:OLD=NEW` in one.
///
/// Column names may hold `=` and `:` themselves. A text is understood with the headers at hand: it is cut where a column is
/// found.
struct Renames {
    /// A table and its columns.
    struct Header {
        let file: DataFile
        let names: [String]
    }

    /// What a text says of some headers: by header, the column and its new name.
    private struct Meaning {
        var columns: [Int: Int] = [:]
        var name: String
    }

    /// The columns' names, by header, after renaming.
    ///
    /// - Parameters:
    ///   - texts: said now; each must find a column.
    ///   - inherited: said in training; one that finds no column, or one that is called so already, says nothing.
    /// - Throws: `TableError`: no such column, or two columns of one name.
    static func apply(_ texts: [String], inherited: [String], to headers: [Header]) throws(TableError) -> [[String]] {
        var names = headers.map(\.names)
        for text in texts {
            guard let meaning = meaning(of: text, headers) else { throw unknown(text, headers) }
            for (header, column) in meaning.columns { names[header][column] = meaning.name }
        }
        for text in inherited where !texts.contains(text) {
            guard let meaning = meaning(of: text, headers) else { continue }
            for (header, column) in meaning.columns
            where names[header][column] == headers[header].names[column] && !names[header].contains(meaning.name) {
                names[header][column] = meaning.name
            }
        }
        for (header, names) in zip(headers, names) { try check(names, header) }
        return names
    }

    private static func check(_ names: [String], _ header: Header) throws(TableError) {
        var places: [String: Int] = [:]
        for (place, name) in names.enumerated() {
            guard let first = places.updateValue(place, forKey: name) else { continue }
            let old = header.names[first] == name ? place : first
            throw TableError(
                "two columns are called '\(name)' once '\(header.names[old])' is renamed", file: header.file.path,
                column: header.names[old], why: "columns are known by their names",
                fix: "rename it otherwise, or rename the other one too")
        }
    }

    private static func meaning(of text: String, _ headers: [Header]) -> Meaning? {
        for sign in text.indices where text[sign] == "=" {
            let (old, new) = (text[..<sign], trimmed(text[text.index(after: sign)...]))
            if new.isEmpty { continue }
            for colon in old.indices where old[colon] == ":" {
                let column = trimmed(old[old.index(after: colon)...])
                var meaning = Meaning(name: new)
                for (index, header) in headers.enumerated() where isName(String(old[..<colon]), of: header.file) {
                    if let place = header.names.firstIndex(of: column) { meaning.columns[index] = place }
                }
                if !meaning.columns.isEmpty { return meaning }
            }
            var meaning = Meaning(name: new)
            for (index, header) in headers.enumerated() {
                if let place = header.names.firstIndex(of: trimmed(old)) { meaning.columns[index] = place }
            }
            if !meaning.columns.isEmpty { return meaning }
        }
        return nil
    }

    private static func isName(_ text: String, of file: DataFile) -> Bool {
        [file.name, file.path, file.baseName].contains(trimmed(text))
    }

    private static func unknown(_ text: String, _ headers: [Header]) -> TableError {
        let old = trimmed(text[..<(text.firstIndex(of: "=") ?? text.endIndex)])
        if let colon = old.firstIndex(of: ":"),
            let header = headers.first(where: { isName(String(old[..<colon]), of: $0.file) })
        {
            return missing(trimmed(old[old.index(after: colon)...]), header.names, file: header.file.path, text)
        }
        return missing(old, headers.flatMap(\.names), file: headers.map(\.file.path).joined(separator: ", "), text)
    }

    private static func missing(_ name: String, _ names: [String], file: String, _ text: String) -> TableError {
        TableError(
            "no column is called '\(name)'", file: file, why: "--rename '\(text)' names it",
            fix: nearestName(to: name, among: names).map { "did you mean '\($0)'?" }
                ?? "write OLD=NEW, or SOURCE:OLD=NEW with a file's name or path")
    }
}
