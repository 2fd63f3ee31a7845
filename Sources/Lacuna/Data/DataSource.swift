import Tables

/// The files of a data declaration, opened: names first, so that every column can be given a role; cells on demand.
struct DataSource {
    /// Names of all columns: the tables' headers, or x0, x1, … and then the label columns of arrays.
    let names: [String]
    /// The places that hold features, where the files say so.
    let featurePlaces: Range<Int>?
    /// The places that hold labels, where the files say so.
    let labelPlaces: Range<Int>?
    /// The columns that the files hold: of several tables, all but the one that says where a row came from.
    let ownPlaces: Range<Int>
    /// The file that messages about columns name.
    let file: String
    private let data: DataDeclaration
    let contents: Contents

    /// Columns of the feature array, where arrays are read: they go by their place, so another count is another array.
    let arrayColumns: Int?
    private let placeOfFeature: [String: Int]
    private let placeOfLabel: [String: Int]

    enum Contents {
        case tables(TableSources)
        case arrays(ArrayFiles)
        case lines(LibSVMSource)
    }

    /// The columns of a trained model.
    struct Expectation {
        let features: [String]
        let labels: [String]
        let hasLabels: Bool

        init(_ model: Preprocessing, labels isNeeded: Bool) {
            features = model.encoder.columns.map(\.name)
            labels = isNeeded ? model.labels.flatMap(\.columns) : []
            hasLabels = isNeeded
        }
    }

    /// Opens the files.
    ///
    /// - Parameters:
    ///   - renames: of training; they hold where they can, see ``Renames``.
    ///   - expected: the columns of a trained model, where one is at work.
    ///   - mostInMemory: as ``ArrayFiles/init(_:mostInMemory:)``.
    /// - Throws: ``SettingError`` where the declaration contradicts itself, `TableError` where a file is not what it should be.
    init(
        _ data: DataDeclaration, needsLabels: Bool, renames: [String] = [], expecting expected: Expectation? = nil,
        mostInMemory: Int = ArrayFiles.mostInMemory
    ) throws {
        try data.check(needsLabels: needsLabels)
        self.data = data
        if let path = data.libsvmFile {
            let lines = try LibSVMSource(path: path, reading: data.libsvm, expected: expected)
            names = lines.featureNames + lines.labelNames
            featurePlaces = 0..<lines.featureNames.count
            labelPlaces = lines.featureNames.count..<names.count
            (file, arrayColumns, ownPlaces) = (path, nil, names.indices)
            contents = .lines(lines)
        } else if !data.files.isEmpty {
            let tables = try TableSources(data.files, rename: data.rename, inherited: renames)
            (names, featurePlaces, labelPlaces, file) = (tables.names, nil, nil, tables.description)
            arrayColumns = nil
            ownPlaces = 0..<tables.fileColumns
            contents = .tables(tables)
        } else {
            let arrays = try ArrayFiles(data, mostInMemory: mostInMemory)
            names = arrays.featureNames + arrays.labelNames
            featurePlaces = 0..<arrays.featureNames.count
            labelPlaces = arrays.featureNames.count..<names.count
            (file, arrayColumns, ownPlaces) = (data.features ?? "", arrays.featureNames.count, names.indices)
            contents = .arrays(arrays)
        }
        placeOfFeature = Self.index(names, featurePlaces ?? ownPlaces)
        placeOfLabel = labelPlaces.map { [names] in Self.index(names, $0) } ?? placeOfFeature
    }

    private static func index(_ names: [String], _ places: Range<Int>) -> [String: Int] {
        Dictionary(places.map { (names[$0], $0) }) { $1 }
    }

    /// The place of each name. Of arrays, a label column can be named like a feature: `labels` says which is meant.
    func places(of wanted: [String], labels: Bool) -> [Int?] {
        wanted.map { labels ? placeOfLabel[$0] : placeOfFeature[$0] }
    }

    /// By table: the place of each of its columns; nil where arrays or lines are read.
    var placesOfTables: [[Int]]? { if case .tables(let tables) = contents { tables.placesOfFiles } else { nil } }

    /// The declaration with what was found out from the file.
    func resolved(_ data: DataDeclaration) -> DataDeclaration {
        guard case .lines(let lines) = contents else { return data }
        var data = data
        data.libsvm = lines.reading
        return data
    }

