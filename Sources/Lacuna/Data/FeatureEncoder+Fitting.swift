import Tables

extension FeatureEncoder {
    /// A text column is taken for an identifier when it has more than this many distinct words, and more than half of its
    /// present training cells are distinct.
    static let mostDistinctWords = 50
    /// A text column makes at most so many columns.
    static let mostColumns = 10_000

    /// Learns the encoding from the training rows.
    ///
    /// - Parameters:
    ///   - columns: the feature columns of the whole table.
    ///   - rows: the training rows, from 0; the other rows of the columns are not looked at.
    /// - Throws: `TableError` for a text column whose words are nearly all distinct.
    public static func fit(_ columns: [FeatureColumn], rows: [Int]) throws(TableError) -> FeatureEncoder {
        var fitted: [Column] = []
        fitted.reserveCapacity(columns.count)
        for column in columns {
            switch column.values {
            case .numbers(let numbers): fitted.append(fit(column.name, numbers, rows: rows))
            case .words(let codes, let vocabulary):
                fitted.append(try fit(column.name, codes, vocabulary, rows: rows))
            }
        }
        return FeatureEncoder(columns: fitted)
    }

    private static func fit(_ name: String, _ numbers: FeatureColumn.Numbers, rows: [Int]) -> Column {
        var counts = ColumnCounts()
        for row in rows where !numbers[row].isNaN { counts.take(numbers[row]) }
        let mean = counts.sum / Double(max(counts.present, 1))
        var squares = 0.0
        for row in counts.least < counts.most && !counts.onlyBits ? rows : [] {
            let value = numbers[row]
            if value.isNaN { continue }
            squares += (Double(value) - mean) * (Double(value) - mean)
        }
        let deviation = (squares / Double(max(counts.present, 1))).squareRoot()
        return counts.column(name, rows: rows.count, otherwise: .standardised(mean: mean, deviation: deviation))
    }

    private static func fit(
        _ name: String, _ codes: [Int32], _ vocabulary: [String], rows: [Int]
    ) throws(TableError) -> Column {
        var seen = [Bool](repeating: false, count: vocabulary.count)
        var present = 0
        for row in rows where codes[row] >= 0 {
            seen[Int(codes[row])] = true
            present += 1
        }
        // A set: two spellings of one letter, composed and decomposed, are equal strings.
        let words = Set(vocabulary.indices.filter { seen[$0] }.map { vocabulary[$0] })
        if words.count > mostDistinctWords, words.count * 2 > present {
            throw TableError(
                "text column '\(name)' holds \(words.count) distinct words in \(present) cells", column: name,
                why: "each word of a text feature becomes a column; one that names the row teaches nothing",
                fix: "pass --id '\(name)' if it names the rows, or --ignore '\(name)'")
        }
        guard words.count <= mostColumns else {
            throw TableError(
                "text column '\(name)' holds \(words.count) distinct words", column: name,
                why: "each word becomes a column, and at most \(mostColumns) are made of one",
                fix: "pass --ignore '\(name)', or group its words")
        }
        guard present > 0 else { return Column(name: name, coding: .constant(value: nil), hasIndicator: false) }
        return Column(
            name: name,
            coding: .oneHot(words: words.sorted { $0.unicodeScalars.lexicographicallyPrecedes($1.unicodeScalars) }),
            hasIndicator: present < rows.count)
    }
}
