/// What a file's first bytes say it is; names can lie, so the readers check both.
enum FileKind: Equatable {
    case gzip, npy, zip
    case other(String)
    case unknown

    init(_ head: [UInt8]) {
        func begins(_ magic: [UInt8]) -> Bool { head.starts(with: magic) }
        if begins([0x1F, 0x8B]) {
            self = .gzip
        } else if begins([0x93] + Array("NUMPY".utf8)) {
            self = .npy
        } else if begins([0x50, 0x4B, 0x03, 0x04]) || begins([0x50, 0x4B, 0x05, 0x06]) {
            self = .zip
        } else if begins([0x89, 0x50, 0x4E, 0x47]) {
            self = .other("a PNG picture")
        } else if begins([0xFF, 0xD8, 0xFF]) {
            self = .other("a JPEG picture")
        } else if begins([0x89, 0x48, 0x44, 0x46]) {
            self = .other("an HDF5 file")
        } else if begins(Array("PAR1".utf8)) {
            self = .other("a Parquet file")
        } else if begins(Array("ARROW1".utf8)) {
            self = .other("an Arrow file")
        } else if begins(Array("BZh".utf8)) {
            self = .other("a bzip2 file")
        } else if begins([0xFD] + Array("7zXZ".utf8)) {
            self = .other("an xz file")
        } else if begins([0x28, 0xB5, 0x2F, 0xFD]) {
            self = .other("a zstd file")
        } else if begins([0xFF, 0xFE]) || begins([0xFE, 0xFF]) {
            self = .other("UTF-16 text")
        } else {
            self = .unknown
        }
    }
}

extension FileBytes {
    /// Whether the file begins with gzip's magic bytes; its name plays no part.
    public var isGzip: Bool { FileKind(prefix(6)) == .gzip }
}

/// Whether `path` ends with one of `endings`, in any case.
func hasEnding(_ path: String, _ endings: String...) -> Bool {
    let lowered = path.lowercased()
    return endings.contains { lowered.hasSuffix($0) }
}
