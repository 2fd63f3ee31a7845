import TestSupport

/// Damages valid files: lies in their numbers, cuts, repeats, swaps and nests their parts, and puts words of the format
/// where they do not belong. The same seed makes the same damage.
struct Mutator {
    /// What the bytes are, which says what damage gets past the first check.
    enum Form {
        case bytes, json, npy
        /// Files of a folder in one run of bytes, as ``Bundle`` keeps them.
        case bundle
    }

    private var random: SeededGenerator
    private let words: [[UInt8]]

    init(seed: UInt64, words: [String]) {
        random = SeededGenerator(seed: seed)
        self.words = words.map { Array($0.utf8) }
    }

    /// Damages a file in one to four places.
    ///
    /// - Parameter other: another valid file, parts of which may be taken over.
    mutating func mutate(_ bytes: [UInt8], _ form: Form, other: [UInt8]) -> [UInt8] {
        var result = bytes
        for _ in 0..<pick(4) + 1 { result = step(result, form, other) }
        return result
    }

    private mutating func step(_ bytes: [UInt8], _ form: Form, _ other: [UInt8]) -> [UInt8] {
        // Every fourth time the bytes are only bytes.
        if pick(4) == 0 { return damage(bytes, other) }
        switch form {
        case .bytes: return damage(bytes, other)
        case .json: return json(bytes) ?? damage(bytes, other)
        case .npy: return npy(bytes) ?? damage(bytes, other)
        case .bundle: return bundle(bytes, other)
        }
    }

    private mutating func bundle(_ bytes: [UInt8], _ other: [UInt8]) -> [UInt8] {
        var bundle = Bundle(bytes)
        guard !bundle.parts.isEmpty else { return damage(bytes, other) }
        let index = pick(bundle.parts.count), part = bundle.parts[index]
        let damaged: [UInt8]? =
            if part.name.hasSuffix(".json") { json(part.bytes) }
            else if part.name.hasSuffix(".jsonl") { lines(part.bytes) }
            else if part.name.hasSuffix(".safetensors") { safetensors(part.bytes) }
            else if part.name.hasSuffix(".npy") { npy(part.bytes) }
            else { nil }
        bundle.parts[index].bytes = damaged ?? damage(part.bytes, other)
        return bundle.bytes
    }

    // MARK: Structure

    private mutating func json(_ bytes: [UInt8]) -> [UInt8]? {
        guard var tree = JSONTree(bytes) else { return nil }
        tree.damage(using: &random)
        return tree.bytes
    }

    private mutating func lines(_ bytes: [UInt8]) -> [UInt8]? {
        var lines = bytes.split(separator: 0x0A, omittingEmptySubsequences: false).map { Array($0) }
        let index = pick(lines.count)
        switch pick(4) {
        case 0: lines.insert(lines[index], at: index)
        case 1 where lines.count > 1: lines.remove(at: index)
        default:
            guard let damaged = json(lines[index]) else { return nil }
            lines[index] = damaged
        }
        return Array(lines.joined(separator: [0x0A]))
    }

    /// Damages the header and says its new length, so that the damage is read.
    private mutating func safetensors(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 8 else { return nil }
        let length = (0..<4).reduce(0) { $0 | Int(bytes[$1]) << (8 * $1) }
        guard length <= bytes.count - 8, pick(4) > 0, let header = json(Array(bytes[8..<8 + length])) else { return nil }
        return (0..<8).map { UInt8(truncatingIfNeeded: header.count >> (8 * $0)) } + header + bytes[(8 + length)...]
    }

    private mutating func npy(_ bytes: [UInt8]) -> [UInt8]? {
        guard bytes.count > 10, bytes[6] == 1 else { return nil }
        let length = Int(bytes[8]) | Int(bytes[9]) << 8
        guard 10 + length <= bytes.count else { return nil }
        let header = damage(Array(bytes[10..<10 + length]), [])
        guard header.count < 1 << 16 else { return nil }
        return bytes[..<8] + [UInt8(header.count & 255), UInt8(header.count >> 8)] + header + bytes[(10 + length)...]
    }

    // MARK: Bytes

    private mutating func damage(_ bytes: [UInt8], _ other: [UInt8]) -> [UInt8] {
        guard !bytes.isEmpty else { return other.isEmpty ? word() : other }
        var result = bytes
        let place = pick(bytes.count), length = min(1 << pick(7), bytes.count - place)
        switch pick(13) {
        case 0: result[place] ^= 1 << UInt8(pick(8))
        case 1: result[place] = [0, 0xFF, 0x7F, 0x80, 0x0A, 0x0D, 0x22, 0x2C, 0x20, 0x3A][pick(10)]
        case 2: result.replaceSubrange(place..<place + length, with: number(of: length))
        case 3: result.removeSubrange(place..<place + length)
        case 4: result.removeSubrange(place...)
        case 5: result.insert(contentsOf: result[place..<place + length], at: place)
        case 6: result.insert(contentsOf: word(), at: place)
        case 7: result.replaceSubrange(place..<place + length, with: word())
        case 8: replaceNumber(&result, from: place)
        case 9:
            let from = pick(bytes.count - length + 1)
            let moved = Array(bytes[from..<from + length])
            result.replaceSubrange(place..<place + length, with: moved)
        case 10:
            guard !other.isEmpty else { return result }
            let from = pick(other.count)
            result.replaceSubrange(place..., with: other[from...])
        case 11: result.insert(contentsOf: nest(), at: place)
        default: result += number(of: length)
        }
        return result
    }

    /// Lengths and counts as binary formats have them, little-endian or big-endian.
    private mutating func number(of length: Int) -> [UInt8] {
        let width = [1, 2, 4, 8].last { $0 <= length } ?? 1
        let value: UInt64 = [0, 1, 0x7F, 0xFF, 0x7FFF, 0xFFFF, 0x7FFF_FFFF, 0xFFFF_FFFF, 0x1_0000_0000, 1 << 62, .max, .max - 7][pick(12)]
        let bytes = (0..<width).map { UInt8(truncatingIfNeeded: value >> UInt64(8 * $0)) }
        return pick(3) == 0 ? bytes.reversed() : bytes
    }

    /// Puts another number where the next one is written in digits.
    private mutating func replaceNumber(_ bytes: inout [UInt8], from place: Int) {
        func isDigit(_ byte: UInt8) -> Bool { byte >= 0x30 && byte <= 0x39 }
        guard let start = bytes[place...].firstIndex(where: isDigit) else { return }
        let end = bytes[start...].firstIndex { !isDigit($0) } ?? bytes.count
        bytes.replaceSubrange(start..<end, with: Array(JSONTree.numbers[pick(JSONTree.numbers.count)].utf8))
    }

    private mutating func word() -> [UInt8] { words.isEmpty ? [0] : words[pick(words.count)] }

    /// Deeper than any stack that is not counted.
    private mutating func nest() -> [UInt8] {
        let depth = [8, 64, 600, 3000][pick(4)], opening = ["[", "{", "(", "\"", "- ", "{\"a\":", "["][pick(7)]
        return Array(String(repeating: opening, count: depth).utf8)
    }

    private mutating func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
}
