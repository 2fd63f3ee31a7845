/// Which files hold features and labels, and what their columns are: the `data` part of a configuration.
public struct DataDeclaration: Equatable, Sendable, Codable {
    /// A table with features and labels: CSV or TSV, plain or gzip.
    public var file: String?
    /// Features as `.npy` `[rows × F]`; columns are called x0, x1, ….
    public var features: String?
    /// Labels as `.npy` `[rows × T]`.
    public var labels: String?
    /// A text file with the name of each label column, one a line; without it they are t0, t1, ….
    public var labelNames: String?
    /// `.npy` `[rows × T]` or `[rows]`; non-zero = observed.
    public var mask: String?
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

    /// An empty declaration: set ``file``, or ``features`` with ``labels``.
    public init() {}
}
