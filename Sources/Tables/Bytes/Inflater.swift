import CZlib

/// A gzip file, inflated piece by piece: memory is one zlib window, whatever the file's size.
///
/// Several gzip members in a row (`cat a.gz b.gz`, bgzip) are one stream; zeros after the last one are padding.
@safe final class Inflater {
    private let file: FileBytes
    private let stream: UnsafeMutablePointer<z_stream>
    private var consumed = 0
    private var produced = 0
    private var isFinished = false

    /// What the whole file would inflate to if all of it were like the part read so far.
    var estimatedSize: Int { Int(Double(produced) * Double(file.count) / Double(max(consumed, 1))) }

    init(_ file: FileBytes) throws(TableError) {
        self.file = file
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let gzipOnly: Int32 = 15 + 16
        guard unsafe inflateInit2_(stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size)) == Z_OK else {
            throw TableError("cannot start zlib", file: file.path)
        }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    /// Fills `buffer`; returns fewer bytes than asked for only at the end of the data.
    func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(TableError) -> Int {
        var written = 0
        while written < count && !isFinished {
            // zlib counts in 32 bits.
            let input = min(file.count - consumed, 1 << 30)
            let output = min(count - written, 1 << 30)
            unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: file.base + consumed)
            unsafe stream.pointee.avail_in = UInt32(input)
            unsafe stream.pointee.next_out = buffer + written
            unsafe stream.pointee.avail_out = UInt32(output)
            let status = unsafe inflate(stream, Z_NO_FLUSH)
            consumed += unsafe input - Int(stream.pointee.avail_in)
            written += unsafe output - Int(stream.pointee.avail_out)
            switch status {
            case Z_OK: break
            case Z_STREAM_END: try endMember()
            case Z_BUF_ERROR where consumed == file.count:
                throw TableError(
                    "the gzip data ends early", file: file.path,
                    why: "the file is truncated, as after an interrupted copy or download",
                    fix: "copy or download it again")
            default:
                throw TableError(
                    "the gzip data is corrupt", file: file.path, why: zlibMessage(status),
                    fix: "copy or download it again")
            }
        }
        produced += written
        return written
    }

    private func endMember() throws(TableError) {
        while consumed < file.count && file[consumed] == 0 { consumed += 1 }
        if consumed == file.count {
            isFinished = true
        } else if file[consumed] == 0x1F {
            unsafe inflateReset(stream)
        } else {
            throw TableError(
                "the gzip data is corrupt", file: file.path, why: "other bytes follow the compressed data",
                fix: "copy or download it again")
        }
    }

    private func zlibMessage(_ status: Int32) -> String {
        guard let text = unsafe stream.pointee.msg else { return "zlib error \(status)" }
        return unsafe "zlib: \(String(cString: text))"
    }
}
