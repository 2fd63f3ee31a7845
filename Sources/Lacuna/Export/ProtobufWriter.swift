/// Writes protocol-buffer messages in wire format, for the two formats of others that are made of them: ONNX models and
/// TensorBoard's events.
///
/// Considered and not used: swift-protobuf. Its generated code for onnx.proto alone is some thousands of lines, its plugin
/// and runtime add minutes to a first build and megabytes to the command, and all that is needed here is to write five
/// kinds of field (https://protobuf.dev/programming-guides/encoding). Nothing reads with it: tests read with the peers.
package struct ProtobufWriter {
    package private(set) var bytes: [UInt8] = []

    package init() {}

    /// The wire types that are written.
    private enum WireType: UInt64 { case varint = 0, fixed64 = 1, delimited = 2, fixed32 = 5 }

    private mutating func tag(_ field: Int, _ type: WireType) { append(varint: UInt64(field) << 3 | type.rawValue) }

    private mutating func append(varint value: UInt64) {
        var rest = value
        while rest >= 0x80 {
            bytes.append(UInt8(truncatingIfNeeded: rest) | 0x80)
            rest >>= 7
        }
        bytes.append(UInt8(rest))
    }

    /// An int32, int64, bool or enum.
    package mutating func write(_ field: Int, _ value: Int) {
        tag(field, .varint)
        append(varint: UInt64(bitPattern: Int64(value)))
    }

    /// A float.
    package mutating func write(_ field: Int, _ value: Float) {
        tag(field, .fixed32)
        bytes += littleEndianBytes(value.bitPattern)
    }

    /// A double.
    package mutating func write(_ field: Int, _ value: Double) {
        tag(field, .fixed64)
        bytes += littleEndianBytes(value.bitPattern)
    }

    /// A string in UTF-8.
    package mutating func write(_ field: Int, _ text: String) { write(field, bytes: Array(text.utf8)) }

    /// Bytes.
    package mutating func write(_ field: Int, bytes value: [UInt8]) {
        tag(field, .delimited)
        append(varint: UInt64(value.count))
        bytes += value
    }

    /// A message inside this one.
    package mutating func write(_ field: Int, message fill: (inout ProtobufWriter) -> Void) {
        var inner = ProtobufWriter()
        fill(&inner)
        write(field, bytes: inner.bytes)
    }
}

/// The bytes of a number, lowest first, as the files of other programs want them.
func littleEndianBytes<Number: FixedWidthInteger>(_ value: Number) -> [UInt8] {
    (0..<Number.bitWidth / 8).map { UInt8(truncatingIfNeeded: value >> ($0 * 8)) }
}
