/// The generator of Steele, Lea & Flood 2014: small, fast, the same on every platform. Not for secrets.
public struct SplitMix64: RandomNumberGenerator, Sendable {
    private var state: UInt64

    /// Equal seeds give equal numbers.
    public init(seed: UInt64) { state = seed }

    /// A stream of its own for a name, so that what is drawn for one thing does not depend on another.
    public init(seed: UInt64, stream: String) {
        // FNV-1a over the name: Swift's own hash differs from process to process.
        var hash: UInt64 = 0xCBF2_9CE4_8422_2325
        for byte in stream.utf8 { hash = (hash ^ UInt64(byte)) &* 0x100_0000_01B3 }
        var mixer = SplitMix64(seed: seed ^ hash)
        state = mixer.next() ^ seed
    }

    /// The next 64 bits.
    public mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var z = state
        z = (z ^ (z >> 30)) &* 0xBF58_476D_1CE4_E5B9
        z = (z ^ (z >> 27)) &* 0x94D0_49BB_1331_11EB
        return z ^ (z >> 31)
    }

    /// Uniform in `0 ..< 1`, in steps of 2⁻²⁴.
    mutating func nextUnit() -> Float { Float(next() >> 40) * 0x1p-24 }

    /// Uniform in `0 ..< bound`, for bounds far below 2³² (Lemire's multiplication).
    mutating func next(below bound: Int) -> Int {
        Int(truncatingIfNeeded: ((next() >> 32) &* UInt64(bound)) >> 32)
    }
}
