import Tables

/// Columns that grow file by file.
struct UnitedColumns {
    private(set) var rows = 0
    private let names: [String]
    private let roles: [ColumnRole]
    private var columns: [Growing]
    /// The file that first showed cells of each column.
    private var firstFiles: [String]

    fileprivate enum Growing {
        /// Missing in all rows so far: numbers or words, whichever come.
        case gaps
        case numbers([Float])
        case words(codes: [Int32], vocabulary: Vocabulary)
        case labels(ObservedCells, vocabulary: Vocabulary)
    }

    /// Distinct words, numbered as they come.
    fileprivate struct Vocabulary {
        var words: [String]
        /// Made when a second file brings words.
        var places: [String: Int32] = [:]

        /// The number here of each of another file's words.
        mutating func merge(_ others: [String]) -> [Int32] {
            if places.isEmpty {
                for (place, word) in words.enumerated() where places[word] == nil { places[word] = Int32(place) }
            }
            return others.map { word in
                if let place = places[word] { return place }
                let place = Int32(words.count)
                words.append(word)
                places[word] = place
                return place
            }
        }
    }

    init(names: [String], roles: [ColumnRole]) {
        self.names = names
        self.roles = roles
        columns = Array(repeating: .gaps, count: names.count)
        firstFiles = Array(repeating: "", count: names.count)
    }

    /// Takes over the rows of the next file; columns that it lacks are missing in them.
    ///
    /// - Parameter places: where each of its columns stands here.
    /// - Throws: `TableError` for a feature that is numbers in one file and words in another.
    mutating func append(_ table: Table, places: [Int], file: String) throws(TableError) {
        var own = [Int?](repeating: nil, count: names.count)
        for (column, place) in places.enumerated() { own[place] = column }
        for place in names.indices where roles[place] != .skip {
            // Taken out of its place while it grows: two owners would make a copy.
            var growing = columns[place]
            columns[place] = .gaps
            if case .gaps = growing { firstFiles[place] = file }
            try grow(&growing, by: own[place].map { table.columns[$0] } ?? .skipped, rows: table.rows, place: place, file: file)
            columns[place] = growing
        }
        rows += table.rows
    }

    private func grow(
        _ growing: inout Growing, by column: Column, rows new: Int, place: Int, file: String
    ) throws(TableError) {
        // A payload is taken out before it grows, so that it is not copied.
        switch column {
        case .skipped: growing.appendGaps(new)
        case .numbers(let numbers) where numbers.missingCount == new: growing.appendGaps(new)
        case .numbers(let numbers):
            switch growing {
            case .gaps where rows == 0: growing = .numbers(numbers.values)
            case .gaps: growing = .numbers([Float](repeating: .nan, count: rows) + numbers.values)
            case .numbers(var values):
                growing = .gaps
                values.append(contentsOf: numbers.values)
                growing = .numbers(values)
            case .words(_, let vocabulary):
                throw mixed(place, numbers: file, words: firstFiles[place], such: vocabulary.words.first, at: file)
            case .labels: preconditionFailure("column '\(names[place])' was read for two things")
            }
        case .text(let text):
            switch growing {
            case .gaps:
                growing = .words(
                    codes: rows == 0 ? text.codes : [Int32](repeating: -1, count: rows) + text.codes,
                    vocabulary: Vocabulary(words: text.vocabulary))
            case .words(var codes, var vocabulary):
                growing = .gaps
                let numbers = vocabulary.merge(text.vocabulary)
                codes.append(contentsOf: text.codes.lazy.map { $0 < 0 ? $0 : numbers[Int($0)] })
                growing = .words(codes: codes, vocabulary: vocabulary)
            case .numbers:
                throw mixed(place, numbers: firstFiles[place], words: file, such: text.vocabulary.first, at: file)
            case .labels: preconditionFailure("column '\(names[place])' was read for two things")
            }
        case .labels(let labels): growing.append(labels, name: names[place], after: rows)
        }
    }

    private func mixed(_ place: Int, numbers: String, words: String, such: String?, at file: String) -> TableError {
        TableError(
            "feature '\(names[place])' is numbers in one source and words in another", file: file, column: names[place],
            why: "it is numbers in '\(numbers)' and words in '\(words)'" + (such.map { ", such as '\($0)'" } ?? ""),
            fix: "pass --text '\(names[place])', or declare the words that mean missing: --missing-features WORD")
    }

    /// Fills the column that says where rows came from.
    mutating func setSource(_ sources: RowSources, at place: Int) {
        switch roles[place] {
        case .skip: break
        case .feature, .text: columns[place] = .words(codes: sources.ofRow, vocabulary: Vocabulary(words: sources.names))
        case .label:
            let cells = ObservedCells(
                name: names[place], rows: sources.ofRow.indices.map { UInt32($0) },
                cells: sources.ofRow.map { .word(UInt32($0)) })
            columns[place] = .labels(cells, vocabulary: Vocabulary(words: sources.names))
        }
    }

    /// The columns as they are used from here on.
    consuming func finished() -> [SourceTable.Content] {
        zip(zip(names, roles), columns).map { column, growing in
            switch (growing, column.1) {
            case (_, .skip): .skipped
            case (.numbers(let values), _): .feature(.numbers(.init(values, count: rows)))
            case (.words(let codes, let vocabulary), _): .feature(.words(codes: codes, vocabulary: vocabulary.words))
            case (.labels(let cells, let vocabulary), _): .labels(cells.with(words: vocabulary.words))
            case (.gaps, .label): .labels(ObservedCells(name: column.0))
            case (.gaps, .text), (.gaps, .feature(_, forceText: true)):
                .feature(.words(codes: [Int32](repeating: -1, count: rows), vocabulary: []))
            case (.gaps, .feature): .feature(.numbers(.init([Float](repeating: .nan, count: rows), count: rows)))
            }
        }
    }
}

extension UnitedColumns.Growing {
    fileprivate mutating func appendGaps(_ count: Int) {
        switch self {
        case .gaps, .labels: break
        case .numbers(var values):
            self = .gaps
            values.append(contentsOf: repeatElement(.nan, count: count))
            self = .numbers(values)
        case .words(var codes, let vocabulary):
            self = .gaps
            codes.append(contentsOf: repeatElement(-1, count: count))
            self = .words(codes: codes, vocabulary: vocabulary)
        }
    }

    fileprivate mutating func append(_ labels: LabelColumn, name: String, after rows: Int) {
        guard case .labels(var cells, var vocabulary) = self else {
            let own = rows == 0 ? labels.rows : labels.rows.map { $0 + UInt32(rows) }
            self = .labels(
                ObservedCells(name: name, rows: own, cells: labels.cells), vocabulary: .init(words: labels.words))
            return
        }
        self = .gaps
        let numbers = vocabulary.merge(labels.words)
        cells.rows.append(contentsOf: labels.rows.lazy.map { $0 + UInt32(rows) })
        cells.cells.append(
            contentsOf: labels.cells.lazy.map { cell in
                if case .word(let word) = cell { .word(UInt32(numbers[Int(word)])) } else { cell }
            })
        self = .labels(cells, vocabulary: vocabulary)
    }
}

extension ObservedCells {
    fileprivate consuming func with(words: [String]) -> ObservedCells {
        self.words = words
        return self
    }
}
