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
}
