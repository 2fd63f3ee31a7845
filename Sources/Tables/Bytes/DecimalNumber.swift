/// Decimal numbers from bytes, correctly rounded to Double (the value that `strtod` gives), without a String per cell.
///
/// `[+-] digits [. digits] [(e|E) [+-] digits]`, at least one digit in the mantissa. Nothing else is a number here: no
/// hexadecimal, no `1_000`, no `1,5`; `inf` and `nan` are words.
///
/// Three ways, by cost: mantissa below 2^52 and a power of ten up to 22 are exact Doubles, so one operation rounds once
/// (Clinger 1990, "How to read floating point numbers accurately", the fast path); up to 19 digits with a power of ten up
/// to 19 are exact in 128-bit integers; all else goes to the standard library's conversion, which knows no locale.
struct ScannedNumber {
    enum Outcome { case value, notANumber, needsLibrary }
    var value: Double
    /// How many bytes belong to the number.
    var length: Int
    var outcome: Outcome
}

/// Reads the longest number at `start`; reads no byte at or after `end`.
///
/// - Parameter powers: `PowersOfTen.table`, handed in because reaching a global costs a check per number.
@inline(__always)
func scanNumber(
    _ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>, _ powers: UnsafePointer<PowersOfTen>
) -> ScannedNumber {
    var p = unsafe start
    guard unsafe p < end else { return ScannedNumber(value: 0, length: 0, outcome: .notANumber) }
    // No branch on the sign: in features it is a coin toss, and a wrong guess costs as much as the rest.
    let first = unsafe p.pointee
    let signBit = UInt64(first == Ascii.minus ? 1 : 0)
    unsafe p += Int(signBit) &+ (first == Ascii.plus ? 1 : 0)
    // Wraps beyond 19 digits; the count below then sends the number to the library.
    var mantissa: UInt64 = 0
    let digits = unsafe p
    while unsafe p < end {
        let digit = unsafe p.pointee &- Ascii.zero
        if digit > 9 { break }
        mantissa = mantissa &* 10 &+ UInt64(truncatingIfNeeded: digit)
        unsafe p += 1
    }
    var digitCount = unsafe p - digits
    var exponent = 0
    if unsafe p < end && p.pointee == Ascii.dot {
        unsafe p += 1
        let fraction = unsafe p
        if unsafe end - p >= 8 { unsafe p += takeUpToEightDigits(p, &mantissa, powers) }
        while unsafe p < end {
            let digit = unsafe p.pointee &- Ascii.zero
            if digit > 9 { break }
            mantissa = mantissa &* 10 &+ UInt64(truncatingIfNeeded: digit)
            unsafe p += 1
        }
        exponent = unsafe fraction - p
        digitCount -= exponent
    }
    if digitCount == 0 { return ScannedNumber(value: 0, length: 0, outcome: .notANumber) }
    if unsafe p < end && (p.pointee | 0x20) == 0x65 {
        guard let power = unsafe scanExponent(&p, end) else {
            return ScannedNumber(value: 0, length: 0, outcome: .notANumber)
        }
        exponent += power
    }
    let length = unsafe p - start
    if digitCount > 19 { return ScannedNumber(value: 0, length: length, outcome: .needsLibrary) }
    guard let magnitude = unsafe scale(mantissa, byTenTo: exponent, powers) else {
        return ScannedNumber(value: 0, length: length, outcome: .needsLibrary)
    }
    let value = Double(bitPattern: magnitude.bitPattern | signBit &<< 63)
    return ScannedNumber(value: value, length: length, outcome: .value)
}

