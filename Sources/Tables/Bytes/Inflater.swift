/// A gzip file, inflated piece by piece: memory is one window of deflate, whatever the file's size.
///
/// Several gzip members in a row (`cat a.gz b.gz`, bgzip) are one stream; zeros after the last one are padding.
@safe final class Inflater {
    private let file: FileBytes
    private let member: any MemberInflater
    private var consumed = 0
    private var produced = 0
    private var isFinished = false

    /// What the whole file would inflate to if all of it were like the part read so far, but no more than four times that
    /// part: memory is reserved by it, and a beginning may shrink a thousandfold where the rest does not.
    var estimatedSize: Int {
        let inflated = Double(produced + member.waiting)
        return Int(inflated * min(Double(file.count) / Double(max(consumed, 1)), 4))
    }

    /// - Parameter library: by which library; the fastest there is unless a test asks for another.
    init(_ file: FileBytes, by library: InflateLibrary = .fastest) throws(TableError) {
        self.file = file
        guard let member = library.makeInflater() else { throw TableError("cannot start \(library)", file: file.path) }
        self.member = member
    }

    /// Fills `buffer`; returns fewer bytes than asked for only at the end of the data.
    func read(into buffer: UnsafeMutablePointer<UInt8>, count: Int) throws(TableError) -> Int {
        var written = 0
        while written < count && !isFinished {
            // The libraries count in 32 bits.
            let input = unsafe UnsafeBufferPointer(start: file.base + consumed, count: min(file.count - consumed, 1 << 30))
            let output = unsafe UnsafeMutableBufferPointer(start: buffer + written, count: min(count - written, 1 << 30))
            let step = unsafe member.inflate(input, into: output)
            consumed += step.read
            written += step.written
            switch step.outcome {
            case .going where written < count && consumed == file.count:
                throw TableError(
                    "the gzip data ends early", file: file.path,
                    why: "the file is truncated, as after an interrupted copy or download",
                    fix: "copy or download it again")
            case .going where step.read == 0 && step.written == 0: throw corrupt("nothing more can be inflated")
            case .going: break
            case .memberEnd: try endMember()
            case .damaged(let reason): throw corrupt(reason)
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
            member.reset()
        } else {
            throw corrupt("other bytes follow the compressed data")
        }
    }

    private func corrupt(_ reason: String) -> TableError {
        TableError("the gzip data is corrupt", file: file.path, why: reason, fix: "copy or download it again")
    }
}
