/// Which files hold features and labels, and what their columns are: the `data` part of a configuration.
public struct DataDeclaration: Equatable, Sendable, Codable {
    /// Tables with features and labels: CSV or TSV, plain or gzip. Of several, columns are united by name, and rows follow
    /// file after file. Or one libsvm file (`.svm`, `.libsvm`, `.svmlight`), plain or gzip.
    public var files: [DataFile] = []
    /// Columns that are called otherwise: `OLD=NEW`, or `SOURCE:OLD=NEW` for one of several files.
    public var rename: [String] = []
    /// Features `[rows × F]` as `.npy`, as an array of an `.npz` file (`FILE.npz:NAME` where it holds several), or as a sparse
    /// matrix of scipy's in CSR; columns are called x0, x1, ….
    public var features: String?
    /// Labels `[rows × T]`, in the same ways. Of a sparse matrix, what is stored is observed, a stored 0 too.
    public var labels: String?
    /// A text file with the name of each label column, one a line; without it they are t0, t1, ….
    public var labelNames: String?
    /// `[rows × T]` or `[rows]`, in the same ways; non-zero = observed.
    public var mask: String?
    /// `[rows × T]`, `.npy` or an array of an `.npz` file; the weight of each label, 0 or more. What stands beside a missing
    /// label is not looked at.
    public var cellWeights: String?
    /// How the labels of a libsvm file are meant; nil for any other file, or where nothing was said.
    public var libsvm: LibSVMLabels?
    /// Tokens that mean missing in label columns, beside empty, NA, NaN and null. Numeric ones match by value.
    public var missing: [String] = []
    /// The same for feature columns.
    public var missingFeatures: [String] = []
    /// Feature columns that are text although their cells look like numbers, or mix.
    public var text: [String] = []
    /// The column that names a row in predictions; no feature.
    public var id: String?
    /// Globs of columns that take no part.
    public var ignore: [String] = []
    /// A column of row weights, 0 or more; no feature.
    public var weightColumn: String?
    /// The column that says train, valid or test; no feature.
    public var splitColumn: String?
    /// The column that says which rows belong together, such as a patient's: never in two parts; no feature.
    public var group: String?
    /// The column that says when a row is from: the latest rows are test, those before them valid; no feature.
    public var timeColumn: String?
    /// Shares of train, valid and test where no column says it.
    public var split: [Double]?
    /// The seed of drawn parts.
    public var splitSeed: UInt64 = 0

    /// The shares where neither a column nor shares are given.
    public static let defaultSplit = [0.8, 0.1, 0.1]

    /// The path of the one table: the first of several. Setting it names one table instead of all others.
    public var file: String? {
        get { files.first?.path }
        set { files = newValue.map { [DataFile(path: $0)] } ?? [] }
    }

    /// An empty declaration: set ``file``, or ``features`` with ``labels``.
    public init() {}
}

extension DataDeclaration {
    /// Changes the path of every file that is named.
    public mutating func mapPaths(_ transform: (String) -> String) {
        for index in files.indices { files[index].path = transform(files[index].path) }
        features = features.map(transform)
        labels = labels.map(transform)
        labelNames = labelNames.map(transform)
        mask = mask.map(transform)
        cellWeights = cellWeights.map(transform)
    }

    /// The paths of all files that are named.
    public var paths: [String] {
        files.map(\.path) + [features, labels, labelNames, mask, cellWeights].compactMap { $0 }
    }

    private enum EarlierKeys: String, CodingKey { case file }

    /// Reads what an earlier version wrote, too: it has one table under `file`, and not every key.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init()
        func read<Value: Decodable>(_ key: CodingKeys, into field: inout Value) throws {
            field = try values.decodeIfPresent(Value.self, forKey: key) ?? field
        }
        try read(.files, into: &files)
        if let path = try decoder.container(keyedBy: EarlierKeys.self).decodeIfPresent(String.self, forKey: .file) {
            file = path
        }
        try read(.rename, into: &rename)
        try read(.group, into: &group)
        try read(.timeColumn, into: &timeColumn)
        try read(.features, into: &features)
        try read(.labels, into: &labels)
        try read(.labelNames, into: &labelNames)
        try read(.mask, into: &mask)
        try read(.cellWeights, into: &cellWeights)
        try read(.libsvm, into: &libsvm)
        try read(.missing, into: &missing)
        try read(.missingFeatures, into: &missingFeatures)
        try read(.text, into: &text)
        try read(.id, into: &id)
        try read(.ignore, into: &ignore)
        try read(.weightColumn, into: &weightColumn)
        try read(.splitColumn, into: &splitColumn)
        try read(.split, into: &split)
        try read(.splitSeed, into: &splitSeed)
    }
}
