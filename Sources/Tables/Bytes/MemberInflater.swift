// gzip by a library. Documentation/Decisions/0002-own-parsers.md has the times. Considered:
// - ISA-L (igzip) inflates piece by piece and checks the checksum. It is a package of Debian, Ubuntu and others, so it is
//   taken on Linux.
// - zlib is there on every system, and inflates where ISA-L is not.
// - libdeflate inflates a member as a whole only: the text of a table takes several times the memory of its numbers.
// - zlib-ng and zlib-rs inflate piece by piece too; Debian 12 has no package of either with zlib's interface.
import CZlib

#if canImport(CISAL)
import CISAL
#endif

/// What inflates one gzip member after the other.
protocol MemberInflater: AnyObject {
    /// Goes on until the input is used up, the output is full, or the member ends. Neither has more than 2^30 bytes.
    func inflate(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> InflateStep
    /// Makes it ready for the next member.
    func reset()
    /// About how many bytes are inflated already and wait for room in the output.
    var waiting: Int { get }
}

/// How far one call came.
struct InflateStep {
    enum Outcome {
        case going, memberEnd
        case damaged(String)
    }

    /// Bytes of the input and of the output that were used.
    var read, written: Int
    var outcome: Outcome
}

/// The libraries that this build can inflate with.
enum InflateLibrary: CaseIterable {
    case zlib
    #if canImport(CISAL)
    case isal
    static let fastest = isal
    #else
    static let fastest = zlib
    #endif

    /// Nil where memory is short.
    func makeInflater() -> (any MemberInflater)? {
        switch self {
        case .zlib: ZlibInflater()
        #if canImport(CISAL)
        case .isal: ISALInflater()
        #endif
        }
    }
}

@safe private final class ZlibInflater: MemberInflater {
    private let stream: UnsafeMutablePointer<z_stream>

    init?() {
        unsafe stream = .allocate(capacity: 1)
        unsafe stream.initialize(to: z_stream())
        let gzipOnly: Int32 = 15 + 16
        let status = unsafe inflateInit2_(stream, gzipOnly, ZLIB_VERSION, Int32(MemoryLayout<z_stream>.size))
        if status != Z_OK { return nil }
    }

    deinit {
        unsafe inflateEnd(stream)
        unsafe stream.deallocate()
    }

    func inflate(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> InflateStep {
        unsafe stream.pointee.next_in = UnsafeMutablePointer(mutating: input.baseAddress)
        unsafe stream.pointee.avail_in = UInt32(input.count)
        unsafe stream.pointee.next_out = output.baseAddress
        unsafe stream.pointee.avail_out = UInt32(output.count)
        let status = unsafe CZlib.inflate(stream, Z_NO_FLUSH)
        let read = unsafe input.count - Int(stream.pointee.avail_in)
        let written = unsafe output.count - Int(stream.pointee.avail_out)
        return InflateStep(read: read, written: written, outcome: outcome(status))
    }

    func reset() { unsafe inflateReset(stream) }

    var waiting: Int { 0 }

    private func outcome(_ status: Int32) -> InflateStep.Outcome {
        switch status {
        // Z_BUF_ERROR: nothing could be done, as without input.
        case Z_OK, Z_BUF_ERROR: return .going
        case Z_STREAM_END: return .memberEnd
        default:
            guard let text = unsafe stream.pointee.msg else { return .damaged("zlib error \(status)") }
            return unsafe .damaged("zlib: \(String(cString: text))")
        }
    }
}

#if canImport(CISAL)
@safe private final class ISALInflater: MemberInflater {
    private let state: UnsafeMutableRawPointer

    init?() {
        guard let state = unsafe lacuna_isal_new() else { return nil }
        unsafe self.state = state
    }

    deinit { unsafe free(state) }

    func inflate(_ input: UnsafeBufferPointer<UInt8>, into output: UnsafeMutableBufferPointer<UInt8>) -> InflateStep {
        var (inputLeft, outputLeft) = (UInt32(input.count), UInt32(output.count))
        let status = unsafe lacuna_isal_inflate(state, input.baseAddress, &inputLeft, output.baseAddress, &outputLeft)
        return InflateStep(
            read: input.count - Int(inputLeft), written: output.count - Int(outputLeft), outcome: outcome(status))
    }

    func reset() { unsafe lacuna_isal_reset(state) }

    var waiting: Int { unsafe Int(lacuna_isal_waiting(state)) }

    private func outcome(_ status: Int32) -> InflateStep.Outcome {
        switch status {
        case 0: .going
        case 1: .memberEnd
        case ISAL_INVALID_BLOCK: .damaged("ISA-L: invalid block")
        case ISAL_INVALID_SYMBOL: .damaged("ISA-L: invalid symbol")
        case ISAL_INVALID_LOOKBACK: .damaged("ISA-L: invalid distance")
        case ISAL_INVALID_WRAPPER: .damaged("ISA-L: invalid gzip header")
        case ISAL_UNSUPPORTED_METHOD: .damaged("ISA-L: unknown compression method")
        case ISAL_INCORRECT_CHECKSUM: .damaged("ISA-L: incorrect checksum")
        default: .damaged("ISA-L error \(status)")
        }
    }
}
#endif
