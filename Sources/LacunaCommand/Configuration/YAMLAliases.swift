/// Finds aliases before they are unfolded. Yams puts the node that an alias stands for in its place, so that nine lines of nine
/// aliases each are 9⁹ values, and aliases in aliases nest deeper than any stack.
enum YAMLAliases {
    /// What Yams says of an alias whose name was not given to anything.
    static let problem = "found undefined alias"

    /// Whether a `*` stands where an alias could; it may still be in a quoted text or a comment.
    static func mayStand(in text: String) -> Bool {
        var last = UInt8(ascii: "\n")
        for byte in text.utf8 {
            if byte == UInt8(ascii: "*"), isBefore(last) { return true }
            last = byte
        }
        return false
    }

    /// The same text, in which no name is given to anything, so that every alias in it is undefined. Lines and columns stay.
    ///
    /// `&name` becomes `!name`: a tag stands wherever an anchor may, and changes nothing about aliases.
    static func withoutAnchors(_ text: String) -> String {
        var bytes = Array(text.utf8)
        for place in bytes.indices where bytes[place] == UInt8(ascii: "&") && begins(bytes, place) { bytes[place] = UInt8(ascii: "!") }
        return String(decoding: bytes, as: UTF8.self)
    }

    private static func begins(_ bytes: [UInt8], _ place: Int) -> Bool { place == 0 || isBefore(bytes[place - 1]) }

    /// Whether a node can begin after the byte: white space, an indicator, or the last byte of a line break that is not ASCII.
    private static func isBefore(_ byte: UInt8) -> Bool {
        byte <= 0x20 || byte >= 0x80 || "[]{},:?-!\"'|>".utf8.contains(byte)
    }
}