    /// Reads the columns, one role for each of `names`.
    func read(_ roles: [ColumnRole]) throws -> SourceTable {
        switch contents {
        case .tables(let tables): try tables.read(roles)
        case .lines(let lines): try lines.read(roles, names: names)
        case .arrays(let arrays):
            if let weights = data.cellWeights, let labelPlaces {
                try arrays.read(roles, names: names).weighed(by: weights, labels: labelPlaces)
            } else {
                try arrays.read(roles, names: names)
            }
        }
    }

    /// The digests of the files.
    func digest() throws -> DataDigest { try DataDigest(data) }
}

extension DataDeclaration {
    /// Whether features and labels come as arrays.
    var isArrays: Bool { files.isEmpty }

    /// The libsvm file that is read; nil where tables or arrays are.
    package var libsvmFile: String? { files.first.flatMap { SVMLightFile.isNamed($0.path) ? $0.path : nil } }

    /// Checks what can be wrong before a file is opened.
    func check(needsLabels: Bool) throws(SettingError) {
        if timeColumn != nil, splitColumn != nil {
            throw SettingError("both a time column and a split column are given", fix: "give one of them")
        }
        if !isArrays, features != nil || labels != nil || mask != nil || labelNames != nil || cellWeights != nil {
            throw SettingError(
                "both a table and arrays are given", fix: "pass --data alone, or --features with --labels")
        }
        if let file = files.first(where: { SVMLightFile.isNamed($0.path) }) {
            guard files.count == 1 else {
                throw SettingError(
                    "'\(file.path)' is a libsvm file, and \(files.count) files are given",
                    fix: "pass it alone, --data \(file.path); only tables (CSV, TSV) are united")
            }
            if let text = rename.first {
                throw SettingError("the rename '\(text)' is about tables, and a libsvm file is given", fix: "leave it out")
            }
            return try checkColumns("a libsvm file has")
        }
        if libsvm != nil {
            throw SettingError(
                "--libsvm is given, and no libsvm file", fix: "pass --data FILE.svm, .libsvm or .svmlight, or leave --libsvm out")
        }
        for text in rename where !text.dropFirst().dropLast().contains("=") {
            throw SettingError("the rename '\(text)' has no new name", fix: "write OLD=NEW, or SOURCE:OLD=NEW")
        }
        if !isArrays { return }
        if let text = rename.first {
            throw SettingError("the rename '\(text)' is about tables, and arrays are given", fix: "leave it out")
        }
        guard features != nil else {
            throw SettingError("no data is given", fix: "pass --data FILE, or --features X.npy with --labels Y.npy")
        }
        guard labels != nil || !needsLabels else {
            throw SettingError("features are given without labels", fix: "pass --labels Y.npy with --features")
        }
        if labels == nil, let stray = mask ?? labelNames ?? cellWeights {
            throw SettingError("'\(stray)' is about labels, and no labels are given", fix: "pass --labels Y.npy")
        }
        try checkColumns("arrays have")
    }

    private func checkColumns(_ source: String) throws(SettingError) {
        if let column = id ?? weightColumn ?? splitColumn ?? group ?? timeColumn {
            throw SettingError(
                "column '\(column)' is named, but \(source) no such columns",
                fix: "pass a table with --data, or leave the column out")
        }
    }
}

/// The SHA-256 of each file of a data set, in hexadecimal: two data sets with the same digest hold the same rows.
public struct DataDigest: Codable, Equatable, Sendable {
    /// Of the table, or nil where arrays or several tables are read.
    public var file: String?
    /// Of each of several tables.
    public var files: [String]?
    /// Of the feature array.
    public var features: String?
    /// Of the label array.
    public var labels: String?
    /// Of the mask.
    public var mask: String?
    /// Of the label weights.
    public var cellWeights: String?

    /// Reads every file that is declared, once.
    ///
    /// - Throws: `TableError` for a file that cannot be read.
    public init(_ data: DataDeclaration) throws(TableError) {
        if data.files.count > 1 {
            var digests: [String] = []
            for file in data.files { digests.append(try SHA256.hexDigest(ofFile: file.path)) }
            files = digests
        } else {
            file = try Self.digest(data.file)
        }
        features = try Self.digest(data.features)
        labels = try Self.digest(data.labels)
        mask = try Self.digest(data.mask)
        cellWeights = try Self.digest(data.cellWeights)
    }

    private static func digest(_ path: String?) throws(TableError) -> String? {
        guard let path else { return nil }
        return try SHA256.hexDigest(ofFile: ArrayPath(path).file)
    }
}
