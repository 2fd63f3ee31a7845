/// A JSON value that is written as it was built: keys in their order, numbers as numbers.
///
/// Written by hand because Foundation's `JSONEncoder` loses the order of keys or sorts them, and the result's
/// order is part of what a person reads: objectives first, machine facts last. It writes only; nothing here reads.
public enum JSONValue: Equatable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case unsigned(UInt64)
    /// Written with the fewest digits that read back to the same Double. One that is not finite is written as null.
    case number(Double)
    case string(String)
    case array([JSONValue])
    case object([Member])

    /// A key and its value.
    public struct Member: Equatable, Sendable {
        public var key: String
        public var value: JSONValue

        public init(_ key: String, _ value: JSONValue) {
            self.key = key
            self.value = value
        }
    }

    /// A number, or null for nil.
    public static func optional(_ number: Double?) -> JSONValue {
        number.map { .number($0) } ?? .null
    }
}

extension JSONValue: ExpressibleByDictionaryLiteral {
    public init(dictionaryLiteral elements: (String, JSONValue)...) {
        self = .object(elements.map { Member($0, $1) })
    }
}

extension JSONValue {
    /// The value on one line.
    public var compact: String {
        var text = ""
        _ = writeCompact(to: &text, most: .max)
        return text
    }

    /// The value over several lines: what fits into the width stays on one line, the rest is indented by two.
    public func pretty(width: Int = 100) -> String {
        var text = ""
        writePretty(to: &text, indent: 0, taken: 0, width: width)
        return text
    }

    /// - Parameter most: bytes of text after which there is no use in going on.
    /// - Returns: whether all was written.
    private func writeCompact(to text: inout String, most: Int) -> Bool {
        switch self {
        case .null: text += "null"
        case .bool(let value): text += value ? "true" : "false"
        case .integer(let value): text += String(value)
        case .unsigned(let value): text += String(value)
        case .number(let value): text += Self.number(value)
        case .string(let value): Self.write(value, to: &text)
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                if index > 0 { text += ", " }
                guard value.writeCompact(to: &text, most: most) else { return false }
            }
            text += "]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                if index > 0 { text += ", " }
                Self.write(member.key, to: &text)
                text += ": "
                guard member.value.writeCompact(to: &text, most: most) else { return false }
            }
            text += "}"
        }
        return text.utf8.count <= most
    }

    /// - Parameter taken: characters that stand on this line already.
    private func writePretty(to text: inout String, indent: Int, taken: Int, width: Int) {
        var line = ""
        // A long list is not written as one line only to be measured; a character has four bytes at most, but for the rarest.
        let isWhole = writeCompact(to: &line, most: isScalar ? .max : 4 * width)
        if isScalar || isWhole && taken + line.count < width {
            text += line
            return
        }
        let inner = String(repeating: " ", count: indent + 2)
        let outer = String(repeating: " ", count: indent)
        switch self {
        case .array(let values):
            text += "["
            for (index, value) in values.enumerated() {
                text += index > 0 ? ",\n\(inner)" : "\n\(inner)"
                value.writePretty(to: &text, indent: indent + 2, taken: indent + 2, width: width)
            }
            text += "\n\(outer)]"
        case .object(let members):
            text += "{"
            for (index, member) in members.enumerated() {
                text += index > 0 ? ",\n\(inner)" : "\n\(inner)"
                Self.write(member.key, to: &text)
                text += ": "
                member.value.writePretty(
                    to: &text, indent: indent + 2, taken: indent + 4 + member.key.count, width: width)
            }
            text += "\n\(outer)}"
        case .null, .bool, .integer, .unsigned, .number, .string: break
        }
    }

    private var isScalar: Bool {
        switch self {
        case .array(let values): values.isEmpty
        case .object(let members): members.isEmpty
        case .null, .bool, .integer, .unsigned, .number, .string: true
        }
    }

    /// Swift's description is the shortest that reads back; its exponents ("1e-07") are JSON's too.
    private static func number(_ value: Double) -> String {
        value.isFinite ? "\(value)" : "null"
    }

    private static func write(_ string: String, to text: inout String) {
        text += "\""
        defer { text += "\"" }
        // Most names are plain.
        if string.utf8.allSatisfy({ $0 >= 0x20 && $0 < 0x7F && $0 != 0x22 && $0 != 0x5C }) {
            text += string
            return
        }
        for scalar in string.unicodeScalars {
            switch scalar {
            case "\"": text += "\\\""
            case "\\": text += "\\\\"
            case "\n": text += "\\n"
            case "\r": text += "\\r"
            case "\t": text += "\\t"
            case "\u{0}"..<"\u{20}", "\u{7F}"..."\u{9F}", "\u{2028}", "\u{2029}":
                let hex = String(scalar.value, radix: 16)
                text += "\\u" + String(repeating: "0", count: 4 - hex.count) + hex
            default: text.unicodeScalars.append(scalar)
            }
        }
    }
}
