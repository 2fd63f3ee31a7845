/// Whether two numbers agree to a relative tolerance, with a floor below which they count as equal.
///
/// NaN is close to NaN only, an infinity to itself only: a test that expects a number is not satisfied by either.
public func isClose(
    _ actual: Double, _ expected: Double, relative: Double = 1e-6, absolute: Double = 0
) -> Bool {
    if actual.isNaN || expected.isNaN { return actual.isNaN && expected.isNaN }
    if actual == expected { return true }
    if actual.isInfinite || expected.isInfinite { return false }
    return abs(actual - expected) <= max(absolute, relative * abs(expected))
}

/// Whether two lists agree: their lengths first, then number by number.
public func isClose(
    _ actual: [Float], _ expected: [Double], relative: Double = 1e-6, absolute: Double = 0
) -> Bool {
    actual.count == expected.count
        && zip(actual, expected).allSatisfy {
            isClose(Double($0), $1, relative: relative, absolute: absolute)
        }
}
