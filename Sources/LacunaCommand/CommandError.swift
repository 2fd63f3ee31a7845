/// What a person can put right in a command, a configuration file or a folder, and where.
///
/// Files' own errors are ``TableError``, arrays' are ``DataError``, settings' ranges are ``SettingError``; this
/// is the rest. `ErrorText` lays all of them out alike.
struct CommandError: Error, Equatable, Sendable {
    /// One clause without a full stop.
    var problem: String
    /// Where it stands: "lacuna.yaml, line 7" or "--epochs".
    var place: String?
    var why: String?
    var fix: String?

    init(_ problem: String, at place: String? = nil, why: String? = nil, fix: String? = nil) {
        self.problem = problem
        self.place = place
        self.why = why
        self.fix = fix
    }
}

/// Several problems that were found together, so that a person mends all of them in one go.
struct CommandErrors: Error, Equatable, Sendable {
    /// At least one, in the order of the file.
    var errors: [CommandError]
}
