/// The part of each row as text for a model file: three rows in a character, two bits a row.
struct PackedParts: Codable, Equatable, Sendable {
    private let rows: Int
    private let text: String

    private static let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)

    init(_ parts: [Part?]) {
        rows = parts.count
        var bytes: [UInt8] = []
        bytes.reserveCapacity(parts.count / 3 + 1)
        for start in stride(from: 0, to: parts.count, by: 3) {
            var code = 0
            for offset in 0..<3 where start + offset < parts.count {
                code |= Self.number(of: parts[start + offset]) << (2 * offset)
            }
            bytes.append(Self.alphabet[code])
        }
        text = String(decoding: bytes, as: UTF8.self)
    }

    /// The part of each row, or nil where the text is damaged.
    var partOfRow: [Part?]? {
        var codes = [UInt8?](repeating: nil, count: 256)
        for (code, byte) in Self.alphabet.enumerated() { codes[Int(byte)] = UInt8(code) }
        var parts: [Part?] = []
        for byte in text.utf8 {
            guard let code = codes[Int(byte)] else { return nil }
            for offset in 0..<3 where parts.count < rows { parts.append(Self.part(Int(code >> (2 * offset)) & 3)) }
        }
        return parts.count == rows ? parts : nil
    }

    private static func number(of part: Part?) -> Int {
        switch part {
        case nil: 0
        case .train: 1
        case .valid: 2
        case .test: 3
        }
    }

    private static func part(_ number: Int) -> Part? {
        switch number {
        case 1: .train
        case 2: .valid
        case 3: .test
        default: nil
        }
    }
}
