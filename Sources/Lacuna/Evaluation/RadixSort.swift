/// A key that sorts as the score does, with the label in its lowest bit.
///
/// A float's bits order as integers once the sign is folded in. Both zeros get one key, so they tie.
///
/// - Parameters:
///   - score: finite.
///   - isPositive: the label.
/// - Returns: 33 bits: the score's order in bits 1 ... 32, the label in bit 0.
func rankingKey(_ score: Float, isPositive: Bool) -> UInt64 {
    let bits = (score + 0).bitPattern  // −0 + 0 is +0
    let order = bits & 0x8000_0000 == 0 ? bits | 0x8000_0000 : ~bits
    return UInt64(order) << 1 | (isPositive ? 1 : 0)
}

/// The score that a key was made of; −0 comes back as 0.
func score(ofRankingKey key: UInt64) -> Float {
    let order = UInt32(truncatingIfNeeded: key >> 1)
    return Float(bitPattern: order & 0x8000_0000 != 0 ? order ^ 0x8000_0000 : ~order)
}

/// Sorts ranking keys by score, ascending; the order of equal scores is left open.
///
/// Few keys are sorted by comparison; more take four counting passes of eight bits, O(n).
func sortRankingKeys(_ keys: inout [UInt64]) {
    guard keys.count > radixThreshold, keys.count < Int(UInt32.max) else { return keys.sort() }
    var starts = bucketCounts(of: keys)
    var sorted = [UInt64](repeating: 0, count: keys.count)
    for digit in 0..<4 {
        // A digit that all keys share moves nothing.
        let first = bucket(of: keys[0], digit: digit)
        if Int(starts[first]) == keys.count { continue }
        turnIntoStarts(&starts, digit: digit)
        // Spans, because arrays would be checked for sharing at every write.
        scatter(keys.span, by: digit, starts: starts.mutableSpan, into: sorted.mutableSpan)
        swap(&keys, &sorted)
    }
}

/// One counting pass: moves every key to where its bucket has grown to.
private func scatter(
    _ keys: Span<UInt64>, by digit: Int, starts: consuming MutableSpan<UInt32>,
    into sorted: consuming MutableSpan<UInt64>
) {
    for index in keys.indices {
        let key = keys[index]
        let bucket = bucket(of: key, digit: digit)
        sorted[Int(starts[bucket])] = key
        starts[bucket] &+= 1
    }
}

/// Up to this many keys are compared: the counting passes begin by clearing and summing 1024 counters.
private let radixThreshold = 64

/// Where a digit of a key is counted: 256 buckets for each of the four digits of bits 1 ... 32.
@inline(__always)
private func bucket(of key: UInt64, digit: Int) -> Int {
    digit &* 256 &+ Int(truncatingIfNeeded: key &>> UInt64(digit &* 8 &+ 1) & 0xFF)
}

private func bucketCounts(of keys: [UInt64]) -> [UInt32] {
    var counts = [UInt32](repeating: 0, count: 4 * 256)
    var span = counts.mutableSpan
    for key in keys {
        for digit in 0..<4 { span[bucket(of: key, digit: digit)] &+= 1 }
    }
    return counts
}

/// Replaces the counts of one digit by the index at which each bucket begins.
private func turnIntoStarts(_ counts: inout [UInt32], digit: Int) {
    var start: UInt32 = 0
    for bucket in digit * 256..<(digit + 1) * 256 {
        let count = counts[bucket]
        counts[bucket] = start
        start &+= count
    }
}
