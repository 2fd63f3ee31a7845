import Foundation
import TestSupport

/// JSON whose parts can be swapped, repeated, removed and replaced, and which stays JSON.
struct JSONTree {
    private indirect enum Node {
        /// Numbers, truth values and null, as they are written.
        case literal(String)
        case text(String)
        case array([Node])
        case object([(key: String, value: Node)])
    }

    private var root: Node

    /// Numbers at the ends of what types hold, and beyond.
    static let numbers = [
        "0", "1", "-1", "2", "3", "127", "255", "65536", "1000000", "2147483647", "2147483648", "4294967296", "9007199254740993",
        "9223372036854775807", "-9223372036854775808", "18446744073709551615", "1e19", "1e300", "-1e300", "1e-300", "0.5", "1e999",
    ]

    /// - Returns: nil where the bytes are no JSON.
    init?(_ bytes: [UInt8]) {
        guard let value = try? JSONSerialization.jsonObject(with: Data(bytes), options: .fragmentsAllowed),
            let node = Self.node(value, depth: 0)
        else { return nil }
        root = node
    }

    private static func node(_ value: Any, depth: Int) -> Node? {
        // What a mutation nested deeply is left to the mutator of bytes.
        guard depth < 100 else { return nil }
        switch value {
        case let text as String: return .text(text)
        case let values as [Any]:
            let nodes = values.compactMap { node($0, depth: depth + 1) }
            return nodes.count == values.count ? .array(nodes) : nil
        case let values as [String: Any]:
            let nodes = values.sorted { $0.key < $1.key }.compactMap { entry in
                node(entry.value, depth: depth + 1).map { (entry.key, $0) }
            }
            return nodes.count == values.count ? .object(nodes) : nil
        case let number as NSNumber:
            if type(of: number) == type(of: NSNumber(value: true)) || "\(number)" == "true" || "\(number)" == "false" {
                return .literal("\(value)" == "1" || "\(value)" == "true" ? "true" : "false")
            }
            return .literal("\(number)")
        default: return .literal("null")
        }
    }

    var bytes: [UInt8] {
        var text = ""
        Self.write(root, to: &text)
        return Array(text.utf8)
    }

    private static func write(_ node: Node, to text: inout String) {
        switch node {
        case .literal(let word): text += word
        case .text(let word): text += quoted(word)
        case .array(let nodes):
            text += "["
            for (index, node) in nodes.enumerated() {
                if index > 0 { text += "," }
                write(node, to: &text)
            }
            text += "]"
        case .object(let entries):
            text += "{"
            for (index, entry) in entries.enumerated() {
                if index > 0 { text += "," }
                text += quoted(entry.key) + ":"
                write(entry.value, to: &text)
            }
            text += "}"
        }
    }

    private static func quoted(_ text: String) -> String {
        var result = "\""
        for scalar in text.unicodeScalars {
            switch scalar {
            case "\"": result += "\\\""
            case "\\": result += "\\\\"
            case _ where scalar.value < 0x20: result += "\\u00" + (scalar.value < 16 ? "0" : "") + String(scalar.value, radix: 16)
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result + "\""
    }

    // MARK: Damage

    /// Changes one part.
    mutating func damage(using random: inout SeededGenerator) {
        let target = Int.random(in: 0..<count(root), using: &random)
        var others: [Node] = []
        Self.collect(root, into: &others)
        let other = others[Int.random(in: 0..<others.count, using: &random)]
        var place = target
        root = Self.replacing(root, &place, other, &random)
    }

    private func count(_ node: Node) -> Int {
        switch node {
        case .literal, .text: 1
        case .array(let nodes): nodes.reduce(1) { $0 + count($1) }
        case .object(let entries): entries.reduce(1) { $0 + count($1.value) }
        }
    }

    private static func collect(_ node: Node, into all: inout [Node]) {
        all.append(node)
        switch node {
        case .literal, .text: break
        case .array(let nodes): for node in nodes { collect(node, into: &all) }
        case .object(let entries): for entry in entries { collect(entry.value, into: &all) }
        }
    }

    /// The tree with its `place`-th part changed.
    private static func replacing(_ node: Node, _ place: inout Int, _ other: Node, _ random: inout SeededGenerator) -> Node {
        if place == 0 {
            place = -1
            return changed(node, other, &random)
        }
        place -= 1
        switch node {
        case .literal, .text: return node
        case .array(var nodes):
            for index in nodes.indices where place >= 0 { nodes[index] = replacing(nodes[index], &place, other, &random) }
            return .array(nodes)
        case .object(var entries):
            for index in entries.indices where place >= 0 {
                entries[index].value = replacing(entries[index].value, &place, other, &random)
            }
            return .object(entries)
        }
    }

    private static func changed(_ node: Node, _ other: Node, _ random: inout SeededGenerator) -> Node {
        func pick(_ count: Int) -> Int { Int.random(in: 0..<count, using: &random) }
        // Another part of the document, or a word of another type, in its place.
        if pick(5) == 0 { return other }
        if pick(12) == 0 { return .literal(["null", "true", "false", "[]", "{}", "\"\"", numbers[pick(numbers.count)]][pick(7)]) }
        switch node {
        case .literal: return .literal(numbers[pick(numbers.count)])
        case .text(let text):
            switch pick(4) {
            case 0: return .text("")
            case 1: return .text(String(text.dropLast()))
            case 2: return .text(text + ["/", "..", "\u{0}", "\n", "=", ",", "é", "x"][pick(8)])
            default: return .text(numbers[pick(numbers.count)])
            }
        case .array(var nodes):
            guard !nodes.isEmpty else { return .array([other]) }
            let index = pick(nodes.count)
            switch pick(4) {
            case 0: nodes.remove(at: index)
            case 1: nodes.insert(nodes[pick(nodes.count)], at: index)
            case 2: nodes.swapAt(index, pick(nodes.count))
            default: nodes = []
            }
            return .array(nodes)
        case .object(var entries):
            guard !entries.isEmpty else { return .object([("x", other)]) }
            let index = pick(entries.count)
            switch pick(4) {
            case 0, 1: entries.remove(at: index)
            case 2: entries.append(entries[index])
            default:
                let second = pick(entries.count), value = entries[index].value
                entries[index].value = entries[second].value
                entries[second].value = value
            }
            return .object(entries)
        }
    }
}
