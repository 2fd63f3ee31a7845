/// The element type of an npy array.
public enum NPYType: String, Sendable, Equatable, CaseIterable {
    case bool, int8, int16, int32, int64, uint8, uint16, uint32, uint64, float16, float32, float64

    /// Bytes per element.
    public var size: Int {
        switch self {
        case .bool, .int8, .uint8: 1
        case .int16, .uint16, .float16: 2
        case .int32, .uint32, .float32: 4
        case .int64, .uint64, .float64: 8
        }
    }

    /// - Parameter code: numpy's kind and size, such as "f4".
    init?(code: String) {
        let codes: [String: NPYType] = [
            "b1": .bool, "i1": .int8, "i2": .int16, "i4": .int32, "i8": .int64, "u1": .uint8, "u2": .uint16,
            "u4": .uint32, "u8": .uint64, "f2": .float16, "f4": .float32, "f8": .float64,
        ]
        guard let type = codes[code] else { return nil }
        self = type
    }
}

/// What an npy file says of its data (numpy's `lib.format`, versions 1.0, 2.0 and 3.0).
struct NPYHeader: Equatable {
    var type: NPYType
    var isBigEndian: Bool
    var isFortranOrder: Bool
    var shape: [Int]
    /// Where the data begins.
    var dataOffset: Int

    init(_ file: FileBytes) throws(TableError) {
        let entries: [String: PythonLiteral.Value]
        (entries, dataOffset) = try NPYHeader.entries(file)
        let path = file.path
        guard let type = entries["descr"], case .bool(let isFortran) = entries["fortran_order"],
            case .list(let sizes) = entries["shape"]
        else { throw NPYHeader.damaged(path) }
        isFortranOrder = isFortran
        shape = []
        for size in sizes {
            guard case .integer(let size) = size, size >= 0 else { throw NPYHeader.damaged(path) }
            shape.append(size)
        }
        (self.type, isBigEndian) = try NPYHeader.elementType(type, path)
    }

    /// The one short string of a file, as scipy says how a sparse matrix is stored: bytes or UTF-32, no axis.
    static func text(_ file: FileBytes) throws(TableError) -> String {
        let (entries, offset) = try entries(file)
        guard case .string(let descr) = entries["descr"], entries["shape"] == .list([]) else { throw damaged(file.path) }
        let bytes = file.copy(offset ..< min(file.count, offset + 64))
        if descr.contains("S") || descr.contains("a") { return String(decoding: bytes.prefix { $0 != 0 }, as: UTF8.self) }
        guard descr.contains("U") else { throw damaged(file.path) }
        return String(decoding: bytes.filter { $0 != 0 }, as: UTF8.self)
    }

    /// The dictionary at the beginning of a file, and where the data begins.
    private static func entries(_ file: FileBytes) throws(TableError) -> ([String: PythonLiteral.Value], dataOffset: Int) {
        let path = file.path
        try NPYHeader.checkKind(file)
        let start = file.prefix(12)
        guard start.count == 12 else { throw NPYHeader.truncated(path) }
        let version = start[6]
        guard (1 ... 3).contains(version) else {
            throw TableError(
                "npy format \(version).\(start[7]) is not known", file: path, why: "formats 1.0 to 3.0 are read",
                fix: "write the array with numpy.save")
        }
        let length = version == 1
            ? Int(start[8]) | Int(start[9]) << 8
            : Int(start[8]) | Int(start[9]) << 8 | Int(start[10]) << 16 | Int(start[11]) << 24
        let dataOffset = (version == 1 ? 10 : 12) + length
        guard dataOffset <= file.count else { throw NPYHeader.truncated(path) }
        // An honest header has about a hundred characters; records with many fields have more.
        guard length <= 1 << 20 else { throw NPYHeader.damaged(path) }
        let text = String(decoding: file.prefix(dataOffset).suffix(length), as: UTF8.self)
        var literal = PythonLiteral(text)
        guard case .dictionary(let entries) = literal.parse() else { throw NPYHeader.damaged(path) }
        return (entries, dataOffset)
    }

