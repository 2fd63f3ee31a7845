/// Which files hold features and labels, and what their columns are: the `data` part of a configuration.
public struct DataDeclaration: Equatable, Sendable, Codable {
    /// A table with features and labels, CSV or TSV, or a libsvm file (`.svm`, `.libsvm`, `.svmlight`); plain or gzip.
    public var file: String?
    /// Features `[rows × F]` as `.npy`, as an array of an `.npz` file (`FILE.npz:NAME` where it holds several), or as a sparse
    /// matrix of scipy's in CSR; columns are called x0, x1, ….
    public var features: String?
    /// Labels `[rows × T]`, in the same ways. Of a sparse matrix, what is stored is observed, a stored 0 too.
    public var labels: String?
    /// A text file with the name of each label column, one a line; without it they are t0, t1, ….
    public var labelNames: String?
    /// `[rows × T]` or `[rows]`, in the same ways; non-zero = observed.
    public var mask: String?
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
    /// Shares of train, valid and test where no column says it.
    public var split: [Double]?
    /// The seed of drawn parts.
    public var splitSeed: UInt64 = 0

    /// The shares where neither a column nor shares are given.
    public static let defaultSplit = [0.8, 0.1, 0.1]

    /// An empty declaration: set ``file``, or ``features`` with ``labels``.
    public init() {}
}