/// The digits after `e`, which `p` stands at; nil when there are none.
private func scanExponent(_ p: inout UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> Int? {
    unsafe p += 1
    var isNegative = false
    if unsafe p < end && (p.pointee == Ascii.minus || p.pointee == Ascii.plus) {
        isNegative = unsafe p.pointee == Ascii.minus
        unsafe p += 1
    }
    let digits = unsafe p
    var power = 0
    while unsafe p < end {
        let digit = unsafe p.pointee &- Ascii.zero
        if digit > 9 { break }
        // Saturates: beyond a million the library has decided on 0 or infinity long before.
        if power < 1_000_000 { power = power * 10 + Int(digit) }
        unsafe p += 1
    }
    if unsafe p == digits { return nil }
    return isNegative ? -power : power
}

/// `mantissa × 10^exponent`, correctly rounded, or nil where the two exact ways do not reach.
@inline(__always)
private func scale(_ mantissa: UInt64, byTenTo exponent: Int, _ powers: UnsafePointer<PowersOfTen>) -> Double? {
    if mantissa < 1 << 52 && exponent >= -22 && exponent <= 22 {
        // The mantissa as the low bits of 2^52 + mantissa. The processor's own conversion would wait for the division
        // of the number before, since it keeps half of the register.
        let number = Double(bitPattern: 0x4330_0000_0000_0000 | mantissa) - 0x1p52
        return unsafe exponent < 0
            ? number / powers[0 &- exponent].real
            : number * powers[exponent].real
    }
    return unsafe scaleExactly(mantissa, byTenTo: exponent, powers)
}

@inline(never)
private func scaleExactly(
    _ mantissa: UInt64, byTenTo exponent: Int, _ powers: UnsafePointer<PowersOfTen>
) -> Double? {
    if mantissa == 0 { return 0 }
    guard exponent >= -19 && exponent <= 19 else { return nil }
    let power = unsafe powers[abs(exponent)].whole
    if exponent > 0 {
        let product = mantissa.multipliedFullWidth(by: power)
        return round(high: product.high, low: product.low, isSticky: false, exponent: 0)
    }
    // (mantissa · 2^64) / 10^k after both are normalised: a quotient of at least 63 bits, and what the remainder hides
    // only matters as "not zero".
    let up = mantissa.leadingZeroBitCount
    let powerUp = power.leadingZeroBitCount
    let divisor = power << UInt64(powerUp)
    let dividend = (mantissa << UInt64(up)) >> 1
    let (quotient, remainder) = divisor.dividingFullWidth((dividend, (mantissa << UInt64(up)) << 63))
    return round(high: 0, low: quotient, isSticky: remainder != 0, exponent: powerUp - up - 63)
}

/// (high, low) × 2^exponent, to the nearest Double, ties to even; `isSticky`: a little more than that.
private func round(high: UInt64, low: UInt64, isSticky: Bool, exponent: Int) -> Double {
    var bits = low
    var sticky = isSticky
    var exponent = exponent
    if high != 0 {
        let shift = UInt64(64 - high.leadingZeroBitCount)
        if shift == 64 {
            sticky = sticky || low != 0
            bits = high
        } else {
            sticky = sticky || (low << (64 - shift)) != 0
            bits = (high << (64 - shift)) | (low >> shift)
        }
        exponent += Int(shift)
    }
    // Sticky goes below the 11 bits that Double(UInt64) rounds away, so its one rounding is the right one.
    if sticky { bits |= 1 }
    return Double(bits) * Double(sign: .plus, exponent: exponent, significand: 1)
}

/// 10^k, exact as a Double for k up to 22 and as an integer up to 19.
struct PowersOfTen {
    var real: Double
    var whole: UInt64

    /// 23 entries, never freed: a pointer to them can be handed to every number.
    static nonisolated(unsafe) let table: UnsafePointer<PowersOfTen> = {
        let table = UnsafeMutablePointer<PowersOfTen>.allocate(capacity: 23)
        var power = PowersOfTen(real: 1, whole: 1)
        for index in 0 ... 22 {
            unsafe (table + index).initialize(to: power)
            power = PowersOfTen(real: power.real * 10, whole: power.whole &* 10)
        }
        return unsafe UnsafePointer(table)
    }()
}

/// Appends the digits that the eight bytes at `p` begin with to `mantissa`, without a branch per digit: how many there are
/// is just what a branch would guess wrongly.
@inline(__always)
private func takeUpToEightDigits(
    _ p: UnsafePointer<UInt8>, _ mantissa: inout UInt64, _ powers: UnsafePointer<PowersOfTen>
) -> Int {
    // The first character is the lowest byte. Digits become 0 … 9; any other byte then has a high bit, or gets one when
    // 0x76 is added (9 + 0x76 is 0x7F). A carry can only come from a byte that is no digit, so never reaches the first one.
    let digits = unsafe UInt64(littleEndian: UnsafeRawPointer(p).loadUnaligned(as: UInt64.self)) ^ 0x3030_3030_3030_3030
    let others = ((digits &+ 0x7676_7676_7676_7676) | digits) & 0x8080_8080_8080_8080
    let count = others.trailingZeroBitCount / 8
    if count == 0 { return 0 }
    // Zeros come before the digits; then pairs, fours and eights are joined (Lemire, "Quickly parsing eight digits", 2018).
    var value = digits &<< UInt64(64 - 8 * count)
    value = (value &* 10) &+ (value &>> 8)
    let low = (value & 0x0000_00FF_0000_00FF) &* 0x000F_4240_0000_0064
    let high = ((value &>> 16) & 0x0000_00FF_0000_00FF) &* 0x0000_2710_0000_0001
    mantissa = unsafe mantissa &* powers[count].whole &+ ((low &+ high) &>> 32)
    return count
}

/// The whole cell as a number; nil when it is none. Out of range gives ±infinity or ±0, as `strtod` does.
func parseNumber(_ cell: Span<UInt8>) -> Double? {
    unsafe cell.withUnsafeBufferPointer { (bytes) -> Double? in
        guard let start = bytes.baseAddress, bytes.count > 0 else { return nil }
        let scanned = unsafe scanNumber(start, start + bytes.count, PowersOfTen.table)
        guard scanned.length == bytes.count else { return nil }
        switch scanned.outcome {
        case .value: return scanned.value
        case .notANumber: return nil
        case .needsLibrary: return unsafe Double(String(decoding: bytes, as: UTF8.self))
        }
    }
}
