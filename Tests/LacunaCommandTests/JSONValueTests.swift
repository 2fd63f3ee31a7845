import Foundation
import Testing

@testable import LacunaCommand

@Suite struct JSONValueTests {
    @Test func `keys keep their order and values their types`() {
        let value: JSONValue = [
            "zebra": .integer(1), "ape": .number(0.1), "bee": .null, "cow": .bool(true), "dog": .array([.string("x")]),
            "eel": .object([]), "fox": .array([]),
        ]
        #expect(
            value.compact
                == #"{"zebra": 1, "ape": 0.1, "bee": null, "cow": true, "dog": ["x"], "eel": {}, "fox": []}"#)
    }

    @Test(arguments: [0, -0.0, 1, 0.1, 1.0 / 3, 1e-300, Double.leastNonzeroMagnitude, 1e22, 123456789.123, Double.greatestFiniteMagnitude])
    func `a number reads back to the same Double`(number: Double) throws {
        let text = JSONValue.array([.number(number)]).compact
        let read = try JSONDecoder().decode([Double].self, from: Data(text.utf8))
        #expect(read == [number])
    }

    @Test(arguments: [Double.nan, .infinity, -.infinity])
    func `a number that JSON cannot say is null`(number: Double) {
        #expect(JSONValue.number(number).compact == "null")
    }

    @Test func `every character survives`() throws {
        let text = String((0..<0x250).compactMap { Unicode.Scalar($0) }.map(Character.init)) + "\u{2028}\u{2029}😀\r\n"
        let written = JSONValue.array([.string(text)]).compact
        #expect(try JSONDecoder().decode([String].self, from: Data(written.utf8)) == [text])
        #expect(!written.contains { $0.isNewline })
    }

    @Test func `what fits stays on one line, the rest is indented`() {
        let value: JSONValue = [
            "short": .array([.integer(1), .integer(2)]), "long": .array((0..<8).map { .integer($0 * 1000) }),
        ]
        #expect(
            value.pretty(width: 30) == """
                {
                  "short": [1, 2],
                  "long": [
                    0,
                    1000,
                    2000,
                    3000,
                    4000,
                    5000,
                    6000,
                    7000
                  ]
                }
                """)
        #expect(value.pretty(width: 200) == value.compact)
    }

    @Test func `a long list of lists on many lines reads back as it was, and lines are as wide as they may be`() throws {
        let lists = (0..<300).map { row in (0..<row % 40).map { "é\($0)" } }
        let text = JSONValue.array(lists.map { .array($0.map { .string($0) }) }).pretty(width: 60)
        #expect(try JSONDecoder().decode([[String]].self, from: Data(text.utf8)) == lists)
        #expect(text.split(separator: "\n").allSatisfy { $0.count <= 60 })
        // Seven names and their signs take 2 + 7 * 6 characters, and more bytes.
        #expect(text.contains("\n  [\"é0\", \"é1\", \"é2\", \"é3\", \"é4\", \"é5\", \"é6\"],\n"))
    }
}
