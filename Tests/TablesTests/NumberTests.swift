import Foundation
import Testing

@testable import Tables

@Suite struct NumberTests {
    /// What the C library says.
    static func reference(_ text: String) -> Double { unsafe strtod(text, nil) }

    static func parsed(_ text: String) -> Double? {
        let bytes = Array(text.utf8)
        return parseNumber(bytes.span)
    }

    @Test(arguments: [
        "0", "-0", "+1", "1.", ".5", "1e5", "1E+5", "1e-5", "9007199254740993", "9007199254740992.5", "18446744073709551615",
        "9999999999999999999", "0.1", "123456789012345678e-19", "5e-324", "2.4703282292062327e-324", "1.7976931348623157e308",
        "1e309", "-1e400", "1e-400", "0e999", "0.000000000000000000000000000001", "1e22", "1e23", "8.5e22", "1e999999999999",
        "100000000000000000000000000000000", "2.2250738585072011e-308", "0.50000000000000011102230246251565",
    ])
    func `a number has the value that strtod gives`(text: String) {
        #expect(NumberTests.parsed(text)?.bitPattern == NumberTests.reference(text).bitPattern)
    }

    @Test func `random numbers of every length and exponent have the value that strtod gives`() {
        var random = SplitMix(state: 5)
        for _ in 0 ..< 20_000 {
            var text = random.chance(0.5) ? "-" : ""
            let digits = random.integer(1 ... 21)
            for _ in 0 ..< digits { text += String(random.integer(0 ... 9)) }
            if random.chance(0.7) {
                text.insert(".", at: text.index(text.endIndex, offsetBy: -random.integer(0 ... digits)))
            }
            if random.chance(0.4) { text += "e\(random.integer(-40 ... 40))" }
            #expect(NumberTests.parsed(text)?.bitPattern == NumberTests.reference(text).bitPattern, "\(text)")
        }
    }

    @Test func `values between two doubles are rounded to even`() {
        var random = SplitMix(state: 6)
        for _ in 0 ..< 2_000 {
            // 2^53 … 2^63: the spacing is even, so odd halves are ties.
            let value = UInt64(random.next() >> UInt64(random.integer(1 ... 10)))
            for text in ["\(value)", "\(value)e0", "\(value).0", "\(value)e-3", "\(value)e2"] {
                #expect(NumberTests.parsed(text)?.bitPattern == NumberTests.reference(text).bitPattern, "\(text)")
            }
        }
    }

    @Test func `every Double printed shortest reads back as itself`() {
        var random = SplitMix(state: 7)
        for _ in 0 ..< 5_000 {
            let value = Double(bitPattern: random.next())
            guard value.isFinite else { continue }
            #expect(NumberTests.parsed(value.description)?.bitPattern == value.bitPattern)
        }
    }

    @Test(arguments: [
        "", "+", "-", ".", "e5", "1e", "1e+", "1_000", "1,5", "0x10", "0x1p3", "1.2.3", "--1", "1 2", "inf", "nan", "true", "1f",
        "١", "1e5.0", "- 1",
    ])
    func `what is not a decimal number is none`(text: String) {
        #expect(NumberTests.parsed(text) == nil)
    }
}

/// SplitMix64 (Steele et al. 2014), seeded.
struct SplitMix: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    mutating func integer(_ range: ClosedRange<Int>) -> Int { Int.random(in: range, using: &self) }
    mutating func chance(_ share: Double) -> Bool { Double.random(in: 0 ..< 1, using: &self) < share }
}
