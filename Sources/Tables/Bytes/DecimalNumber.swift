/// Decimal numbers from bytes, correctly rounded to Double (the value that `strtod` gives), without a String per cell.
///
/// `[+-] digits [. digits] [(e|E) [+-] digits]`, at least one digit in the mantissa. Nothing else is a number here: no
/// hexadecimal, no `1_000`, no `1,5`; `inf` and `nan` are words.
///
/// Three ways, by cost: mantissa below 2^53 and a power of ten up to 22 are exact Doubles, so one operation rounds once
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
@inline(__always)
func scanNumber(_ start: UnsafePointer<UInt8>, _ end: UnsafePointer<UInt8>) -> ScannedNumber {
    var p = unsafe start
    var isNegative = false
    if unsafe p < end && (p.pointee == Ascii.minus || p.pointee == Ascii.plus) {
        isNegative = unsafe p.pointee == Ascii.minus
        unsafe p += 1
    }
    // Wraps beyond 19 digits; the count below then sends the number to the library.
    var mantissa: UInt64 = 0
    let digits = unsafe p
    while unsafe p < end {
        let digit = unsafe p.pointee &- Ascii.zero
        if digit > 9 { break }
        mantissa = mantissa &* 10 &+ UInt64(digit)
        unsafe p += 1
    }
    var digitCount = unsafe p - digits
    var exponent = 0
    if unsafe p < end && p.pointee == Ascii.dot {
        unsafe p += 1
        let fraction = unsafe p
        while unsafe p < end {
            let digit = unsafe p.pointee &- Ascii.zero
            if digit > 9 { break }
            mantissa = mantissa &* 10 &+ UInt64(digit)
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
    guard let magnitude = scale(mantissa, byTenTo: exponent) else {
        return ScannedNumber(value: 0, length: length, outcome: .needsLibrary)
    }
    return ScannedNumber(value: isNegative ? -magnitude : magnitude, length: length, outcome: .value)
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
private func scale(_ mantissa: UInt64, byTenTo exponent: Int) -> Double? {
    if exponent == 0 { return Double(mantissa) }
    if mantissa == 0 { return 0 }
    if mantissa <= 1 << 53 && exponent >= -22 && exponent <= 22 {
        return unsafe exponent < 0
            ? Double(mantissa) / powersOfTen[-exponent]
            : Double(mantissa) * powersOfTen[exponent]
    }
    return scaleExactly(mantissa, byTenTo: exponent)
}

@inline(never)
private func scaleExactly(_ mantissa: UInt64, byTenTo exponent: Int) -> Double? {
    guard exponent >= -19 && exponent <= 19 else { return nil }
    let power = integerPowersOfTen[abs(exponent)]
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

// Leaked once on purpose: a global array's access would cost a lazy-initialisation check and a bounds check per number.
private nonisolated(unsafe) let powersOfTen: UnsafePointer<Double> = {
    let table = UnsafeMutablePointer<Double>.allocate(capacity: 23)
    var power = 1.0
    for index in 0 ... 22 {
        unsafe table[index] = power
        power *= 10
    }
    return unsafe UnsafePointer(table)
}()

private let integerPowersOfTen: [UInt64] = (0 ..< 20).map { exponent in
    (0 ..< exponent).reduce(1) { power, _ in power * 10 }
}

/// The whole cell as a number; nil when it is none. Out of range gives ±infinity or ±0, as `strtod` does.
func parseNumber(_ cell: Span<UInt8>) -> Double? {
    unsafe cell.withUnsafeBufferPointer { (bytes) -> Double? in
        guard let start = bytes.baseAddress, bytes.count > 0 else { return nil }
        let scanned = unsafe scanNumber(start, start + bytes.count)
        guard scanned.length == bytes.count else { return nil }
        switch scanned.outcome {
        case .value: return scanned.value
        case .notANumber: return nil
        case .needsLibrary: return unsafe Double(String(decoding: bytes, as: UTF8.self))
        }
    }
}