    private static func elementType(_ value: PythonLiteral.Value, _ path: String) throws(TableError) -> (NPYType, Bool) {
        guard case .string(let text) = value else {
            throw TableError(
                "the array holds records", file: path, why: "arrays of plain numbers are read", fix: "save one array of numbers")
        }
        let order = text.first.flatMap { "<>|=".contains($0) ? $0 : nil }
        let code = String(order == nil ? text[...] : text.dropFirst())
        if let type = NPYType(code: code) { return (type, order == ">") }
        let kinds: [Character: String] = [
            "O": "Python objects", "c": "complex numbers", "U": "strings", "S": "strings", "a": "strings", "V": "raw bytes",
            "M": "dates", "m": "time spans",
        ]
        let kind = code.first.flatMap { kinds[$0] } ?? "elements of type '\(text)'"
        throw TableError(
            "the array holds \(kind)", file: path, why: "numbers of up to 8 bytes and booleans are read",
            fix: "convert it with .astype('float32') before numpy.save")
    }

    private static func checkKind(_ file: FileBytes) throws(TableError) {
        let problem: String
        switch FileKind(file.prefix(6)) {
        case .npy: return
        case .gzip: problem = "this is a gzip file, not an npy array"
        case .zip: problem = "this is a zip archive (npz and xlsx files are such), not an npy array"
        case .other(let kind): problem = "this is \(kind), not an npy array"
        case .unknown: problem = "this is not an npy array"
        }
        throw TableError(
            problem, file: file.path, why: "it does not begin with npy's magic bytes", fix: "write the array with numpy.save")
    }

    private static func truncated(_ path: String) -> TableError {
        TableError(
            "the array ends early", file: path, why: "its header is cut off", fix: "copy or download it again")
    }

    private static func damaged(_ path: String) -> TableError {
        TableError(
            "the array's header is damaged", file: path, why: "it lacks a legal 'descr', 'fortran_order' or 'shape'",
            fix: "write the array with numpy.save")
    }
}

/// The few Python literals that an npy header is made of.
struct PythonLiteral {
    indirect enum Value: Equatable {
        case string(String), integer(Int), bool(Bool), list([Value]), dictionary([String: Value])
    }

    private let characters: [Character]
    private var position = 0

    init(_ text: String) { characters = Array(text) }

    /// The one value that the text holds, or nil.
    mutating func parse() -> Value? {
        guard let value = value(depth: 0) else { return nil }
        skipSpaces()
        return position == characters.count ? value : nil
    }

    private mutating func value(depth: Int) -> Value? {
        guard depth < 8 else { return nil }
        skipSpaces()
        guard let first = peek() else { return nil }
        switch first {
        case "{": return dictionary(depth)
        case "(": return list("(", ")", depth)
        case "[": return list("[", "]", depth)
        case "'", "\"": return string().map { .string($0) }
        default: return word()
        }
    }

    private mutating func dictionary(_ depth: Int) -> Value? {
        var entries: [String: Value] = [:]
        guard take("{") else { return nil }
        while !take("}") {
            skipSpaces()
            guard let key = string(), take(":"), let value = value(depth: depth + 1) else { return nil }
            guard entries.updateValue(value, forKey: key) == nil else { return nil }
            if !take(",") { return take("}") ? .dictionary(entries) : nil }
        }
        return .dictionary(entries)
    }

    private mutating func list(_ open: Character, _ close: Character, _ depth: Int) -> Value? {
        var values: [Value] = []
        guard take(open) else { return nil }
        while !take(close) {
            guard let value = value(depth: depth + 1) else { return nil }
            values.append(value)
            if !take(",") { return take(close) ? .list(values) : nil }
        }
        return .list(values)
    }

    private mutating func string() -> String? {
        guard let quote = peek(), quote == "'" || quote == "\"" else { return nil }
        position += 1
        var text = ""
        while let next = peek(), next != quote {
            text.append(next)
            position += 1
        }
        return take(quote) ? text : nil
    }

    private mutating func word() -> Value? {
        var text = ""
        while let next = peek(), next.isASCII && (next.isLetter || next.isNumber || next == "-") {
            text.append(next)
            position += 1
        }
        switch text {
        case "True": return .bool(true)
        case "False": return .bool(false)
        default: break
        }
        // Python 2 wrote long integers with an L.
        return Int(text.hasSuffix("L") ? String(text.dropLast()) : text).map { .integer($0) }
    }

    private func peek() -> Character? { position < characters.count ? characters[position] : nil }

    private mutating func take(_ character: Character) -> Bool {
        skipSpaces()
        guard peek() == character else { return false }
        position += 1
        return true
    }

    private mutating func skipSpaces() {
        while let next = peek(), next.isWhitespace { position += 1 }
    }
}
