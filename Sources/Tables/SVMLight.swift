// svmlight / libsvm text by hand: the format is a page long, and its readers (scikit-learn's, libsvm's own) are Python or C
// programs that say neither row nor line of what is wrong. No Swift package for it is known to us.

/// A svmlight / libsvm text file, plain or gzip: sparse features, and of each row one number or a list of labels.
///
///     1,3 qid:7 5:0.5 7:1   # a comment
///
/// Rows are lines that hold something beside a comment. A feature's column is the number that is written, so a file whose
/// numbers begin at 1 has no column 0 and nothing is shifted between files. `qid:` is checked and left aside. Peer:
/// `sklearn.datasets.load_svmlight_file(zero_based=True)`, with `multilabel` found out from the file.
public struct SVMLightFile: Sendable {
    /// The labels of all rows.
    public enum Labels: Sendable, Equatable {
        /// `[rows]`: every row has one.
        case values([Double])
        /// Row r has the labels `labels[starts[r] ..< starts[r + 1]]`, ascending, each once.
        case lists(starts: [Int], labels: [Int32])
    }

    /// The path as the caller gave it.
    public let path: String
    /// `[rows × (largest number + 1)]`; NaN where a value is written as nan.
    public let features: SparseMatrix<Float>
    /// The smallest number of a feature, 0 or 1 as a rule; nil where no row has a feature.
    public let firstFeature: Int?
    /// As one number each where every row has exactly one, else as lists.
    public let labels: Labels
    /// Whether some row has a `qid:`.
    public let hasQueries: Bool
    let lines: LineMap

    /// Whether the file's name says that it is of this format: `.svm`, `.libsvm`, `.svmlight`, each also with `.gz`.
    public static func isNamed(_ path: String) -> Bool {
        hasEnding(path, ".svm", ".libsvm", ".svmlight", ".svm.gz", ".libsvm.gz", ".svmlight.gz")
    }

    /// Reads the whole file.
    ///
    /// - Parameter asLists: nil: as the file is; true: lists even where every row has one label; false: numbers.
    /// - Throws: ``TableError`` with row and line of what is not of the format; of the first row without exactly one label
    ///   where numbers are asked for.
    public init(path: String, asLists: Bool? = nil) throws(TableError) {
        try self.init(path: path, asLists: asLists, bufferSize: 1 << 20)
    }

    init(path: String, asLists: Bool?, bufferSize: Int) throws(TableError) {
        let parser = try SVMLightParser(path: path, bufferSize: bufferSize)
        try parser.parse()
        guard parser.rows > 0 else {
            throw TableError("the file has no rows", file: path, why: "every line is empty or a comment", fix: "check the file")
        }
        self.path = path
        lines = parser.lines
        hasQueries = parser.hasQueries
        firstFeature = parser.firstFeature
        features = SparseMatrix(
            rows: parser.rows, columns: max(parser.columns, 1), rowStarts: parser.starts, columnIndices: parser.indices,
            values: parser.values)
        let starts = parser.labelStarts
        let odd = (0 ..< parser.rows).first { starts[$0 + 1] - starts[$0] != 1 }
        if asLists ?? (odd != nil) {
            labels = try SVMLightFile.lists(parser)
        } else {
            if let odd {
                let count = starts[odd + 1] - starts[odd]
                throw TableError(
                    "the row has \(count) labels", file: path, row: odd + 1, line: lines.line(ofRow: odd + 1),
                    why: "one number in each row is asked for", fix: "read lists instead: --libsvm lists")
            }
            labels = .values(parser.labels)
        }
    }

    private static func lists(_ parser: SVMLightParser) throws(TableError) -> Labels {
        var starts = [0], labels: [Int32] = []
        starts.reserveCapacity(parser.rows + 1)
        labels.reserveCapacity(parser.labels.count)
        for row in 0 ..< parser.rows {
            var list: [Int32] = []
            for place in parser.labelStarts[row] ..< parser.labelStarts[row + 1] {
                let label = parser.labels[place]
                guard label >= 0, label < Double(SparseFile.mostColumns), label == label.rounded() else {
                    throw TableError(
                        "label \(label) is no whole number from 0", file: parser.path, row: row + 1,
                        line: parser.lines.line(ofRow: row + 1), why: "a list names labels by number",
                        fix: "number the labels from 0, up to \(SparseFile.mostColumns - 1)")
                }
                list.append(Int32(label))
            }
            if list.count > 1 { list.sort() }
            for (index, label) in list.enumerated() where index == 0 || label != list[index - 1] { labels.append(label) }
            starts.append(labels.count)
        }
        return .lists(starts: starts, labels: labels)
    }

    /// The line on which a row stands in an editor; rows and lines are counted from 1.
    public func line(ofRow row: Int) -> Int { lines.line(ofRow: row) }
}
