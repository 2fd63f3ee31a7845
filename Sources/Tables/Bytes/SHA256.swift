/// SHA-256 (FIPS 180-4), to tell whether a file is the one a model was trained on.
///
/// By hand because swift-crypto would bring BoringSSL, minutes of build, for this one function.
public struct SHA256: Sendable {
    private var state = initialState
    private var pending: [UInt8] = []
    private var byteCount = 0

    /// The digest of no byte so far.
    public init() {}

    /// Takes the next bytes of the message.
    public mutating func update(_ bytes: Span<UInt8>) {
        byteCount += bytes.count
        var used = 0
        if !pending.isEmpty {
            used = min(64 - pending.count, bytes.count)
            for index in 0 ..< used { pending.append(bytes[index]) }
            guard pending.count == 64 else { return }
            let block = pending
            compress(block.span, at: 0)
            pending.removeAll(keepingCapacity: true)
        }
        while bytes.count - used >= 64 {
            compress(bytes, at: used)
            used += 64
        }
        for index in used ..< bytes.count { pending.append(bytes[index]) }
    }

    /// The digest of all bytes so far, as 64 lowercase hexadecimal digits.
    public func hexDigest() -> String {
        var copy = self
        let bits = UInt64(byteCount) * 8
        var padding: [UInt8] = [0x80]
        padding += [UInt8](repeating: 0, count: (119 - byteCount % 64) % 64)
        padding += (0 ..< 8).map { UInt8(truncatingIfNeeded: bits >> UInt64(56 - 8 * $0)) }
        copy.update(padding.span)
        let digits = Array("0123456789abcdef".utf8)
        var hex: [UInt8] = []
        for word in copy.state {
            for shift in stride(from: 28, through: 0, by: -4) { hex.append(digits[Int(word >> UInt32(shift)) & 15]) }
        }
        return String(decoding: hex, as: UTF8.self)
    }

    /// The digest of bytes, as 64 hexadecimal digits.
    public static func hexDigest(of bytes: [UInt8]) -> String {
        var hash = SHA256()
        hash.update(bytes.span)
        return hash.hexDigest()
    }

    /// The digest of a file's bytes as they lie on disk (a gzip file's compressed ones).
    ///
    /// - Throws: if the file cannot be read or is empty.
    public static func hexDigest(ofFile path: String) throws(TableError) -> String {
        let file = try FileBytes(path: path)
        var hash = SHA256()
        let bytes = unsafe UnsafeBufferPointer(start: file.base, count: file.count)
        let span = unsafe Span(_unsafeElements: bytes)
        hash.update(span)
        return hash.hexDigest()
    }

    private mutating func compress(_ bytes: Span<UInt8>, at offset: Int) {
        var words = [UInt32](repeating: 0, count: 64)
        for index in 0 ..< 16 {
            let at = offset + 4 * index
            words[index] =
                UInt32(bytes[at]) << 24 | UInt32(bytes[at + 1]) << 16 | UInt32(bytes[at + 2]) << 8 | UInt32(bytes[at + 3])
        }
        for index in 16 ..< 64 {
            let (far, near) = (words[index - 15], words[index - 2])
            let low = rotated(far, 7) ^ rotated(far, 18) ^ (far >> 3)
            let high = rotated(near, 17) ^ rotated(near, 19) ^ (near >> 10)
            words[index] = words[index - 16] &+ low &+ words[index - 7] &+ high
        }
        var (a, b, c, d) = (state[0], state[1], state[2], state[3])
        var (e, f, g, h) = (state[4], state[5], state[6], state[7])
        for index in 0 ..< 64 {
            let choice = (e & f) ^ (~e & g)
            let first = h &+ (rotated(e, 6) ^ rotated(e, 11) ^ rotated(e, 25)) &+ choice &+ constants[index] &+ words[index]
            let majority = (a & b) ^ (a & c) ^ (b & c)
            let second = (rotated(a, 2) ^ rotated(a, 13) ^ rotated(a, 22)) &+ majority
            (h, g, f, e, d, c, b, a) = (g, f, e, d &+ first, c, b, a, first &+ second)
        }
        for (index, word) in [a, b, c, d, e, f, g, h].enumerated() { state[index] = state[index] &+ word }
    }
}

private func rotated(_ word: UInt32, _ bits: UInt32) -> UInt32 { (word >> bits) | (word << (32 - bits)) }

/// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
private let initialState: [UInt32] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]

/// The same of the cube roots of the first 64 primes.
private let constants: [UInt32] = [
    0x428a2f98, 0x71374491, 0xb5c0fbcf, 0xe9b5dba5, 0x3956c25b, 0x59f111f1, 0x923f82a4, 0xab1c5ed5,
    0xd807aa98, 0x12835b01, 0x243185be, 0x550c7dc3, 0x72be5d74, 0x80deb1fe, 0x9bdc06a7, 0xc19bf174,
    0xe49b69c1, 0xefbe4786, 0x0fc19dc6, 0x240ca1cc, 0x2de92c6f, 0x4a7484aa, 0x5cb0a9dc, 0x76f988da,
    0x983e5152, 0xa831c66d, 0xb00327c8, 0xbf597fc7, 0xc6e00bf3, 0xd5a79147, 0x06ca6351, 0x14292967,
    0x27b70a85, 0x2e1b2138, 0x4d2c6dfc, 0x53380d13, 0x650a7354, 0x766a0abb, 0x81c2c92e, 0x92722c85,
    0xa2bfe8a1, 0xa81a664b, 0xc24b8b70, 0xc76c51a3, 0xd192e819, 0xd6990624, 0xf40e3585, 0x106aa070,
    0x19a4c116, 0x1e376c08, 0x2748774c, 0x34b0bcb5, 0x391c0cb3, 0x4ed8aa4a, 0x5b9cca4f, 0x682e6ff3,
    0x748f82ee, 0x78a5636f, 0x84c87814, 0x8cc70208, 0x90befffa, 0xa4506ceb, 0xbef9a3f7, 0xc67178f2,
]
