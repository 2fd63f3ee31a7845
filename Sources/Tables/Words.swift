/// Distinct byte strings, numbered in order of first appearance: a hash table without a String per cell.
struct Words {
    private var bytes: [UInt8] = []
    private var ends: [Int] = []
    private var buckets = [Int32](repeating: -1, count: 16)

    var count: Int { ends.count }

    /// The number of `word`, and whether it is new.
    mutating func insert(_ word: Span<UInt8>) -> (index: Int32, isNew: Bool) {
        if count * 2 >= buckets.count { rehash() }
        var bucket = Int(truncatingIfNeeded: hash(word)) & (buckets.count - 1)
        while buckets[bucket] >= 0 {
            if matches(Int(buckets[bucket]), word) { return (buckets[bucket], false) }
            bucket = (bucket + 1) & (buckets.count - 1)
        }
        let index = Int32(count)
        buckets[bucket] = index
        for position in 0 ..< word.count { bytes.append(word[position]) }
        ends.append(bytes.count)
        return (index, true)
    }

    /// The words as text; every one was checked when it was new.
    var strings: [String] {
        (0 ..< count).map { index in String(decoding: bytes[start(index) ..< ends[index]], as: UTF8.self) }
    }

    /// Inserts all words of `other`; returns their numbers here.
    mutating func merge(_ other: Words) -> [Int32] {
        let all = other.bytes.span
        return (0 ..< other.count).map { index in insert(all.extracting(other.start(index) ..< other.ends[index])).index }
    }

    private func start(_ index: Int) -> Int { index == 0 ? 0 : ends[index - 1] }

    private func matches(_ index: Int, _ word: Span<UInt8>) -> Bool {
        let start = start(index)
        guard ends[index] - start == word.count else { return false }
        for position in 0 ..< word.count where bytes[start + position] != word[position] { return false }
        return true
    }

    private mutating func rehash() {
        var larger = [Int32](repeating: -1, count: buckets.count * 2)
        let bytes = bytes
        let all = bytes.span
        for index in 0 ..< count {
            var bucket = Int(truncatingIfNeeded: hash(all.extracting(start(index) ..< ends[index]))) & (larger.count - 1)
            while larger[bucket] >= 0 { bucket = (bucket + 1) & (larger.count - 1) }
            larger[bucket] = Int32(index)
        }
        buckets = larger
    }
}

/// FNV-1a, its high bits folded in because the table uses the low ones.
private func hash(_ word: Span<UInt8>) -> UInt64 {
    var state: UInt64 = 0xCBF2_9CE4_8422_2325
    for index in 0 ..< word.count { state = (state ^ UInt64(word[index])) &* 0x100_0000_01B3 }
    return state ^ (state >> 32)
}
