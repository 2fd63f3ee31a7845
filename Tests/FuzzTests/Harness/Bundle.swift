/// Several files in one run of bytes: before each a line `=== NAME`. A fuzzer that knows nothing of folders can change one.
struct Bundle {
    var parts: [(name: String, bytes: [UInt8])] = []

    init(_ parts: [(name: String, bytes: [UInt8])]) { self.parts = parts }

    init(_ bytes: [UInt8]) {
        let mark = Array("=== ".utf8)
        var place = 0
        while place < bytes.count, bytes[place...].starts(with: mark) {
            let nameEnd = bytes[place...].firstIndex(of: 0x0A) ?? bytes.count
            let name = String(decoding: bytes[min(place + mark.count, nameEnd)..<nameEnd], as: UTF8.self)
            let start = min(nameEnd + 1, bytes.count)
            var end = start
            while end < bytes.count, !(bytes[end] == 0x0A && bytes[(end + 1)...].starts(with: mark)) { end += 1 }
            parts.append((name, Array(bytes[start..<end])))
            place = end + 1
        }
    }

    var bytes: [UInt8] {
        Array(parts.map { Array("=== \($0.name)\n".utf8) + $0.bytes }.joined(separator: [0x0A]))
    }

    /// The last part of a name, or nil.
    subscript(name: String) -> [UInt8]? { parts.last { $0.name == name }?.bytes }
}
