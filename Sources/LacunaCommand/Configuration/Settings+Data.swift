import Lacuna

extension Setting {
    /// Where rows come from and what their columns are.
    static let data: [Setting] = [
        files,
        renames,
        word("features", value: "x.npy", "Features as an array, rows × features, in place of --data: .npy, .npz (FILE.npz:NAME names one of its arrays) or scipy's sparse CSR as .npz", \.data.features),
        word("labels", value: "y.npy", "Labels as an array, rows × label columns, in the same ways; of a sparse one, what is stored is observed", \.data.labels),
        word(
            "labelNames", value: "file", "A text file that names the label columns, one a line", \.data.labelNames,
            otherwise: "t0, t1, …"),
        word("mask", value: "mask.npy", "An array shaped as the labels; 0 or false marks a missing label", \.data.mask),
        word(
            "cellWeights", value: "w.npy", "An array shaped as the labels: the weight of each, 0 or more",
            \.data.cellWeights),
        tokens(
            "missing", "Tokens that mean 'missing' in label columns; numbers match by value, so -1 is -1.0",
            \.data.missing),
        tokens("missingFeatures", "Tokens that mean 'missing' in feature columns", \.data.missingFeatures),
        names(
            "text", value: "column", "A feature column to read as text although its cells look like numbers, or mix",
            \.data.text),
        word("id", value: "column", "The column that names a row in predictions; no feature", \.data.id),
        names("ignore", value: "pattern", "Columns that take no part, as a glob", \.data.ignore),
        word("weightColumn", value: "column", "A column of row weights, 0 or more; no feature", \.data.weightColumn),
        word(
            "splitColumn", value: "column", "The column that says train, valid or test for each row; no feature",
            \.data.splitColumn),
        Setting(
            .data, "split", value: "shares",
            "Shares of train, valid and test, drawn so that each objective has labels in each part where it can",
            otherwise: DataDeclaration.defaultSplit.map { "\($0)" }.joined(separator: ","), \.data.split,
            read: { (value) throws(SettingError) in
                var shares: [Double] = []
                for item in try value.items(separator: ",") { shares.append(try item.number(Double.self, "a number")) }
                return shares
            },
            write: { $0.map { .numbers($0) } }),
        Setting(
            .data, "splitSeed", value: "seed", "The seed of drawn parts", \.data.splitSeed,
            read: { (value) throws(SettingError) in try value.number(UInt64.self, "a whole number from 0") },
            write: { .literal("\($0)") }),
    ]

    /// One table, or several.
    private static let files = Setting(
        .data, "file", flag: "--data", value: "file",
        """
        A table with features and labels: CSV or TSV; repeatable: columns are united by name, and NAME=FILE names a source; \
        or a libsvm file (.svm, .libsvm, .svmlight); plain or gzip
        """, \.data.files,
        read: { (value) throws(SettingError) in
            guard case .mapping(let entries) = value else {
                return try value.words(separator: nil).map { DataFile(parsing: $0) }
            }
            var files: [DataFile] = []
            for entry in entries { files.append(DataFile(path: try entry.value.text("a path"), name: entry.key)) }
            return files
        },
        write: { files in
            files.count > 1 ? .words(files.map(\.text)) : files.first.map { .text($0.text) }
        })

    /// Columns that are called otherwise.
    private static let renames = Setting(
        .data, "rename", value: "old=new",
        "A column that is called otherwise in a file: OLD=NEW, or SOURCE:OLD=NEW for one source; repeatable", \.data.rename,
        read: { (value) throws(SettingError) in
            guard case .mapping(let entries) = value else { return try value.words(separator: nil) }
            var texts: [String] = []
            for entry in entries {
                guard case .mapping(let own) = entry.value else {
                    texts.append("\(entry.key)=\(try entry.value.text("a column's new name"))")
                    continue
                }
                for rename in own { texts.append("\(entry.key):\(rename.key)=\(try rename.value.text("a column's new name"))") }
            }
            return texts
        },
        write: { $0.isEmpty ? nil : .words($0) })

    private static func word(
        _ key: String, flag: String? = nil, value: String, _ summary: String,
        _ path: WritableKeyPath<RunConfiguration, String?> & Sendable, otherwise: String? = nil
    ) -> Setting {
        Setting(
            .data, key, flag: flag, value: value, summary, otherwise: otherwise, path,
            read: { (value) throws(SettingError) in try value.text() }, write: { $0.map { .text($0) } })
    }

    /// Words that a comma divides in a flag.
    private static func tokens(
        _ key: String, _ summary: String, _ path: WritableKeyPath<RunConfiguration, [String]> & Sendable
    ) -> Setting {
        Setting(
            .data, key, value: "token,…", summary, otherwise: "empty, NA, NaN, null; these always hold", path,
            read: { (value) throws(SettingError) in try value.words(separator: ",") },
            write: { $0.isEmpty ? nil : .words($0) })
    }

    /// Names of columns, which may hold commas: one a flag.
    private static func names(
        _ key: String, value: String, _ summary: String,
        _ path: WritableKeyPath<RunConfiguration, [String]> & Sendable
    ) -> Setting {
        Setting(
            .data, key, value: value, "\(summary); repeatable", path,
            read: { (value) throws(SettingError) in try value.words(separator: nil) },
            write: { $0.isEmpty ? nil : .words($0) })
    }
}
