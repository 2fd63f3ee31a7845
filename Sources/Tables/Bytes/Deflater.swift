import CZlib

/// Compresses to gzip, piece by piece. Equal bytes give an equal file: the header holds no name and no time.
@safe final class Deflater {
    private let stream: UnsafeMutablePointer<z_stream>
    private var isEnded = false

    init(path: String) throws(TableError) {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let gzip: Int32 = 15 + 16, usualMemory: Int32 = 8
        let status = unsafe deflateInit2_(
            stream, Z_DEFAULT_COMPRESSION, Z_DEFLATED, gzip, usualMemory, Z_DEFAULT_STRATEGY, ZLIB_VERSION,
            Int32(MemoryLayout<z_stream>.size))
        guard status == Z_OK else { throw TableError("cannot start zlib", file: path) }
    }

    deinit {
        unsafe deflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// The compressed bytes that are ready once these have come; with `isLast` all of them, trailer included.
    func deflate(_ bytes: [UInt8], isLast: Bool) -> [UInt8] {
        precondition(!isEnded && bytes.count < 1 << 30, "zlib counts in 32 bits")
        isEnded = isLast
        var output: [UInt8] = []
        var piece = [UInt8](repeating: 0, count: 1 << 16)
        var input = bytes
        unsafe input.withUnsafeMutableBufferPointer { buffer in
            unsafe stream.pointee.next_in = buffer.baseAddress
            unsafe stream.pointee.avail_in = UInt32(buffer.count)
            var isFull = true
            // A piece that is not filled says that zlib has no more for now.
            while isFull {
                let count = unsafe piece.withUnsafeMutableBufferPointer { target in
                    unsafe stream.pointee.next_out = target.baseAddress
                    unsafe stream.pointee.avail_out = UInt32(target.count)
                    _ = unsafe CZlib.deflate(stream, isLast ? Z_FINISH : Z_NO_FLUSH)
                    return unsafe target.count - Int(stream.pointee.avail_out)
                }
                output += piece[..<count]
                isFull = count == piece.count
            }
        }
        return output
    }
}
