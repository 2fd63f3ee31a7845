import Tables

/// The files of a data declaration, opened: names first, so that every column can be given a role; cells on demand.
struct DataSource {
    /// Names of all columns: the tables' headers, or x0, x1, … and then the label columns of arrays.
    let names: [String]
    /// The places that hold features, where the files say so.
    let featurePlaces: Range<Int>?
    /// The places that hold labels, where the files say so.
    let labelPlaces: Range<Int>?
    /// The file that messages about columns name.
    let file: String
    private let data: DataDeclaration
    private let contents: Contents

    private enum Contents {
        case tables(TableSources)
        case arrays(ArrayFiles)
    }

    /// Opens the files.
    ///
    /// - Parameter renames: of training; they hold where they can, see ``Renames``.
    /// - Throws: ``SettingError`` where the declaration contradicts itself, `TableError` where a file is not what it should be.
    init(_ data: DataDeclaration, needsLabels: Bool, renames: [String] = []) throws {
        try data.check(needsLabels: needsLabels)
        self.data = data
        if !data.files.isEmpty {
            let tables = try TableSources(data.files, rename: data.rename, inherited: renames)
            (names, featurePlaces, labelPlaces, file) = (tables.names, nil, nil, tables.description)
            contents = .tables(tables)
        } else {
            let arrays = try ArrayFiles(data)
            names = arrays.featureNames + arrays.labelNames
            featurePlaces = 0..<arrays.featureNames.count
            labelPlaces = arrays.featureNames.count..<names.count
            file = data.features ?? ""
            contents = .arrays(arrays)
        }
    }

    /// The place of each name. Of arrays, a label column can be named like a feature: `labels` says which is meant.
    func places(of wanted: [String], labels: Bool) -> [Int?] {
        let searched = (labels ? labelPlaces : featurePlaces) ?? ownPlaces
        var places: [String: Int] = [:]
        for place in searched { places[names[place]] = place }
        return wanted.map { places[$0] }
    }

    /// The columns that the files hold: of several tables, all but the one that says where a row came from.
    var ownPlaces: Range<Int> {
        if case .tables(let tables) = contents { 0..<tables.fileColumns } else { names.indices }
    }

    /// Reads the columns, one role for each of `names`.
    func read(_ roles: [ColumnRole]) throws -> SourceTable {
        switch contents {
        case .tables(let tables): try tables.read(roles)
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

    /// Checks what can be wrong before a file is opened.
    func check(needsLabels: Bool) throws(SettingError) {
        if timeColumn != nil, splitColumn != nil {
            throw SettingError("both a time column and a split column are given", fix: "give one of them")
        }
        if !isArrays, features != nil || labels != nil || mask != nil || labelNames != nil || cellWeights != nil {
            throw SettingError(
                "both a table and arrays are given", fix: "pass --data alone, or --features with --labels")
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
        if let column = id ?? weightColumn ?? splitColumn ?? group ?? timeColumn {
            throw SettingError(
                "column '\(column)' is named, but arrays have no such columns",
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
        return try SHA256.hexDigest(ofFile: path)
    }
}
