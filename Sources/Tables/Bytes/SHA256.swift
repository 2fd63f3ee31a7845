// By hand. Considered: swift-crypto (BoringSSL), as fast as the C file here but minutes of a processor's time in a clean
// build, for this one function; CommonCrypto, on Apple's systems only; OpenSSL's libcrypto, a large library to load at
// each start. Documentation/Decisions/0002-own-parsers.md has the numbers.
import CSHA256

/// SHA-256 (FIPS 180-4), to tell whether a file is the one a model was trained on.
public struct SHA256: Sendable {
    private var state = initialState
    private var pending: [UInt8] = []
    private var byteCount = 0
    /// Whether the processor's own instructions are left alone.
    private let isPlain: Bool

    /// The digest of no byte so far.
    public init() { isPlain = false }

    /// - Parameter isPlain: for tests of what other processors run.
    init(isPlain: Bool) { self.isPlain = isPlain }

    /// Takes the next bytes of the message.
    public mutating func update(_ bytes: Span<UInt8>) {
        byteCount += bytes.count
        var used = 0
        if !pending.isEmpty {
            used = min(64 - pending.count, bytes.count)
            for index in 0 ..< used { pending.append(bytes[index]) }
            guard pending.count == 64 else { return }
            let block = pending
            takeBlocks(block.span)
            pending.removeAll(keepingCapacity: true)
        }
        let whole = (bytes.count - used) / 64 * 64
        takeBlocks(bytes.extracting(used ..< used + whole))
        used += whole
        for index in used ..< bytes.count { pending.append(bytes[index]) }
    }

    private mutating func takeBlocks(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { bytes in
            guard let start = bytes.baseAddress, bytes.count > 0 else { return }
            if isPlain {
                unsafe lacuna_sha256_blocks_plain(&state, start, bytes.count / 64)
            } else {
                unsafe lacuna_sha256_blocks(&state, start, bytes.count / 64)
            }
        }
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
}

/// The first 32 bits of the fractional parts of the square roots of the first 8 primes.
private let initialState: [UInt32] = [
    0x6a09e667, 0xbb67ae85, 0x3c6ef372, 0xa54ff53a, 0x510e527f, 0x9b05688c, 0x1f83d9ab, 0x5be0cd19,
]
