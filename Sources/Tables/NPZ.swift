/// Named arrays in one `.npz` file, as `numpy.savez`, `numpy.savez_compressed` and `scipy.sparse.save_npz` write them.
///
/// What `numpy.savez` wrote is mapped, and so can be larger than memory; a compressed array is inflated into memory.
public struct NPZArchive: Sendable {
    /// The path as the caller gave it.
    public let path: String
    /// The arrays' names, in the file's order.
    public let names: [String]
    private let archive: ZipArchive

    /// Opens the archive and reads its list of members.
    ///
    /// - Throws: ``TableError`` for a file that is no zip archive, or a damaged one.
    public init(path: String) throws(TableError) { try self.init(FileBytes(path: path)) }

    init(_ file: FileBytes) throws(TableError) {
        path = file.path
        guard FileKind(file.prefix(6)) == .zip else {
            throw TableError(
                "this is not an npz file", file: file.path, why: "an npz file is a zip archive of arrays",
                fix: "write it with numpy.savez or scipy.sparse.save_npz")
        }
        archive = try ZipArchive(file)
        names = archive.members.map(\.name).filter { $0.hasSuffix(".npy") }.map { String($0.dropLast(4)) }
    }

    /// Whether the file holds one sparse matrix rather than arrays of rows and columns.
    public var isSparse: Bool { names.contains("format") && names.contains("shape") && names.contains("data") }

    /// The dense array of a name.
    ///
    /// - Throws: ``TableError`` where there is none of that name, or where it is not what ``NPYArray`` reads.
    public func array(_ name: String) throws(TableError) -> NPYArray { try NPYArray(contents(name)) }

    /// The bytes of an array's npy file; errors about it say `data.npz:NAME`.
    func contents(_ name: String) throws(TableError) -> FileBytes {
        guard let member = archive.members.first(where: { $0.name == "\(name).npy" }) else {
            let near = nearestName(to: name, among: names)
            throw TableError(
                "no array is called '\(name)'", file: path, why: "the file holds \(listed)",
                fix: near.map { "did you mean '\($0)'?" } ?? "name one of them")
        }
        return try archive.contents(of: member, path: "\(path):\(name)")
    }

    /// "x, y, …", for messages.
    var listed: String {
        names.isEmpty ? "no array" : names.prefix(8).joined(separator: ", ") + (names.count > 8 ? ", …" : "")
    }
}

/// A path that may name one array of an archive: `data.npz:x` is the array `x` of `data.npz`.
public struct ArrayPath: Sendable, Equatable {
    /// The file.
    public let file: String
    /// The array's name, or nil where the path is a file's.
    public let name: String?

    /// Takes a path apart; only `.npz:` divides.
    public init(_ path: String) {
        let lowered = Array(path.utf8).map { $0 >= 65 && $0 <= 90 ? $0 | 0x20 : $0 }, mark = Array(".npz:".utf8)
        var place = lowered.count - mark.count
        while place >= 0, !lowered[place...].starts(with: mark) { place -= 1 }
        guard place >= 0, let cut = path.utf8.index(path.startIndex, offsetBy: place + 4, limitedBy: path.endIndex) else {
            (file, name) = (path, nil)
            return
        }
        (file, name) = (String(path[..<cut]), String(path[path.utf8.index(after: cut)...]))
    }
}

/// The numbers of one file, whichever way they are stored.
public enum NumberFile: Sendable {
    /// Every element, in an `.npy` file or as an array of an `.npz` file.
    case dense(NPYArray)
    /// Those that are stored, in an `.npz` file of scipy's.
    case sparse(SparseFile)

    /// Opens a file of numbers: `x.npy`, `x.npz`, `data.npz:x`, or a sparse matrix. What the file is, its first bytes say.
    ///
    /// - Parameters:
    ///   - path: of the file, with `:NAME` for one array of an archive.
    ///   - names: which array of an archive of several is meant where the path does not say it, the first that is there.
    /// - Throws: ``TableError``: an archive without such an array, or with several and none of these names.
    public init(path: String, names wanted: [String]) throws(TableError) {
        let parts = ArrayPath(path)
        let file = try FileBytes(path: parts.file)
        guard FileKind(file.prefix(6)) == .zip else {
            if let name = parts.name {
                throw TableError(
                    "this is not an npz file", file: parts.file, why: "'\(path)' names its array '\(name)'",
                    fix: "write it with numpy.savez, or leave ':\(name)' out")
            }
            self = .dense(try NPYArray(file))
            return
        }
        let archive = try NPZArchive(file)
        if let name = parts.name {
            self = .dense(try archive.array(name))
        } else if archive.isSparse {
            self = .sparse(try SparseFile(archive))
        } else if archive.names.count == 1 {
            self = .dense(try archive.array(archive.names[0]))
        } else if let name = wanted.first(where: archive.names.contains) {
            self = .dense(try archive.array(name))
        } else {
            throw TableError(
                "the file holds \(archive.names.count) arrays, and none is called \(wanted.joined(separator: " or "))",
                file: path, why: "it holds \(archive.listed)", fix: "name one: '\(path):\(archive.names.first ?? "NAME")'")
        }
    }

    /// The path as the caller gave it.
    public var path: String {
        switch self {
        case .dense(let array): array.path
        case .sparse(let file): file.path
        }
    }

    /// Rows of the array or matrix.
    public var rows: Int {
        switch self {
        case .dense(let array): array.rows
        case .sparse(let file): file.rows
        }
    }

    /// Columns of the array or matrix.
    public var columns: Int {
        switch self {
        case .dense(let array): array.columns
        case .sparse(let file): file.columns
        }
    }

    /// As the file says: one or two sizes.
    public var shape: [Int] {
        switch self {
        case .dense(let array): array.shape
        case .sparse(let file): [file.rows, file.columns]
        }
    }
}
